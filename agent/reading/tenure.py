"""Since when clients are clients, and how many seats they have, as conditions of a filter: “acquired in 2023”, «с нами больше двух лет»."""

import re
from datetime import date
from typing import TYPE_CHECKING

from agent.reading.counted import CLIENT
from agent.reading.periods import asked
from agent.reading.time_words import NUMBERS
from agent.reading.windows import UNREAD, calendar
from tools.ledger.calendar import back

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

_COUNT = "|".join(sorted(NUMBERS, key=len, reverse=True))
_MORE, _LESS = (
    r"больше|более|дольше|over|more than|longer than|for over|at least",
    r"меньше|менее|under|less than|shorter than",
)
#: Clients who came at a time; a count of those who came is another question.
CAME = re.compile(
    rf"\b(?:{CLIENT}|those|тех)(?: \w+)?,? (?:(?:who|that|which) (?:were |have |had )?(?:signed(?: up)?|joined|came|onboarded|were acquired)|acquired|onboarded|won|(?:к нам )?(?:пришедш|подключивш|привлеченн|заключивш)\w+)"
    r"(?: (?:with us|to us|к нам|договор))? (?P<when>(?:(?P<after>after|since|с|со|после|позже)|(?P<before>before|until|до|раньше)|in|during|over|в|во|за) [^,.?!;]{2,40}?)(?=[,.?!;]|$| (?:and|who|with|by|на тарифе|по|у)\b)"
)
#: Clients who have been clients for so long.
FOR_LONG = re.compile(
    rf"\b(?:с нами|with us)(?: for)? (?:(?P<more>{_MORE})|(?P<less>{_LESS})) (?:(?P<n>\d{{1,2}}|{_COUNT}) )?(?P<unit>год\w*|лет|месяц\w*|years?|months?)\b"
)
#: Seats, more or fewer, or from one number to another.
SEATS = re.compile(
    rf"\b(?:(?P<more>{_MORE}|above|above)|(?P<less>{_LESS}|below|fewer than)) (?P<n>\d{{1,5}}) (?:seats|мест\w*|рабочих мест|сотрудник\w*|пользовател\w*|users)\b|"
    r"\b(?:от |from |between )?(?P<low>\d{1,5}) ?(?:до|to|and|[-–]) ?(?P<high>\d{1,5}) (?:seats|мест\w*|рабочих мест|users)\b"
)


def since_when(plain: str, portfolio: "Portfolio") -> tuple[list[str], list[tuple[int, int]]]:
    """The conditions of when clients came and of their seats, and where in the question they stand; a time not understood says no condition."""
    found: list[str] = []
    spans: list[tuple[int, int]] = []
    for match, conditions in (
        (CAME.search(plain), _came(CAME.search(plain), portfolio.as_of)),
        (FOR_LONG.search(plain), _for_long(FOR_LONG.search(plain), portfolio.as_of)),
        (SEATS.search(plain), _seats(SEATS.search(plain))),
    ):
        if match is not None and conditions:
            found += conditions
            spans.append(match.span())
    return found, spans


def _came(match: re.Match[str] | None, as_of: date | None) -> list[str]:
    if match is None or as_of is None:
        return []
    words = re.sub(
        r"^(?:after|since|с|со|после|позже|before|until|до|раньше|in|during|over|в|во|за) ", "", match["when"]
    )
    day = re.match(r"\d{1,2} \w+|\w+ \d{1,2}(?:st|nd|rd|th)?\b(?! ?\d)", words)
    period = asked(f"с {words}" if day else f"за {words}", as_of)
    days = calendar(period) if period not in (None, UNREAD) else None
    if days is None:
        return []
    if match["after"]:
        late = match["after"] in ("after", "после", "позже") and not day
        return [f"signup_date >= {days.end if late else days.start}"]
    if match["before"]:
        return [f"signup_date < {days.start}"]
    return [f"signup_date >= {days.start}", f"signup_date <= {days.closing}"]


def _for_long(match: re.Match[str] | None, as_of: date | None) -> list[str]:
    if match is None or as_of is None:
        return []
    said = match["n"] or "1"
    count = int(said) if said.isdigit() else NUMBERS[said]
    months = count * (12 if re.match(r"год|лет|year", match["unit"]) else 1)
    return [f"signup_date {'<=' if match['more'] else '>'} {back(as_of, months)}"]


def _seats(match: re.Match[str] | None) -> list[str]:
    if match is None:
        return []
    if match["low"]:
        return [f"seats >= {match['low']}", f"seats <= {match['high']}"]
    least = match["more"] == "at least"
    return [f"seats {'>=' if least else '>' if match['more'] else '<'} {match['n']}"]
