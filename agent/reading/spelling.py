"""Misspelled words of a question put right: «кваратл» is «квартал» where no word of a name or a question is nearer."""

import re
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

from agent.examples import vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

WORD = re.compile(r"[^\W\d_]+")
SHORTEST = 5
#: Words of time and measure that examples leave out: an example stands for the tool, the question brings its period.
ALSO = (
    "январь январе января февраль феврале февраля март марте марта апрель апреле апреля май июнь июне июня июль июле июля август августе августа "
    "сентябрь сентябре сентября октябрь октябре октября ноябрь ноябре ноября декабрь декабре декабря квартал квартала квартале месяц месяца месяце "
    "месяцев последний последние последнего последних прошлый прошлого прошлом прошлые предыдущий предыдущего полугодие полугодия неделя недели "
    "january february march april june july august september october november december quarter quarterly month monthly months previous last year years"
)
#: How words are written as they are said.
COLLOQUIAL = {
    "скока": "сколько", "скольк": "сколько", "стока": "столько", "тока": "только", "щас": "сейчас", "ща": "сейчас", "сёдня": "сегодня",
    "чё": "что", "че": "что", "шо": "что", "эт": "это", "ваще": "вообще", "чот": "что-то", "денгах": "деньгах", "денег-то": "денег",
    "питер": "Петербург", "питере": "Петербурге", "питеру": "Петербургу", "питера": "Петербурга", "спб": "Петербург", "мск": "Москва",
}  # fmt: skip
_COLLOQUIAL = re.compile(rf"\b(?:{'|'.join(COLLOQUIAL)})\b", re.IGNORECASE)


def mended(question: str, names: Collection[str] = ()) -> str:
    """The question with its misspelled words put right; words whose stems are in ``names`` stand as they are."""
    question = re.sub(r"\b(what|who|how|where|that)['’]s\b", r"\1 is", question, flags=re.IGNORECASE)
    question = _COLLOQUIAL.sub(lambda match: COLLOQUIAL[match[0].lower()], question)
    return WORD.sub(lambda match: _mended(match.group(), names), question)


def _mended(word: str, names: Collection[str]) -> str:
    from knowledge.search import stems

    plain = word.lower().replace("ё", "е")
    stem = stems(plain)[0] if stems(plain) else plain
    if len(plain) < SHORTEST or word.isupper() or stem in vocabulary() or stem in names or stem in times():
        return word
    near = _nearest(plain)
    return near if near is not None else word


@cache
def _nearest(word: str) -> str | None:
    """The one known word that is a slip away (one letter, two in a long word; the first letter stands), or None."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    slips = 1 if len(word) < 9 else 2
    known = _words().get(word[0], ())
    found = process.extract(word, known, scorer=OSA.distance, score_cutoff=slips, limit=3)
    best = [name for name, distance, _ in found if distance == found[0][1]]
    from knowledge.search import stems

    return best[0] if len({tuple(stems(name)) for name in best}) == 1 else None


@cache
def _words() -> "dict[str, Sequence[str]]":
    """Names of metrics and segments, and words of time: what a slip must not hide; by their first letters."""
    from agent.reading.words import SEGMENTS, SPOKEN
    from tools.metrics import metrics

    names = [
        *ALSO.split(),
        *(word for words in (*SPOKEN.values(), *SEGMENTS.values()) for name in words for word in name.split()),
    ]
    names += [
        word for metric in metrics().values() for name in (metric.name.en, metric.name.ru) for word in name.split()
    ]
    words = {word for name in names for word in WORD.findall(name.lower().replace("ё", "е"))}
    table: dict[str, list[str]] = {}
    for word in sorted(words):
        if len(word) >= SHORTEST - 1:
            table.setdefault(word[0], []).append(word)
    return dict(table)


@cache
def times() -> frozenset[str]:
    """Stems of words of time and measure, which examples leave out."""
    from knowledge.search import stems

    return frozenset(stems(ALSO))
