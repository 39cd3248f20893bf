"""Questions that go on from the last one: «а по сегментам?», «почему?», «а у Ромашки?», “and last quarter?”."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agent import noting
from agent.again import FIGURES, OF_ONE, SHORT, again, without
from agent.counted import change_asked
from agent.examples import Call, call
from agent.letter_words import form_asked
from agent.order import order

if TYPE_CHECKING:
    from agent.rules import Rule
    from agent.understand import Understood
    from tools.portfolio import Portfolio

#: What may stand before a question that goes on.
LEAD = r"^\W*(?:(?:а|и|ну|но|так|ок|хорошо|тогда|теперь|and|but|so|ok|okay|well|then|now)\W+)*"
WHY = re.compile(
    LEAD + r"(?:почему|отчего|с чего|из-за чего|в чем причина|why|how come|what is the reason|what drove it)\b"
)
WHO = re.compile(
    LEAD
    + r"(?:кто (?:они|это|именно)|покажи (?:их|список)|перечисли|назови|список|поимённо|поименно|по имен\w+|по клиентам|by name|by client|какие именно|кто$|who(?: are they| exactly)?\W*$|"
    r"list them|show them|which ones|name them)"
)
MEANT = re.compile(
    LEAD
    + r"(?:как (?:это |вы это |ты это |ее |его |их )?(?:по|рас|вы)?счита\w+|how did (?:you|we) (?:calculate|get|compute|count|work out|arrive at) (?:that|this|it)|что (?:это |он |она |оно |они )?(?:вообще |такое )?(?:такое|за показател\w+|за метрик\w+|за зверь|значит|означает)|что это (?:такое|вообще)|как (?:это|он|она|они) (?:вообще )?(?:считается|считаются|понимать)|"
    r"(?:напомни\w*,? |поясни\w*,? |объясни\w*,? |remind me,? |explain,? )?(?:как (?:именно |точно )?(?:он|она|оно|это|они) (?:\w+ )?(?:рас)?считыва\w+|что (?:именно |точно )?(?:в нее|в него|в это|в этот показатель|в эту цифру)?\s?входит|how (?:exactly )?(?:(?:is|are) (?:it|that|they|this)|(?:it|that|this) is|they are) (?:calculated|computed|counted|worked out)|what (?:exactly )?goes into (?:it|that|this|them)|what (?:kind of|sort of) \w+ is (?:it|that|this))|это (?:что|что вообще|вообще что)(?: вообще)?(?: за \w+)?\W*$|what (?:on earth )?(?:does|do) (?:that|it|this|they) (?:\w+ )?mean|"
    r"what(?:'s| is| does) (?:that|this|it|they)(?: metric| figure| number| thing)?(?: anyway| even| exactly| mean)*\W*$|how is (?:it|that|this) (?:calculated|computed|counted|defined))"
)
#: The same asked in money, or in clients.
TWINS: "tuple[tuple[re.Pattern[str], dict[str, str]], ...]" = (
    (
        re.compile(
            r"\bв (?:деньгах|рублях|выручке)|\bin (?:money|roubles|rubles|revenue|cash)\b|\bсколько это (?:денег|в деньгах)"
        ),
        {"logo_churn": "money_churn", "churn_share": "money_churn", "clients": "mrr"},
    ),
    (
        re.compile(r"\bв (?:клиентах|абонентах|штуках)|\bin (?:clients|customers|accounts|logos)\b"),
        {"money_churn": "logo_churn"},
    ),
)
NOW = re.compile(LEAD + r"(?:сейчас|на сегодня|сегодня|now|today|currently|as of today)\W*$")
OVERALL = re.compile(
    LEAD + r"(?:в целом|по всем(?: клиентам)?|по всей базе|всего|overall|in total|for (?:all|everyone)|in all)\W*$"
)
OURS = re.compile(
    LEAD
    + r"(?:как(?:ой|ая|ое|ие|ов|ова|ово) (?:он|она|оно|они|это|сейчас|тогда)?\s?у нас|сколько (?:он|она|это|у нас)|(?:what|how)(?:'s| is| are| about)? (?:ours|it for us|our own)|what do we have)"
)
WHAT_TO_DO = re.compile(
    LEAD
    + r"(?:что (?:с (?:этим|ними|ним|ней) )?(?:нам |мне )?(?:делать|делаем)|what do (?:we|i) do|как (?:это )?(?:исправить|улучшить)|what (?:should|can) (?:we|i) do|what to do|how (?:do|can) we fix)"
)
MORE = re.compile(
    r"^\W*(?:а |и )?(?:подробнее|подробней|детали|покажи строки|ещё|еще|more|details|in more detail|show (?:me )?(?:the )?rows)\W*$"
)
SAME_TIME = re.compile(
    r"\b(?:это|тот|то|этот) же (?:время|период|срок|квартал|месяц|год)|за это время|(?:in|over|during|for) (?:that|the same) (?:time|period|quarter|month|year)"
)
LISTS = {"logo_churn": "lost", "money_churn": "lost", "churn_share": "lost"}
REASONS = {
    "at_risk": ("at_risk_accounts",),
    "lost": ("contradicting_churn", "churn_high"),
    "newcomers": ("stuck_step", "slow_ttv"),
}
SHOWN = 10


def on(last: list[Call]) -> "Rule":
    """The rule of a question that goes on from ``last``, the calls of the one before; no rule fires without them."""

    def rule(seen: "Understood", portfolio: "Portfolio") -> list[Call] | None:
        if not last:
            return None
        for follow in (
            noting.went_on,
            _meaning,
            _ours,
            _widened,
            _otherwise,
            _why,
            _who,
            _what_to_do,
            _more,
            _told,
            _document,
            again,
        ):
            calls = follow(seen, last, portfolio)
            if calls:
                return calls
        return None

    return rule


def timed(seen: "Understood", last: list[Call]) -> "Understood":
    """The question with the period of the one before, where it refers to it: «за это же время», “in that time”."""
    period = next((item["arguments"]["period"] for item in last if "period" in item["arguments"]), None)
    return replace(seen, period=period) if period and SAME_TIME.search(seen.plain) else seen


def _meaning(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    keys = [item["arguments"]["key"] for item in last if item["name"] == "metric"]
    asked = MEANT.search(seen.plain) and not (seen.metrics or seen.accounts or seen.segments)
    return [call("define", key=key) for key in dict.fromkeys(keys)] or None if asked else None


def _ours(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The figure whose meaning was asked: «и какой он у нас?», “and what's ours?”."""
    from tools.metrics import metrics

    keys = [item["arguments"]["key"] for item in last if item["name"] == "define"]
    asked = OURS.search(seen.plain) and not (seen.metrics or seen.accounts or seen.codes)
    return [call("metric", key=key) for key in keys if key in metrics()] or None if asked else None


