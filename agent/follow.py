"""Questions that go on from the last one: «а по сегментам?», «почему?», «а у Ромашки?», “and last quarter?”."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent import noting
from agent.counted import CLIENT, change_asked
from agent.examples import Call, call
from agent.letter_words import form_asked
from agent.narrowing import narrowed, plan_alone
from agent.order import COUNT, order
from agent.periods import NUMBERS

if TYPE_CHECKING:
    from agent.rules import Rule
    from agent.understand import Understood
    from tools.portfolio import Portfolio

OPENS = re.compile(r"^\W*(?:а|и|ну а|но|тогда|теперь|and|but|what about|how about|then|now|ok|ок|хорошо)\b")
REFERS = re.compile(
    r"\b(?:у них|им|их|ими|с ними|у него|у неё|у нее|ему|ей|о нём|о нем|о ней|по нему|по ней|с ним|с ней|этому клиенту|этим клиентам|этого клиента|"
    r"этот клиент|эти клиенты|него|неё|нее|нему|они|он|она|"
    r"them|they|their|these clients|those clients|this client|that client|him|her|it|its)\b"
)
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
SAME = re.compile(r"\bто же самое|\bто же\b|\bтак же\b|\bsame\b")
SAME_TIME = re.compile(
    r"\b(?:это|тот|то|этот) же (?:время|период|срок|квартал|месяц|год)|за это время|(?:in|over|during|for) (?:that|the same) (?:time|period|quarter|month|year)"
)
SHORT = 6
FIGURES = ("metric", "clients")
LISTS = {"logo_churn": "lost", "money_churn": "lost", "churn_share": "lost"}
REASONS = {
    "at_risk": ("at_risk_accounts",),
    "lost": ("contradicting_churn", "churn_high"),
    "newcomers": ("stuck_step", "slow_ttv"),
}
OF_ONE = ("account", "report", "draft_message")
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
            _document,
            _again,
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
    return [call(item["name"], **_apart(item, drop)) for item in figures]


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


def _document(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """A letter or a report for whom the last answer was about."""
    wanted = next((name for name in ("report", "letter") if name in seen.wants), None)
    if wanted is None or seen.accounts or seen.segments:
        return None
    given = next((item["arguments"] for item in last if item["name"] in (*OF_ONE, "segment")), None)
    if given is None:
        return None
    if "id" in given:
        return [call("report", id=given["id"])] if wanted == "report" else [_letter(seen, id=given["id"])]
    return [_letter(seen, segment=given["segment"])] if wanted == "letter" and given.get("segment") else None


def _letter(seen: "Understood", **to: str) -> Call:
    return call("draft_message", **to, form=form_asked(seen.plain) or "letter")


def _again(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """The last question again, with what this one names in place of what was named then."""
    from agent.rules import grouping_of, window_of

    brief = len(seen.stems) <= SHORT
    linked = OPENS.search(seen.plain) is not None or REFERS.search(seen.plain) is not None
    busy = seen.wants & {"advice", "define", "gaps", "overview", "promises", "campaign", "report", "letter", "forecast"}
    if busy or seen.codes or not (brief or linked):
        return None
    figures = [item for item in last if item["name"] in FIGURES]
    window, grouped = window_of(seen), grouping_of(seen)
    part, _spoken = narrowed(seen, portfolio)
    if len(seen.mentions) == 1 and len(seen.accounts) == 1:
        return _other_client(seen, last, linked)
    longer = _longer(seen, figures)
    if longer:
        return longer
    if seen.accounts or not linked and (seen.metrics or seen.segments) and not _bare(seen):
        return None
    listed = last[0]["arguments"].get("segment") if last[0]["name"] == "segment" else None
    if seen.metrics and listed and REFERS.search(seen.plain) and "where" not in part and not seen.segments:
        own = f"segment = {listed}"
        return [call("metric", **{**part, **window, **grouped, "key": key, "where": own}) for key in seen.metrics[:2]]
    if seen.metrics and figures:
        kept = {name: value for name, value in figures[0]["arguments"].items() if name in ("period", "where", "by")}
        return [call("metric", **{**kept, **part, **window, **grouped, "key": key}) for key in seen.metrics[:2]]
    if seen.metrics:
        return None
    if seen.segments and last[0]["name"] in ("segment", "draft_message", "advice"):
        return [call(last[0]["name"], **{**_apart(last[0], "id"), "segment": seen.segments[0]})]
    moved = change_asked(seen.plain)
    ways = {"change": moved} if moved is not None and not grouped and figures else {}
    changed: dict[str, Any] = {**plan_alone(seen, part, portfolio), **part, **window, **grouped, **ways}
    if seen.segments and "where" not in changed:
        changed["where"] = f"segment = {seen.segments[0]}"
    if not figures or not changed:
        return None
    grouped_by = str(figures[0]["arguments"].get("by", ""))
    dropped = () if SAME.search(seen.plain) else _replaced(changed, grouped_by)
    return [call(item["name"], **{**_apart(item, *dropped), **_both(item, changed)}) for item in figures]


def _longer(seen: "Understood", figures: list[Call]) -> list[Call] | None:
    """The last list with another number of clients: «давай двадцать», “make it twenty”."""
    number = re.search(
        rf"\b(?:{COUNT}|(двадцат\w+|twenty))(?:\s+(?:{CLIENT}|штук\w*|строк\w*|имен\w*|rows|lines|names|of them|please|пожалуйста))?\W*$(?<!%)",
        seen.plain,
    )
    listed = [item for item in figures if {"top", "bottom"} & set(item["arguments"])]
    if number is None or not listed or seen.metrics or seen.segments or seen.period:
        return None
    said = number[1] or number[2]
    count = int(said) if said.isdigit() else NUMBERS.get(said, 20)
    return [
        call(
            item["name"],
            **{name: count if name in ("top", "bottom") else value for name, value in item["arguments"].items()},
        )
        for item in listed
    ]


def _bare(seen: "Understood") -> bool:
    """Whether the question is nothing but a name: «GRR?», «новички?»."""
    return len(seen.stems) <= 2 and not seen.wants & {"list", "own"}


def _both(item: Call, changed: dict[str, Any]) -> dict[str, Any]:
    """What changes, with the last filter's conditions on other columns kept: «… со здоровьем ниже 50», «а в Москве?»."""
    before, now = item["arguments"].get("where"), changed.get("where")
    if before is None or now is None:
        return changed
    named = {part.split()[0] for part in now.split(" and ")}
    kept = [part for part in before.split(" and ") if part.split()[0] not in named]
    return {**changed, "where": " and ".join([*kept, now])}


