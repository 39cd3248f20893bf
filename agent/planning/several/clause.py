"""One clause of a message that asks several things: its calls, with what it takes over from the clause before it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from agent.examples import Call, call
from agent.planning import carry, noting
from agent.planning.carry import FIGURES, THEM, sliced
from agent.planning.nearest import SURE, guesses
from agent.planning.onward import follow, follow_words
from agent.planning.onward.again import OPENS, REFERS
from agent.planning.several import after
from agent.planning.several.parts import Clause
from agent.planning.slices import grouping_of, window_of
from agent.reading.bounds import bounds
from agent.reading.narrowing import narrowed
from agent.reading.understand import Understood, understood

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: The calls of one question after others, where they are sure enough; ``previous`` are the calls of the one before.
One = Callable[[Understood, list[Call], float], list[Call] | None]

#: How much examples must speak for the call of a clause that asks for itself; of one that does not, where no other call is half as likely.
APART, CLEAR = 0.25, 0.3
#: How much they must speak for a figure that a clause names for itself, or though it points back.
KNOWN, PLAIN = 0.6, 0.8
#: How much they must speak for a clause being of nothing that the product does.
FOREIGN = 0.6
#: Ties that may hold one question together.
LOOSE = frozenset({"weak", "comma", "dash", "link", "head"})
#: The first and the second of two clients named before.
FORMER, LATTER = (
    re.compile(r"\b(?:the former|the first(?: one)?|перв(?:ого|ому|ый|ым|ой|ую))\b"),
    re.compile(r"\b(?:the latter|the second(?: one)?|втор(?:ого|ому|ой|ым|ую))\b"),
)
#: What examples make of words that say little.
VAGUE = frozenset({"summary", "refuse"})
#: Refusals that say nothing of what was asked.
BLANK = frozenset({"injection", "off_topic", "which_client", "ambiguous", "unknown_account", "bound"})
#: Clauses that go on from the one before.
LINKED = (
    REFERS,
    THEM,
    follow_words.WHY,
    follow_words.WHO,
    follow_words.MEANT,
    follow_words.OURS,
    follow_words.WHAT_TO_DO,
    follow_words.SAME_TIME,
)
#: A clause that only says where, when, or how the figures before it are split.
TAIL = re.compile(
    r"^\W*(?:(?:both|each|all|оба|обе|все|всё|everything|split|broken (?:down|out)|cut|sliced|разбей\w*|разложи\w*|разбив\w+|можно|first|then|сперва|сначала|затем|потом|"
    r"только|лишь|only|just|and|и|тоже|also) )*(?:[\w -]{3,30} only\W*$|"
    r"(?:by|per|for|in|on|at|over|during|across|since|from|по|за|в|во|на|у|для|с|со|среди|the (?:first|second|last)|last|this|последн\w+|прошл\w+|эт\w+|топ|top)\b)"
)


@dataclass(frozen=True, slots=True)
class Read:
    """A clause with its calls; ``carried`` is what it took over from those before; ``kept`` stays beside a narrower one."""

    clause: Clause
    seen: Understood
    calls: list[Call]
    carried: Mapping[str, Any] = field(default_factory=dict)
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Plans clauses of one message."""

    portfolio: "Portfolio"
    message: Understood
    last: list[Call]
    one: One

    def understood(self, text: str) -> Understood:
        """What a stretch of the message speaks of."""
        return understood(text, self.portfolio, language=self.message.language)

    def read(self, clause: Clause, before: list[Call], *, alone: bool = False) -> Read | None:
        """The clause with its calls, where they are sure enough; ``alone`` is one that is a sentence."""
        head = self.understood(clause.head) if clause.head else None
        given = carry.slice_of(head, self.portfolio, segments=True) if head is not None else {}
        if carry.WHOLE_BASE.search(clause.text.lower()):
            head, given = None, {name: value for name, value in given.items() if name != "where"}
        texts = [clause.text]
        if head is not None:
            linked = before and any(pattern.search(clause.text.lower()) for pattern in LINKED)
            named = (head.mentions or head.segments) and not linked
            texts.insert(0 if named else 1, f"{clause.head}: {clause.text}")
        found: Read | None = None
        for text in texts:
            part = self._read(replace(clause, text=text), before, alone=alone)
            found = found if part is None else part
            if part is not None and part.calls[0]["name"] != "account":
                break
        if found is None:
            return None
        return replace(found, clause=clause, calls=carry.of_slices(found.calls, given, lists=clause.tied != "end"))

    def _read(self, clause: Clause, before: list[Call], *, alone: bool) -> Read | None:
        seen = carry.timed(follow.timed(self.understood(clause.text), before or self.last), before)
        if before and not (seen.metrics or bounds(seen)):
            seen = self.understood(after.bounded(seen.question, before, self.message.language))
        client = next((item["arguments"]["id"] for item in before if "id" in item["arguments"]), None)
        seen = noting.about(seen, client)
        calls = self._calls(clause, seen, before, SURE if alone and not clause.asks else _needed(clause, seen))
        if not calls or calls[0]["arguments"].get("reason") in BLANK and not _foreign(clause, seen):
            return None
        if clause.tied in LOOSE and not clause.asks and _mere(calls, seen, sliced(seen, self.portfolio)):
            return None
        if not clause.asks and "define" not in seen.wants:
            calls = [self.figure(item, seen) for item in calls]
        calls = [carry.period_of(carry.monthly(item, seen), seen, before) for item in calls]
        taken = carry.taken(seen, before, self.portfolio)
        calls = carry.of_slices([self._whole(after.for_client(item, seen, client, before)) for item in calls], taken)
        return Read(clause, seen, calls, taken)

    def _calls(self, clause: Clause, seen: Understood, before: list[Call], sure: float) -> list[Call] | None:
        if not before:
            return self.one(seen, self.last, sure)
        found = after.went_on(seen, before, self.portfolio)
        if found is not None:
            return found
        if not self._linked(clause, seen, before):
            return self.one(seen, [], sure) or (self.one(seen, before, sure) if len(seen.stems) < 3 else None)
        linked = any(pattern.search(seen.plain) for pattern in LINKED)
        likely = guesses(seen)[0]
        if likely.call["name"] in FIGURES and likely.weight >= (PLAIN if linked else KNOWN):
            return self.one(seen, [], SURE)
        calls = self.one(seen, before, SURE)
        if calls and calls[0]["arguments"].get("reason") not in BLANK:
            return [self.with_slice(item, seen) for item in calls]
        named = self._named(seen, before)
        return named and self.one(named, [], sure) or self.one(seen, before, sure)

    def _linked(self, clause: Clause, seen: Understood, before: list[Call]) -> bool:
        """Whether a clause goes on from the one before."""
        if carry.WHOLE_BASE.search(seen.plain):
            return False
        opens = clause.tied == "end" and OPENS.search(seen.plain) is not None
        named = seen.metrics or seen.codes or seen.segments or seen.accounts
        brief = not named and len(seen.stems) < 6 and before[-1]["name"] in FIGURES and sliced(seen, self.portfolio)
        former = "ids" in before[-1]["arguments"] and (FORMER.search(seen.plain) or LATTER.search(seen.plain))
        return bool(opens or brief or former) or any(pattern.search(seen.plain) for pattern in LINKED)

    def figure(self, item: Call, seen: Understood) -> Call:
        """A term that a list of wishes only names is wanted as a figure."""
        from tools.metrics import metrics

        plain = item["name"] == "define" and item["arguments"].get("key") in metrics()
        return self.with_slice(call("metric", key=item["arguments"]["key"]), seen) if plain else item

    def with_slice(self, item: Call, seen: Understood, *, names: Iterable[str] = ("where",)) -> Call:
        """A figure that goes on from the one before, with the part, the period and the grouping that its clause names."""
        from tools.fields import ranks

        if item["name"] not in FIGURES:
            return item
        ordered = ranks(str(item["arguments"].get("key")))
        part = {
            name: value
            for name, value in narrowed(seen, self.portfolio)[0].items()
            if name in names and (ordered or name == "where")
        }
        return call(item["name"], **{**part, **window_of(seen), **grouping_of(seen, part), **item["arguments"]})

    def _named(self, seen: Understood, before: list[Call]) -> Understood | None:
        """The clause with the name of what was asked before in the place of its pronoun."""
        ids = before[-1]["arguments"].get("ids", ())
        pattern, name = REFERS, _name_of(before, self.portfolio, seen)
        for place, which in enumerate((FORMER, LATTER)):
            if len(ids) == 2 and which.search(seen.plain):
                pattern, name = which, f"«{dict(self.portfolio.accounts())[ids[place]]}»"
        return self.understood(pattern.sub(name.replace("\\", ""), seen.question.lower(), count=1)) if name else None

    def _whole(self, item: Call) -> Call:
        """A what-if takes its assumptions from the whole message."""
        return call("whatif", query=self.message.said or self.message.question) if item["name"] == "whatif" else item


