"""What every command shares: the reader's language, the assistant, the data asked for, the ways out."""

import sys
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.errors import BadData, OpenQuestion, UserError
from tools.text import Language, Text
from ui.phrases import REFUSALS

if TYPE_CHECKING:
    from agent.assistant import Assistant
    from tools.load import Question

_INTERRUPTED: list[int] = []
DONE, BUG, USER_ERROR, NOT_ALL, STOPPED = 0, 1, 2, 3, 130
_language: ContextVar[Language | None] = ContextVar("language", default=None)


def speak(chosen: Language | None, *, question: str | None = None) -> Language:
    """The language of the answer: the one chosen, else the question's, else the locale's; errors follow it."""
    language = chosen or (_written_in(question) if question else _of_locale())
    _language.set(language)
    return language


def spoken() -> Language:
    """The language chosen by the running command, else the locale's."""
    return _language.get() or _of_locale()


def _written_in(question: str) -> Language:
    return "ru" if any("а" <= letter <= "я" or letter == "ё" for letter in question.casefold()) else "en"


def _of_locale() -> Language:
    from agent.settings import locale_language, read_settings

    try:
        return read_settings().language
    except UserError:
        return locale_language()


def open_assistant() -> "Assistant":
    """The assistant over the settings of the environment."""
    from agent.assistant import Assistant
    from agent.settings import read_settings, ready_home

    settings = read_settings()
    ready_home(settings.home)
    return Assistant.open(settings)


def worded(question: str) -> str:
    """The question without blanks around it; `UserError` where nothing is left."""
    if not question.strip():
        raise UserError(REFUSALS["no_question"])
    return question.strip()


def load(assistant: "Assistant", source: str | None, *, map_file: Path | None = None) -> str:
    """The snapshot of the data asked for, read as by ``load --yes``; open questions that matter refuse it."""
    if source is None:
        raise UserError(REFUSALS["no_data"])
    answers = read_mapping(map_file) if map_file else None
    result = assistant.load(source, answers=answers)
    refuse_open(result.load.questions)
    return str(result.snapshot)


def interrupt(number: int, _frame: object) -> None:
    """Ctrl-C: stops here, or, where a library swallows the exception, at the next `stop_if_interrupted`."""
    _INTERRUPTED.append(number)
    raise KeyboardInterrupt


def stop_if_interrupted() -> None:
    """Raise `KeyboardInterrupt` if Ctrl-C was pressed and the exception was lost on its way."""
    if _INTERRUPTED:
        raise KeyboardInterrupt


def refuse_open(questions: Sequence["Question"]) -> None:
    """Raise `OpenQuestion` with the list of the questions whose answer changes a result, if there are any."""
    asked = [question for question in questions if question.changes and question.stop]
    if not asked:
        return
    from tools.reports.names import metric_name

    lines = {
        language: "\n".join(
            f"  {question.id}: {question.text[language]} [{' | '.join(question.options)}]"
            f" → {', '.join(metric_name(key, language) for key in question.changes)}"
            for question in asked
        )
        for language in ("en", "ru")
    }
    raise OpenQuestion(REFUSALS["open_questions"].fill(list=Text(lines["en"], lines["ru"])))


def read_mapping(path: Path) -> Mapping[str, Any]:
    """The ``key: value`` lines of a YAML or JSON file; `BadData` where there are none."""
    import yaml

    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise BadData(REFUSALS["no_file"].fill(path=path)) from error
    except OSError as error:
        raise BadData(REFUSALS["bad_file"].fill(path=path)) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadData(REFUSALS["not_a_mapping"].fill(path=path)) from error
    if not isinstance(found, dict):
        raise BadData(REFUSALS["not_a_mapping"].fill(path=path))
    return found


def emit(document: Mapping[str, Any] | Sequence[Any]) -> None:
    """Write one JSON document to stdout."""
    from tools.reports.contract import dumps

    sys.stdout.write(dumps(document) + "\n")
    sys.stdout.flush()


def note(line: str) -> None:
    """Write one line to stderr at once: progress and notices."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
