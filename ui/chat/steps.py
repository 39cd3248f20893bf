"""The seven steps as cards: first as they finish, then as the finished audit tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from tools.load import SEVERITIES
from tools.text import Language, Text
from ui.chat.marks import marked, sentences, word
from ui.chat.plan import plan
from ui.chat.words import WORDS

ACCOUNTS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Card:
    """One step while the audit runs."""

    title: Text
    question: Text
    status: str = "pending"
    text: Text | None = None


def running(cards: Sequence[Card], language: Language) -> str:
    """The cards of an audit under way."""
    body = "".join(
        _card(
            number,
            title=escape(card.title[language]),
            question=escape(card.question[language]),
            status=card.status,
            body=f'<p class="text">{escape(card.text[language])}</p>' if card.text else "",
            language=language,
        )
        for number, card in enumerate(cards, start=1)
    )
    return f'<section class="steps" aria-live="polite">{body}</section>'


def finished(audit: Mapping[str, Any], language: Language) -> str:
    """The whole audit: what matters most, seven steps, decisions of the month, what is not known."""
    readings = _readings(audit)
    summary = audit["summary"]
    main = "".join(
        f"<p>{marked(summary['text'], summary['spans'], readings, language=language, start=start, end=end)}</p>"
        for start, end in sentences(summary["text"], summary["spans"])
    )
    cards = "".join(_step(number, step, readings, language) for number, step in enumerate(audit["steps"], start=1))
    return (
        f'<section class="summary"><h2>{word("summary", language)}</h2>{main}</section>'
        f'{_decisions(audit, language)}{plan(audit, readings, language)}<section class="steps">{cards}</section>{_unknown(audit, language)}'
    )


def numbers_shown(audit: Mapping[str, Any]) -> tuple[int, int]:
    """How many figures of the data the texts show, and how many digits stand outside of them in a model's wording."""
    sections = [audit["summary"], *audit["steps"]]
    texts = [*sections, *(finding for step in audit["steps"] for finding in step["findings"])]
    shown = sum(1 for text in texts for span in text["spans"] if ":" not in str(span["reading"]))
    foreign = 0
    for section in sections:
        if section["written_by"] == "model":
            covered = {place for span in section["spans"] for place in range(span["start"], span["end"])}
            foreign += sum(
                1 for place, letter in enumerate(section["text"]) if letter.isdigit() and place not in covered
            )
    return shown, foreign


def _readings(audit: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found = {item["id"]: item for item in audit["summary"].get("readings", ())}
    return found | {item["id"]: item for step in audit["steps"] for item in step["readings"]}


def _step(number: int, step: Mapping[str, Any], readings: dict[str, Mapping[str, Any]], language: Language) -> str:
    findings = sorted(step["findings"], key=lambda item: SEVERITIES.index(item["severity"]))
    top = finding_item(findings[0], readings, language) if findings else ""
    rest = _rest(step, findings[0] if findings else None, readings, language)
    reason = (
        f'<p class="reason">{escape(step["reason"][:1].upper() + step["reason"][1:])}</p>' if step["reason"] else ""
    )
    more = f'<details><summary>{word("more", language)}</summary><p class="text">{rest}</p></details>'
    if not top:
        more = f'<p class="text">{rest}</p>'
    return _card(
        number,
        title=escape(step["title"]),
        question=escape(step.get("question") or ""),
        status=step["status"],
        body=reason + top + (more if rest.strip() else ""),
        language=language,
    )


def _rest(
    step: Mapping[str, Any], top: Mapping[str, Any] | None, readings: dict[str, Mapping[str, Any]], language: Language
) -> str:
    """The step's text without the sentence that already stands above it."""
    text, spans = step["text"], step["spans"]
    place = text.find(top["text"]) if top else -1
    if top is None or place < 0:
        return marked(text, spans, readings, language=language)
    after = place + len(top["text"])
    before = marked(text, spans, readings, language=language, end=place)
    return before + marked(text, spans, readings, language=language, start=after)


def finding_item(finding: Mapping[str, Any], readings: dict[str, Mapping[str, Any]], language: Language) -> str:
    """A finding with its money and its first accounts."""
    severity = finding["severity"]
    text = marked(finding["text"], finding["spans"], readings, language=language)
    stake = readings.get(finding["money_at_stake"] or "")
    money = f'<span class="stake">{escape(stake["text"])} {word("at_stake", language)}</span>' if stake else ""
    return (
        f'<div class="finding {severity}"><div class="tags"><span class="severity">{word(severity, language)}</span>'
        f"{money}</div><p>{text}</p>{_accounts(finding, readings, language)}</div>"
    )


def _accounts(finding: Mapping[str, Any], readings: dict[str, Mapping[str, Any]], language: Language) -> str:
    shown = finding["accounts"][:ACCOUNTS_SHOWN]
    if not shown:
        return ""
    lines = []
    for line in shown:
        money = readings.get(line["money"] or "")
        why = marked(line["why"], line.get("why_spans", ()), readings, language=language)
        paid = f'<span class="num">{escape(money["text"])}</span>' if money else ""
        lines.append(f'<li><b>{escape(line["name"])}</b><span class="why">{why}</span>{paid}</li>')
    left = finding["accounts_total"] - len(shown)
    others = (
        f'<li class="others">{escape(WORDS["others"][language].replace("{n}", str(left)))}</li>' if left > 0 else ""
    )
    return f'<ul class="accounts">{"".join(lines)}{others}</ul>'


def _decisions(audit: Mapping[str, Any], language: Language) -> str:
    """The decisions of the month, as on every face."""
    actions = [item for step in audit["steps"] for item in step["recommendations"]]
    chosen = [actions[place] for place in audit["decisions"]]
    if not chosen:
        return ""
    items = "".join(action_item(item, language) for item in chosen)
    return f'<section class="decisions"><h2>{word("decisions", language)}</h2><ol>{items}</ol></section>'


def action_item(item: Mapping[str, Any], language: Language) -> str:
    """An action with its owner, its effect where one is known, and when to stop."""
    return (
        f'<li><p class="action">{escape(item["action"])}</p><p class="meta"><span>{escape(item["owner"])}</span>'
        f'{_effect(item, language)}</p><p class="stop">{escape(item["stop_rule"])}</p></li>'
    )


def _effect(item: Mapping[str, Any], language: Language) -> str:
    effect = item["effect"]
    if not effect or effect["status"] not in ("ok", "partial"):
        return ""
    return f'<span>{word("effect", language)} <b class="num">{escape(effect["text"])}</b></span>'


def _unknown(audit: Mapping[str, Any], language: Language) -> str:
    gaps = audit["not_computed"]
    if not gaps:
        return ""
    items = gap_items(gaps, language)
    return (
        f'<details class="fold"><summary>{word("unknown", language)} · {len(gaps)}</summary><ul>{items}</ul></details>'
    )


def gap_items(gaps: Sequence[Mapping[str, Any]], language: Language) -> str:
    """What could not be computed, each with the file that would help."""
    return "".join(
        f"<li><b>{escape(gap['what'])}</b> — {escape(gap['why'])} <i>{word('needs', language)}: {escape(gap['needs'])}</i></li>"
        for gap in gaps
    )


def _card(number: int, *, title: str, question: str, status: str, body: str, language: Language) -> str:
    return (
        f'<article class="step {status}" data-status="{status}"><header><span class="number">{number}</span>'
        f'<div><h3>{title}</h3><p class="question">{question}</p></div>'
        f'<span class="status">{word(status, language)}</span></header>{body}</article>'
    )