def _widened(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The last figure now, or of all clients: «а сейчас?», “and overall?”."""
    drop = "period" if NOW.search(seen.plain) else "where" if OVERALL.search(seen.plain) else None
    figures = [item for item in last if item["name"] in FIGURES]
    if drop is None or not any(drop in item["arguments"] for item in figures):
        return None
    return [call(item["name"], **without(item, drop)) for item in figures]


def _otherwise(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The last figure counted in money, or in clients: «а в деньгах это сколько?», “and in clients?”."""
    if seen.metrics or seen.accounts or len(seen.stems) > SHORT:
        return None
    twins = next((table for pattern, table in TWINS if pattern.search(seen.plain)), {})
    found = [
        call("metric", **{**item["arguments"], "key": twins[name]})
        for item in last
        if (name := item["arguments"].get("key", item["name"])) in twins
    ]
    return found or None


def _why(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    if not WHY.search(seen.plain) or seen.metrics or seen.accounts or seen.segments or len(seen.stems) > SHORT:
        return None
    first = last[0]
    given = first["arguments"]
    if first["name"] == "metric":
        kept = {name: value for name, value in given.items() if name in ("key", "period", "where")}
        return [call("metric", **kept, change=change_asked(seen.plain) or "any")]
    if first["name"] == "clients":
        return [call("metric", key="logo_churn", **given)]
    if first["name"] == "segment":
        return [call("findings", codes=list(REASONS.get(given["segment"], ("top_pain",))))]
    return [first] if first["name"] in ("account", "findings") else None


def _who(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    if not WHO.search(seen.plain) or seen.metrics or seen.accounts:
        return None
    first, given = last[0], last[0]["arguments"]
    if seen.segments:
        return [call("segment", segment=seen.segments[0])]
    if first["name"] == "metric" and _ranks(given["key"]) and order(seen, [given["key"]]):
        where = {"where": given["where"]} if "where" in given else {}
        return [call("metric", key=given["key"], **where, **order(seen, [given["key"]]))]
    if first["name"] == "metric" and given["key"] in LISTS and "where" not in given:
        return [call("segment", segment=LISTS[given["key"]])]
    if first["name"] in FIGURES:
        where = {"where": given["where"]} if "where" in given else {}
        key = given.get("key", "revenue_per_client")
        return [call("metric", key=key if _ranks(key) else "revenue_per_client", **where, top=SHOWN)]
    return [first] if first["name"] in ("segment", "findings") else None


def _ranks(key: str) -> bool:
    from tools.fields import account_readings

    return key in account_readings()


def _what_to_do(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    if not WHAT_TO_DO.search(seen.plain) or seen.metrics or seen.segments or seen.accounts or seen.codes:
        return None
    first, given = last[0], last[0]["arguments"]
    if first["name"] == "segment" and given["segment"]:
        return [call("advice", query=seen.question, segment=given["segment"])]
    if first["name"] == "account":
        return [call("draft_message", id=given["id"], form="call")]
    if first["name"] == "metric":
        return [call("advice", query=_topic(given["key"], seen))]
    return [call("findings", codes=given["codes"])] if first["name"] == "findings" else None


def _topic(key: str, seen: "Understood") -> str:
    from tools.metrics import metrics

    name = metrics()[key].name[seen.language] if key in metrics() else key
    return f"{seen.question} {name}"


def _more(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    if not MORE.search(seen.plain):
        return None
    return with_rows(last)


def with_rows(calls: list[Call]) -> list[Call]:
    """The same calls, each figure with its rows named."""
    return [
        call(item["name"], **{**item["arguments"], "rows": True}) if item["name"] == "metric" else item
        for item in calls
    ]


def _told(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The audit told to another audience: «то же самое для продаж»."""
    from agent.tellings import audience_asked

    key = audience_asked(f"audit {seen.plain}") if last[0]["name"] == "telling" and not seen.metrics else None
    return [call("telling", audience=key)] if key is not None else None


def _document(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """A letter or a report for whom the last answer was about."""
    wanted = next((name for name in ("report", "letter") if name in seen.wants), None)
    if wanted is None and len(seen.stems) <= SHORT and form_asked(seen.plain, named=True):
        wanted = "letter"
    if wanted is None or seen.accounts or seen.segments:
        return None
    given = next((item["arguments"] for item in last if item["name"] in (*OF_ONE, "segment")), None)
    if given is None:
        return None
    if "id" in given:
        return [call("report", id=given["id"])] if wanted == "report" else [_letter(seen, id=given["id"])]
    return [_letter(seen, segment=given["segment"])] if wanted == "letter" and given.get("segment") else None


def _letter(seen: "Understood", **to: str) -> Call:
    return call("draft_message", **to, form=form_asked(seen.plain, named=True) or "letter")
