"""Questions that go on from the last one: «а по сегментам?», «почему?», «а у Ромашки?», “and last quarter?”."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent import noting
from agent.counted import change_asked
from agent.examples import Call, call
from agent.narrowing import narrowed

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
WHY = re.compile(
    r"^\W*(?:а |и |но |and |but )?(?:почему|отчего|с чего|из-за чего|в чем причина|why|how come|what is the reason|what drove it)\b"
)
WHO = re.compile(
    r"^\W*(?:а |и |and )?(?:кто (?:они|это|именно)|покажи (?:их|список)|перечисли|назови|список|поимённо|поименно|какие именно|кто$|who(?: are they| exactly)?\W*$|"
    r"list them|show them|which ones|name them)"
)
WHAT_TO_DO = re.compile(
    r"^\W*(?:а |и |and )?(?:что (?:с (?:этим|ними|ним|ней) )?(?:нам |мне )?(?:делать|делаем)|what do (?:we|i) do|как (?:это )?(?:исправить|улучшить)|what (?:should|can) (?:we|i) do|what to do|how (?:do|can) we fix)"
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
        for follow in (noting.went_on, _why, _who, _what_to_do, _more, _document, _again):
            calls = follow(seen, last, portfolio)
            if calls:
                return calls
        return None

    return rule


def timed(seen: "Understood", last: list[Call]) -> "Understood":
    """The question with the period of the one before, where it refers to it: «за это же время», “in that time”."""
    period = next((item["arguments"]["period"] for item in last if "period" in item["arguments"]), None)
    return replace(seen, period=period) if period and SAME_TIME.search(seen.plain) else seen


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


CALL = re.compile(r"скрипт|звон|позвон|телефон|\bcall|phone")
MESSENGER = re.compile(
    r"мессендж|сообщени|телеграм|telegram|whats ?app|ватсап|\bsms\b|\bсмс\b|messenger|\btext\b|chat message"
)


def form_asked(plain: str) -> str:
    """The form of the message that a question asks for: a call's script, a messenger's text, else a letter."""
    return "call" if CALL.search(plain) else "messenger" if MESSENGER.search(plain) else "letter"


def _letter(seen: "Understood", **to: str) -> Call:
    return call("draft_message", **to, form=form_asked(seen.plain))


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
    if seen.accounts or not linked and (seen.metrics or seen.segments) and not _bare(seen):
        return None
    if seen.metrics and figures:
        kept = {name: value for name, value in figures[0]["arguments"].items() if name in ("period", "where", "by")}
        return [call("metric", **{**kept, **part, **window, **grouped, "key": key}) for key in seen.metrics[:2]]
    if seen.metrics:
        return None
    if seen.segments and last[0]["name"] in ("segment", "draft_message", "advice"):
        return [call(last[0]["name"], **{**_apart(last[0], "id"), "segment": seen.segments[0]})]
    changed: dict[str, Any] = {**part, **window, **grouped}
    if seen.segments and "where" not in changed:
        changed["where"] = f"segment = {seen.segments[0]}"
    if not figures or not changed:
        return None
    dropped = () if SAME.search(seen.plain) else _replaced(changed)
    return [call(item["name"], **{**_apart(item, *dropped), **changed}) for item in figures]


def _bare(seen: "Understood") -> bool:
    """Whether the question is nothing but a name: «GRR?», «новички?»."""
    return len(seen.stems) <= 2 and not seen.wants & {"list", "own"}


def _replaced(changed: dict[str, Any]) -> tuple[str, ...]:
    return ("by", "total", "change") if "where" in changed else ("total", "change") if "by" in changed else ()


def _apart(item: Call, *names: str) -> dict[str, Any]:
    return {name: value for name, value in item["arguments"].items() if name not in names}


def _other_client(seen: "Understood", last: list[Call], linked: bool) -> list[Call] | None:
    """The same about another client; beside the last one where the question compares."""
    client, first = seen.accounts[0][0], last[0]
    if re.search(r"\bсравн|\bcompar|\bчем у\b|\bversus\b|\bvs\b", seen.plain) and first["name"] in OF_ONE:
        return [call("compare", ids=[first["arguments"]["id"], client])]
    if first["name"] in ("report", "draft_message") and linked and "id" in first["arguments"]:
        return [call(first["name"], **{**first["arguments"], "id": client})]
    return None
