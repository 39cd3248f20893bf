"""The rules of the planner: each turns what was recognised in a question into tool calls, or leaves it to the next."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from agent import compare, inputs, letters, next_steps, questionnaire, tellings, whatif, whole_audit
from agent.examples import Call, call, vocabulary
from agent.planning import movers, noting, shares, uncounted
from agent.planning.slices import LISTED, grouping_of, sliced, window_of
from agent.reading import terms
from agent.reading.counted import (
    CLIENT,
    INVOICED,
    MOVED,
    cash_asked,
    change_asked,
    clients_asked,
    list_asked,
    lost_asked,
    new_asked,
    revenue_asked,
    within_asked,
)
from agent.reading.letter_words import form_asked
from agent.reading.names import known_words, nameless
from agent.reading.narrowing import narrowed, plan_alone
from agent.reading.order import DEPENDENCE, REVENUE, order, rankable
from agent.reading.topics import COVERED, ELSEWHERE
from agent.reading.understand import Understood
from agent.reading.values import named_words, plans
from agent.reading.windows import future
from knowledge.search import stems
from tools.text import latin

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: “What is it, and how large is ours?”: the meaning and the figure.
ASKED_TOO = re.compile(
    r"(?:что такое|что значит|объясни\w*|поясни\w*|what(?:'s| is| does)|explain|define) .*\b(?:и|and) (?:сразу |тут же |straight away )?(?:как\w+|сколько|what|how|покаж\w+|дай\w*|show|give)\b"
)
#: Asked of the meaning or the way of counting, whatever else is named.
STRONG = re.compile(
    r"означа|значит|счита|рассчит|вычисл|формул|расшифр|определени|mean|defin|calculat|comput|formula|stand for"
)
#: Of the present, and so of a figure and not of its meaning: “what is MRR now”.
NOW = re.compile(r"\b(?:сейчас|сегодня|на данный момент|now|today|currently|at the moment|at present|right now)\b")
WHAT = re.compile(r"\b(?:что такое|это что|what is)\b")
#: A client that is pointed at and named nowhere.
POINTED = re.compile(
    r"\b(?:эт(?:от|ого|ому|им|ом)|данн(?:ый|ого|ому|ым|ом)|т(?:от|ого|ому|ем|ом)(?: самый| самого| самому)?) (?:клиент|заказчик|аккаунт|контрагент|плательщик)(?:а|у|ом|е)?\b|"
    r"\b(?:эт(?:а|у|ой)) компани(?:я|ю|ей|и)\b|\b(?:this|that) (?:one )?(?:client|customer|account|company)\b(?!['’]?s? (?:base|group|segment|list))|\bу того самого\b"
)
#: A name after what is asked of a client and of nothing else.
STRANGER = re.compile(
    r"(?i:\b(?:(?:что|как)(?: там| сейчас| вообще)?(?: слышно| нового| происходит| творится| дела| поживает| обстоят дела| живет)?(?: с| со| у| от| по)|расскажи(?:те)? (?:про|об?)|"
    r"what(?:['’]?s| is) (?:up|going on|new|happening|the (?:story|situation|matter)) (?:with|at)|how(?:['’]?s| is| are)(?: things(?: going)? (?:with|at))?|tell me about|anything (?:new )?(?:on|from|about)) "
    r"(?:ооо |оао |зао |пао |ао |ип )?)[«“\"]?(?P<name>[A-ZА-ЯЁ](?=\w*[a-zа-яё])[\w-]+(?: [A-ZА-ЯЁ][\w-]+){0,2})"
)
#: How the number of clients has changed since an earlier time.
MORE_CLIENTS = re.compile(
    rf"\b(?:more|fewer|less|больше|меньше|прибавилось|убавилось|стало)\b(?: \w+){{0,3}}? {CLIENT}\b|\b{CLIENT}(?: \w+){{0,3}}? (?:больше|меньше|стало)\b"
)
#: What those of a part bring.
PAID = re.compile(
    r"\b(?:сколько|какие деньги|how much)\b(?: [^\s,.?!]+){0,3}? (?:плат[яи]т|платили|заплатил[аи]|приносят|дают|bring|pay|spend|worth)\b|\bhow much\b.* (?:pay|bring in|spend|worth)\W*$"
)
#: One of them, not all together.
MEAN = re.compile(r"\b(?:в среднем|средн\w+|кажд\w+|average|mean|each|typical)\b")
#: Value reports of so many clients are written at once.
REPORTS = 3
Rule = Callable[[Understood, "Portfolio"], list[Call] | None]


def _shelved(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """A question to the user's own documents, whatever else it speaks of."""
    asked = "documents" in seen.wants and "injection" not in seen.wants
    return [call("documents", query=seen.question)] if asked else None


