"""Reads a filter: words and marks, then a descent by the grammar; every value is typed by its field.

or: and (or and)* · and: not (and not)* · not: "not" not | "(" or ")" | field test
test: sign value | [not] in (value, …) | is known | is unknown
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tools.errors import UnknownName
from tools.fields import Field, find_field, plain
from tools.filters import Among, And, BadFilter, Compare, Condition, Known, Not, Or, Value
from tools.filters_values import EMPTY, typed
from tools.text import Text, same

Kind = Literal["quoted", "date", "number", "sign", "mark", "word", "end"]
LONGEST, DEEPEST = 4000, 40
PATTERN = re.compile(
    r"""\s*(?:
      (?P<quoted>"(?:[^"]|"")*"|'[^']*'|«[^»]*»|“[^”]*”)
    | (?P<date>\d{4}-\d{2}-\d{2}(?![\w.-])|\d{2}\.\d{2}\.\d{4}(?![\w.-]))
    | (?P<number>[-−+]?\d+(?:\.\d+)?(?![\w-]|\.\d))
    | (?P<sign><=|>=|!=|<>|==|[=<>≤≥≠])
    | (?P<mark>[(),;%])
    | (?P<word>\w[\w.\-–&/+@#]*)
    )""",
    re.VERBOSE,
)
SIGNS = {"==": "=", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">="}
WORDS = {
    "and": "and", "и": "and", "or": "or", "или": "or", "not": "not", "не": "not", "in": "in", "в": "in", "is": "is",
    "known": "known", "известно": "known", "известен": "known", "известна": "known",
    "unknown": "unknown", "неизвестно": "unknown", "неизвестен": "unknown", "неизвестна": "unknown",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: its kind, what stands there, and where (``start`` and ``end`` as characters)."""

    kind: Kind
    raw: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The keyword that a bare word is, else nothing."""
        return WORDS.get(plain(self.raw), "") if self.kind == "word" else ""


def read(text: str, *, as_written: bool = False) -> Condition:
    """The condition that a text says, or `BadFilter`; ``as_written`` keeps the case of free values."""
    if not text.strip():
        raise BadFilter(EMPTY, 0)
    if len(text) > LONGEST:
        raise BadFilter(
            Text(f"The filter is longer than {LONGEST} characters.", f"Фильтр длиннее {LONGEST} знаков."), LONGEST
        )
    reader = _Reader(text, _tokens(text), as_written=as_written)
    found = reader.either(0)
    if reader.next.kind != "end":
        raise reader.fault(
            Text(
                "expected “and”, “or” or the end; a value of several words stands in quotes",
                "ожидалось «и», «или» либо конец; значение из нескольких слов пишут в кавычках",
            )
        )
    return found


def bare(value: str) -> bool:
    """True where a text value needs no quotes."""
    found = PATTERN.match(value)
    return (
        found is not None
        and found.lastgroup in ("word", "number", "date")
        and found.group(found.lastgroup) == value
        and value[0] not in "+-−"
    )


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        found = PATTERN.match(text, place)
        if found is None:
            at = place + len(text[place:]) - len(text[place:].lstrip())
            raise _fault(
                Text("this character has no meaning here; text stands in quotes", "этот знак здесь ничего не значит; текст пишут в кавычках"),
                text,
                at,
            )  # fmt: skip
        kind: Kind = found.lastgroup  # type: ignore[assignment]
        tokens.append(Token(kind, found.group(kind), found.start(kind), found.end(kind)))
        place = found.end()
    return [*tokens, Token("end", "", end, end)]


def _fault(why: Text, text: str, start: int, near: tuple[str, ...] = ()) -> BadFilter:
    """The error with the place: its number from one and what stands there."""
    rest = text[start : start + 20].strip()
    tail = Text(f" (character {start + 1}", f" (знак {start + 1}")
    shown = Text(f": “{rest}”)", f": «{rest}»)") if rest else Text(", the end)", ", конец)")
    said = Text("The filter: {why}", "Фильтр: {why}").fill(why=why)
    return BadFilter(Text(said.en + tail.en + shown.en + ".", said.ru + tail.ru + shown.ru + "."), start, near)


class _Reader:
    """The descent: each method reads one rule of the grammar from the tokens left."""

    def __init__(self, text: str, tokens: list[Token], *, as_written: bool) -> None:
        self._text, self._tokens, self._place = text, tokens, 0
        self._as_written = as_written

    @property
    def next(self) -> Token:
        return self._tokens[self._place]

    def fault(self, why: Text, at: Token | None = None, near: tuple[str, ...] = ()) -> BadFilter:
        return _fault(why, self._text, (at or self.next).start, near)

    def either(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise self.fault(Text("too many brackets within brackets", "слишком много вложенных скобок"))
        parts = [self.both(depth)]
        while self.next.word == "or":
            self._take()
            parts.append(self.both(depth))
        return either(parts)

    def both(self, depth: int) -> Condition:
        parts = [self.one(depth)]
        while self.next.word == "and":
            self._take()
            parts.append(self.one(depth))
        return both(parts)

    def one(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise self.fault(Text("too many brackets within brackets", "слишком много вложенных скобок"))
        if self.next.word == "not":
            self._take()
            return Not(self.one(depth + 1))
        if self.next.raw == "(":
            self._take()
            inside = self.either(depth + 1)
            self._close()
            return inside
        return self._test()

    def _test(self) -> Condition:
        field, token = self._field(), self.next
        if token.kind == "sign":
            self._take()
            sign = SIGNS.get(token.raw, token.raw)
            if sign not in ("=", "!=") and field.kind in ("text", "bool"):
                why = Text(
                    "{field} is not a number or a date: compare it by = != in, not in",
                    "{field} — не число и не дата: сравнивать можно только через = != in, not in",
                )
                raise self.fault(why.fill(field=same(field.key)), token)
            return Compare(field.key, sign, self._value(field, listed=False))
        negated = token.word == "not" and self._tokens[self._place + 1].word == "in"
        if token.word == "in" or negated:
            self._take(2 if negated else 1)
            return self._among(field, negated=negated)
        if token.word == "is":
            self._take()
            opposite = self.next.word == "not"
            self._take(1 if opposite else 0)
            return self._known(field, opposite=opposite)
        if token.word in ("known", "unknown"):
            return self._known(field, opposite=False)
        raise self.fault(
            Text(
                "after {field} comes one of = != < <= > >= in, not in, is known, is unknown",
                "после {field} нужно одно из: = != < <= > >= in, not in (в, не в), известно, неизвестно",
            ).fill(field=same(field.key))
        )

    def _field(self) -> Field:
        token = self._take()
        if token.kind != "word" or token.word:
            raise self.fault(
                Text("expected the name of a field: plan, chs, segment …", "ожидалось имя поля: plan, chs, segment …"),
                token,
            )
        try:
            return find_field(token.raw)
        except UnknownName as error:
            why = Text(error.text.en.rstrip("."), error.text.ru.rstrip("."))
            raise self.fault(why, token, tuple(error.near)) from error

    def _known(self, field: Field, *, opposite: bool) -> Known:
        token = self._take()
        if token.word not in ("known", "unknown"):
            raise self.fault(Text("expected known or unknown", "ожидалось: известно или неизвестно"), token)
        return Known(field.key, (token.word == "known") != opposite)

    def _among(self, field: Field, *, negated: bool) -> Among:
        if self.next.raw != "(":
            raise self.fault(Text("a list stands in brackets: (a, b)", "список пишут в скобках: (а, б)"))
        self._take()
        values = [self._value(field, listed=True)]
        while self.next.raw in (",", ";"):
            self._take()
            values.append(self._value(field, listed=True))
        self._close()
        return among(field.key, values, negated=negated)

    def _value(self, field: Field, *, listed: bool) -> Value:
        first = self._take()
        if first.kind in ("end", "sign", "mark"):
            raise self.fault(
                Text("expected a value; text of several words stands in quotes", "ожидалось значение; текст из нескольких слов пишут в кавычках"),
                first,
            )  # fmt: skip
        if first.kind == "quoted":
            inner = first.raw[1:-1]
            raw = inner.replace('""', '"') if first.raw[0] == '"' else inner
        else:
            raw = first.raw if field.kind != "number" else self._number(first, listed=listed)
        value = typed(raw, field)
        if isinstance(value, BadFilter):
            raise self.fault(value.text, first, tuple(value.near))
        free = self._as_written and field.kind == "text" and field.closed is None
        return " ".join(raw.split()) if free else value

    def _number(self, first: Token, *, listed: bool) -> str:
        """The number that begins here, with its thousands, decimal comma, unit and sign of percent."""
        raw, last = first.raw, first
        while (
            last.kind == "number"
            and self._follows("number", last, gap=1)
            and re.fullmatch(r"\d{3}(\.\d+)?", self.next.raw)
        ):
            last = self._take()
            raw += last.raw
        comma = not listed and self.next.raw == "," and self.next.start == last.end and "." not in raw
        after = self._tokens[min(self._place + 1, len(self._tokens) - 1)]
        if comma and after.kind == "number" and after.start == last.end + 1 and after.raw.isdigit():
            self._take()
            last = self._take()
            raw += f".{last.raw}"
        if self.next.raw == "%" or (self.next.kind == "word" and not self.next.word and first.kind == "number"):
            raw += f" {self._take().raw}"
        return raw

    def _follows(self, kind: Kind, last: Token, *, gap: int) -> bool:
        return self.next.kind == kind and self.next.start == last.end + gap

    def _close(self) -> None:
        token = self._take()
        if token.raw != ")":
            raise self.fault(Text("expected “)”", "ожидалась «)»"), token)

    def _take(self, count: int = 1) -> Token:
        token = self.next
        self._place = min(self._place + count, len(self._tokens) - 1)
        return token


__all__ = ["Decimal", "bare", "date", "read"]


def both(parts: Iterable[Condition]) -> Condition:
    """All parts, one conjunction however they were nested."""
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,)))
    return flat[0] if len(flat) == 1 else And(flat)


def either(parts: Iterable[Condition]) -> Condition:
    """Any part, one disjunction however they were nested."""
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,)))
    return flat[0] if len(flat) == 1 else Or(flat)


def among(field: str, values: Iterable[Value], *, negated: bool = False) -> Among:
    """A field with one of the values, each once, in order."""
    return Among(field, tuple(sorted(set(values), key=lambda value: (str(type(value)), value))), negated)
