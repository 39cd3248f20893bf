"""The last figures without a filter, a grouping or any slice: «убери тариф, по всем», “drop the region filter”, “everybody”."""

import re
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.planning.onward.again import FIGURES
from agent.planning.onward.cut_words import AWAY_VERBS
from agent.planning.onward.standing import own_words
from agent.reading.words import GROUPINGS
from tools.filters import conjuncts

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

_FILTER = r"фильтр\w*|ограничени\w*|услови\w*|отбор\w*|срез\w*|filters?|restrictions?|conditions?|limits?"
_PERIOD = r"период\w*|даты?|периодом|period|dates?|time ?frame"
_SPLIT = r"разбивк\w*|группировк\w*|разрез\w*|split|breakdown|grouping"
#: An order to take a filter or a grouping off, with what it names.
LIFTS = re.compile(
    rf"\b(?:{AWAY_VERBS}|(?:сними|снимем|снять|отмени|отменить|отключи|сбрось|сбросить|забудь|убрать|не учитывай|forget|lift|clear|reset|undo|take off|get rid of|lose)(?:те)?|без|without|no)\s+"
    r"(?:(?:the|any|all|that|this|my|про|о|об|этот|эту|это|все|всякие|любые|by|on|for|of|по|на|и|and|"
    rf"(?P<filter>{_FILTER})|(?P<split>{_SPLIT})|(?P<period>{_PERIOD})|{'|'.join(f'(?P<{name}>{words})' for name, words in GROUPINGS.items())})\b\s*)+"
)
#: All clients, whatever the last figure was of.
WHOLE = re.compile(
    r"\b(?:по|для|у|от)?\s*всем(?: клиентам| базе)?\b(?! \w+ам\b)|\bпо всей (?:базе|компании)\b|\bвс[ея] (?:клиенты|база|целиком)\b|\bв целом\b|\bцеликом\b|\bв общем\b|"
    r"\b(?:everybody|everyone|overall|across the board|in total|in all)\b|\b(?:the )?(?:whole|entire) (?:base|company|lot|thing|book)\b|\b(?:for |of )?all (?:of )?(?:our |the )?(?:clients|customers|accounts|of them)\b|\bfor all\b"
)

#: A value that is not to be the only one.
NOT_ONLY = re.compile(r"\b(?:не только|не лишь|not (?:only|just)|beyond)\b")


def lifted(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The last figures without the filter or the grouping that a message takes off and nothing else."""
    from agent.planning.slices import grouping_of
    from agent.reading.narrowing import narrowed, plan_alone

    figures = [item for item in last if item["name"] in FIGURES]
    off, whole = LIFTS.search(seen.plain), WHOLE.search(seen.plain)
    named = {name for name, words in off.groupdict().items() if words} if off is not None else set()
    if not figures or len(figures) != len(last) or not (named or whole or NOT_ONLY.search(seen.plain)):
        return None
    if (
        seen.metrics
        or seen.segments
        or seen.accounts
        or seen.codes
        or seen.period
        or grouping_of(seen).get("by", "") not in {"", *named}
    ):
        return None
    part = narrowed(seen, portfolio)[0]
    part |= plan_alone(seen, part, portfolio)
    kept_to = {condition for item in figures for condition in conjuncts(str(item["arguments"].get("where", "")))}
    if NOT_ONLY.search(seen.plain) and part.keys() == {"where"} and set(conjuncts(part["where"])) <= kept_to:
        named |= {condition.split()[0] for condition in conjuncts(part.pop("where"))}
    if part or own_words(seen, portfolio, LIFTS, WHOLE) or not (named or whole):
        return None
    if not named and not any("where" in item["arguments"] for item in figures):
        return None
    return [_without(item, named) for item in figures]


def _without(item: Call, named: set[str]) -> Call:
    """One figure without the columns named, by which it is filtered or split; without any filter where none is named."""
    given = dict(item["arguments"])
    columns = named - {"filter", "split", "period"}
    parts = conjuncts(str(given.pop("where", "")))
    kept = [part for part in parts if columns and part.split()[0] not in columns]
    apart = {"split": "by", "period": "period"}
    if named and not columns and "filter" not in named:
        gone = {apart[name] for name in named}
        return call(item["name"], **{name: value for name, value in item["arguments"].items() if name not in gone})
    if given.get("by") in columns:
        del given["by"]
    where = " and ".join(kept)
    return call(item["name"], **{**given, **({"where": where} if where else {})})
