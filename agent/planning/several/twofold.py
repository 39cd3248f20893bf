"""Two figures in one name: “retention with upsells and without”, “churn in money and in heads”."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.reading.understand import Understood, understood

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: Both kinds of retention named as one: «с допродажами и без», “with upsells and without”.
_GROWTH = r"(?:up-?sell\w*|cross-?sell\w*|expansions?|growth|upgrades?|доп\w*|рост\w*|расширени\w+|апсейл\w*|апселл\w*)"
BOTH_KINDS = re.compile(
    r"\b(?:(?:(?:net|gross)(?: revenue)? and (?:net|gross)(?: revenue)? retention)|(?:(?:revenue|net|money) )?(?:retention|удержани\w+)"
    r"(?: of revenue| выручки| денег| в деньгах| в рублях)? (?:with|including|counting|с|со|с уч[её]том|включая) "
    rf"(?:\w+ )?{_GROWTH},? (?:and|и|or|или) (?:without|excluding|без)(?: (?:it|them|них|него|уч[её]та|{_GROWTH}))*)(?!\w)",
    re.IGNORECASE,
)
#: Both kinds of churn named as one.
BOTH_CHURNS = re.compile(
    r"\b(?:(?:logo|client|customer) and (?:money|revenue) churn|(?:money|revenue) and (?:logo|client|customer) churn|"
    r"(?:логотипный|клиентский) и денежный (?:отток|чурн)|отток (?:клиентов|логотипов) и (?:денег|выручки))\b",
    re.IGNORECASE,
)
IN_HEADS = r"(?:heads|clients|customers|accounts|logos|головах|клиентах|штуках|людях|абонентах)"
IN_MONEY = r"(?:money|revenue|roubles|rubles|деньгах|рублях|выручке)"
BOTH_LOSSES = re.compile(
    r"\b(?:churn|losses|attrition|отток\w*|потер[яи]\w*|убыл\w+)\b(?P<rest>[^,.;:?!]{0,25}?) (?:in|в) "
    rf"(?:{IN_MONEY} (?:and|и) (?:in |в )?{IN_HEADS}|{IN_HEADS} (?:and|и) (?:in |в )?{IN_MONEY})\b",
    re.IGNORECASE,
)
BY_CHURN = ("logo churn and money churn", "отток клиентов и отток выручки")


def shortened(seen: Understood, portfolio: "Portfolio") -> Understood:
    """The message with two figures in one name by their own: “retention with upsells and without”, “logo and money churn”."""
    named = seen.question
    for pattern, names in ((BOTH_KINDS, ("NRR and GRR", "NRR и GRR")), (BOTH_CHURNS, BY_CHURN)):
        named = pattern.sub(names[seen.language == "ru"], named)
    named = BOTH_LOSSES.sub(rf"{BY_CHURN[seen.language == 'ru']}\g<rest>", named)
    if named == seen.question:
        return seen
    return replace(understood(named, portfolio, language=seen.language), said=seen.said)