def _mere(calls: list[Call], seen: Understood, part: bool) -> bool:
    """Whether a clause only mentions a segment or a client, or says in what something is counted."""
    figures = all(item["name"] in FIGURES for item in calls)
    if figures and TAIL.search(seen.plain) and not (seen.metrics or seen.codes):
        return part or guesses(seen)[0].weight < KNOWN
    places = {place for mention in seen.mentions for place in mention.places}
    named = all(item["name"] == "account" for item in calls) and len(seen.stems) <= len(places)
    return named or all(item["name"] == "segment" and item["arguments"]["segment"] for item in calls)


def _foreign(clause: Clause, seen: Understood) -> bool:
    """Whether a clause surely asks for what is no business of the product: the weather beside a figure."""
    likely = guesses(seen)[0]
    named = seen.metrics or seen.codes or seen.segments or seen.accounts
    return (
        clause.asks and not named and likely.weight >= FOREIGN and likely.call["arguments"].get("reason") == "off_topic"
    )


def _needed(clause: Clause, seen: Understood) -> float:
    """How much examples must speak for the call of a clause."""
    if clause.asks:
        return APART if guesses(seen)[0].call["name"] not in VAGUE else SURE
    likely, other = guesses(seen)[:2]
    return CLEAR if other.weight <= likely.weight / 2 else SURE


def _name_of(before: list[Call], portfolio: "Portfolio", seen: Understood) -> str | None:
    from tools.metrics import metrics

    given = before[-1]["arguments"]
    if "id" in given:
        return dict(portfolio.accounts()).get(given["id"])
    return metrics()[given["key"]].name[seen.language] if given.get("key") in metrics() else None
