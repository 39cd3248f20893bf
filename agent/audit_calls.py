"""Tools of the chat that answer out of the audit's own steps, and what is said of reports."""

from collections.abc import Sequence
from dataclasses import replace
from shlex import quote
from typing import TYPE_CHECKING

from agent import refusals, sentences
from agent.inputs import by_hand
from agent.sentences import Result
from tools.document import Audit, Claim, Finding, Missing, Name, Pending, Slot, Step
from tools.text import Text

if TYPE_CHECKING:
    from knowledge.cards import Card
    from tools.audit import StepSpec

SHOWN_ACCOUNTS = 5
SHOWN_CARDS = 3
SHOWN_GOALS = 5
OVERVIEW_KEYS = ("nrr", "grr", "logo_churn", "churn_share")
#: The table without which a finding cannot be seen at all; where it is empty, the answer asks for the file.
EVIDENCE = {
    "stuck_step": "milestones", "promise_broken": "value_goals", "value_gap": "value_goals", "limit_hitters": "limits",
    "hidden_growers": "limits", "top_pain": "tickets", "low_adoption": "usage", "journey_drop": "milestones",
    "unused_product": "usage",
}  # fmt: skip


def findings(desk: sentences.Desk, *, codes: Sequence[str]) -> Result:
    """What the audit found under the codes: sentence, money, the accounts with most money, and the action that answers."""
    made = [done(desk, spec) for spec in _specs() if set(spec.codes) & set(codes)]
    found = [item for code in codes for step in made for item in step.findings if item.code == code]
    if not found:
        return _nothing(desk, codes, made)
    shown: set[tuple[str, str]] = set()
    claims = [claim for finding in found for claim in _told(finding, desk, shown)]
    claims += _on_each(found)
    cards = _cards(desk, found)
    actions = [sentences.advised(card, desk)[0] for card in cards]
    return Result((*claims, *actions), tuple(card.slug for card in cards))


def not_computed(desk: sentences.Desk) -> Result:
    """Everything that these data do not allow, of the audit's steps and of the metrics, each with the file that would help."""
    from tools.metrics import compute, metrics

    lacking = {item.what.en: item for spec in _specs() for item in done(desk, spec).missing}
    for item in metrics().values():
        readings = compute(desk.portfolio, item.key)
        if item.name.en not in lacking and not any(reading.usable for reading in readings):
            why = next((reading.reason for reading in readings if reading.reason is not None), item.needs)
            lacking[item.name.en] = Missing(item.name, why, item.needs)
    if not lacking:
        return Result((Claim("gaps.none", refusals.NO_GAPS),))
    alike: dict[tuple[str, str], list[Missing]] = {}
    for missing in lacking.values():
        alike.setdefault((missing.why.en, missing.needs.en), []).append(missing)
    return Result((*(_lack(items, place, desk) for place, items in enumerate(alike.values())), *by_hand(desk)))


def summary(desk: sentences.Desk, *, in_order: bool = False) -> Result:
    """Who receives value, what it costs, retention; then the decisions of the month, the same as in the audit.

    With ``in_order`` the seven steps are told one by one before the decisions. At the end stand the questions whose
    answers would make the audit fuller, and the answer waits for them.
    """
    from agent.lacking import offered
    from agent.summary import summary as opening
    from agent.whole_audit import step_by_step
    from tools.metrics import compute, metrics
    from tools.reports.decisions import decisions

    portfolio = desk.portfolio
    made = tuple(done(desk, spec) for spec in _specs())
    claims = list(opening(made))
    said = {reading.key for claim in claims for reading in claim.readings}
    for key in OVERVIEW_KEYS:
        head = compute(portfolio, key)[0] if key in metrics() and key not in said else None
        if head is not None and head.usable:
            claims.append(sentences.stated(head, desk, key))
            said |= {"churn_share"} if key == "logo_churn" else {key}
    cards = [desk.knowledge().cards[item.playbook] for item in decisions(_audit(desk, claims))]
    claims += [sentences.advised(card, desk)[0] for card in cards]
    by_step = step_by_step(desk) if in_order else Result()
    questions, pending = offered(portfolio)
    claims = [*by_step.claims, *claims]
    slugs = (*by_step.cards, *(card.slug for card in cards))
    return Result((*claims, Claim("whole_audit", refusals.WHOLE_AUDIT), *questions), slugs, pending=pending)


