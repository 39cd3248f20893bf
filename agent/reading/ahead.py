"""Days that lie ahead, of contracts that are to end: «в ближайшие 30 дней», “next quarter”, “within two months”."""

import re
from datetime import date, timedelta

from agent.reading.time_words import NUMBERS
from tools.ledger.calendar import back

_NUMBER = rf"(?P<n>\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_UNITS = r"(?P<unit>дн\w+|день|сут\w+|недел\w+|месяц\w*|квартал\w*|полугоди\w*|год\w*|days?|weeks?|months?|quarters?|half[- ]years?|years?)"
_NEXT = re.compile(
    rf"\b(?:next|coming|upcoming|within|ближайш\w+|следующ\w+|предстоящ\w+|в течение|на)\s+(?:the\s+|next\s+|ближайш\w+\s+|следующ\w+\s+)*(?:{_NUMBER}[\s-]+)?(?:\w*business |рабоч\w+ |календарн\w+ )?{_UNITS}\b|"
    rf"\b(?:через|in)\s+{_NUMBER.replace('<n>', '<m>')}\s+{_UNITS.replace('<unit>', '<other>')}\b"
)
_MONTHS = {"м": 1, "m": 1, "к": 3, "q": 3, "п": 6, "h": 6, "г": 12, "y": 12}
#: Whole stretches of the calendar that “next” means where no number is named.
_WHOLE = {1: "month", 3: "quarter", 6: "half", 12: "year"}


def ahead(plain: str, as_of: date) -> str | None:
    """The days to come that a question (small letters) names, as two dates with a stroke; None where it names none.

    “Next quarter” is the calendar's; “in the next 30 days” begins the day after the last of the data.
    """
    match = _NEXT.search(plain)
    if match is None:
        return None
    said, unit = match["n"] or match["m"], match["unit"] or match["other"]
    count = 1 if said is None else int(said) if said.isdigit() else NUMBERS[said]
    first = as_of + timedelta(days=1)
    months = _MONTHS.get(unit[0]) if not unit.startswith(("дн", "день", "day", "сут", "нед", "week")) else None
    if months is None:
        week = unit.startswith(("нед", "week"))
        end = first + timedelta(days=count * (7 if week else 1))
    elif said is None:
        place = (as_of.month - 1) // months * months + months  # months from the year's first to the next stretch
        first = date(as_of.year + place // 12, place % 12 + 1, 1)
        end = back(first, -months)
    else:
        end = back(first, -months * count)
    return f"{first}/{end - timedelta(days=1)}"
