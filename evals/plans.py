"""Whether tool calls are the ones a question calls for: the one judge of plans, for tests and evaluation alike."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agent.planner import planned
from agent.reading.understand import understood
from agent.reading.windows import window
from evals.case import PAIRS, Pair, Wanted, entries
from tools.filters import parse

if TYPE_CHECKING:
    from agent.backends import Gateway
    from agent.examples import Call
    from tools.portfolio import Portfolio
    from tools.text import Language

#: What an expectation says by name and a call by id.
CALLED = {"account": "id", "accounts": "ids"}


#: Files of pairs that nobody who writes rules or examples has looked at; of the second, half go on or ask several things.
UNSEEN = ("held_apart", "held_apart_spoken")
LOOKED_AT = "looked_at"


def held_apart(*names: str) -> Iterator[tuple[str, Pair]]:
    """The pairs of the files, those that nobody has looked at unless others are named, each with its name."""
    for name in names or UNSEEN:
        yield from ((f"{name} {place}", pair) for place, pair in enumerate(pairs(f"planning/{name}"), start=1))


def pairs(name: str) -> list[Pair]:
    """The pairs of a file of cases."""
    return PAIRS.validate_python(entries(name))


def planned_for(
    pair: Pair, language: "Language", base: "Portfolio", *, gateway: "Gateway | None" = None
) -> "list[Call]":
    """The calls that the planner makes of a pair's question."""
    before = pair.before(language)
    last = [] if before is None else planned(understood(before, base), base, last=[])
    return planned(understood(pair.question(language), base), base, last=last, gateway=gateway)


def right(options: Sequence[Sequence[Wanted]], calls: Sequence[Mapping[str, Any]], base: "Portfolio") -> bool:
    """Whether every call that one of the options wants was made, with what it wants; other calls do no harm."""
    return any(all(any(_is(wanted, call, base) for call in calls) for wanted in option) for option in options)


def _is(wanted: Wanted, call: Mapping[str, Any], base: "Portfolio") -> bool:
    if wanted["tool"] != call["name"]:
        return False
    given = call["arguments"]
    return all(
        _same(name, value, given.get(CALLED.get(name, name)), base) for name, value in wanted.items() if name != "tool"
    )


def _same(name: str, wanted: Any, given: Any, base: "Portfolio") -> bool:
    if wanted is None or given is None:
        return wanted is None and given is None or name in ("query", "text")
    if name == "where":
        return _plain(wanted) == _plain(given)
    if name == "codes":
        return {wanted} <= set(given) if isinstance(wanted, str) else set(wanted) <= set(given)
    if name == "account":
        return given in _ids(wanted, base)
    if name == "accounts":
        return all(_ids(client, base) & set(given) for client in wanted)
    if name == "period" and window(base, str(given)) is not None:
        return window(base, str(wanted)) == window(base, str(given))
    return name in ("query", "text") or str(wanted) == str(given)


def _ids(name: str, base: "Portfolio") -> set[str]:
    return {account for account, known in base.accounts() if name.lower() in known.lower()}


def _plain(where: str) -> list[str]:
    """The conditions of a filter, in any order."""
    return sorted(str(parse(where)).lower().replace('"', "").split(" and "))
