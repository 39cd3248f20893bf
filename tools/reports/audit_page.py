"""The first page of the audit, one A4: the same blocks always; a block with nothing to say names what is missing."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tools.document import AccountLine, Audit, Recommendation, Step
from tools.load import SEVERITIES
from tools.reading import Reading, Window
from tools.render import Rendered
from tools.reports.decisions import decisions
from tools.reports.names import metric_name
from tools.reports.register import audit_readings
from tools.reports.teller import Teller, bound, words
from tools.text import Text

View = dict[str, Any]
CALLS, UNKNOWN = 4, 4

PROMISES = Text("a file of promises (the workbook of “cvm inputs”)", "файл обещаний (книга из «cvm inputs»)")
EVENTS = Text("dates of the first benefit per client", "даты первой пользы по клиентам")
BILLS = Text("invoices or subscriptions with dates", "счета или подписки с датами")
ENDS = Text("ends of contracts", "даты окончания договоров")

FOR_CLIENT: Mapping[str, Text] = {
    "vrs": PROMISES,
    "value_gap": PROMISES,
    "ttv": EVENTS,
}
FOR_US: Mapping[str, Text] = {"nrr": BILLS, "grr": BILLS, "logo_churn": BILLS, "renewals": ENDS}
VARIANTS = ("promised", "realised", "without_indexation", "without_largest", "without indexation")
NARROW = {"by", "group", "account", "where"}


def first_page(audit: Audit, teller: Teller, *, summary: Rendered) -> View:
    """The blocks of the first page; every number in them is bound to its reading or to its place in the document."""
    everything, wished = audit_readings(audit), _wished(audit)
    readings = [reading for reading in everything if reading.id not in wished]
    undated = "by_answers" if audit.interview else "undated"
    return {
        "as_of": teller.day(audit.as_of) if audit.as_of else teller.phrase(undated),
        "window": _period(readings, teller),
        "main": summary,
        "trust": _trust(audit, everything, teller),
        "for_client": _facts(FOR_CLIENT, readings, teller),
        "for_us": _facts(FOR_US, readings, teller),
        "steps": [_line(step, teller) for step in audit.steps],
        "decisions": _decisions(audit, teller),
        "calls": _calls(audit, teller),
        "unknown": _unknown(audit, teller),
    }


def _due(item: Recommendation, audit: Audit) -> date | None:
    """The last day of the action in the plan."""
    every = [found for step in audit.steps for found in step.recommendations]
    dated = [action for stage in audit.plan for action in stage.actions]
    return next((a.due for a in dated if every[a.recommendation].playbook == item.playbook), None)


def _wished(audit: Audit) -> set[str]:
    """Ids of targets and expected effects: no fact about today."""
    items = [item for step in audit.steps for item in step.recommendations]
    wished = {reading.id for item in items for reading in (item.effect, item.break_even, item.metric.target) if reading}
    return wished - {item.metric.now.id for item in items if item.metric.now}


def _period(readings: Sequence[Reading], teller: Teller) -> str | None:
    windows = [reading.window for reading in readings if reading.window]
    longest = max(windows, key=lambda window: (window.days <= 366, window.days), default=None)
    return teller.window(Window(longest.start, longest.end)) if longest else None


def _trust(audit: Audit, readings: Sequence[Reading], teller: Teller) -> list[Rendered]:
    totals = audit.control_totals
    differ = sum(1 for total in totals if total.difference != 0)
    lines = [words(teller.phrase("no_totals"))]
    if totals:
        count = words(teller.phrase("difference") + ": ", teller.count(differ, link="#control"))
        lines = [count if differ else words(teller.phrase("difference_none"))]
        rows = [total for total in totals if total.what == "rows"]
        loaded = sum((total.loaded for total in rows), Decimal(0))
        source = sum((total.source for total in rows), Decimal(0))
        lines.append(
            words(
                teller.phrase("rows_loaded") + " ",
                teller.count(loaded, link="#control"),
                f" {teller.phrase('of')} ",
                teller.count(source, link="#control"),
            )
        )
    assumed = sum(1 for reading in readings if reading.grade not in ("measured", "confirmed"))
    counts = (("remarks", len(audit.problems), "#problems"), ("assumed", assumed, "#steps"), ("from_ai", 0, "#steps"))
    lines += [words(f"{teller.phrase(key)} ", teller.count(value, link=link)) for key, value, link in counts]
    return lines


def _facts(wanted: Mapping[str, Text], readings: Sequence[Reading], teller: Teller) -> list[View]:
    facts: list[View] = []
    language = teller.language
    for key, needs in wanted.items():
        whole = [item for item in readings if item.key == key and not NARROW & set(item.scope)]
        heads = [item for item in whole if "kind" not in item.scope]
        known = [item for item in (heads or whole) if item.usable][:1]
        variants = [item for item in whole if item.usable and item.scope.get("kind") in VARIANTS]
        for item in [*known, *variants] if known else []:
            facts.append({"name": teller.name(item), "value": teller.value(item), "missing": None})
        if not known:
            reason = next((item.reason[language] for item in whole if item.reason), None)
            need = f"{teller.phrase('needs')}: {needs[language]}"
            facts.append({"name": metric_name(key, language), "value": None, "missing": reason or need})
    return facts


def _line(step: Step, teller: Teller) -> View:
    findings = sorted(step.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    worst = findings[0] if findings else None
    claims = worst.claims[:1] if worst else step.claims[:1]
    nothing = step.reason[teller.language] if step.reason else teller.phrase("no_finding")
    text = teller.say(claims) if claims else words(nothing)
    money = next((finding.money_at_stake for finding in findings if finding.money_at_stake), None)
    return {
        "key": step.key,
        "title": step.title[teller.language],
        "text": text,
        "money": teller.value(money) if money else words("–"),
        "status": step.status,
    }


def _decisions(audit: Audit, teller: Teller) -> list[View]:
    return [_decision(item, audit, teller) for item in decisions(audit)]


def _decision(item: Recommendation, audit: Audit, teller: Teller) -> View:
    language = teller.language
    effect = words(teller.phrase("effect_lower") + ": ", teller.effect(item.effect))
    if not item.effect.usable:
        effect = words(f"{teller.phrase('effect_lower')}: {teller.phrase('no_estimate')}")
        if item.break_even and item.break_even.usable:
            effect = words(teller.phrase("pays_at") + " ", teller.value(item.break_even))
    return {
        "action": item.action[language],
        "owner": item.owner[language],
        "due": bound(teller.day(due), "#plan") if (due := _due(item, audit)) else words("–"),
        "effect": effect,
        "stop": item.stop_rule[language],
    }


def _calls(audit: Audit, teller: Teller) -> list[View]:
    """The clients that most money depends on, among the urgent findings first, each once."""
    lines: dict[str, tuple[int, Decimal, AccountLine]] = {}
    for finding in (finding for step in audit.steps for finding in step.findings):
        for line in finding.accounts if finding.severity in ("urgent", "warning") else ():
            rank = (SEVERITIES.index(finding.severity), -_money(line), line)
            if line.id not in lines or rank[:2] < lines[line.id][:2]:
                lines[line.id] = rank
    chosen = sorted(lines.values(), key=lambda rank: (rank[0], rank[1], rank[2].name, rank[2].id))[:CALLS]
    return [
        {
            "name": line.name,
            "why": teller.say([line.why]),
            "money": teller.value(line.money) if line.money else None,
        }
        for _, _, line in chosen
    ]


def _money(line: AccountLine) -> Decimal:
    return Decimal(str(line.money.value)) if line.money and line.money.value is not None else Decimal(0)


def _unknown(audit: Audit, teller: Teller) -> list[View]:
    language = teller.language
    gaps = {gap.what[language]: gap for step in audit.steps for gap in step.missing}
    return [{"what": gap.what[language], "needs": gap.needs[language]} for gap in list(gaps.values())[:UNKNOWN]]
