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


#: Words after what is left out, or around it: «Москву выкинуть», “with Moscow removed”, “take Moscow out”.
_OUT = re.compile(
    r"(?:\bесли (?P<ru>(?!не\b|мы\b|бы\b|их\b|его\b|е[её]\b)[\w«»-]+(?: [\w«»-]+)?) (?:выкинуть|выкинем|убрать|уберем|исключить|исключим|вычесть|не считать|не брать)\b|"
    r"\b(?:with|and with) (?P<en>(?!it\b|them\b|him\b)[\w-]+(?: [\w-]+)?) (?:taken out|left out|removed|excluded|out of the picture)\b|"
    r"\b(?:(?:if (?:we|you|i) )?(?:take|leave)|taking|leaving) (?P<out>(?!it\b|them\b|him\b)[\w-]+(?: [\w-]+)?) out\b)",
    re.IGNORECASE,
)


def left_out_first(question: str) -> str:
    """The question with what it leaves out behind a preposition: “excluding Moscow” for “with Moscow taken out”."""
    return _OUT.sub(
        lambda match: f"без {match['ru']}" if match["ru"] else f"excluding {match['en'] or match['out']}", question
    )


def in_figures(question: str) -> str:
    """The question with the numbers of its bounds in figures, everything else as it was written."""
    return _RUN.sub(_figures, question)


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
