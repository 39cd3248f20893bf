"""Clauses that go on from the one before by what it was: the figure of a term, the plan after a thing done, another reader."""

import re
from typing import TYPE_CHECKING

from agent.examples import Call, call
from agent.planning.carry import FIGURES, THEM, WHOLE_BASE, again, slice_of
from agent.planning.onward.again import REFERS
from agent.reading.bounds import LESS, MORE, bounds
from agent.reading.letter_words import form_asked
from agent.reading.order import order
from agent.tellings import audience_asked

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

#: What comes after an action of the plan that is done.
NEXT = re.compile(r"\bплан|\bplan\b|\bдальше\b|\bследующ|\bnext\b")
#: The way of counting what was asked before.
HOW = re.compile(
    r"\bкак\b.{0,20}(?:счита|рассчит|вычисл)|\bhow\b.{0,20}(?:comput|calculat|counted|worked out|work (?:it|that) out)"
)
#: What the clients or the losses before come to in money.
SUM = re.compile(
    r"^\W*(?:(?:и|а|and)\W+)*(?:на какую|в какую|какая (?:это )?|на сколько это) ?(?:\w+ ){0,2}сумм\w*\W*$|^\W*(?:(?:и|а)\W+)*(?:сколько|на сколько)(?: это)?(?: в)? (?:денег|деньгах|рублях)(?: (?:это|мы|ушло|потеряли|с ними|они))*\W*$|"
    r"^\W*(?:(?:and|so)\W+)*(?:how much|what)(?: (?:is|was) (?:that|it))?(?: is that)? (?:in|worth in)? ?(?:money|roubles|rubles|revenue)(?: (?:is|was) (?:that|it))?\W*$|^\W*(?:and )*(?:for|to) (?:what|how large) (?:sum|amount)\W*$"
)
IN_MONEY = {"logo_churn": "money_churn", "churn_share": "money_churn", "clients": "mrr"}
#: What to do with the clients listed before.
WHAT_TO_DO = re.compile(
    r"\b(?:что|как) (?:\w+ ){0,3}(?:дела(?:ть|ют|ем)|быть|поступить|поступать|помочь|помогать)\b|"
    r"\b(?:what|how) (?:\w+ ){0,4}(?:do|done|handle|deal|treat|help)\b.{0,10}\b(?:about|with|for|them|that lot)\b"
)
#: What to do with the clients that the clause names itself.
DO_WITH = re.compile(
    r"\b(?:что|как) (?:\w+ ){0,4}дела(?:ть|ют|ем)\b.{0,12}\b(?:с|со)\b|\b(?:what|how) (?:\w+ ){0,5}(?:do|does|deal|handle)\b.{0,12}\b(?:about|with)\b"
)
#: In whose words the state of the business is to be told.
IN_WORDS = re.compile(
    r"^.*\b(?:языком|словами|глазами|версию|in (?:the )?(?:words|language) (?:of|for)|through the eyes of)\s+"
)
#: An order of clients that names no figure.
RANKED = re.compile(
    r"\b(?:топ|худш\w+|лучш\w+|top|best|worst|widest|narrowest|highest|lowest)\b(?!.*\bby\b)(?!.*\bпо \w+ \w)"
)
#: A bound that names no figure.
BOUND = re.compile(rf"\b(?:не |at |no |not )?(?:{LESS}|{MORE}|least|most)\b(?:,? (?:than|чем))? (?=\d)")
#: The figure before of another part: «и сколько по Питеру», “and how much in Perm”.
AS_MUCH = re.compile(
    r"^\W*(?:(?:и|а|and)\W+)*(?:сколько|какой|какая|какое|how much|what|what's)(?: это| about| of it)? (?:по|в|во|на|у|для|for|in|on|at|from) \w"
)
LISTED = ("metric", "clients", "segment", "account")
BRIEF = 6


