"""From a question to tool calls: by rules and nearest examples, or by a model's plan where rules are unsure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent import next_steps, tellings, terms
from agent.backends import Gateway, Json, object_schema, parse_json
from agent.counted import change_asked, clients_asked, lost_asked, revenue_asked
from agent.examples import Call, call, examples, nearest
from agent.narrowing import condition, narrowed, plan_filter, plans, rankable
from agent.periods import future
from agent.prompting import render
from agent.understand import SEGMENTS, Understood
from tools.errors import BackendError
from tools.text import latin

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

Rule = Callable[[Understood, "Portfolio"], list[Call] | None]


def planned(
    seen: Understood, portfolio: "Portfolio", *, last: list[Call], gateway: Gateway | None = None
) -> list[Call]:
    """One to three tool calls for a question; ``last`` are the calls of the thread's last question."""
    for rule in (
        _shelved, _refusals, tellings.asked, next_steps.asked, terms.asked, _counted, _followed(last), _written, _summed_up, _explained, _found,
        _advised, _about_account, _measured, _listed, _general,
    ):  # fmt: skip
        calls = rule(seen, portfolio)
        if calls:
            return calls
    calls = (_by_model(seen, gateway) if gateway is not None else None) or nearest(seen.stems)
    return [_of_period(item, seen) for item in calls or [call("refuse", reason="off_topic")]]


def _of_period(item: Call, seen: Understood) -> Call:
    """The call with the question's own period in place of the one of the example or of the model."""
    if item["name"] != "metric":
        return item
    kept = {name: value for name, value in item["arguments"].items() if name != "period"}
    return call("metric", **kept, **_window(seen))