def telling(desk: sentences.Desk, *, audience: str) -> Result:
    """What leads the audit for an audience, what else is urgent, its first actions, and where the whole telling is made."""
    from agent.summary import summary as opening
    from tools.reports import audiences
    from tools.reports.tellings import told

    chosen = audiences.audience(audience)
    found = told(_audit(desk, opening(tuple(done(desk, spec) for spec in _specs()))), chosen)
    head = Claim("for_whom", refusals.TOLD_FOR, {"reader": chosen.reader})
    other = [finding for finding in (*found.stakes, *found.urgent) if finding.severity == "urgent"]
    urgent = [claim for finding in other for claim in finding.claims[:1]]
    claims = {claim.id: claim for claim in (head, *found.lead, *urgent)}
    cards = [desk.knowledge().cards[item.playbook] for item in (found.own or found.decisions)[:SHOWN_CARDS]]
    actions = [sentences.advised(card, desk)[0] for card in cards]
    command = sentences.claim("whole", refusals.TOLD_WHOLE, desk, command=Name(f"cvm audit --for {audience}"))
    return Result((*claims.values(), *actions, command), tuple(card.slug for card in cards))


def _audit(desk: sentences.Desk, summary: Sequence[Claim]) -> Audit:
    """The audit as far as the chat needs it: finished steps with recommendations, and the summary."""
    portfolio = desk.portfolio
    return Audit(
        "", portfolio.snapshot, portfolio.currency, portfolio.as_of, portfolio.profile, (), (),
        advised_steps(desk), tuple(summary), (), (),
    )  # fmt: skip


def advised_steps(desk: sentences.Desk) -> tuple[Step, ...]:
    """The finished steps with their recommendations; computed once a portfolio."""
    from agent.recommend import Adviser, advised

    portfolio = desk.portfolio
    if "advised" not in portfolio.memo:
        adviser = Adviser.shipped()
        made = [done(desk, spec) for spec in _specs()]
        portfolio.memo["advised"] = tuple(advised(step, portfolio=portfolio, adviser=adviser) for step in made)
    found: tuple[Step, ...] = portfolio.memo["advised"]
    return found


def report(desk: sentences.Desk, *, id: str) -> Result:
    """What the client's value report would hold: its rung, the promises, what is still to be confirmed, the command."""
    from tools.metrics import compute
    from tools.narrow import Narrow
    from tools.reports.value import value_report

    made = value_report(desk.portfolio, id)
    title = made.title
    head = sentences.claim(
        "report.title",
        Text(f"Value report. {title.text.en.rstrip('.')}.", f"Отчёт о ценности. {title.text.ru.rstrip('.')}."),
        desk,
        **title.claim.slots,
    )
    told = [claim.claim for section in made.sections if section.key == "promised" for claim in section.claims]
    gap = compute(desk.portfolio.narrowed(Narrow("account", id, (id,))), "value_gap")[0]
    if gap.usable and gap.value:
        told.append(sentences.claim("report.gap", refusals.REPORT_GAP, desk, gap=gap))
    asked = next((section for section in made.sections if section.key == "questions"), None)
    goals = [str(row[0]) for row in asked.table.rows][:SHOWN_GOALS] if asked is not None and asked.table else []
    if goals:
        told.append(_listed("report.confirm", refusals.REPORT_CONFIRM, [Name(goal) for goal in goals]))
    elif made.rung == "used":
        told.append(Claim("report.goals", refusals.REPORT_GOALS))
    command = sentences.claim("report.command", refusals.REPORT_COMMAND, desk, command=Name(f"cvm report {quote(id)}"))
    return Result((head, *told, command), pending=Pending("report", made.account, ("approve", "reject")))


def done(desk: sentences.Desk, spec: "StepSpec") -> Step:
    """The step run on the portfolio, once for as long as the portfolio is open."""
    memo = desk.portfolio.memo
    if ("step", spec.key) not in memo:
        memo["step", spec.key] = spec.run(desk.portfolio, {})
    found: Step = memo["step", spec.key]
    return found


