"""Figures of the field that the product does not count, so that no other one is given in their place: “average resolution time”."""

import re
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.reading.understand import Understood

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

_MEAN = r"(?:average|mean|median|typical|средн\w+|медианн\w+|типичн\w+)"
_MANY = r"(?:how many|number of|count of|volume of|сколько|число|количество|объ[её]м)"
_OURS = r"(?:(?:у нас|нам|всего|было|of|our|new|open|opened|support|новых|открыт\w+|продано|оплачено|total|the) )*"
#: What is asked for, as it is said.
FIGURES = re.compile(
    r"(?P<said>\b(?:csat|e-?nps|dso|d/?mau|[dwm]au(?:/[dwm]au)?|mttr|sla)\b|"
    r"\bcustomer effort(?: score)?\b|\b(?:employee|staff) (?:nps|promoter score)\b|\bnps сотрудник\w*|\bdays sales outstanding\b|"
    rf"\b(?:(?:first|support|ticket|{_MEAN}) )*(?:response|resolution|reply|handling) times?\b|\btime to (?:resolve|resolution|respond|reply|first response)\b|"
    rf"\b(?:{_MEAN} )?(?:врем\w+|срок\w*|скорост\w+) (?:решени\w+|ответа|реакции|обработки)(?: (?:заявок|заявки|обращений|тикетов|поддержки|техподдержки))?|"
    rf"\b{_MANY} {_OURS}(?:tickets|support requests|тикетов|обращений|заявок)\b|\b(?:most|fewest) (?:support )?(?:tickets|requests)\b|(?:чаще|больше|реже) всех обраща\w+ в (?:тех)?поддержк\w+|"
    rf"\b{_MEAN} (?:\w+ )?discounts?\b|\b(?:how much (?:do|did) we discount)\b|\b{_MEAN} скидк\w+|\b(?:размер|сумма|сумму|процент) скид\w+|"
    rf"\b{_MEAN} (?:contract|deal|subscription) (?:length|term|duration)\b|\b{_MEAN} (?:срок|длин\w+|длительност\w+|продолжительност\w+) (?:договор\w*|контракт\w*|подписк\w*)|"
    rf"\b{_MEAN} (?:срок|время) оплаты|\b(?:{_MEAN} )?(?:payment (?:delays?|times?)|days to pay)\b(?: on average)?|"
    r"\brule of (?:40|forty)\b|\bправил\w+ (?:40|сорока)\b|\bmagic number\b|\bmarket share\b(?= by)|\bstickiness\b|"
    rf"\b{_MANY} {_OURS}(?:logins?|sessions|visits|входов|заходов|сессий|визитов)\b|"
    rf"\bwin rate\b|\bвинрейт\w*|\bsales cycle(?: length)?\b|\bцикл\w* (?:сделки|продаж)|\b{_MANY} {_OURS}(?:leads|лидов|employees|сотрудников)\b|(?<!client )(?<!customer )(?<!account )\bheadcount\b(?! of (?:our )?(?:clients|customers|accounts))|"
    rf"\b{_MANY} {_OURS}(?:invoices|счетов)\b|\b{_MANY} {_OURS}(?:users|seats|licen[cs]es|мест|пользователей|лицензий)\b)"
)
#: What is counted after all: unpaid invoices, seats in use, and what a document or a promise says.
COUNTED = re.compile(
    r"\b(?:overdue|unpaid|late|due|used?|unused|idle|using|promis\w*|more than|over|under|fewer|less)\b|просроч|неоплач|не оплач|использ|простаива|пуст|обеща|больше|меньше|свыше"
)


def asked(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """The refusal that names the figure, where a question asks for one that nothing here counts."""
    match = FIGURES.search(seen.plain)
    if match is None or "advice" in seen.wants or seen.codes or seen.accounts:
        return None
    if COUNTED.search(seen.plain) or set(seen.metrics) - {"nps", "arpa"}:
        return None
    return [call("refuse", reason="not_counted", names=[seen.question.strip()[slice(*match.span("said"))]])]
