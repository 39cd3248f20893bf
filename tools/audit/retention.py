"""Step 5: who leaves, who recommends."""

from datetime import timedelta

from tools import ledger, metrics
from tools import segments as segmentation
from tools.audit import Draft, audit_step
from tools.audit.campaigns import campaigns
from tools.audit.lapsing import lapsing
from tools.audit.lives import mix, survival
from tools.audit.voice import voice
from tools.document import AccountLine, Chart, Claim, Slot, Step
from tools.metrics.contracts import contract_ends, last_contact, silent
from tools.metrics.health import days_late
from tools.metrics.orders import worths
from tools.reading import Reading, Unit
from tools.text import Text


@audit_step(
    "retention",
    order=5,
    title=Text("Retention and recommendations", "Удержание и рекомендации"),
    question=Text("Who leaves, who recommends?", "Кто уходит и кто рекомендует?"),
    meaning=Text(
        "who left and why, who is about to leave, whose contract ends, who pays late or went silent, and who recommends",
        "кто и почему ушёл, кто может уйти, у кого кончается договор, кто задерживает оплату или молчит и кто рекомендует",
    ),
    stage=3,
    codes=(
        "contradicting_churn",
        "churn_high",
        "churn_mix",
        "campaign_result",
        "at_risk_accounts",
        "renewals_at_risk",
        "overdue_accounts",
        "silent_accounts",
        "nps_detractors",
        "few_referrals",
        "no_dates",
        "lapsing_buyers",
    ),
)
def retention_step(draft: Draft) -> Step:
    """Contradicting answers first, then churn, renewals, overdue, silence, lapsing buyers, campaigns, NPS, referrals."""
    _contradiction(draft)
    _churn(draft)
    _calls(draft)
    _renewals(draft)
    _overdue(draft)
    _silence(draft)
    lapsing(draft)
    campaigns(draft)
    voice(draft)
    return draft.step()


def _contradiction(draft: Draft) -> None:
    answers = [item for item in metrics.compute(draft.portfolio, "churn_share") if item.scope.get("kind")]
    if len(answers) < 2 or len({item.value for item in answers}) == 1:
        return
    from tools.metrics.churn_flag import ANSWERS

    slots: dict[str, Slot] = {f"n{chr(97 + place)}": item for place, item in enumerate(answers)}
    said = [(slot, ANSWERS[item.scope["kind"]]) for slot, item in zip(slots, answers, strict=True)]
    english = "; ".join(f"{text.en}: {{{slot}}}" for slot, text in said)
    russian = "; ".join(f"{text.ru}: {{{slot}}}" for slot, text in said)
    text = Text(
        f"The source gives different answers to who left — {english}. They are not averaged.",
        f"На вопрос «кто ушёл» источник отвечает по-разному — {russian}. Они не усредняются.",
    )
    claim = Claim("retention.contradiction", text, slots)
    draft.find("contradicting_churn", "urgent", claim, evidence=answers)


def _churn(draft: Draft) -> None:
    portfolio = draft.portfolio
    flagged = draft.read("churn_share", quiet=True)
    if ledger.no_ledger(portfolio) is not None:
        for key in ("logo_churn", "nrr", "grr"):
            draft.read(key)
        if flagged.usable and portfolio.as_of is None:
            claim = draft.claim(
                "no_dates",
                "{share} of the listed clients are marked as left; nothing is dated, so no rate a month or a year is given.",
                "{share} клиентов в списке отмечены как ушедшие; дат нет, поэтому темп за месяц или год не называется.",
                share=flagged,
            )
            draft.find("no_dates", "warning", claim)
        return
    if ledger.doubt(portfolio) is not None:
        _doubtful(draft)
        return
    churn, money = draft.read("logo_churn"), draft.read("money_churn", quiet=True)
    kept = draft.read("logo_churn", "retention", quiet=True)
    draft.read("grr", quiet=True)
    events = draft.read("movements", "churn_events", quiet=True)
    if all(finding.code != "contradicting_churn" for finding in draft.findings):  # else no single answer is told
        draft.say(
            "churn",
            "Over the year {churn} of the clients left and {kept} stayed; {money} of their revenue was lost.",
            "За год ушли {churn} клиентов, остались {kept}; потеряно {money} их выручки.",
            churn=churn,
            kept=kept,
            money=money,
        )
        if events.scope.get("kind") == "churn_events":
            draft.say(
                "events",
                "Churn events since the data begin: {events}.",
                "Событий ухода с начала данных: {events}.",
                events=events,
            )
        survival(draft)
        mix(draft)
    by_month = [item for item in metrics.compute(portfolio, "movements") if item.scope.get("kind") == "churn"]
    last = sorted(by_month, key=lambda item: item.scope["group"])[-24:]
    labels = tuple(Text(item.scope["group"], item.scope["group"]) for item in last)
    draft.charts.append(
        Chart("bar", Text("Revenue lost to churn by month", "Потери от ухода по месяцам"), labels, tuple(last))
    )
    target = portfolio.policy.target("logo_churn")
    assert target is not None
    if churn.usable and churn.value is not None and float(churn.value) > target:
        claim = draft.claim(
            "high",
            "Client churn is {churn} a year; the target is {target}.",
            "Отток клиентов — {churn} в год при цели {target}.",
            churn=churn,
            target=draft.target(churn, target),
        )
        draft.find("churn_high", "warning", claim)


