"""Numbers of a bound written in words, in figures: «больше ста тысяч», “under fifty”, «больше полумиллиона»."""

import re
from collections.abc import Mapping

from agent.reading.bounds import LESS, MORE

_TENS: Mapping[str, int] = {
    "десяти": 10, "пятнадцати": 15, "двадцати": 20, "тридцати": 30, "сорока": 40, "пятидесяти": 50, "шестидесяти": 60,
    "семидесяти": 70, "восьмидесяти": 80, "девяноста": 90, "ста": 100, "полутораста": 150, "двухсот": 200, "трехсот": 300,
    "четырехсот": 400, "пятисот": 500, "шестисот": 600, "семисот": 700, "восьмисот": 800, "девятисот": 900,
    "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "a hundred": 100, "one hundred": 100, "two hundred": 200, "three hundred": 300, "five hundred": 500,
}  # fmt: skip
#: Fewer than ten stand for themselves only before thousands: «больше двух клиентов» is no bound of a figure.
_FEW: Mapping[str, int] = {
    "одной": 1, "одного": 1, "двух": 2, "трех": 3, "четырех": 4, "пяти": 5, "шести": 6, "семи": 7, "восьми": 8, "девяти": 9,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
_SCALE = r"тысяч\w*|миллион\w*|млн|thousand|million"
_BOUND = rf"(?P<lead>\b(?:{LESS}|{MORE}|от|до|at least|at most|from|up to)(?:,? (?:than|чем))? )"


def _words(numbers: Mapping[str, int]) -> str:
    return "|".join(sorted((word.replace("е", "[её]") for word in numbers), key=len, reverse=True))


_NUMBERS = {**_TENS, **_FEW}
_SHAPES = (
    re.compile(rf"{_BOUND}(?P<number>{_words(_NUMBERS)}) (?P<scale>{_SCALE})\b", re.IGNORECASE),
    re.compile(rf"{_BOUND}(?P<number>{_words(_TENS)})\b(?! (?:{_words(_FEW)})\b)", re.IGNORECASE),
    re.compile(rf"{_BOUND}(?P<half>пол(?:у)?миллиона|half a million)\b", re.IGNORECASE),
    re.compile(rf"{_BOUND}(?:an? )?(?P<scale>тысячи|миллиона|thousand|million)\b", re.IGNORECASE),
)


def in_figures(question: str) -> str:
    """The question with the round numbers of its bounds in figures, everything else as it was written."""
    for shape in _SHAPES:
        question = shape.sub(_figures, question)
    return question


def _figures(match: re.Match[str]) -> str:
    named = match.groupdict()
    scale = f" {named['scale']}" if named.get("scale") else ""
    if named.get("half"):
        return f"{match['lead']}500 {'thousand' if 'half' in named['half'].lower() else 'тысяч'}"
    said = (named.get("number") or "").lower().replace("ё", "е")
    return f"{match['lead']}{_NUMBERS[said] if said else 1}{scale}"