def _specs() -> tuple["StepSpec", ...]:
    from tools.audit import steps

    return steps()


def _told(finding: Finding, desk: sentences.Desk, shown: set[tuple[str, str]]) -> list[Claim]:
    """One finding: its sentences, the money unless they state it, and accounts not listed for the same reason before."""
    claims = list(finding.claims)
    said = {reading.value for claim in claims for reading in claim.readings}
    stake = finding.money_at_stake
    if stake is not None and stake.usable and stake.value not in said:
        text = refusals.STAKE if finding.severity in ("urgent", "warning") else refusals.PAYS
        claims.append(sentences.claim(f"{finding.code}.stake", text, desk, money=stake))
    new = [line for line in finding.accounts if (line.id, line.why.text.en) not in shown][:SHOWN_ACCOUNTS]
    shown |= {(line.id, line.why.text.en) for line in new}
    for line in new:
        claims.append(
            replace(sentences.account_line(line.id, line.name, line.why, desk), id=f"{finding.code}.{line.id}")
        )
    if new and finding.accounts_total > SHOWN_ACCOUNTS:
        claims.append(Claim("more", refusals.MORE))
    return claims


def _on_each(found: Sequence[Finding]) -> list[Claim]:
    """The accounts that several findings name, where no list is a part of another."""
    lists = [{line.id: line.name for line in finding.accounts} for finding in found if finding.accounts]
    if len(lists) < 2:
        return []
    common = set.intersection(*(set(names) for names in lists))
    if not common or any(common == set(names) for names in lists):
        return []
    chosen = [(id, name) for id, name in lists[0].items() if id in common][:SHOWN_ACCOUNTS]
    return [_listed("findings.each", refusals.ON_EACH_LIST, [Name(name, account=id) for id, name in chosen])]


def _cards(desk: sentences.Desk, found: Sequence[Finding]) -> list["Card"]:
    """The playbook that answers each finding best, each once."""
    from knowledge.cards import answering

    chosen: dict[str, Card] = {}
    for finding in found:
        segment = finding.segments[0] if finding.segments else None
        for card in answering(finding.code, segment=segment, profile=desk.portfolio.profile.key)[:1]:
            chosen.setdefault(card.slug, card)
    return list(chosen.values())[:SHOWN_CARDS]


def _nothing(desk: sentences.Desk, codes: Sequence[str], made: Sequence[Step]) -> Result:
    """No such finding: a refusal where the data cannot show it, else the fact, with what could not be checked."""
    from tools.schema import TABLES

    wanted = list(dict.fromkeys(EVIDENCE[code] for code in codes if code in EVIDENCE))
    lacking = [item for step in made for item in step.missing]
    if wanted and not any(desk.portfolio.has(table) for table in wanted):
        title = TABLES[wanted[0]].title
        return Result(refused=refusals.NO_EVIDENCE.fill(table=title))
    if made and all(step.status == "skipped" for step in made) and lacking:
        item = lacking[0]
        return Result(refused=refusals.not_computable(item.what, item.why, item.needs))
    return Result((Claim("findings.none", refusals.NO_FINDING),))


def _lack(items: Sequence[Missing], place: int, desk: sentences.Desk) -> Claim:
    """What is lacking for the same reason and would be mended by the same file."""
    head = items[0]
    what = Text(*(", ".join(item.what[language].rstrip(".") for item in items) for language in ("en", "ru")))
    why, needs = sentences.unstopped(head.why), sentences.unstopped(head.needs)
    return sentences.claim(f"gap.{place}", refusals.GAP, desk, what=what, why=why, needs=needs)


def _listed(name: str, text: Text, names: Sequence[Name]) -> Claim:
    """A phrase with names out of the data after it."""
    slots: dict[str, Slot] = {f"name_{chr(97 + place)}": item for place, item in enumerate(names)}
    marks = ", ".join(f"{{{slot}}}" for slot in slots)
    return Claim(name, Text(f"{text.en} {marks}.", f"{text.ru} {marks}."), slots)