def _doubtful(draft: Draft) -> None:
    """Keep the readings of churn and name why nothing is said of them."""
    found = ledger.doubt(draft.portfolio)
    assert found is not None
    for key in ("logo_churn", "grr"):
        draft.read(key, quiet=True)
    needs = Text(
        "service periods in the lines, up to the day of the audit", "периоды услуг в строках вплоть до дня аудита"
    )
    draft.lack(Text("Client churn", "Отток клиентов"), found[1], needs)


def _calls(draft: Draft) -> None:
    """Whom to call: accounts at risk with most money, each with its reason."""
    if segmentation.impossible(draft.portfolio, "value") is not None:
        return
    risky = segmentation.assign(draft.portfolio, "value").members("at_risk")
    if not risky:
        return
    stake = draft.stake("at_risk_accounts", [account.id for account in risky])
    claim = draft.claim(
        "calls",
        "Clients to call, by the money at stake: {clients}.",
        "Кому звонить, по деньгам под угрозой: {clients:клиент|клиента|клиентов}.",
        clients=draft.count("at_risk_accounts", len(risky)),
    )
    draft.find("at_risk_accounts", "urgent", claim, accounts=risky, stake=stake, segments=("at_risk",))


def _renewals(draft: Draft) -> None:
    due = draft.read("renewals")
    clients = draft.read("renewals", "clients", quiet=True)
    if not due.usable or due.window is None:
        return
    draft.say(
        "renewals",
        "By {until} contracts worth {money} come up for renewal, of {clients:client|clients}.",
        "До {until} продлеваются договоры на {money} — у {clients:клиента|клиентов|клиентов}.",
        until=due.window.closing,
        money=due,
        clients=clients,
    )
    ends = contract_ends(draft.portfolio)
    risky: set[str] = set()
    if segmentation.impossible(draft.portfolio, "value") is None:
        risky = set(segmentation.assign(draft.portfolio, "value").ids("at_risk"))
    broken = _broken(draft)
    threatened = [
        a
        for a, end in ends.items()
        if due.window.start <= end < due.window.end and a in worths(draft.portfolio) and a in risky | broken
    ]
    if not threatened:
        return
    lines = []
    for account in threatened:
        why = (
            Text("renews on {end}, at risk", "продление {end}, в зоне риска")
            if account in risky
            else Text("renews on {end}, promises not kept", "продление {end}, обещанное не выполнено")
        )
        lines.append(draft.line(account, Claim(f"why.renewal.{account}", why, {"end": ends[account]})))
    stake = draft.stake("renewals_at_risk", threatened)
    if stake is None:
        return
    claim = draft.claim(
        "renewals_at_risk",
        "Of the renewals by {until}, {money} is under threat.",
        "Из продлений до {until} под угрозой {money}.",
        until=due.window.closing,
        money=stake,
    )
    draft.find("renewals_at_risk", "urgent", claim, accounts=lines, stake=stake, segments=("at_risk",))


def _broken(draft: Draft) -> set[str]:
    from tools.metrics.value import account_scores

    floor = draft.portfolio.policy["vrs_growth"]
    return {
        account
        for account, (score, _gap) in account_scores(draft.portfolio).items()
        if score is not None and score < floor
    }


def _overdue(draft: Draft) -> None:
    owed = draft.read("overdue")
    clients = draft.read("overdue", "clients", quiet=True)
    if not owed.usable or not owed.value:
        return
    late = {account: days for account, days in days_late(draft.portfolio).items() if days > 0}
    lines = []
    for account, days in late.items():
        delay = Reading(
            "overdue",
            Unit.DAYS,
            days,
            n=1,
            scope={"account": account},
            window=draft.portfolio.day,
            snapshot=draft.portfolio.snapshot,
        )
        lines.append(
            draft.line(
                account,
                Claim(
                    f"why.late.{account}",
                    Text("the oldest debt is {days} late", "старейший долг просрочен на {days}"),
                    {"days": delay},
                ),
            )
        )
    claim = draft.claim(
        "overdue",
        "Past due: {money} from {clients:client|clients}.",
        "Просрочено {money} — у {clients:клиента|клиентов|клиентов}.",
        money=owed,
        clients=clients,
    )
    draft.find("overdue_accounts", "warning", claim, accounts=lines, stake=draft.stake("overdue_accounts", late))


def _silence(draft: Draft) -> None:
    quiet = draft.read("silence")
    portfolio = draft.portfolio
    if not quiet.usable or not quiet.value or portfolio.as_of is None:
        return
    last = last_contact(portfolio)
    lines: list[AccountLine] = []
    for account in silent(portfolio):
        if account in last:
            why = Claim(
                f"why.silent.{account}",
                Text("last conversation on {day}", "последний живой контакт {day}"),
                {"day": last[account]},
            )
        else:
            why = Claim(f"why.silent.{account}", Text("no conversation on record", "живых контактов не записано"))
        lines.append(draft.line(account, why))
    since = portfolio.as_of - timedelta(days=int(portfolio.policy["silence_days"]))
    claim = draft.claim(
        "silence",
        "Paying clients without a conversation since {since}: {clients}.",
        "Платящих клиентов без живого разговора с {since}: {clients}.",
        clients=quiet,
        since=since,
    )
    draft.find(
        "silent_accounts", "warning", claim, accounts=lines, stake=draft.stake("silent_accounts", silent(portfolio))
    )
