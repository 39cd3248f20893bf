"""Sentences of the chat as claims: readings, accounts, cards; wording with a number in it becomes a quoted name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agent import refusals
from agent.reading.number_words import number_words
from tools.document import SLOT, Claim, Name, Pending, Slot
from tools.reading import Reading, Unit
from tools.text import Language, Text

if TYPE_CHECKING:
    from pathlib import Path

    from agent.notes import Notebook
    from knowledge.cards import Card
    from knowledge.search import Knowledge
    from knowledge.shelf import Document
    from tools.portfolio import Portfolio
    from tools.segments import Group


@dataclass(frozen=True, slots=True)
class Desk:
    """What the tools work with."""

    portfolio: "Portfolio"
    knowledge: "Callable[[], Knowledge]"
    language: Language
    shelf: "Callable[[], Sequence[Document]]" = tuple
    home: "Path | None" = None
    notebook: "Notebook | None" = None


@dataclass(frozen=True, slots=True)
class Result:
    """What one call gave."""

    claims: tuple[Claim, ...] = ()
    cards: tuple[str, ...] = ()
    refused: Text | None = None
    pending: Pending | None = None


def stated(reading: Reading, desk: Desk, name: str) -> Claim:
    """A reading named by its metric and scope."""
    return titled(Text(_name(reading, "en"), _name(reading, "ru")), reading, desk, name)


def among(where: str, desk: Desk) -> Claim:
    """Which clients an answer is about, as its first sentence."""
    return claim("among", refusals.FOR_CLIENTS, desk, where=_clients(where, desk))


def _clients(where: str, desk: Desk) -> Name:
    from tools.reports.filter_words import lowered
    from tools.reports.names import where_name

    return Name(lowered(where_name(where, desk.language)))


def _name(reading: Reading, language: Language) -> str:
    """The reading's name without the filter: the answer begins with it."""
    from tools.reports.filter_words import filter_name
    from tools.reports.names import reading_name

    filtered = filter_name(reading.scope.get("where", ""), language) is not None
    scope = {part: value for part, value in reading.scope.items() if part != "where" or not filtered}
    return reading_name(replace(reading, scope=scope), language)


def titled(title: Text, reading: Reading, desk: Desk, name: str) -> Claim:
    """A reading under a title, with its period, and the reason where it is partial."""
    slots: dict[str, Slot] = {"name": title, "value": reading}
    text = refusals.STATED
    if reading.window is not None:
        slots |= {"start": reading.window.start, "end": reading.window.closing}
        text = refusals.STATED_ON if reading.window.start == reading.window.closing else refusals.STATED_FOR
    if reading.status == "partial" and reading.reason is not None:
        slots["why"] = reading.reason
        text = Text(text.en[:-1] + " ({why}).", text.ru[:-1] + " ({why}).")
    return claim(name, text, desk, **slots)


def ranking(readings: list[Reading], desk: Desk, *, lowest: bool = False) -> tuple[Claim, ...]:
    """Accounts in the order of a figure: what it is and among whom, then a line an account."""
    from tools.reports.names import client_names, metric_name

    head = readings[0]
    where = head.scope.get("where")
    title = refusals.RANKED_LOWEST if lowest else refusals.RANKED
    text = Text(title.en + refusals.AMONG.en, title.ru + refusals.AMONG.ru) if where else title
    days: dict[str, Slot] = {}
    if head.window is not None:
        days = {"start": head.window.start, "end": head.window.closing}
        when = refusals.ON if head.window.start == head.window.closing else refusals.FROM_TO
        text = Text(text.en + when.en, text.ru + when.ru)
    name = _of_a_client(head.key) or Text(metric_name(head.key, "en"), metric_name(head.key, "ru"))
    among: dict[str, Slot] = {"where": _clients(where, desk)} if where else {}
    names = client_names(desk.portfolio)
    lines = [
        claim(
            f"{item.key}.of.{item.scope['account']}", refusals.RANK_LINE, desk,
            client=Name(names[item.scope["account"]], account=item.scope["account"]), value=item,
        )
        for item in readings
    ]  # fmt: skip
    ranked = head.rows.used if where and head.rows is not None else 0
    rest = [claim(f"{head.key}.all", refusals.IN_ALL, desk, n=_count(head, ranked))] if ranked > len(readings) else []
    return (
        claim(f"{head.key}.order", Text(f"{text.en}:", f"{text.ru}:"), desk, name=name, **among, **days),
        *lines,
        *rest,
    )