def _replaced(changed: dict[str, Any], by: str) -> tuple[str, ...]:
    if "where" in changed and by and by not in str(changed["where"]):
        return ("total", "change")
    return ("by", "total", "change") if "where" in changed else ("total", "change") if "by" in changed else ()


def _apart(item: Call, *names: str) -> dict[str, Any]:
    return {name: value for name, value in item["arguments"].items() if name not in names}


def _other_client(seen: "Understood", last: list[Call], linked: bool) -> list[Call] | None:
    """The same about another client; beside the last one where the question compares."""
    client, first = seen.accounts[0][0], last[0]
    if first["name"] == "compare" and re.search(
        r"\bдобав|\bещ[её]\b|\bплюс\b|\badd|\bplus\b|\binclude|\btoo\b|\bтоже\b", seen.plain
    ):
        return [call("compare", ids=list(dict.fromkeys([*first["arguments"]["ids"], client])))]
    if re.search(r"\bсравн|\bcompar|\bчем у\b|\bversus\b|\bvs\b", seen.plain) and first["name"] in OF_ONE:
        return [call("compare", ids=[first["arguments"]["id"], client])]
    if first["name"] in ("report", "draft_message") and linked and "id" in first["arguments"]:
        return [call(first["name"], **{**first["arguments"], "id": client})]
    return None
