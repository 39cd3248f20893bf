"""Commands that compute the audit: audit, and verify, which computes it again."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ui import session
from ui.commands.options import AsOf, Data, Json, Lang, Map, Out, Strict, day

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
    out: Out = None,
    map_file: Map = None,
    strict: Strict = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Run the seven steps: summary, findings, recommendations, plan; writes audit.html, audit.md and audit.json."""
    from ui import terminal
    from ui.audit_view import show_audit
    from ui.phrases import phrase
    from ui.progress import Progress

    language, last = session.speak(lang), day(as_of)
    chosen = _chosen(profile, steps, policy, answers)
    assistant = session.open_assistant()
    snapshot = session.load(assistant, source, map_file=map_file)
    with Progress(language, terminal.console(stderr=True)) as progress:
        result = assistant.audit(snapshot, as_of=last, language=language, out=out, on_event=progress, **chosen)
        progress.settle(result.audit)
    if as_json:
        typer.echo(result.files["json"].read_text("utf-8").rstrip("\n"))
    else:
        console = terminal.console()
        show_audit(result.audit, result.telling, console)
        page = result.files.get("html", result.files["json"])
        console.print(f"{phrase('report', language)}: {page.resolve()}", soft_wrap=True)
    if strict and any(step.status != "done" or step.missing for step in result.audit.steps):
        raise typer.Exit(session.NOT_ALL)


def _chosen(profile: str | None, steps: str | None, policy: Path | None, answers: Path | None) -> dict[str, Any]:
    """What the audit is asked to do, checked before anything is read or written."""
    from tools.audit import STEPS
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
    return {
        "profile": profile,
        "steps": tuple(key for key in known if key in wanted) if wanted else None,
        "policy": Policy.load(policy),
        "answers": session.read_mapping(answers) if answers else None,
    }


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="audit.json of an earlier audit.")],
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
    document = recompute.read_audit(file)
    chosen = _chosen(None, None, policy, answers)
    assistant = session.open_assistant()
    snapshot = session.load(assistant, source, map_file=map_file)
    again = recompute.audit_again(assistant, document, snapshot, policy=chosen["policy"], answers=chosen["answers"])
    checked, different = recompute.compare(document, again)
    if as_json:
        session.emit({"checked": checked, "different": different})
    else:
        recompute.show(checked, different, language, terminal.console())
    if different:
        raise typer.Exit(session.USER_ERROR)
