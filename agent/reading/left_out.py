"""What a question leaves out by a verb, behind a preposition: “excluding Moscow” for “if we remove Moscow”, «без Москвы» for «Москву выкинуть»."""

import re
from collections.abc import Callable

#: One to four words, of which the later may be joined by “and”.
_THOSE = r"(?!(?:не|мы|бы|их|его|е[её]|все\w*|это|it|them|him|her|this|that|everything|all)\b)[\w«»\"“”-]+(?:,? (?:(?:и|and) )?[\w«»\"“”-]+){0,3}?"
_AWAY = r"(?:remov|exclud|leav|tak|strip|drop|omit|ignor|disregard|subtract|discount|set|put|cut)(?:e|es|ed|ing|ping|ting|ped)?"
_PUT = r"(?:убрать|убери(?:те)?|уберем|уберём|убирая|исключить|исключи(?:те)?|исключим|выкинуть|выкинь(?:те)?|выкинем|выбросить|выбрось(?:те)?|вычесть|вычти(?:те)?|вычтем|отбросить|отбрось(?:те)?|отбросив|убрав|исключив|вычтя|(?:не|без) (?:считать|считай(?:те)?|считаем|считая|брать|бери(?:те)?|берем|берём|беря|учитывать|учитывай(?:те)?|учитываем|учитывая)|игнорируя|игнорировать)"
_SHAPES = (
    re.compile(rf"\b(?:with|if) (?:the )?(?P<those>{_THOSE}) (?:(?:is|are|were|was|get|gets) )?(?:taken out|left out|left aside|removed|excluded|set aside|out of the picture|dropped)\b", re.IGNORECASE),
    re.compile(rf"\b(?:if (?:we|you|i|one) )?{_AWAY} (?P<those>{_THOSE}) (?:out|aside|away)\b(?: of (?:the (?:picture|count|base|sum|numbers)|it|that|account|consideration))?", re.IGNORECASE),
    re.compile(rf"\b(?:if (?:we|you|i|one)(?: were to)? {_AWAY}|(?:removing|excluding|ignoring|disregarding|leaving|taking|stripping|omitting|subtracting))(?: out| aside| away)? (?:the )?(?P<those>(?:clients at risk|{_THOSE}))(?=$|[\s,.;:?!])", re.IGNORECASE),
    re.compile(rf"(?:^|[.;:!?—–] ?|\b(?:and|but|then|please),? )(?:please )?(?:remove|exclude|leave out|take out|drop|omit) (?:the )?(?P<those>(?:clients at risk|{_THOSE}))(?=[\s,.;:?!])(?=.*\w.*\w)", re.IGNORECASE),
    re.compile(rf"(?:\bесли (?:мы )?|^\W*(?:(?:а|и|ну|но|теперь) )*)(?P<those>{_THOSE}) {_PUT}(?!\w)", re.IGNORECASE),
    re.compile(rf"\b(?:если (?:мы )?(?:из (?:нее|неё|них|базы|суммы|выручки) )?|(?:можно|надо|давай\w*) )?{_PUT} (?:из (?:базы|расчета|расчёта|суммы|выручки) )?(?P<those>{_THOSE})(?=$|[\s,.;:?!])", re.IGNORECASE),
)  # fmt: skip


def left_out_first(question: str, known: Callable[[str], bool]) -> str:
    """The question with what a verb leaves out behind a preposition, where that is a name: a capital letter, or words ``known``."""
    for shape in _SHAPES:
        question = shape.sub(lambda match: _said(match, known), question)
    return question


def _said(match: re.Match[str], known: Callable[[str], bool]) -> str:
    those = match["those"].strip('«»"“” ')
    if not those[:1].isupper() and not known(those):
        return match[0]
    before = re.match(r"\W*", match[0])
    lead = before[0] if before else ""
    return f"{lead}{'без' if re.search('[а-яё]', match[0].lower()) else 'excluding'} {match['those']}"
