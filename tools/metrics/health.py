"""Customer health score: a weighted mean of known components, never filled where unknown (metrics §5)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ibis
from ibis import _

from tools import ledger
from tools.metrics import Ask, metric
from tools.metrics.orders import on
from tools.metrics.value import account_scores
from tools.portfolio import Portfolio
from tools.reading import Reading, Status, Unit
from tools.text import Text

COMPONENTS = {
    "usage": Text("usage trend", "динамика использования"),
    "adoption": Text("breadth of features used", "широта использования функций"),
    "value": Text("promises kept", "выполнение обещаний"),
    "support": Text("support load", "нагрузка на поддержку"),
    "relationship": Text("last survey answer", "последняя оценка в опросе"),
    "payment": Text("payment in time", "оплата в срок"),
}


@dataclass(frozen=True, slots=True)
class Health:
    """One account's score: 0-100 or None below the coverage the policy demands, coverage 0-1, component scores."""

    score: float | None
    coverage: float
    parts: dict[str, float]


def usage_change(portfolio: Portfolio) -> dict[str, float]:
    """Usage a day of the last 28 days over that of the 84 days before, by account; 1.0 is steady.

    Accounts seen on too few days before, or not a whole quarter, are left out: a trend of a few events is noise.
    """
    if "usage change" not in portfolio.memo:
        portfolio.memo["usage change"] = _usage_change(portfolio)
    found: dict[str, float] = portfolio.memo["usage change"]
    return found


def _usage_change(portfolio: Portfolio) -> dict[str, float]:
    if portfolio.as_of is None or not portfolio.has("usage"):
        return {}
    usage = portfolio.table("usage")
    middle = on(portfolio.as_of - timedelta(days=28))
    start = on(portfolio.as_of - timedelta(days=112))
    amount = usage.quantity.fill_null(1.0)
    by = usage.group_by("account_id").agg(
        last=amount.sum(where=usage.date > middle).fill_null(0.0),
        before=amount.sum(where=(usage.date > start) & (usage.date <= middle)).fill_null(0.0),
        since=usage.date.min(),
        seen=usage.date.nunique(where=(usage.date > start) & (usage.date <= middle)),
    )
    enough = by.seen >= int(portfolio.policy["usage_min_days"])
    whole = by.filter(by.before > 0, by.since <= start, enough)
    rows = portfolio.run(whole.order_by("account_id")).to_pylist()
    return {row["account_id"]: (row["last"] / 28) / (row["before"] / 84) for row in rows}


def _adoption(portfolio: Portfolio) -> dict[str, float]:
    if portfolio.as_of is None or not portfolio.has("usage", "feature"):
        return {}
    usage = portfolio.table("usage")
    recent = usage.filter(usage.date > on(portfolio.as_of - timedelta(days=90)), usage.quantity.fill_null(1.0) > 0)
    by = recent.group_by("account_id").agg(breadth=_.feature.nunique())
    rows = portfolio.run(by).to_pylist()
    return {row["account_id"]: float(row["breadth"]) for row in rows}


def _support(portfolio: Portfolio) -> dict[str, float]:
    """Tickets of ninety days, open critical ones five times; only where the portfolio keeps tickets."""
    if portfolio.as_of is None or not portfolio.has("tickets"):
        return {}
    tickets = portfolio.table("tickets")
    recent = tickets.filter(tickets.opened > on(portfolio.as_of - timedelta(days=90)))
    still = (recent.closed.isnull() | (recent.closed > on(portfolio.as_of))) & critical(recent)
    loads = recent.group_by("account_id").agg(load=recent.count() + 4 * still.sum().fill_null(0))
    found = {row["account_id"]: -float(row["load"]) for row in portfolio.run(loads).to_pylist()}
    return {account: found.get(account, 0.0) for account, _name in portfolio.accounts()}


def open_critical(portfolio: Portfolio) -> set[str]:
    """Accounts with a critical ticket open on ``as_of``."""
    if portfolio.as_of is None or not portfolio.has("tickets", "priority"):
        return set()
    tickets = portfolio.table("tickets")
    still = tickets.closed.isnull() | (tickets.closed > on(portfolio.as_of))
    found = tickets.filter(still & critical(tickets), tickets.account_id.notnull()).select("account_id").distinct()
    return {str(value) for value in portfolio.run(found).column(0).to_pylist()}


