"""Numbers in a message that goes on: how many clients in which order, and which one of those numbered."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.planning.onward.cut_short import end_of, number_of
from agent.planning.onward.cut_words import NUMBERED, ORDINALS, OTHER_END, PLACE, SHORT_YEAR, TENS
from agent.reading.bounds import spans
from agent.reading.order import COLLECTIVE, COUNT, ENDS, order
from agent.reading.periods import NUMBERS

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio


def ordered_by(item: Call, seen: "Understood") -> dict[str, int] | None:
    """The order of clients that a message asks for; None where the figure puts none in order."""
    from tools.fields import ranks

    given = item["arguments"]
    key = given.get("key", "")
    listed = next((name for name in ("top", "bottom") if name in given), None)
    said = order(replace(seen, metrics=()), [key])
    if not said and (end := next((end for end, pattern in ENDS if pattern.search(seen.plain)), None)) and listed:
        said = {end_of(key, seen.plain, worst=end == "worst"): given[listed]}
    if not said and listed and OTHER_END.search(seen.plain):
        said = {"bottom" if listed == "top" else "top": _count_of(seen) or given[listed]}
    year = not listed and "period" in given and SHORT_YEAR.search(seen.plain)  # «а 24?»: no number of clients
    count = None if said or seen.period or year else _count_of(seen)
    if count is not None and (listed or ranks(str(key)) and key != "concentration"):
        said = {listed or end_of(key, seen.plain, worst=False): count}
    elif count is not None:
        return None
    return dict(said) if not said or item["name"] == "metric" else None


def _count_of(seen: "Understood") -> int | None:
    """The one number of clients that a message names, with no word for the end of the list."""
    words = "|".join(rf"(?:{word})" for word in COLLECTIVE)
    plain = re.sub(r"[«\"“][^»\"”]*[»\"”]|\b(?:менеджер\w*|manager|csm)\s*(?:по успеху\s*)?№?\s*\d+", " ", seen.plain)
    tens = next((tens for word, tens in TENS.items() if re.search(rf"\b{word}\b", plain)), None)
    found = re.findall(rf"\b(?:{COUNT}|({words}))(?!\w)", plain) if not spans(plain) else []
    if tens is not None and not found:
        return tens
    if len(found) != 1:
        return None
    said = next(filter(None, found[0]))
    count = number_of(said)
    return count if 1 < count <= 200 else None


def numbered(seen: "Understood", bases: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The last figures of another of the numbered: after those of «Менеджер 1», «а у четвёртого?»."""
    from tools.fields import raw_values

    place = PLACE.match(seen.plain)
    wheres = {str(item["arguments"].get("where", "")) for item in bases}
    match = NUMBERED.match(wheres.pop()) if len(wheres) == 1 else None
    if (
        place is None
        or match is None
        or place["word"]
        and not place["sign"]
        or any("-" in str(item["arguments"].get("period", "")) for item in bases)
    ):
        return None
    said = place["n"]
    number = (
        int(said)
        if said.isdigit()
        else NUMBERS[place["word"]]
        if place["word"]
        else ORDINALS.index(place["th"]) % 10 + 1
    )
    name = f"{match['name']}{number}"
    known = {str(value).lower() for value in raw_values(portfolio, match["column"]).values()}
    where = f'{match["column"]} = "{name}"'
    return (
        [call(item["name"], **{**item["arguments"], "where": where}) for item in bases]
        if name.lower() in known
        else None
    )
