"""An audit in the terminal: summary, steps with findings, key readings, recommendations, what is not known."""

from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Styled

from tools import formats
from tools.document import Audit, Finding, NoCase, Recommendation, Step, Telling
from tools.profile import NAMES as PROFILES
from tools.reading import Reading
from tools.render import Register
from tools.reports.register import audit_readings, audit_register
from tools.reports.telling import SUMMARY
from tools.text import Language
from ui import terminal
from ui.phrases import STATUS, phrase, sentence_case

ACCOUNTS_NAMED = 3
KEY_READINGS = (
    "mrr", "arr", "nrr", "grr", "logo_churn", "money_churn", "arpa", "cash_per_client", "revenue_per_client", "ltv",
    "cac_payback", "ttv", "vrs", "value_gap", "chs", "nps", "referrals", "renewals", "overdue", "silence",
    "concentration", "adoption", "culture", "client_roi", "money_at_stake",
)  # fmt: skip


def show_audit(audit: Audit, telling: Telling, console: Console) -> None:
    """Print the whole audit as told, top to bottom."""
    language, register = telling.language, audit_register(audit)
    width = min(console.width, 120) - 4
    shown: list[RenderableType] = [_summary(audit, telling, register, width)]
    shown += [_step(step, number, telling, register, width) for number, step in enumerate(audit.steps, start=1)]
    key = list(key_readings(audit))
    if key:
        table = terminal.readings_table(key, language, currency=audit.currency, width=width)
        shown.append(terminal.titled(phrase("readings", language), table))
    if any(step.recommendations for step in audit.steps):
        shown.append(terminal.titled(phrase("recommendations", language), _actions(audit, register, width, language)))
    shown += list(_remarks(audit, language, width))
    for part in shown:
        console.print(part, width=min(console.width, 120))


def key_readings(audit: Audit) -> Iterator[Reading]:
    """The first whole-portfolio reading of each headline metric that the audit shows."""
    first: dict[str, Reading] = {}
    for reading in audit_readings(audit):
        if not reading.scope:
            known = first.get(reading.key)
            if known is None or (known.value is None and reading.value is not None):
                first[reading.key] = reading
    yield from (first[key] for key in KEY_READINGS if key in first)


def _summary(audit: Audit, telling: Telling, register: Register, width: int) -> RenderableType:
    language = telling.language
    evidence = register.say(audit.profile.evidence, language)
    text = register.fill(telling.sections[SUMMARY].draft, language)
    last = audit.as_of
    day = f" · {phrase('as_of', language)} {formats.day(last, language)}" if last else ""
    body: list[RenderableType] = [terminal.prose(text, width=width), Styled("")]
    profile = f"{phrase('profile', language)}: {PROFILES[audit.profile.key][language]}. {evidence.text}"
    body.append(terminal.prose(profile, width=width, style="bright_black"))
    if telling.notice is not None:
        body.append(terminal.prose(telling.notice[language], width=width, style="yellow"))
    elif telling.written_by == "rules":
        body.append(
            terminal.prose(
                phrase("status_line_told" if audit.interview else "status_line", language),
                width=width,
                style="bright_black",
            )
        )
    return terminal.titled(f"{phrase('audit', language)}{day}", *body, colour="bold cyan")


def _step(step: Step, number: int, telling: Telling, register: Register, width: int) -> RenderableType:
    language = telling.language
    body: list[RenderableType] = [terminal.prose(step.question[language], width=width, style="italic bright_black")]
    for claim in step.claims:
        body.append(terminal.prose(register.say(claim, language), width=width))
    if step.reason is not None:
        body.append(terminal.prose(sentence_case(step.reason[language]), width=width, style="yellow"))
    for finding in step.findings:
        body += [Styled(""), *_finding(finding, register, language, width)]
    status = STATUS[step.status][language]
    title = f"{number}. {step.title[language]} · {status}"
    return terminal.titled(title, *body, colour=terminal.STATUS_COLOURS[step.status])


