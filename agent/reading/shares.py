"""Questions of what share something makes: «какую долю MRR даёт Про», “what percentage of clients are at risk”."""

import re
from typing import Literal

from agent.reading.counted import CLIENT, DENIED, LOST, change_asked

#: What a share is of: the clients, revenue, or a figure that the question names.
Of = Literal["clients", "revenue", "figure"]

_WORD = (
    r"(?:\b(?:дол[яюией]|долей|удельн\w+ вес)\b|\b(?:(?:как\w+|какова) (?:из )?част[ьи]|(?:как\w+|сколько|какова|в) (?:из )?процент\w*)\b|\bпроцент\w*(?= (?:от )?(?:mrr|arr|выручк|клиент|заказчик|базы|всей|всех|денег|оборот))|"
    r"(?:\b(?:what|which|the|a|by|in|their|its)|['’]s) (?:share|slice)\b|\bshare (?:of|in)\b|\b(?:percentage|percent|proportion|portion|fraction)\b|(?<!\d)(?<!\d )%(?= of|\W*$)|\bwhat part of\b)"
)
SHARE = re.compile(_WORD)
_MONEY = r"(?:выручк\w*|оборот\w*|денег|деньг\w*|доход\w*|revenue|turnover|sales|income|money)"
#: A share of clients: the word and then clients, with no money between them.
_CLIENTS = re.compile(
    rf"{_WORD}(?: (?:of|от|из|всех|наших|нашей|our|all|the|paying|платящих|общего числа))* (?:{CLIENT}|базы|base)\b"
)
_REVENUE = re.compile(rf"{_WORD}.*\b{_MONEY}|\b{_MONEY}.*{_WORD}")
#: Figures that are shares themselves, and what has gone: these have readings of their own.
OWN = re.compile(
    r"\b(?:уш[её]?л[иоа]?|ушедш\w+|потерял\w*|отвалил\w*|отток\w*|hang\w*|hung|hold\w*|held|отключ\w+|покинул\w*|перестал\w*|отказал\w*|расторг\w*|walk\w*|stopp\w*|cancel\w*|depart\w*|left|lost|lose|churn\w*|gone|quit|продл\w+|renew\w*|удерж\w+|сохран\w+|retain\w*|kept|keep|доплат\w+|"
    r"крупнейш\w+|крупн\w+|largest|biggest|top|топ\w*|функци\w+|features?|лиценз\w+|licen[cs]es?|рекоменд\w+|рекомендовал\w*|referr\w*|обещан\w*|promis\w*|скид\w+|discount\w*)\b"
)


def share_asked(plain: str) -> Of | None:
    """What a question (small letters, ё as е) asks a share of; None where it asks of none, or of a figure that is one itself."""
    if SHARE.search(plain) is None or change_asked(plain) is not None or OWN.search(plain) or DENIED.search(plain):
        return None
    if LOST.search(plain):
        return None
    if _CLIENTS.search(plain):
        return "clients"
    return "revenue" if _REVENUE.search(plain) else "figure"