def went_on(seen: "Understood", before: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The calls of a clause that only the one before explains; none where it speaks for itself."""
    last, bare = before[-1], not (seen.metrics or seen.codes or seen.accounts)
    key, name = last["arguments"].get("key"), last["name"]
    if name in ("done", "remember") and NEXT.search(seen.plain):
        return [call("plan")]
    if key and not seen.metrics and HOW.search(seen.plain):
        return [call("define", key=key)]
    if name in ("summary", "telling") and bare and len(seen.stems) <= BRIEF:
        audience = audience_asked(f"audit {seen.plain}") or audience_asked(f"audit для {IN_WORDS.sub('', seen.plain)}")
        return [call("telling", audience=audience)] if audience else None
    if (twin := IN_MONEY.get(str(key or name))) and bare and SUM.search(seen.plain):
        return [call("metric", **{**last["arguments"], **slice_of(seen, portfolio), "key": twin})]
    if name == "metric" and bare and AS_MUCH.search(seen.plain) and "where" in (given := slice_of(seen, portfolio)):
        return again([last], given)
    segment = _segment_of(last)
    if segment and bare and _refers(seen) and WHAT_TO_DO.search(seen.plain):
        return [call("advice", query=seen.question, segment=segment)]
    return _ranked(seen, key, before, portfolio) if key and bare and not seen.segments else None


def _ranked(seen: "Understood", key: str, before: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The first or last clients by the figure before; the figure itself of another slice where its meaning was asked."""
    from tools.fields import ranks
    from tools.metrics import metrics

    given = slice_of(seen, portfolio)
    if ranks(key) and RANKED.search(seen.plain):
        first = order(seen, [key])
        unnamed = first and ("where" in given or " по " not in seen.plain)
        return [call("metric", key=key, **{**given, **first})] if unnamed else None
    pointed = before[-1]["name"] == "define" and key in metrics() and given and len(seen.stems) <= BRIEF
    return again([call("metric", key=key)], given) if pointed and not bounds(seen) else None


def bounded(question: str, before: list[Call], language: str) -> str:
    """The clause with the figure of the one before in front of a bound that names none: «сколько клиентов ниже 40?»."""
    from tools.fields import ranks
    from tools.metrics import metrics

    key = next((item["arguments"]["key"] for item in before if ranks(str(item["arguments"].get("key")))), None)
    if key is None or key not in metrics():
        return question
    said = BOUND.search(question.lower())
    name = metrics()[key].name[language]  # type: ignore[index]
    return (
        f"{question[: said.start()]}{'с' if language == 'ru' else 'with'} {name} {question[said.start() :]}"
        if said
        else question
    )


def for_client(item: Call, seen: "Understood", client: str | None, before: list[Call]) -> Call:
    """What is asked of «них», “them” after a question about one client or segment is asked of it; a letter by its form alone."""
    form = form_asked(seen.plain, named=True)
    if form is not None and item["name"] == "account" and len(seen.accounts) == 1:
        return call("draft_message", id=item["arguments"]["id"], form=form)
    if form is not None and len(seen.segments) == 1 and not seen.accounts and item["name"] in LISTED:
        return call("draft_message", segment=seen.segments[0], form=form)
    if item["name"] == "segment" and item["arguments"]["segment"] and DO_WITH.search(seen.plain):
        return call("advice", query=seen.question, segment=item["arguments"]["segment"])
    if seen.accounts or not _refers(seen):
        return item
    segment = _segment_of(before[-1]) if before else None
    if segment and item["name"] == "advice" and "segment" not in item["arguments"]:
        return call("advice", **{**item["arguments"], "segment": segment})
    if client is None:
        return item
    if item["name"] == "recall" and "id" not in item["arguments"]:
        return call("recall", **{**item["arguments"], "id": client})
    whole = WHOLE_BASE.search(seen.plain) is not None
    of_all = item["name"] in FIGURES and "where" not in item["arguments"] and not whole
    return call("account", id=client) if of_all or item["name"] == "summary" else item


def _refers(seen: "Understood") -> bool:
    return bool(THEM.search(seen.plain) or REFERS.search(seen.plain))


def _segment_of(item: Call) -> str | None:
    """The segment that a list or a figure was of."""
    given = item["arguments"]
    said = re.fullmatch(r"segment = (\w+)", str(given.get("where", "")))
    segment = given.get("segment") or (said[1] if said and item["name"] in FIGURES else None)
    return segment or None
