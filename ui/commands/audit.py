"""Commands that compute the audit: audit, and verify, which computes it again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui import session
from ui.commands.options import AsOf, Data, Json, Lang, Map, Out, Strict, day

if TYPE_CHECKING:
    from tools.reports.audiences import Audience

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
    """Run the seven steps: summary, findings, recommendations, plan; writes audit.html, audit.md and audit.json."""
    from agent.tellings import written
    from tools.reports.contract import audit_json
    from ui import terminal
    from ui.audit_view import show_audit
    from ui.phrases import phrase
    from ui.progress import Progress

    language, last = session.speak(lang), day(as_of)
    chosen, told_for = _chosen(profile, steps, policy, answers, team), _readers(readers)
    assistant = session.open_assistant()
    snapshot = session.load(assistant, source, map_file=map_file)
    with Progress(language, terminal.console(stderr=True)) as progress:
        result = assistant.audit(snapshot, as_of=last, language=language, out=out, on_event=progress, **chosen)
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
        for item in told_for:
            console.print(f"{item.name[language]}: {tellings[item.key]['html'].resolve()}", soft_wrap=True)
    if strict and any(step.status != "done" or step.missing for step in result.audit.steps):
        raise typer.Exit(session.NOT_ALL)


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
    source: Data,
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
    snapshot = session.load(assistant, source, map_file=map_file)
    again = recompute.audit_again(assistant, document, snapshot, policy=chosen["policy"], answers=chosen["answers"])
    checked, different = recompute.compared(document, text, again, kind=file.suffix[1:])
    if as_json:
        session.emit({"checked": checked, "different": different})
    else:
        recompute.show(checked, different, language, terminal.console())
    if different:
        raise typer.Exit(session.USER_ERROR)
