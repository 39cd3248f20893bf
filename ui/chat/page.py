"""The other parts of the page: first screen, how the files were read, the conversation, one-sentence errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from tools import formats
from tools.reading import Number
from tools.text import Language
from ui.chat.marks import explained, marked, word
from ui.phrases import table_title


@dataclass(frozen=True, slots=True)
class Message:
    """One line of the conversation: a question of the user, or an answer as the contract's JSON."""

    role: Literal["user", "answer", "partial", "error", "thinking"]
    text: str = ""
    answer: Mapping[str, Any] | None = None


def brand(language: Language, *, ready: bool = True) -> str:
    """The name of the product and what it is for; the page stays unseen until it is ``ready`` in the reader's language."""
    return (
        f'<div class="brand{" ready" if ready else ""}"><span class="logo" aria-hidden="true">'
        '<svg viewBox="0 0 32 32" width="32" height="32"><rect width="32" height="32" rx="9"/>'
        '<path d="M8 21.5 13.2 15l4.3 3.6L24 10.5"/><circle cx="24" cy="10.5" r="2.4"/></svg></span>'
        f"<div><h1>{word('title', language)}</h1><p>{word('tagline', language)}</p></div></div>"
    )


def hero(language: Language) -> str:
    """The first screen's sentence."""
    return f'<div class="hero"><h2>{word("hero", language)}</h2><p>{word("hero_more", language)}</p></div>'


def note(key: str, language: Language) -> str:
    """A small line under a control."""
    return f'<p class="note">{word(key, language)}</p>'


def heading(key: str, language: Language) -> str:
    """A heading of a panel."""
    return f'<h2 class="panel">{word(key, language)}</h2>'


def error(sentence: str, language: Language) -> str:
    """What went wrong and what to do, in one sentence."""
    return f'<div class="error" role="alert"><b>{word("failed", language)}.</b> {escape(sentence)}</div>'


def busy(key: str, language: Language) -> str:
    """Something is under way."""
    return f'<div class="busy" role="status"><span class="dot"></span>{word(key, language)}</div>'


def status_line(
    *,
    name: str,
    clients: int | None,
    as_of: str,
    numbers: tuple[int, int] | None,
    model: str | None,
    language: Language,
) -> str:
    """What is loaded, and «Чисел из данных … · чисел от ИИ 0 · сеть не нужна»."""
    parts = [f'<b class="base">{escape(name)}</b>']
    if clients is not None:
        parts.append(f"{_count(clients, language)} {_clients(clients, language)}")
    if as_of:
        parts.append(f"{word('as_of', language)} {escape(as_of)}")
    left = f"<span>{' · '.join(parts)}</span>"
    network = f"{word('model_on', language)}: {escape(model)}" if model else word("offline", language)
    if numbers is None:
        return f'<div class="status-line">{left}<span>{network}</span></div>'
    shown, foreign = numbers
    return (
        f'<div class="status-line">{left}<span>{word("told_numbers" if clients is None else "numbers", language)} <b>{_count(shown, language)}</b> · '
        f"{word('model_numbers', language)} <b>{foreign}</b> · {network}</span></div>"
    )


def loaded(document: Mapping[str, Any], language: Language) -> str:
    """Control totals, remarks on the data and open questions, each to unfold."""
    parts = (_totals(document, language), _problems(document, language), _questions(document, language))
    return f'<div class="folds">{"".join(parts)}</div>'


def conversation(messages: Sequence[Message], language: Language) -> str:
    """The chat: questions on the right, grounded answers on the left."""
    if not messages:
        return f'<div class="talk" role="log"><p class="empty">{word("chat_empty", language)}</p></div>'
    body = "".join(_message(message, language) for message in messages)
    return f'<div class="talk" role="log" aria-live="polite">{body}</div>'


