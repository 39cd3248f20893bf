"""Asking for a letter in words: whether one is asked for, in which form, and what it is to be about."""

import re
from collections.abc import Mapping

from tools.letters.letter import Form

_WRITE = (
    r"\b(?:напиш\w+|написать|состав\w+|подготов\w+|наброс\w+|накид\w+|сочин\w+|сдела\w+|черкн\w+|нуж(?:ен|н[оаы])|дай|дайте|"
    r"write|draft|compose|prepare|need|give me|make|put together|knock together|knock up|whip up|need|ping|(?:i['’]d|i would|we['’]d) like (?:a|an|some|one))\b"
)
_SAY = (
    r"\b(?:что|о чем|про что) (?:мне |нам )?(?:сказать|говорить|спросить)\b.{0,60}\b(?:телефон\w*|разговор\w*|звонк\w+)|"
    r"\b(?:созвон\w*|звонок|звоню|позвоню|на телефоне)\b.{0,40}\bчто (?:им |ему |ей |мне )?(?:сказать|говорить)|\b(?:on the phone|on a call|ringing (?:them|him|her)|calling (?:them|him|her))\b.{0,40}\bwhat (?:do|should) (?:i|we) say\b|"
    r"\bкак (?:мне |нам )?(?:построить|начать|вести) (?:разговор|звонок)\b|"
    r"\bwhat (?:to|do i|should i|shall i|do we|should we) say\b.{0,40}\b(?:phone|call|ring)|\bhow (?:do|should) (?:i|we) open the call\b"
)
#: What is asked for, by form, in small letters, ё as е; the first that stands in the question is the form.
_THINGS: Mapping[Form, str] = {
    "call": r"\b(?:под|на) звон(?:ок|ки)\b|phone call|\b(?:to )?ring (?:them|him|her)\b|\bскрипт\w*|сценари\w+ (?:для )?(?:\w+ )?(?:звонк|разговор|обзвон)\w*|(?:текст|реч[ьи]|план) (?:для )?звонк\w+|\bсценари\w+|"
    r"(?:call|phone|talk) script|script (?:for|me)|talking points|speaking notes",
    "messenger": r"мессендж\w*|телеграм\w*|телег[уеа]|\bтг\b|ватсап\w*|вотсап\w*|whats ?app|telegram|viber|вайбер\w*|\bсмс\b|\bsms\b|messenger|"
    r"\bslack\b|text message|chat message|в чат\b|\bсообщени\w+|\bmessage",
    "letter": r"\bписьм\w*|e-?mail\w*|\bимейл\w*|\bрассылк\w+|обращени\w+ к|\bletters?\b|reminder (?:to|for)",
}
_OPENS = re.compile(
    r"^\W*(?:(?:a|an|the|one|short|quick|polite|friendly|welcome|коротк\w+|коротеньк\w+|вежлив\w+|тактичн\w+|одно|черновик)\s+){0,3}"
    r"(?:письмо|сообщение|смс|скрипт|сценарий|имейл|e-?mail|letter|message|text message|messenger text|sms|(?:call|phone|talk) script|"
    r"talking points|(?:whats ?app|telegram|viber) (?:note|message|text))\b(?!\s+(?:от|from)\b)"
)
_FORMS = {form: re.compile(words) for form, words in _THINGS.items()}
_ASKED = re.compile(rf"{_WRITE}.{{0,90}}?(?:{'|'.join(_THINGS.values())})")
_TO = re.compile(r"^\W*(?:please )?write to\b|^\W*(?:пожалуйста,? )?напиши(?:те)? (?:им|ему|ей)\b")
_SPOKEN = re.compile(_SAY)
#: What a letter is asked to be about, where the question says so.
_STEPS: Mapping[str, re.Pattern[str]] = {
    "late": re.compile(r"просроч\w+|об? оплат\w+|о (?:долг|задолженност|неоплат)\w*|о платеж\w+|overdue|late payment|unpaid|about (?:the )?payment"),
    "renewal": re.compile(r"продлени\w+|о продлить|renewal|contract (?:is )?end"),
    "advocate": re.compile(r"рекомендаци\w+|\bотзыв\w*|\bкейс\w*|referral|testimonial|case study|recommend us"),
    "limits": re.compile(r"лимит\w*|расшир\w+ тариф\w*|больш\w+ тариф\w*|\blimits?\b|larger plan|upgrade"),
    "goals": re.compile(r"вопрос\w* о цел\w+|о целях|about (?:their|its|the) goals"),
    "first_value": re.compile(r"перв\w+ (?:польз|результат|ценност)\w*|first (?:benefit|value|result)"),
    "unhappy": re.compile(r"извин\w+|низк\w+ оценк\w*|apolog\w+|low (?:score|mark)"),
}  # fmt: skip
_QUOTED = re.compile(r"«[^»]*»+|“[^”]*”|\"[^\"]*\"")
_CODE = re.compile(r"\b(?:питон\w*|python|javascript|java|bash|sql|excel|эксел\w*|макрос\w*|код\w*|code)\b")
_LISTED = re.compile(r"^\W*(?:кому|кто|кого|какие|каким|сколько|who|whom|which|how many)\b")


def form_asked(plain: str, *, named: bool = False) -> Form | None:
    """The form of the letter that a question in small letters asks to be written; None where it asks for none.

    With ``named`` the form's name is enough: «и скрипт звонка им».
    """
    said = _QUOTED.sub(" ", plain)
    if _LISTED.search(said) or _CODE.search(said):
        return None
    if _SPOKEN.search(said):
        return "call"
    if not named and not (_ASKED.search(said) or _OPENS.search(said) or _TO.search(said)):
        return None
    return next((form for form, pattern in _FORMS.items() if pattern.search(said)), None if named else "letter")


def step_asked(plain: str) -> str | None:
    """What the letter is asked to be about, as a step or an occasion; None where the client's situation decides."""
    said = _QUOTED.sub(" ", plain)
    return next((step for step, pattern in _STEPS.items() if pattern.search(said)), None)