def _finding(finding: Finding, register: Register, language: Language, width: int) -> Iterator[RenderableType]:
    text = register.fill(" ".join(register.draft(claim, language) for claim in finding.claims), language)
    yield terminal.bullet(finding.severity, text, language, width=width)
    for line in finding.accounts[:ACCOUNTS_NAMED]:
        why = register.say(line.why, language)
        money = formats.reading(line.money, language, currency=register.currency) if line.money else ""
        head = terminal.prose(line.name + (f" · {money}" if money else ""), width=width - 6, style="bold")
        yield Padding(Group(head, terminal.prose(why, width=width - 6)), (0, 0, 0, 4))
    total = max(finding.accounts_total, len(finding.accounts))
    if finding.accounts and total > ACCOUNTS_NAMED:
        more = phrase("and_more", language, n=formats.count(total - ACCOUNTS_NAMED, language))
        yield Padding(Styled(more, style="bright_black"), (0, 0, 0, 4))


def _actions(audit: Audit, register: Register, width: int, language: Language) -> Table:
    """Actions under the stage of the plan they belong to; a narrow page leaves owner and metric out."""
    wide = width >= terminal.NARROW - 4
    names = ("action", "owner", "metric", "effect") if wide else ("action", "effect")
    table = terminal.grid(*(phrase(name, language) for name in names))
    items = _distinct(item for step in audit.steps for item in step.recommendations)
    for stage in audit.plan:
        mine = [item for item in items if item.stage == stage.number]
        if mine:
            table.add_row(Styled(f"{stage.number}. {stage.title[language]}", style="bold cyan"))
        for item in mine:
            action = Styled(item.action[language])
            action.append(
                "\n" + "\n".join((*_days(item, audit, language), _basis(item, language))), style="bright_black"
            )
            more = (Styled(item.owner[language]), Styled(_goal(item, register, language))) if wide else ()
            table.add_row(action, *more, _effect(item, register, language))
            table.add_row()
    return table


def _days(item: Recommendation, audit: Audit, language: Language) -> list[str]:
    """From when to when the plan puts the action; nothing where the data have no day."""
    every = [found for step in audit.steps for found in step.recommendations]
    for action in (action for stage in audit.plan for action in stage.actions):
        if every[action.recommendation].playbook == item.playbook and action.start and action.due:
            return [f"{formats.day(action.start, language)} – {formats.day(action.due, language)}"]
    return []


def _distinct(items: Iterable[Recommendation]) -> list[Recommendation]:
    """One recommendation a playbook: the one whose effect is known, else the first."""
    found: dict[str, Recommendation] = {}
    for item in items:
        known = found.get(item.playbook)
        if known is None or (not known.effect.usable and item.effect.usable):
            found[item.playbook] = item
    return list(found.values())


def _effect(item: Recommendation, register: Register, language: Language) -> Styled:
    if item.effect.usable:
        return terminal.value(item.effect, language, currency=register.currency)
    shown = Styled(formats.ABSENT[language], style="bright_black")
    if item.break_even is not None and item.break_even.value is not None:
        share = formats.reading(item.break_even, language, currency=register.currency)
        shown.append(f"\n{phrase('break_even', language)} {share}", style="bright_black")
    return shown


def _basis(item: Recommendation, language: Language) -> str:
    case = item.case.reason[language] if isinstance(item.case, NoCase) else item.case.title[language]
    return f"{sentence_case(item.stop_rule[language])}\n{phrase('case', language)}: {case}"


def _goal(item: Recommendation, register: Register, language: Language) -> str:
    from tools.reports.names import metric_name

    ends = [
        formats.reading(end, language, currency=register.currency) if end else "—"
        for end in (item.metric.now, item.metric.target)
    ]
    return f"{metric_name(item.metric.key, language)}: {' → '.join(ends)}"


def _remarks(audit: Audit, language: Language, width: int) -> Iterator[RenderableType]:
    if audit.problems:
        lines = terminal.problems(audit.problems, language, width=width)
        yield terminal.titled(phrase("problems", language), *lines, colour="yellow")
    if audit.control_totals:
        table = terminal.control_totals(audit.control_totals, language)
        yield terminal.titled(phrase("control_totals", language), table)
    missing = [gap for step in audit.steps for gap in step.missing]
    if missing:
        lines = [
            terminal.prose(
                f"– {gap.what[language]}: {gap.why[language]} → {phrase('needs', language)}: {gap.needs[language]}",
                width=width,
            )
            for gap in missing
        ]
        yield terminal.titled(phrase("not_computed", language), *lines, colour="bright_black")
    found = [mistake for mistake in audit.mistakes if mistake.found]
    if found:
        lines = [terminal.prose(f"– {item.title[language]}: {item.why[language]}", width=width) for item in found]
        yield terminal.titled(phrase("mistakes", language), *lines, colour="yellow")