def _count(head: Reading, n: int) -> Reading:
    """How many clients an order is of, as a reading."""
    return replace(
        head,
        value=n,
        unit=Unit.COUNT,
        n=n,
        numerator=None,
        denominator=None,
        ci=None,
        sql=None,
        scope={**head.scope, "kind": "clients"},
    )


def _of_a_client(key: str) -> Text | None:
    """What a figure is called of one client, where the metric of the key is another thing: a mean, or in another unit."""
    from tools.fields import account_readings
    from tools.metrics import MEANS, metrics

    own, whole = account_readings().get(key), metrics().get(key)
    apart = own is not None and whole is not None and (key in MEANS or own.unit is not whole.unit)
    return own.name if own is not None and apart else None


def variant(reading: Reading, head: Reading, desk: Desk, name: str) -> Claim:
    """A further reading of the same metric, called by what sets it apart (without indexation, a segment, a month)."""
    if reading.key != head.key or reading.window != head.window:
        return stated(reading, desk, name)
    apart = [_name(reading, language).partition(" · ")[2] for language in ("en", "ru")]
    if not all(apart):
        return stated(reading, desk, name)
    title = Text(*(words[:1].upper() + words[1:] for words in apart))
    return claim(name, refusals.STATED, desk, name=title, value=reading)


def latest(readings: list[Reading]) -> list[Reading]:
    """Of a metric with a reading a month: those of its whole window where that comes first, else of the last month."""
    windows = {reading.window for reading in readings if reading.window is not None}
    if len(windows) < 3:
        return readings
    head = readings[0].window
    whole = head is not None and all(head.start <= item.start and item.end <= head.end for item in windows)
    monthly = {item.window for item in readings if item.scope.get("by") == "month" and item.window is not None}
    last = head if whole else max(monthly or windows, key=lambda item: (item.end, item.start))
    return [reading for reading in readings if reading.window == last]


def account_scores_of(portfolio: "Portfolio", id: str) -> list[Reading]:
    """Promises kept and health of one account, where known."""
    from tools.metrics.health import scores
    from tools.metrics.value import account_scores

    kept = account_scores(portfolio).get(id, (None, 0.0))[0] if portfolio.has("value_goals") else None
    health = scores(portfolio).get(id)
    found = {"vrs": kept, "chs": health.score if health is not None else None}
    return [
        Reading(key, Unit.SCORE, value, n=1, scope={"account": id}, snapshot=portfolio.snapshot)
        for key, value in found.items()
        if value is not None
    ]


def meaning(key: str, desk: Desk) -> Claim:
    """What a metric means, in a sentence."""
    from tools.metrics import metrics

    item = metrics()[key]
    return defined(key, item.name, item.meaning, desk)


def defined(key: str, name: Text, meaning: Text, desk: Desk) -> Claim:
    """A name and what it means, in a sentence."""
    return claim(f"meaning.{key}", refusals.MEANING, desk, name=name, meaning=_lowered(unstopped(meaning)))


def sized(group: "Group", desk: Desk) -> Claim:
    """A segment with the number of its clients, and their yearly money where it is known."""
    text = refusals.GROUP if group.money is not None else refusals.GROUP_NO_MONEY
    return claim(f"size.{group.key}", text, desk, title=group.title, n=group.accounts, money=group.money)