def critical(tickets: Any) -> Any:
    """True for tickets of critical priority."""
    return tickets.priority == "critical"


def _relationship(portfolio: Portfolio) -> dict[str, float]:
    """Last survey answer of a year, 0-100; the mean satisfaction with tickets stands for it where none was answered."""
    if portfolio.as_of is None:
        return {}
    since = on(portfolio.as_of - timedelta(days=365))
    found: dict[str, float] = {}
    if portfolio.has("tickets", "csat"):
        tickets = portfolio.table("tickets").filter(_.opened > since, _.csat >= 1, _.csat <= 5, _.account_id.notnull())
        mean = tickets.group_by("account_id").agg(score=25 * (_.csat.mean() - 1))
        found |= {row["account_id"]: float(row["score"]) for row in portfolio.run(mean).to_pylist()}
    if portfolio.has("surveys"):
        surveys = portfolio.table("surveys").filter(_.date > since, _.score >= 0, _.score <= 10)
        newest = [ibis.desc("date"), ibis.desc("source_file"), ibis.desc("source_row")]
        place = ibis.row_number().over(ibis.window(group_by="account_id", order_by=newest))
        last = surveys.mutate(place=place).filter(_.place == 0).select("account_id", "score")
        found |= {row["account_id"]: 10.0 * row["score"] for row in portfolio.run(last).to_pylist()}
    return found


def days_late(portfolio: Portfolio) -> dict[str, float]:
    """Worst days past due on ``as_of`` over the unpaid documents, by account with due dates; 0 where none is late."""
    if portfolio.as_of is None or not (
        portfolio.has("invoices", "due_date") and portfolio.has("invoices", "paid_date")
    ):
        return {}
    lines = portfolio.table("invoices").filter(_.account_id.notnull(), _.due_date.notnull(), _.amount > 0)
    unpaid = lines.paid_date.isnull() | (lines.paid_date > on(portfolio.as_of))
    late = on(portfolio.as_of).delta(lines.due_date, unit="day")
    by = lines.group_by("account_id").agg(late=ibis.greatest(late.max(where=unpaid).fill_null(0), 0))
    return {row["account_id"]: float(row["late"]) for row in portfolio.run(by).to_pylist()}


def percentile(values: dict[str, float]) -> dict[str, float]:
    """Mid-rank percentile 0-100 of each value; ties share theirs."""
    ordered = sorted(values.values())
    from bisect import bisect_left, bisect_right

    n = len(ordered)
    return {
        account: 100 * (bisect_left(ordered, value) + bisect_right(ordered, value)) / (2 * n)
        for account, value in values.items()
    }


def _of(values: dict[str, float], accounts: set[str]) -> dict[str, float]:
    return {account: value for account, value in values.items() if account in accounts}


def scores(portfolio: Portfolio) -> dict[str, Health]:
    """Health of every paying account (every account where nothing recurs), by account."""
    if "health" not in portfolio.memo:
        if portfolio.whole is not None:  # the reference is the whole base, never the group itself
            inside = set(paying(portfolio))
            portfolio.memo["health"] = {a: item for a, item in scores(portfolio.whole).items() if a in inside}
        else:
            portfolio.memo["health"] = _scores(portfolio)
    found: dict[str, Health] = portfolio.memo["health"]
    return found


