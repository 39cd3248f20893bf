"""Days that lie ahead, of contracts that are to end: «в ближайшие 30 дней», “next quarter”, “within two months”."""

import re
from datetime import date, timedelta

from agent.reading.time_words import NUMBERS
from tools.ledger.calendar import back

_NUMBER = rf"(?P<n>\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_UNITS = r"(?P<unit>дн\w+|день|сут\w+|недел\w+|месяц\w*|квартал\w*|полугоди\w*|год\w*|days?|weeks?|months?|quarters?|half[- ]years?|years?)"
_NEXT = re.compile(
    rf"\b(?P<how>next|coming|upcoming|within|ближайш\w+|следующ\w+|предстоящ\w+|в течение)\s+(?:the\s+|next\s+|ближайш\w+\s+|следующ\w+\s+)*(?:{_NUMBER}[\s-]+)?(?:\w*business |рабоч\w+ |календарн\w+ )?{_UNITS}\b|"
    rf"\b(?:через|in)\s+{_NUMBER.replace('<n>', '<m>')}\s+{_UNITS.replace('<unit>', '<other>')}\b"
)
_MONTHS = {"м": 1, "m": 1, "к": 3, "q": 3, "п": 6, "h": 6, "г": 12, "y": 12}
#: Units in the plural: without a number they are no stretch of their own.
_MANY = re.compile(
    r"дни|дней|дням|недели|неделям|месяцы|месяцев|месяцам|кварталы|кварталов|годы|лет|days|weeks|months|quarters|years"
)
#: What means the next stretch of the calendar; others begin tomorrow.
_CALENDAR = re.compile(r"next|coming|upcoming|следующ|предстоящ")


def ahead(plain: str, as_of: date) -> str | None:
    """The days to come that a question (small letters) names, as two dates with a stroke; None where it names none.

    “Next quarter” is the calendar's; “in the next 30 days” begins the day after the last of the data.
    """
    match = _NEXT.search(plain)
    if match is None:
        return None
    said, unit = match["n"] or match["m"], match["unit"] or match["other"]
    if said is None and _MANY.fullmatch(unit) or said == "0":
        return None
    count = 1 if said is None else int(said) if said.isdigit() else NUMBERS[said]
    first = as_of + timedelta(days=1)
    months = _MONTHS.get(unit[0]) if not unit.startswith(("дн", "день", "day", "сут", "нед", "week")) else None
    if months is None:
        week = unit.startswith(("нед", "week"))
        end = first + timedelta(days=count * (7 if week else 1))
    elif said is None and _CALENDAR.match(match["how"] or ""):
        place = (as_of.month - 1) // months * months + months  # months from the year's first to the next stretch
        first = date(as_of.year + place // 12, place % 12 + 1, 1)
        end = back(first, -months)
    else:
        end = back(first, -months * count)
    return f"{first}/{end - timedelta(days=1)}"