def account_line(id: str, name: str, why: Claim, desk: Desk) -> Claim:
    """One account of a list: name, what it pays a year, why it is here."""
    from tools.reports.names import client_names

    name = client_names(desk.portfolio).get(id, name)
    money = _money(desk.portfolio, id)
    head, slots = ("{client}", {}) if money is None else ("{client}, {pays}", {"pays": money})
    text = Text(f"{head}: {_unstop(why.text.en)}.", f"{head}: {_unstop(why.text.ru)}.")
    return claim(f"account.{id}", text, desk, **{"client": Name(name, account=id), **slots, **why.slots})


def _money(portfolio: "Portfolio", id: str) -> Reading | None:
    """What an account is worth a year, as the audit's lists show it."""
    from tools.metrics.orders import worth, worths

    money = worths(portfolio).get(id)
    if money is None:
        return None
    _table, window, convention = worth(portfolio)
    recurring = window is None or convention != "net_of_returns"
    return Reading(
        "arr" if recurring else "revenue_per_client", Unit.MONEY_YEAR, round(money, 2), n=1, window=window,
        convention=convention, scope={"account": id}, snapshot=portfolio.snapshot,
    )  # fmt: skip


def placed(id: str, name: str, title: Text, why: Claim, desk: Desk) -> Claim:
    """One account with its segment and the reason."""
    text = Text(
        "{client} — segment “{title}”: " + _unstop(why.text.en) + ".",
        "{client} — сегмент «{title}»: " + _unstop(why.text.ru) + ".",
    )
    return claim(f"account.{id}", text, desk, **{"client": Name(name, account=id), "title": title, **why.slots})


def advised(card: "Card", desk: Desk) -> list[Claim]:
    """A playbook in two sentences: what, who and what to watch; when to stop and how to begin."""
    from agent.recommend import OWNERS
    from tools.metrics import metrics

    assert card.action and card.owner and card.metric and card.stop_rule and card.first_phrase
    known = metrics().get(card.metric)
    shown = known.name if known else Text(card.metric.upper(), card.metric.upper())
    first = claim(
        f"advice.{card.slug}", refusals.ADVICE, desk,
        title=card.title, action=unstopped(card.action), owner=OWNERS[card.owner], metric=shown,
    )  # fmt: skip
    second = claim(
        f"how.{card.slug}", refusals.HOW, desk, stop=unstopped(card.stop_rule), phrase=unstopped(card.first_phrase)
    )
    return [first, second]


def claim(id: str, text: Text, desk: Desk, **slots: Slot | None) -> Claim:
    """A claim whose wording slots stay words, or become quoted names where they hold a number."""
    given = {name: _worded(slot, desk.language) for name, slot in slots.items() if slot is not None}
    used = set(SLOT.findall(text.en)) | set(SLOT.findall(text.ru))
    return Claim(id, text, {name: slot for name, slot in given.items() if name in used})


def bound(result: Result, desk: Desk) -> Result:
    """The result; a refusal whose reason holds a number says it as a quoted name, so that no number stands unbound."""
    if result.refused is None or result.claims or _plain(result.refused):
        return result
    return replace(result, claims=(claim("refused", refusals.SAID, desk, said=result.refused),))


def _worded(slot: Slot, language: Language) -> Slot:
    return Name(slot[language]) if isinstance(slot, Text) and not _plain(slot) else slot


def _plain(text: Text) -> bool:
    return all(not number_words(words) and not any(c.isdigit() for c in words) for words in (text.en, text.ru))


def unstopped(text: Text) -> Text:
    """The phrase without its last full stop."""
    return Text(_unstop(text.en), _unstop(text.ru))


def _lowered(text: Text) -> Text:
    """The phrase to stand after a dash: its first letter small, unless an acronym begins it."""
    return Text(*(words if words[1:2].isupper() else words[:1].lower() + words[1:] for words in (text.en, text.ru)))


def _unstop(words: str) -> str:
    return words.strip().rstrip(".")
