"""A remark before a question that only answers the last reply: “got it, thanks!”, «понятно.», “nah,”, «хуже, чем было.»."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.planning.onward.standing import own_words

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

#: A first sentence of few words.
SENTENCE = re.compile(r"^\W*(?:[\w'’-]+[ ,]*){1,7}(?:[.!;)…]|:\))+\s+(?=\w)")
#: Of so few words it may hold any, as long as it names nothing.
FEW = 3
#: Of more words, no more than so many that are no words of courtesy.
UNKNOWN = 2
#: A longer message is no question that goes on from the last one.
MOST = 12
#: Words that answer, thank or sigh, set off by a comma or a dash.
_WORD = (
    r"(?:a+h+|o+h+|hm+|u+h|e+r|nah|nope|no|yes|yep|yeah|yup|cool|great|nice|fine|sure|right|okay|ok|perfect|lovely|awesome|excellent|brilliant|got it|gotcha|i see|understood|noted|"
    r"fair enough|makes sense|thanks(?: a lot| so much)?|thank you|thx|cheers|ta|wow|oops|sorry|alright|clear|not bad|all right|"
    r"а+га|угу|хм+|м+|э+|ой|ого|ух|неа|нее?т?|не|да|супер|отлично|класс|круто|здорово|прекрасно|замечательно|окей|ок|ясно|понятно|понял[аи]?|принято|принял[аи]?|спасибо(?: большое)?|благодарю|спс|"
    r"ладно|хорошо|неплохо|слушай(?:те)?|жаль|печально|логично|так)\b"
)
ANSWERS = re.compile(rf"^\W*(?:{_WORD}(?:\s*[,.!;:…—–-]+\s*|\s+(?={_WORD})))+(?=\w)")


def without_remark(seen: "Understood", portfolio: "Portfolio") -> "Understood":
    """The message without a remark before it that names nothing that a plan is made of."""
    from agent.reading.understand import understood

    text = seen.question.strip()
    for pattern in (ANSWERS, SENTENCE, ANSWERS):
        found = pattern.match(text.lower()) if len(text.lower()) == len(text) else None
        rest = re.findall(r"\w+", text[found.end() :]) if found is not None else []
        if found is None or not 0 < len(rest) <= MOST or re.match(r"\W*\d", text):
            continue
        said = understood(found[0], portfolio, language=seen.language)
        many = len(re.findall(r"\w+", found[0])) > FEW and len(own_words(said, portfolio)) > UNKNOWN
        if pattern is ANSWERS or not (many or names(said, portfolio)):
            text = text[found.end() :]
    if text == seen.question.strip():
        return seen
    return replace(understood(text, portfolio, language=seen.language), said=seen.said)


def names(seen: "Understood", portfolio: "Portfolio") -> bool:
    """Whether words name anything that a plan is made of."""
    from agent.planning.slices import grouping_of
    from agent.reading.narrowing import narrowed, plan_alone

    wants = seen.wants - {"own", "list"}
    told = seen.metrics or seen.segments or seen.accounts or seen.mentions or seen.codes or wants or seen.period
    return bool(told or grouping_of(seen) or narrowed(seen, portfolio)[0] or plan_alone(seen, {}, portfolio))
