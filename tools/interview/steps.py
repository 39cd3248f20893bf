"""The seven steps out of answers: the same keys, finding codes and thresholds of the policy as in the audit of data."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tools import metrics
from tools.audit import Draft, StepSpec, culture
from tools.document import Step
from tools.interview import told
from tools.interview.answers import Interview
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit
from tools.text import Text

MONTHS = 12
CENT = Decimal("0.01")
SIGNALS = 8
#: What no answer can hold, by step, and the file that does.
ROWS: Mapping[str, tuple[Text, Text]] = {
    "segments": (
        Text("Segments and pains client by client", "Сегменты и боли по каждому клиенту"),
        Text("usage, promises, payments and tickets by client", "использование, обещания, оплаты и обращения по клиентам"),
    ),
    "delivery": (
        Text("The stage at which clients stop, and the value gap in money", "Этап, на котором клиенты останавливаются, и недополученная ценность в деньгах"),
        Text("dates of milestones and promises by client", "даты вех и обещания по клиентам"),
    ),
    "growth": (
        Text("Lifetime value, and clients that outgrow their plan", "Ценность за срок жизни и клиенты, переросшие тариф"),
        Text("subscriptions or invoices with dates, margin, limits of plans by client", "подписки или счета с датами, маржа, лимиты тарифов по клиентам"),
    ),
    "personalisation": (
        Text("Churn model", "Модель оттока"),
        Text("dated losses together with usage, payments and tickets before them", "даты уходов вместе с использованием, оплатами и обращениями до них"),
    ),
    "retention": (
        Text("Whom to call, renewals and overdue payments", "Кому звонить, продления и просрочка"),
        Text("contracts with their ends, invoices with due dates, contacts by client", "договоры со сроками, счета со сроками оплаты, контакты по клиентам"),
    ),
    "proof": (
        Text("A value report for a client", "Отчёт о ценности для клиента"),
        Text("promises by client: what, from which value to which, worth how much, the value now", "обещания по клиентам: что, с какого значения до какого, сколько это стоит, значение сейчас"),
    ),
}  # fmt: skip


def interview_step(spec: StepSpec, portfolio: Portfolio, found: Interview) -> Step:
    """One step of the audit told out of answers; ``portfolio`` is the one of `tools.interview.blank`."""
    draft = Draft(spec, portfolio, {})
    _STEPS[spec.key](draft, found)
    return told.finished(draft, found, rows=ROWS)


def _segments(draft: Draft, found: Interview) -> None:
    given = found.given
    clients = _count(draft, found, "clients", "clients")
    receiving = _count(draft, found, "receiving", "receives_value")
    if clients is not None and receiving is not None:
        draft.say(
            "receives",
            "By your account, {receiving} of {clients:client|clients} are known to have got the result they came for.",
            "С ваших слов, результат, за которым пришли, точно получили {receiving} из {clients:клиента|клиентов|клиентов}.",
            receiving=receiving,
            clients=clients,
        )
    elif clients is not None:
        draft.say(
            "base",
            "By your account there are {clients:paying client|paying clients}; how many of them got their result is not known.",
            "С ваших слов, платящих клиентов {clients}; сколько из них получили результат, неизвестно.",
            clients=clients,
        )
    elif receiving is not None:
        draft.say(
            "receives",
            "By your account, {receiving:client has|clients have} got the result they came for.",
            "С ваших слов, результат, за которым пришли, получили {receiving:клиент|клиента|клиентов}.",
            receiving=receiving,
        )
    risky = _count(draft, found, "at_risk", "at_risk")
    if risky is None or not given["at_risk"]:
        return
    money = given.get("at_risk_revenue")
    stake = None
    if money is not None:
        stake = told.stated(
            draft, "at_risk_revenue", "money_at_stake", Unit.MONEY_YEAR, Decimal(money) * MONTHS,
            kind="at_risk_money", n=int(given["at_risk"]),
        )  # fmt: skip
    also: dict[str, Any] = {} if stake is None else {"money": stake}
    claim = draft.claim(
        "at_risk",
        "Clients that worry you: {clients}" + ("; they pay {money}." if stake else "."),
        "Клиентов, которые вызывают тревогу: {clients}" + ("; они платят {money}." if stake else "."),
        clients=risky,
        **also,
    )
    draft.find("at_risk_money", "urgent", claim, stake=stake, segments=("at_risk",))
    told.concerning(draft, int(given["at_risk"]))


def _delivery(draft: Draft, found: Interview) -> None:
    if "ttv" in found.given:
        ttv = told.stated(draft, "ttv", "ttv", Unit.DAYS, found.given["ttv"])
        draft.say(
            "ttv",
            "By your account, a typical client has the first benefit {days} after the contract.",
            "С ваших слов, от договора до первой пользы типичного клиента проходит {days}.",
            days=ttv,
        )
        target = draft.portfolio.policy["target_ttv"]
        if float(found.given["ttv"]) > target:
            claim = draft.claim(
                "slow_ttv",
                "The first benefit takes {days}; the target is {target}.",
                "Первая польза приходит за {days}; цель — {target}.",
                days=ttv,
                target=draft.target(ttv, target),
            )
            draft.find("slow_ttv", "warning", claim)
    if "adoption" in found.given:
        draft.say(
            "adoption",
            "By your account, {share} of the clients use the key features.",
            "С ваших слов, ключевыми функциями пользуются {share} клиентов.",
            share=told.stated(draft, "adoption", "adoption", Unit.RATIO, found.given["adoption"]),
        )


def _growth(draft: Draft, found: Interview) -> None:
    given = found.given
    if "revenue" in given:
        mrr = told.stated(draft, "revenue", "mrr", Unit.MONEY_MONTH, given["revenue"])
        draft.say("mrr", "By your account, all clients pay {now}.", "С ваших слов, все клиенты платят {now}.", now=mrr)
        if "clients" in given:
            each = (Decimal(given["revenue"]) / int(given["clients"])).quantize(CENT)
            arpa = told.stated(
                draft, "revenue", "arpa", Unit.MONEY_MONTH, each,
                numerator=given["revenue"], denominator=given["clients"], n=int(given["clients"]),
            )  # fmt: skip
            draft.say("arpa", "That is {arpa} a client.", "На одного клиента приходится {arpa}.", arpa=arpa)
    if "revenue_then" not in given or "revenue_same" not in given:
        return
    nrr = told.stated(
        draft, "revenue_then", "nrr", Unit.RATIO, float(given["revenue_same"]) / float(given["revenue_then"]),
        numerator=given["revenue_same"], denominator=given["revenue_then"],
    )  # fmt: skip
    draft.say(
        "nrr",
        "The clients of a year ago now pay {nrr} of what they paid then.",
        "Клиенты, работавшие с вами год назад, платят сейчас {nrr} от прежнего.",
        nrr=nrr,
    )
    if float(nrr.value or 0) < draft.portfolio.policy["target_nrr"]:
        claim = draft.claim(
            "below",
            "Growth of existing clients does not cover their losses: {nrr}.",
            "Рост действующих клиентов не покрывает потерь: {nrr}.",
            nrr=nrr,
        )
        draft.find("nrr_below_target", "warning", claim)


def _personalisation(draft: Draft, found: Interview) -> None:
    given = found.given
    if "identity" in given:
        share = told.stated(draft, "identity", "segments", Unit.RATIO, given["identity"], kind="identity")
        claim = draft.claim(
            "identity",
            "By your account, {share} of the payments can be tied to a client.",
            "С ваших слов, к конкретному клиенту можно отнести {share} оплат.",
            share=share,
        )
        if given["identity"] < 1:
            draft.find("identity_gaps", "warning", claim)
        elif claim is not None:
            draft.claims.append(claim)
    if "joined" in given:
        draft.say(
            "sources",
            "Signals kept by client, by your account: {have} of {every}.",
            "Сигналов с привязкой к клиенту, с ваших слов: {have} из {every}.",
            have=told.count(draft, "joined", int(given["joined"]), kind="sources_joined"),
            every=told.count(draft, "joined", SIGNALS, kind="sources_known"),
        )


def _retention(draft: Draft, found: Interview) -> None:
    given = found.given
    if "clients_then" in given and "lost" in given:
        _churn(draft, int(given["lost"]), int(given["clients_then"]))
    if "nps" not in given:
        return
    nps = told.stated(draft, "nps", "nps", Unit.NPS, given["nps"])
    target = draft.portfolio.policy["target_nps"]
    if float(given["nps"]) >= target:
        draft.say(
            "nps",
            "By your account, the recommendation index (NPS) is {nps}.",
            "С ваших слов, индекс рекомендаций (NPS) — {nps}.",
            nps=nps,
        )
        return
    claim = draft.claim(
        "detractors",
        "By your account, the recommendation index (NPS) is {nps}, the target {target}.",
        "С ваших слов, индекс рекомендаций (NPS) — {nps} при цели {target}.",
        nps=nps,
        target=draft.target(nps, target),
    )
    draft.find("nps_detractors", "warning", claim)


def _churn(draft: Draft, lost: int, then: int) -> None:
    share: dict[str, Any] = {"numerator": lost, "denominator": then, "n": then}
    churn = told.stated(draft, "lost", "logo_churn", Unit.RATIO, lost / then, **share)
    draft.say(
        "churn",
        "By your count, {lost} of {then:client|clients} left over the year, {churn}.",
        "По вашему счёту, за год ушли {lost} из {then:клиента|клиентов|клиентов} — {churn}.",
        lost=told.count(draft, "lost", lost, kind="lost"),
        then=told.count(draft, "clients_then", then, kind="clients_a_year_ago"),
        churn=churn,
    )
    target = draft.portfolio.policy["target_logo_churn"]
    if lost / then > target:
        claim = draft.claim(
            "high",
            "Client churn is {churn} a year; the target is {target}.",
            "Отток клиентов — {churn} в год при цели {target}.",
            churn=churn,
            target=draft.target(churn, target),
        )
        draft.find("churn_high", "warning", claim)


def _culture(draft: Draft, found: Interview) -> None:
    if not found.culture:
        return
    portfolio = culture.answered(draft.portfolio, {"culture": found.culture})
    every = [told.restated(item, "culture") for item in metrics.compute(portfolio, "culture")]
    culture.told(draft, every)


def _proof(draft: Draft, found: Interview) -> None:
    given = found.given
    if "promised" in given and "clients" in given:
        _coverage(draft, int(given["promised"]), int(given["clients"]))
    if "kept" in given:
        draft.say(
            "vrs",
            "As you judge it, the score of promises kept (VRS) is {score}.",
            "По вашей оценке, выполнение записанных обещаний (VRS) — {score}.",
            score=told.stated(draft, "kept", "vrs", Unit.SCORE, round(float(given["kept"]) * 100, 6)),
        )


def _coverage(draft: Draft, promised: int, clients: int) -> None:
    if not promised:
        claim = draft.claim(
            "no_promises",
            "No promise is on record for any of {clients:client|clients}, so no kept promise can be shown.",
            "Никому из {clients:клиента|клиентов|клиентов} не записано обещание: показать выполненное нечем.",
            clients=told.count(draft, "clients", clients, kind="clients"),
        )
        draft.find("no_promises", "warning", claim)
        return
    share = told.stated(
        draft, "promised", "vrs", Unit.RATIO, promised / clients,
        kind="report_coverage", numerator=promised, denominator=clients, n=clients,
    )  # fmt: skip
    claim = draft.claim(
        "coverage",
        "A report on kept promises could be made for {share} of the clients.",
        "Отчёт о выполненных обещаниях можно было бы сделать для {share} клиентов.",
        share=share,
    )
    if promised / clients < draft.portfolio.policy["target_report_coverage"]:
        draft.find("report_coverage", "info", claim)
        told.concerning(draft, clients - promised)
    elif claim is not None:
        draft.claims.append(claim)


def _count(draft: Draft, found: Interview, question: str, kind: str) -> Reading | None:
    if question not in found.given:
        return None
    return told.count(draft, question, int(found.given[question]), kind=kind)


_STEPS: Mapping[str, Callable[[Draft, Interview], None]] = {
    "segments": _segments,
    "delivery": _delivery,
    "growth": _growth,
    "personalisation": _personalisation,
    "retention": _retention,
    "culture": _culture,
    "proof": _proof,
}