def _message(message: Message, language: Language) -> str:
    if message.role == "thinking":
        return f'<div class="bubble answer">{busy("thinking", language)}</div>'
    if message.role == "partial":
        text = escape(message.text).replace("\n", "<br>")
        return f'<div class="bubble answer partial"><p>{text}</p>{busy("thinking", language)}</div>'
    if message.answer is None:
        text = escape(message.text).replace("\n", "<br>")
        return f'<div class="bubble {message.role}"><p>{text}</p></div>'
    answer = message.answer
    readings = {item["id"]: item for item in answer["readings"]}
    text = marked(answer["text"], answer["spans"], readings, language=language)
    return f'<div class="bubble answer"><p>{text}</p>{_sources(answer, language)}{_cards(answer, language)}</div>'


def _sources(answer: Mapping[str, Any], language: Language) -> str:
    if not answer["readings"]:
        return ""
    items = "".join(_source(item, language) for item in answer["readings"])
    count = len(answer["readings"])
    return (
        f'<details class="sources"><summary>{word("sources", language)} · {count}</summary><ul>{items}</ul></details>'
    )


def _source(reading: Mapping[str, Any], language: Language) -> str:
    used = reading.get("rows", {}).get("used") or 0
    rows = f" · {word('rows_used', language)}: {_count(used, language)}" if used else ""
    sql = reading.get("sql")
    shown = (
        f"<details><summary>{word('for_analyst', language)}</summary><pre>{escape(sql)}</pre></details>" if sql else ""
    )
    return f'<li><b class="num">{escape(reading["text"])}</b> {escape(explained(reading, language))}{rows}{shown}</li>'


def _cards(answer: Mapping[str, Any], language: Language) -> str:
    if not answer["cards"]:
        return ""
    names = ", ".join(escape(str(card)) for card in answer["cards"])
    return f'<p class="cards">{word("cards", language)}: {names}</p>'


def _totals(document: Mapping[str, Any], language: Language) -> str:
    totals = document["control_totals"]
    if not totals:
        return ""
    wrong = sum(1 for line in totals if line["difference"])
    state = f"{word('difference', language)}: {wrong}" if wrong else word("all_equal", language)
    head = "".join(f"<th>{word(key, language)}</th>" for key in ("in_files", "loaded", "difference"))
    rows = "".join(
        f'<tr class="{"off" if line["difference"] else ""}"><td>{escape(table_title(line["table"], language))} · {word(line["what"], language)}</td>'
        f"{''.join(_cell(line[key], line, language) for key in ('source', 'loaded', 'difference'))}</tr>"
        for line in totals
    )
    return (
        f'<details class="fold"><summary>{word("control_totals", language)} · <b>{state}</b></summary>'
        f'<div class="scroll"><table><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>'
    )


def _cell(value: Number, line: Mapping[str, Any], language: Language) -> str:
    currency = line["currency"]
    shown = (
        formats.money(value, language, currency=currency) if currency else formats.decimal(value, language, digits=2)
    )
    return f'<td class="num">{escape(shown)}</td>'


def _problems(document: Mapping[str, Any], language: Language) -> str:
    problems = document["problems"]
    if not problems:
        return ""
    items = "".join(
        f'<li class="{escape(item["severity"])}">{escape(item["text"])}{_example(item)}</li>' for item in problems
    )
    return (
        f'<details class="fold"><summary>{word("problems", language)} · <b>{len(problems)}</b></summary>'
        f'<ul class="problems">{items}</ul></details>'
    )


def _example(item: Mapping[str, Any]) -> str:
    return f" <code>{escape(str(item['example']))}</code>" if item["example"] else ""


def _questions(document: Mapping[str, Any], language: Language) -> str:
    if not document["questions"]:
        return ""
    items = "".join(
        f"<li>{escape(item['text'])} <i>{escape(' · '.join(item['options']))}</i></li>"
        for item in document["questions"]
    )
    return (
        f'<details class="fold" open><summary>{word("questions", language)} · <b>{len(document["questions"])}</b></summary>'
        f"<ul>{items}</ul></details>"
    )


def _count(value: int, language: Language) -> str:
    return escape(formats.count(value, language))


def _clients(count: int, language: Language) -> str:
    if language == "en":
        return formats.plural_en(count, "client", "clients")
    return formats.plural_ru(count, "клиент", "клиента", "клиентов")
