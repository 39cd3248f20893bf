"""A message that nothing else can read, after an answer: the last figures cut as it says, or another figure of the same.

It stands before “not my job”, never before an answer: «май туда же», «25-й?», «сколько они приносят нам в месяц?».
"""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.planning.nearest import SURE, goes_on, guesses
from agent.planning.onward.again import FIGURES
from agent.planning.onward.by_examples import GOING
from agent.planning.onward.cut_anew import cut_anew, plainly
from agent.planning.onward.cut_words import CARRIES, MERE, SHORT_YEAR
from agent.planning.onward.follow_words import ABOUT_SEGMENT
from agent.planning.onward.moved import in_year_of
from agent.planning.onward.standing import own_words
from agent.reading.bounds import bounds, spans, unread
from agent.reading.periods import MONTHS
from agent.reading.periods import asked as period_asked
from agent.reading.windows import UNREAD, future

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

#: A longer message is a question of its own.
LONGEST = 9
#: The name of a month wherever it stands.
MONTH = re.compile(rf"\b(?P<month>{'|'.join(MONTHS)})\b(?! (?:i|we|you|it|this|that)\b)")
#: The month, quarter or year before the last one, by the unit of the last period.
BEFORE_LAST = re.compile(r"\bпозапрошл\w+\b|\b(?:the )?(?:one )?before last\b")
UNITS = (
    ("позапрошлый квартал", re.compile(r"quarter|\d{4}-Q\d")),
    ("позапрошлый месяц", re.compile(r"month|\d{4}-\d\d")),
    ("позапрошлое полугодие", re.compile(r"\d{4}-H\d")),
)
ONE_PERIOD = re.compile(r"20\d\d(?:-(?:Q\d|H\d|\d\d))?")


def still(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The last figures with what a short message changes of them; None where it changes nothing, or is surely of no business."""
    best = guesses(seen, 1)[0]
    refused = best.call["name"] == "refuse" and best.weight >= SURE
    if not last or refused or seen.accounts or len(seen.stems) > LONGEST:
        return None
    said = plainly(seen, portfolio)
    if unread(said) or len(spans(said.plain)) != len(bounds(said)) or said.period == UNREAD:
        return None
    going = goes_on(seen)
    key = going.call["arguments"].get("key") if going is not None and going.weight >= GOING else None
    if key is None and own_words(said, portfolio, CARRIES, MERE, MONTH, SHORT_YEAR, BEFORE_LAST):
        return None
    bases = [base for item in last if (base := _base(item, key)) is not None]
    if not bases or len(bases) != len(last):
        return None
    found = []
    for item in bases:
        made = _changed(item, said, portfolio)
        if made is None and key is None or future((made or item)["arguments"].get("period"), portfolio.as_of):
            return None
        found.append(made or item)
    return found


def _base(item: Call, key: str | None) -> Call | None:
    """The figure that a call of the last answer goes on as: of another key, of its clients."""
    if item["name"] in FIGURES:
        return item if key is None else call("metric", **{**item["arguments"], "key": key})
    segments = {str(item["arguments"].get("segment") or "")}
    segments |= {ABOUT_SEGMENT.get(code, "") for code in item["arguments"].get("codes", ())}
    segment = next(iter(segments - {""}), None)
    return None if key is None or segment is None else call("metric", key=key, where=f"segment = {segment}")


def _changed(item: Call, seen: "Understood", portfolio: "Portfolio") -> Call | None:
    """The figure with the period, the part or the grouping that a message names."""
    given = item["arguments"]
    period = _period(seen.plain, str(given.get("period", "")), portfolio) if seen.period is None else None
    if period is not None:
        return call(item["name"], **{**given, "period": period})
    return cut_anew(item, replace(seen, metrics=()), portfolio)


def _period(plain: str, last: str, portfolio: "Portfolio") -> str | None:
    """A year by two digits after a period, a month by its name, the month, quarter or year before the last one."""
    year, months = SHORT_YEAR.search(plain), MONTH.findall(plain)
    if year is not None and last:
        return f"20{year['year']}{last[4:] if ONE_PERIOD.fullmatch(last) else ''}"
    if BEFORE_LAST.search(plain):
        unit = next((unit for unit, said in UNITS if said.fullmatch(last)), "позапрошлый год")
        return period_asked(f"за {unit}", portfolio.as_of)
    named = period_asked(f"in {months[0]}", portfolio.as_of) if len(months) == 1 else None
    return in_year_of(named, last, plain) if named is not None else None
