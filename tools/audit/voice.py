"""Part of the step of retention: what clients say of us and whom they bring."""

from tools.audit import Draft


def voice(draft: Draft) -> None:
    """The recommendation index against its target, and recommendations made in the year."""
    nps = draft.read("nps")
    low = draft.read("nps", "detractors", quiet=True)
    draft.say("nps", "The recommendation index (NPS) is {nps}.", "Индекс рекомендаций (NPS) — {nps}.", nps=nps)
    target = draft.portfolio.policy.target("nps")
    if nps.usable and nps.value is not None and target is not None and float(nps.value) < target:
        claim = draft.claim(
            "detractors",
            "The recommendation index is {nps}, the target {target}; answers of critics: {low}.",
            "Индекс рекомендаций — {nps} при цели {target}; ответов критиков: {low}.",
            nps=nps,
            target=draft.target(nps, target),
            low=low,
        )
        draft.find("nps_detractors", "warning", claim)
    share = draft.read("referrals")
    leads, won = draft.read("referrals", "leads", quiet=True), draft.read("referrals", "won", quiet=True)
    if share.usable:
        promoters = draft.read("nps", "promoters", quiet=True)
        claim = draft.claim(
            "referrals",
            "{share} of active clients recommended us in a year: {leads} leads, {won} won.",
            "За год нас рекомендовали {share} действующих клиентов: обращений {leads}, стали клиентами {won}.",
            share=share,
            leads=leads,
            won=won,
        )
        if (
            promoters.usable
            and promoters.value is not None
            and leads.value is not None
            and promoters.value > leads.value
        ):
            draft.find("few_referrals", "info", claim, segments=("advocates",))
        elif claim is not None:
            draft.claims.append(claim)
