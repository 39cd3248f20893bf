"""Numbers of a bound written in words, in figures: «больше ста двадцати тысяч», “under fifty-five”, «больше полумиллиона»."""

import re
from collections.abc import Mapping

from agent.reading.bounds import LESS, MORE

_NUMBERS: Mapping[str, float] = {
    "одного": 1, "одной": 1, "двух": 2, "трех": 3, "четырех": 4, "пяти": 5, "шести": 6, "семи": 7, "восьми": 8, "девяти": 9, "десяти": 10,
    "одиннадцати": 11, "двенадцати": 12, "тринадцати": 13, "четырнадцати": 14, "пятнадцати": 15, "шестнадцати": 16, "семнадцати": 17,
    "восемнадцати": 18, "девятнадцати": 19, "двадцати": 20, "тридцати": 30, "сорока": 40, "пятидесяти": 50, "шестидесяти": 60,
    "семидесяти": 70, "восьмидесяти": 80, "девяноста": 90, "ста": 100, "двухсот": 200, "трехсот": 300, "четырехсот": 400, "пятисот": 500,
    "шестисот": 600, "семисот": 700, "восьмисот": 800, "девятисот": 900, "полутора": 1.5, "полутораста": 150,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "a": 1, "an": 1,
}  # fmt: skip
_SCALES: Mapping[str, float] = {
    "hundred": 100, "thousand": 10**3, "million": 10**6, "тысяча": 10**3, "тысячи": 10**3, "тысяч": 10**3,
    "миллиона": 10**6, "миллионов": 10**6, "миллион": 10**6,
}  # fmt: skip
_HALF = {"полумиллиона": 5 * 10**5, "полмиллиона": 5 * 10**5, "half a million": 5 * 10**5}
_WORD = "|".join(sorted((word.replace("е", "[её]") for word in (*_NUMBERS, *_SCALES)), key=len, reverse=True))
_RUN = re.compile(
    rf"(?P<lead>\b(?:{LESS}|{MORE}|от|до|at least|at most|from|up to)(?:,? (?:than|чем))? )"
    rf"(?P<said>{'|'.join(_HALF)}|(?:{_WORD})(?:(?: and |[ -])(?:{_WORD}))*)(?!\w)",
    re.IGNORECASE,
)
#: Fewer stand for themselves: «больше двух клиентов» is no bound of a figure.
_LEAST = 10


#: At least so many days, the sign behind the number.
_PLUS = re.compile(
    r"(?<![\d.,])(?P<n>\d{1,4})(?:\+| (?:or|and) more| и (?:более|больше)) ?(?P<unit>days|дн(?:ей|я))\b", re.IGNORECASE
)
#: Weeks and months of silence or lateness, which are known by the day.
_WAITS = re.compile(
    r"молч|тишин|не (?:обща|выход\w+ на связь|было контакт)|без контакт|просроч|задолж|долж(?:ен|на|ны)|долг|silent|silence|quiet|no contact|heard|overdue|past due|\blate\b|\bowe|unpaid",
    re.IGNORECASE,
)
_SPAN = re.compile(
    rf"(?P<lead>\b(?:{LESS}|{MORE})(?:,? (?:than|чем))? )(?:(?P<n>\d{{1,3}}|{_WORD}) )?(?P<unit>недел\w*|месяц\w*|квартал\w*|полугод\w*|weeks?|months?|quarters?)\b",
    re.IGNORECASE,
)
_DAYS = {"н": 7, "w": 7, "м": 30, "m": 30, "к": 91, "q": 91, "п": 182}


def in_figures(question: str) -> str:
    """The question with the numbers of its bounds in figures and spans of waiting in days, everything else as it was written."""
    question = _PLUS.sub(
        lambda match: f"{'не меньше' if match['unit'][0] in 'дД' else 'at least'} {match['n']} {match['unit']}",
        question,
    )
    if _WAITS.search(question):
        question = _SPAN.sub(_in_days, question)
    return _RUN.sub(_figures, question)


def _in_days(match: re.Match[str]) -> str:
    said, unit = (match["n"] or "1").lower().replace("ё", "е"), match["unit"].lower()
    count = float(said) if said.isdigit() else _value([said])
    return f"{match['lead']}{count * _DAYS[unit[0]]:.0f} {'дней' if re.match('[а-я]', unit) else 'days'}"


def _figures(match: re.Match[str]) -> str:
    said = match["said"].lower().replace("ё", "е")
    value = _HALF.get(said) or _value(re.split(r" and |[ -]", said))
    return match[0] if value < _LEAST else f"{match['lead']}{value:.0f}"


def _value(words: list[str]) -> float:
    """The number that words say: hundreds, tens and units, each run of them times its scale."""
    total = current = 0.0
    for word in words:
        if word == "hundred":
            current = 100 * max(current, 1)
        elif word in _SCALES:
            total, current = total + _SCALES[word] * max(current, 1), 0
        else:
            current += _NUMBERS[word]
    return total + current