def _scores(portfolio: Portfolio) -> dict[str, Health]:
    late = {account: -days for account, days in days_late(portfolio).items()}
    kept = {account: score for account, (score, _gap) in account_scores(portfolio).items() if score is not None}
    base = set(paying(portfolio))
    raw: dict[str, dict[str, float]] = {
        "usage": percentile(_of(usage_change(portfolio), base)),
        "adoption": percentile(_of(_adoption(portfolio), base)),
        "value": kept,
        "support": percentile(_of(_support(portfolio), base)),
        "relationship": _relationship(portfolio),
        "payment": percentile(_of(late, base)),
    }
    weights = {name: portfolio.policy[f"chs_weight_{name}"] for name in COMPONENTS}
    total = sum(weights.values())
    found: dict[str, Health] = {}
    for account in paying(portfolio):
        parts = {name: raw[name][account] for name in COMPONENTS if account in raw[name]}
        known = sum(weights[name] for name in parts)
        coverage = known / total
        enough = known > 0 and coverage >= portfolio.policy["chs_min_coverage"]
        score = sum(weights[name] * value for name, value in parts.items()) / known if enough else None
        found[account] = Health(score, coverage, parts)
    return found


def paying(portfolio: Portfolio) -> list[str]:
    """Ids of the accounts in force: with recurring revenue today, else all."""
    if ledger.no_ledger(portfolio) is not None:
        return [account for account, _name in portfolio.accounts()]
    state = ledger.state(portfolio, [ledger.last_month(portfolio).closing])
    return [
        str(value) for value in portfolio.run(state.select("account_id").order_by("account_id")).column(0).to_pylist()
    ]


@metric(
    "chs",
    name=Text("Customer health score (CHS)", "Индекс здоровья клиента (CHS)"),
    meaning=Text(
        "Mean health of the clients, from usage, adoption, promises, support, relationship and payment.",
        "Среднее здоровье клиентов: использование, функции, обещания, поддержка, отношения, оплата.",
    ),
    unit=Unit.SCORE,
    better="higher",
    formula="sum(weight * component) / sum(weight) over known components; the base is the mean of accounts",
    source="metrics-5",
    needs=Text(
        "usage, tickets, surveys, due and paid dates, promises: enough of them for most of the weight",
        "использование, обращения, опросы, сроки и даты оплат, обещания: столько, чтобы покрыть большую часть веса",
    ),
)
def customer_health_score(ask: Ask) -> list[Reading]:
    """0-100 over the accounts with enough known components; then counts ``red`` and ``green``.

    Weights are an expert's and not checked against churn (flag ``expert_weights``); satisfaction with tickets may
    stand for a survey answer (flag ``csat_for_nps``). Unknown components are left out
    and weights re-normalised; below the policy's coverage an account has no score. 80 60 50 70 100 with weights
    .4 .2 .15 .15 .1 gives 72.0; without the fourth 59.41 on the next date's values, never zero-filled.
    """
    portfolio = ask.portfolio
    if portfolio.as_of is None:
        return [ask.undefined(Text("nothing in the data is dated", "в данных нет дат"), window=portfolio.day)]
    every = scores(portfolio)
    known = [item.score for item in every.values() if item.score is not None]
    if not known:
        return [
            ask.undefined(
                Text(
                    "too few components are known for any client",
                    "ни по одному клиенту не известно достаточно составляющих",
                ),
                window=portfolio.day,
            )
        ]
    coverage = sum(item.coverage for item in every.values()) / len(every)
    few = len(known) < portfolio.policy["min_accounts"]
    status: Status = "insufficient" if few else "partial" if len(known) < len(every) else "ok"
    reasons = {
        "insufficient": Text("too few clients with a score", "клиентов с индексом слишком мало"),
        "partial": Text(
            "some clients have too few known components for a score",
            "по части клиентов составляющих слишком мало для индекса",
        ),
    }
    flags = ("expert_weights", "csat_for_nps") if portfolio.has("tickets", "csat") else ("expert_weights",)
    common: dict[str, Any] = {
        "n": len(known),
        "window": portfolio.day,
        "flags": flags,
        "coverage": coverage,
    }
    head = ask.reading(sum(known) / len(known), status=status, reason=reasons.get(status), **common)
    red = sum(1 for score in known if score <= portfolio.policy["chs_red"])
    green = sum(1 for score in known if score > portfolio.policy["chs_green"])
    return [
        head,
        ask.reading(red, unit=Unit.COUNT, scope={"kind": "red"}, **common),
        ask.reading(green, unit=Unit.COUNT, scope={"kind": "green"}, **common),
    ]