def _shelved(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """A question to the user's own documents, whatever else it speaks of."""
    asked = "documents" in seen.wants and "injection" not in seen.wants
    return [call("documents", query=seen.question)] if asked else None


def _refusals(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    wants = seen.wants
    if "injection" in wants:
        return [call("refuse", reason="injection")]
    if "market" in wants and "competitors" not in wants:
        return [call("market", query=seen.question)]
    if "competitors" in wants:
        return [call("refuse", reason="competitors")]
    if "leavers" in wants:
        return [call("segment", segment="at_risk")]
    if "forecast" in wants and "renewals" not in wants and "advice" not in wants:
        return [call("refuse", reason="forecast")]
    if future(seen.period, portfolio.as_of) and "renewals" not in wants:
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
    given = {**part, **_window(seen), **_by(seen, part)}
    if lost:
        groups = {} if set(seen.segments) <= {"lost"} else {"by": "segment"}
        listed = bool(seen.segments) and not groups and not seen.period
        return None if listed else [call("metric", key="logo_churn", **(groups | given), total=True)]
    if seen.metrics or seen.segments:
        return None
    part |= _plan_alone(seen, part, portfolio)
    given = {**part, **_window(seen), **_by(seen, part)}
    names = _plan_words(portfolio) if "where" in part else []
    if clients_asked(seen.plain, names):
        every = [] if given else [call("segment", segment="")]
        return [call("clients", **given), *every]
    if not revenue_asked(seen.plain, names):
        return None
    moved = {} if "by" in given else _change(seen)
    invoiced = [] if moved or "by" in given else [call("metric", key="revenue_per_client", **given, total=True)]
    return [call("metric", key="mrr", **given, **moved), *invoiced]


def _plan_alone(seen: Understood, part: Mapping[str, Any], portfolio: "Portfolio") -> dict[str, Any]:
    """The filter of the plan that a question names without saying that it is one: «Сколько у нас клиентов Про?»."""
    words = set(re.findall(r"\w+", seen.plain))
    named = [name for name in plans(portfolio) if words & {name.lower().replace("ё", "е"), latin(name)}]
    return {"where": plan_filter(named[0])} if len(named) == 1 and "where" not in part else {}


def _plan_words(portfolio: "Portfolio") -> list[str]:
    return [spelling for name in plans(portfolio) for spelling in (name.replace("ё", "е"), latin(name))]


def _change(seen: Understood) -> dict[str, str]:
    asked = change_asked(seen.plain)
    return {"change": asked} if asked is not None else {}


def _followed(last: list[Call]) -> Rule:
    """A question that names nothing but a period or a grouping goes on from the last one."""

    def rule(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
        asked = [item for item in last if item["name"] in ("metric", "clients")]
        wants = {"advice", "define", "gaps", "overview", "promises", "campaign", "report", "letter"}
        named = seen.metrics or seen.segments or seen.accounts or seen.codes or seen.wants & wants
        if not asked or named or not (seen.period or _by(seen)):
            return None
        if {"top", "bottom"} & set(narrowed(seen, portfolio)[0]):
            return None
        return [call(asked[0]["name"], **{**asked[0]["arguments"], **_window(seen), **_by(seen)})]

    return rule


def _written(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """A value report or a letter, for the client named; a campaign's effect."""
    asked = next((name for name in ("report", "letter") if name in seen.wants), None)
    if asked is None:
        wanted = "campaign" in seen.wants and not seen.wants & {"advice"}
        return [call("metric", key="campaign_effect")] if wanted else None
    if len(seen.accounts) == 1:
        return [call(asked, id=seen.accounts[0][0])]
    reason = "which_client" if asked == "report" else "letters"
    return _about_account(seen, portfolio) or [call("refuse", reason=reason)]


def _summed_up(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    if "overview" not in seen.wants or seen.metrics or seen.accounts or seen.codes:
        return None
    return [call("summary")]


def _found(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    """Questions that findings of the audit answer; then how much of the promised is done."""
    if seen.accounts:
        return None
    if seen.codes:
        return [call("findings", codes=list(seen.codes))]
    if "promises" in seen.wants and not seen.wants & {"advice", "define"}:
        return [call("metric", key=key, **_window(seen), **_by(seen)) for key in ("vrs", "value_gap")]
    return None


def _explained(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    meant = "define" in seen.wants and not seen.wants & {"own"} and change_asked(seen.plain) is None
    if meant and seen.metrics and not seen.accounts:
        return [call("define", key=key) for key in seen.metrics[:2]]
    if "gaps" in seen.wants:
        return [call("not_computed")]
    return None


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
    quoted = re.search(
        r"(?:клиент\w*|компани\w*|client|account|customer|для|у|for|ооо|оао|зао|пао|ао|ип|гбуз)\s+[«\"“]([^»\"”]+)[»\"”]",
        seen.question,
        re.IGNORECASE,
    )
    return [call("refuse", reason="unknown_account", names=[quoted.group(1)])] if quoted else None


def _measured(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    part, spoken = narrowed(seen, portfolio)
    ordered = bool({"top", "bottom"} & set(part))
    keys = [key for key in seen.metrics if key not in spoken] or list(seen.metrics)
    key = rankable(seen, keys) if ordered else None
    if key is not None:
        return [call("metric", key=key, **part, **_window(seen))]
    if not seen.metrics:
        return None
    if part and not ordered:
        by = _by(seen, part)
        moved = {} if by else _change(seen)
        return [call("metric", key=key, **part, **_window(seen), **by, **moved) for key in keys[:3]]
    if seen.segments and not _by(seen) and "list" in seen.wants and "own" not in seen.wants:
        return None
    grouped = _by(seen) or ({"by": "segment"} if seen.segments else {})
    extra = {name: True for name in ("forge", "rows") if name in seen.wants}
    moved = {} if grouped else _change(seen)
    return [call("metric", key=key, **_window(seen), **grouped, **extra, **moved) for key in seen.metrics[:3]]


def _listed(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    return [call("segment", segment=key) for key in seen.segments[:2]] or None


def _general(seen: Understood, portfolio: "Portfolio") -> list[Call] | None:
    if "overview" in seen.wants:
        return [call("summary")]
    if "forge" in seen.wants:
        return [call("refuse", reason="off_topic")]
    return [call("segment", segment="")] if "mean" in seen.wants else None


def _by(seen: Understood, part: Mapping[str, Any] | None = None) -> dict[str, str]:
    """The grouping asked for; none by the column of which one value is named."""
    named = "plan" if "plan = " in str((part or {}).get("where", "")) else ""
    names = (name for name in ("segment", "plan", "industry", "region") if f"by_{name}" in seen.wants and name != named)
    return next(({"by": name} for name in names), {})


def _window(seen: Understood) -> dict[str, str]:
    """The period asked about; the days ahead in which contracts end are the policy's."""
    ahead = "renewals" in seen.wants and (seen.period or "").startswith("P")
    return {"period": seen.period} if seen.period and not ahead else {}


def _by_model(seen: Understood, gateway: Gateway) -> list[Call] | None:
    from tools.metrics import metrics

    shown = "\n".join(f'- "{item["q"]}" -> {item["call"]}' for item in examples()[::6])
    prompt = render(
        "plan",
        metrics=", ".join(metrics()),
        segments=", ".join(SEGMENTS),
        examples=shown,
        language=seen.language,
        question=seen.question[:500],
    )
    try:
        reply = parse_json(gateway.complete(prompt, schema=_schema(), tries=1))
    except BackendError:
        return None
    calls = [_checked(item) for item in (reply or {}).get("calls", []) if isinstance(item, dict)]
    return [item for item in calls if item is not None][:3] or None


def _checked(item: Mapping[str, Any]) -> Call | None:
    """A model's call where its name and arguments are ones that exist; else None."""
    from tools.metrics import metrics

    name, given = item.get("name"), item.get("arguments") or {}
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        return None
    if name in ("metric", "define") and given.get("key") in metrics():
        period = {"period": given["period"]} if given.get("period") in ("year", "quarter", "month") else {}
        grouped = {"by": "segment"} if given.get("by") == "segment" else {}
        where = condition(given.get("where"))
        period |= {"where": where} if where is not None and name == "metric" else {}
        return call(name, key=given["key"], **(period | grouped if name == "metric" else {}))
    if name == "segment" and given.get("segment", "") in (*SEGMENTS, ""):
        return call("segment", segment=given.get("segment", ""))
    if name in ("advice", "market") and given.get("query"):
        return call(name, query=given["query"][:200])
    if name == "refuse" and given.get("reason") in ("forecast", "competitors", "costs", "off_topic"):
        return call("refuse", reason=given["reason"])
    return call(name) if name in ("not_computed", "summary") else None


def _schema() -> Json:
    from tools.metrics import metrics

    def one(name: str, **arguments: Json) -> Json:
        return object_schema({"name": {"const": name}, "arguments": object_schema(arguments)})

    key: Json = {"enum": list(metrics())}
    calls = [
        one("metric", key=key, period={"enum": ["year", "quarter", "month"]}, by={"enum": ["", "segment"]}),
        one("segment", segment={"enum": [*SEGMENTS, ""]}),
        one("define", key=key),
        one("advice", query={"type": "string"}),
        one("refuse", reason={"enum": ["forecast", "competitors", "costs", "off_topic"]}),
    ]
    return object_schema({"calls": {"type": "array", "items": {"anyOf": calls}, "minItems": 1, "maxItems": 3}})
