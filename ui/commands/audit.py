"""Commands that compute the audit: audit, and verify, which computes it again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui import session
from ui.commands.options import DATA_HELP, AsOf, Json, Lang, Map, Out, Strict, day

if TYPE_CHECKING:
    from rich.console import Console

    from agent.assistant import Assistant
    from agent.results import AuditResult
    from tools.reports.audiences import Audience
    from tools.text import Language

Policy = Annotated[Path | None, typer.Option("--policy", metavar="FILE", help="Thresholds that differ (YAML).")]
Answers = Annotated[
    Path | None, typer.Option("--answers", metavar="FILE", help="Answers to the questionnaires (YAML or JSON).")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(audit)
    app.command()(verify)


def audit(
    source: Annotated[
        str | None,
        typer.Option("--data", metavar="SOURCE", help="A file, a folder, a name, or demo."),
    ] = None,
    as_of: AsOf = None,
    profile: Annotated[
        str | None, typer.Option("--profile", metavar="KEY", help="subscription, repeat, usage or snapshot.")
    ] = None,
    steps: Annotated[str | None, typer.Option("--steps", metavar="KEY,…", help="Only these steps.")] = None,
    policy: Policy = None,
    answers: Answers = None,
    team: Annotated[
        str | None,
        typer.Option(
            "--capacity",
            metavar="LIST",
            help='What the team can do in a week: "support=20,sales=8,call=30" (hours by department, contacts by '
            'channel: call, letter, meeting), or "budget=300000,hour_cost=1500".',
        ),
    ] = None,
    readers: Annotated[
        list[str] | None,
        typer.Option(
            "--for", metavar="KEY,…", help="Tell it as well for ceo, cfo, a department (docs/audiences), or all."
        ),
    ] = None,
    out: Out = None,
    map_file: Map = None,
    strict: Strict = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Run the seven steps: summary, findings, recommendations, plan; writes audit.html, audit.md and audit.json.

    With --answers and without --data it is an interview: every figure is stated, each step names the file it needs.
    """
    from agent.tellings import written
    from tools.reports.contract import audit_json
    from ui import terminal
    from ui.audit_view import show_audit
    from ui.phrases import phrase
    from ui.progress import Progress

    language, last = session.speak(lang), day(as_of)
    chosen, told_for = _chosen(profile, steps, policy, answers, team), _readers(readers)
    told = _told(profile, map_file, chosen) if source is None else None
    assistant = session.open_assistant()
    snapshot = "" if told else session.load(assistant, source, map_file=map_file)
    with Progress(language, terminal.console(stderr=True)) as progress:
        common: dict[str, Any] = {"as_of": last, "language": language, "out": out, "on_event": progress}
        result = assistant.interview(**common, **told) if told else assistant.audit(snapshot, **common, **chosen)
        progress.settle(result.audit)
    tellings = written(result, told_for) if told_for else {}
    if as_json and tellings:
        files = [
            {"audience": key, "files": {kind: str(path) for kind, path in made.items()}}
            for key, made in tellings.items()
        ]
        session.emit({**audit_json(result.audit, result.telling, language=language), "tellings": files})
    elif as_json:
        typer.echo(result.files["json"].read_text("utf-8").rstrip("\n"))
    else:
        console = terminal.console()
        show_audit(result.audit, result.telling, console)
        page = result.files.get("html", result.files["json"])
        console.print(f"{phrase('report', language)}: {page.resolve()}", soft_wrap=True)
        _usage(result, assistant, language, console)
        for item in told_for:
            console.print(f"{item.name[language]}: {tellings[item.key]['html'].resolve()}", soft_wrap=True)
    if strict and any(step.status != "done" or step.missing for step in result.audit.steps):
        raise typer.Exit(session.NOT_ALL)


def _told(profile: str | None, map_file: Path | None, chosen: dict[str, Any]) -> dict[str, Any]:
    """What an interview is asked to do in place of an audit of data; `UserError` where there are no answers either."""
    from tools.errors import UserError
    from ui.phrases import REFUSALS

    if not {key for key in chosen["answers"] or {} if key != "capacity"}:
        raise UserError(REFUSALS["no_data_to_audit"])
    if profile is not None or map_file is not None:
        raise UserError(REFUSALS["no_profile_here"])
    return {key: chosen[key] for key in ("answers", "policy", "steps")}


def _usage(result: "AuditResult", assistant: "Assistant", language: "Language", console: "Console") -> None:
    """What a model was used for, beside what the raw tables would have taken."""
    from ui.usage_view import raw_line, usage_line

    used = result.telling.usage
    if used is not None and not result.audit.interview:
        portfolio = assistant.portfolio(result.audit.snapshot, as_of=result.audit.as_of)
        for line in (usage_line(used, language), raw_line(used, portfolio, language)):
            console.print(line, style="bright_black", soft_wrap=True, highlight=False)


def _readers(given: list[str] | None) -> "tuple[Audience, ...]":
    """The audiences asked for, in the order of the registry; `UnknownName` for a wrong one."""
    from tools.reports.audiences import chosen

    return chosen(",".join(given)) if given else ()


def _chosen(
    profile: str | None, steps: str | None, policy: Path | None, answers: Path | None, team: str | None = None
) -> dict[str, Any]:
    """What the audit is asked to do, checked before anything is read or written."""
    from tools.audit import STEPS
    from tools.capacity import written
    from tools.errors import UnknownName
    from tools.policy import Policy
    from tools.profile import NAMES
    from tools.text import Text

    if profile is not None and profile not in NAMES:
        raise UnknownName(Text("profile", "профиль"), profile, NAMES)
    known = [step.key for step in STEPS]
    wanted = [key.strip() for key in steps.split(",") if key.strip()] if steps is not None else None
    for key in wanted or []:
        if key not in known:
            raise UnknownName(Text("audit step", "шаг аудита"), key, known)
    given = session.read_mapping(answers) if answers else {}
    return {
        "profile": profile,
        "steps": tuple(key for key in known if key in wanted) if wanted else None,
        "policy": Policy.load(policy),
        "answers": {**given, **({"capacity": dict(written(team))} if team else {})} or None,
    }


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="audit.json, or a telling: audit.KEY.html or .md.")],
    source: Annotated[
        str | None, typer.Option("--data", metavar="SOURCE", help=f"{DATA_HELP} An interview needs none.")
    ] = None,
    policy: Policy = None,
    answers: Answers = None,
    map_file: Map = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Compute every figure of an audit again; exit with 2 and a list where one differs."""
    from ui import terminal
    from ui.commands import recompute

    language = session.speak(lang)
    document, text = recompute.read_document(file)
    chosen = _chosen(None, None, policy, answers)
    assistant = session.open_assistant()
    told = source is None and bool(document.get("interview"))
    snapshot = "" if told else session.load(assistant, source, map_file=map_file)
    again = recompute.audit_again(assistant, document, snapshot, policy=chosen["policy"], answers=chosen["answers"])
    checked, different = recompute.compared(document, text, again, kind=file.suffix[1:])
    if as_json:
        session.emit({"checked": checked, "different": different})
    else:
        recompute.show(checked, different, language, terminal.console())
    if different:
        raise typer.Exit(session.USER_ERROR)