def _refusals(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    wants = seen.wants
    if "injection" in wants:
        return [call("refuse", reason="injection")]
    if ELSEWHERE.search(seen.plain) and not seen.metrics and not seen.codes:
        return [call("refuse", reason="off_topic")]
    if "market" in wants and "competitors" not in wants:
        return [call("market", query=seen.question)]
    if "competitors" in wants:
        return [call("refuse", reason="competitors")]
    planning = next_steps.asked(seen, portfolio) is not None
    if "leavers" in wants and form_asked(seen.plain) is None and not planning:
        listed = order(seen, ["churn_risk"])
        where = {name: value for name, value in narrowed(seen, portfolio)[0].items() if name == "where"}
        if listed:
            return [call("metric", key="churn_risk", **where, **listed)]
        return [sliced(call("segment", segment="at_risk"), seen, portfolio)]
    if "forecast" in wants and "renewals" not in wants and "advice" not in wants and not planning:
        return [call("refuse", reason="forecast")]
    if future(seen.period, portfolio.as_of) and "renewals" not in wants and not planning:
        return [call("refuse", reason="forecast")]
    if "costs" in wants and not seen.metrics and not seen.codes and "advice" not in wants:
        return [call("refuse", reason="costs")]
    return None


def _counted(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """How many clients left, how many there are, how large revenue is."""
    wants = {"advice", "define", "report", "letter", "gaps", "campaign", "promises", "renewals", "forge"}
    lost = lost_asked(seen.plain)
    part, _spoken = narrowed(replace(seen, segments=()) if lost else seen, portfolio)
    if seen.accounts or seen.codes or seen.wants & wants or {"top", "bottom"} & set(part):
        return None
    given = {**part, **window_of(seen), **grouping_of(seen, part)}
    if lost:
        groups = {} if set(seen.segments) <= {"lost"} else {"by": "segment"}
        listed = bool(seen.segments) and not groups and not seen.period
        return None if listed else [call("metric", key="logo_churn", **(groups | given), total=True)]
    if new_asked(seen.plain) and not seen.metrics and set(seen.segments) <= {"newcomers"} and seen.period:
        given = {**narrowed(replace(seen, segments=()), portfolio)[0], **window_of(seen), **grouping_of(seen)}
        return [call("metric", key="movements", **given)]
    if cash_asked(seen.plain) and set(seen.metrics) <= {"cash_per_client"} and not seen.segments:
        return [call("metric", key="cash_per_client", **given, total=True)]
    if seen.metrics or seen.segments:
        return None
    if seen.against is not None and MORE_CLIENTS.search(seen.plain) and not grouping_of(seen, part):
        return [call("clients", **given)]
    part |= plan_alone(seen, part, portfolio)
    given = {**part, **window_of(seen), **grouping_of(seen, part)}
    names = [*_plan_words(portfolio), *named_words(seen, portfolio)] if "where" in part else []
    if clients_asked(seen.plain, names):
        every = [] if given else [call("segment", segment="")]
        return [call("clients", **given), *every]
    if "where" in part and list_asked(seen.plain, [*names, *named_words(seen, portfolio)]):
        return [call("clients", **given), call("metric", key="mrr", where=part["where"], top=LISTED)]
    if not revenue_asked(seen.plain, names):
        return None
    moved = {} if "by" in given else change_of(seen)
    if INVOICED.search(seen.plain) and not moved:
        return [call("metric", key="revenue_per_client", **given, total=True)]
    invoiced = [] if moved or "by" in given else [call("metric", key="revenue_per_client", **given, total=True)]
    return [call("metric", key="mrr", **given, **moved), *invoiced]


def _plan_words(portfolio: "Portfolio") -> list[str]:
    return [spelling for name in plans(portfolio) for spelling in (name.replace("ё", "е"), latin(name))]


def change_of(seen: Understood) -> dict[str, str]:
    """The change asked about, if any."""
    compared = seen.against is not None or "why" in seen.wants
    asked = change_asked(seen.plain) or ("any" if compared and not seen.accounts else None)
    return {"change": asked} if asked is not None else {}


def _pointed(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """A question about «этот клиент» where none is named and none was spoken of."""
    named = seen.accounts or seen.mentions or "define" in seen.wants
    return [call("refuse", reason="which_client")] if POINTED.search(seen.plain) and not named else None


def _written(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """A value report for the client named; a campaign's effect."""
    if "report" not in seen.wants:
        meant = "define" in seen.wants and (STRONG.search(seen.plain) or WHAT.search(seen.plain)) is not None
        wanted = "campaign" in seen.wants and "advice" not in seen.wants and not meant
        return [call("metric", key="campaign_effect")] if wanted else None
    if seen.accounts and all(len(mention.accounts) == 1 for mention in seen.mentions):
        return [call("report", id=account) for account, _name in seen.accounts[:REPORTS]]
    if not seen.accounts and COVERED.search(seen.plain):
        return [sliced(call("findings", codes=["report_coverage"]), seen, portfolio)]
    return _about_account(seen, portfolio) or [call("refuse", reason="which_client")]


def _unknown(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """A question about a client whom the data lack, by a name with a capital letter: “What's up with Acme?”."""
    named = STRANGER.search(seen.question)
    told = (
        seen.accounts
        or seen.mentions
        or seen.metrics
        or seen.segments
        or seen.codes
        or grouping_of(seen)
        or seen.period
    )
    if named is None or told or narrowed(seen, portfolio)[0] or plan_alone(seen, {}, portfolio):
        return None
    known = vocabulary() | set(known_words(portfolio))
    strange = [word for word in stems(named["name"]) if word not in known]
    return [call("refuse", reason="unknown_account", names=[named["name"]])] if strange else None


def _summed_up(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    if "overview" not in seen.wants or seen.metrics or seen.accounts or seen.codes:
        return None
    return [call("summary")]


def _found(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """Questions that findings of the audit answer; then how much of the promised is done."""
    if seen.accounts:
        return None
    if seen.codes:
        return [sliced(call("findings", codes=list(seen.codes)), seen, portfolio)]
    if "promises" in seen.wants and not seen.wants & {"advice", "define"}:
        part, _spoken = narrowed(seen, portfolio, about="vrs")
        if {"top", "bottom"} & set(part):
            return [call("metric", key="vrs", **part)]
        where = {name: value for name, value in part.items() if name == "where"}
        return [
            call("metric", key=key, **where, **window_of(seen), **grouping_of(seen, where))
            for key in ("vrs", "value_gap")
        ]
    return None


def _explained(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    meant = "define" in seen.wants and not seen.wants & {"own"} and change_asked(seen.plain) is None
    meant = meant and (
        STRONG.search(seen.plain) is not None or not (_sliced(seen, portfolio) or NOW.search(seen.plain))
    )
    supposes = whatif.IF.search(seen.plain) is not None
    if "define" in seen.wants and not supposes and ASKED_TOO.search(seen.plain) and len(seen.metrics) == 1:
        key = seen.metrics[0]
        return [call("define", key=key), call("metric", key=key, **window_of(seen), **grouping_of(seen))]
    if meant and seen.metrics and not seen.accounts:
        return [call("define", key=key) for key in seen.metrics[:2]]
    if "gaps" in seen.wants:
        return [call("not_computed")]
    return None


def _sliced(seen: Understood, portfolio: "Portfolio") -> bool:
    """Whether a question names a part of the base, a grouping or a period: it wants a figure, not its meaning."""
    return bool(grouping_of(seen) or seen.period or narrowed(seen, portfolio)[0])


def _advised(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    moved = seen.metrics and change_asked(seen.plain) == "better"
    if "advice" not in seen.wants or seen.accounts or moved:
        return None
    segment = {"segment": seen.segments[0]} if seen.segments else {}
    return [call("advice", query=seen.question, **segment)]


def _about_account(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    if len(seen.accounts) > 1:
        named = seen.accounts[:5]
        same = len({name for _, name in named}) < len(named)
        names = [f"{name} ({account})" if same else name for account, name in named]
        return [call("refuse", reason="ambiguous", names=names)]
    if seen.accounts:
        return [call("account", id=seen.accounts[0][0])]
    quoted = nameless(seen.question, portfolio)
    return [call("refuse", reason="unknown_account", names=[quoted.group(1)])] if quoted else None


def _measured(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    part, spoken = narrowed(seen, portfolio)
    ordered = bool({"top", "bottom"} & set(part))
    keys = [key for key in seen.metrics if key not in spoken] or list(seen.metrics)
    if "movements" in keys and MOVED.search(seen.plain):
        keys = ["movements"]
        seen = replace(seen, metrics=("movements",))
    key = rankable(seen, keys) if ordered else None
    if key == REVENUE and not seen.metrics and DEPENDENCE.search(seen.plain):
        key = "concentration"
    if key is not None:
        return [call("metric", key=key, **part, **window_of(seen))]
    if not ordered and spoken and set(keys) <= spoken and PAID.search(seen.plain):
        given = {**part, **window_of(seen)}
        if MEAN.search(seen.plain):
            return [call("metric", key="arpa", **given)]
        return [call("metric", key="mrr", **given), call("metric", key=REVENUE, **given, total=True)]
    if not ordered and spoken and set(keys) <= spoken and within_asked(seen.plain):
        return [call("clients", **part, **window_of(seen))]
    if not seen.metrics:
        return None
    if part and not ordered:
        cut = {**grouping_of(seen, part), **change_of(seen)}
        return [call("metric", key=key, **part, **window_of(seen), **cut) for key in keys[:3]]
    if seen.segments and not grouping_of(seen) and "list" in seen.wants and "own" not in seen.wants:
        return None
    one = {"where": f"segment = {seen.segments[0]}"} if len(seen.segments) == 1 else {}
    grouped = grouping_of(seen) or one or ({"by": "segment"} if seen.segments else {})
    extra = {name: True for name in ("forge", "rows") if name in seen.wants}
    return [
        call("metric", key=key, **window_of(seen), **grouped, **extra, **change_of(seen)) for key in seen.metrics[:3]
    ]


def _listed(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    return [sliced(call("segment", segment=key), seen, portfolio) for key in seen.segments[:2]] or None


def _general(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    if "overview" in seen.wants:
        return [call("summary")]
    if "forge" in seen.wants:
        return [call("refuse", reason="off_topic")]
    grouped = "by_segment" in seen.wants
    return [sliced(call("segment", segment=""), seen, portfolio)] if "mean" in seen.wants and not grouped else None


#: What must never be overlooked stands before what goes on from the last question; then the particular before the general.
FIRST: tuple[Rule, ...] = (
    whole_audit.asked, _shelved, noting.asked, whatif.worth, whatif.asked, _refusals, questionnaire.asked, inputs.asked, uncounted.asked, tellings.asked, next_steps.asked, terms.asked, movers.asked, shares.asked, _counted,
)  # fmt: skip
RULES: tuple[Rule, ...] = (
    _pointed, letters.asked, _written, compare.asked, _unknown, _summed_up, _explained, _found, _advised, _about_account, _measured, _listed, _general,
)  # fmt: skip
