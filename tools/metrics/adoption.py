"""Adoption against what was sold: key features, breadth, entitlement used (metrics §5, §8; product, step 2)."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from tools import ledger
from tools.fields import account_reading
from tools.metrics import Ask, metric, thin_reason
from tools.metrics.health import paying
from tools.metrics.orders import on
from tools.portfolio import Portfolio
from tools.reading import Number, Reading, Unit
from tools.text import Text


@metric(
    "adoption",
    name=Text("Adoption", "Освоение продукта"),
    meaning=Text(
        "Share of paying clients that used a key feature in the last days the policy names.",
        "Доля платящих клиентов, которые за последние месяцы пользовались ключевыми функциями.",
    ),
    unit=Unit.RATIO,
    better="higher",
    formula=Text(
        "paying clients with usage of a key feature in the window / paying clients",
        "платящие клиенты, использовавшие ключевую функцию за период / платящие клиенты",
    ),
    source="metrics-8",
    needs=Text(
        "usage by client, day and feature, with key features marked; limits bought and used",
        "использование по клиентам, дням и функциям с отметкой ключевых; купленные и использованные лимиты",
    ),
)
def adoption_of_what_was_sold(ask: Ask) -> list[Reading]:
    """Fraction of paying clients; then ``breadth``, ``entitlement`` and ``unused``.

    ``breadth``: mean share of the features of the base that a client with usage uses. ``entitlement``: mean share of
    the bought limits that is used, each capped at one. ``unused``: paying clients without any usage. Where no
    feature is marked as key, any usage counts, flagged ``no_key_features``.
    """
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("usage"):
        return [ask.undefined(Text("no usage is given", "нет данных об использовании"), window=None)]
    ready = Ask(portfolio, ask.metric, portfolio.day)
    base = paying(portfolio)
    if not base:
        return [ready.undefined(Text("no paying client", "нет платящих клиентов"))]
    used = _used(portfolio)
    rows = used.filter(pc.is_in(used["account_id"], value_set=pa.array(base, pa.string())))
    keyed = _keyed(portfolio.base)
    users = int(pc.sum(rows["key"]).as_py() or 0) if keyed else rows.num_rows
    flags = () if keyed else ("no_key_features",)
    head = ready.share(users, len(base), census=True, flags=flags)
    unused = ready.reading(len(base) - rows.num_rows, unit=Unit.COUNT, n=len(base), scope={"kind": "unused"})
    return [head] if ask.head else [head, *_breadth(ready, rows), *_entitlement(ready), unused]


def unused(portfolio: Portfolio) -> list[str]:
    """Paying accounts without any usage in the policy's days, by id."""
    return sorted(set(paying(portfolio)) - set(_used(portfolio)["account_id"].to_pylist()))


def _keyed(base: Portfolio) -> bool:
    """True where some feature is marked as key: asked of the base, so that every part of it counts by one rule."""
    if "key features" not in base.memo:
        found = base.run(base.table("usage").agg(k=_.is_key.fill_null(False).any()))
        base.memo["key features"] = bool(found.column(0)[0].as_py())
    return bool(base.memo["key features"])


def _recent(portfolio: Portfolio) -> Any:
    assert portfolio.as_of is not None
    since = on(portfolio.as_of - timedelta(days=int(portfolio.policy["adoption_days"])))
    return portfolio.table("usage").filter(_.date > since, _.quantity.fill_null(1.0) > 0, _.account_id.notnull())


def _used(portfolio: Portfolio) -> pa.Table:
    """Table ``account_id, features, key`` of the clients with recent usage, by account."""
    if "recent usage" not in portfolio.memo:
        base = ledger.base_of(portfolio)
        if base is None:
            by = _recent(portfolio).group_by("account_id")
            found = by.agg(features=_.feature.nunique(), key=_.is_key.fill_null(False).any())
            portfolio.memo["recent usage"] = portfolio.run(found.order_by("account_id"))
        else:
            portfolio.memo["recent usage"] = ledger.cut(portfolio, _used(base))
    rows: pa.Table = portfolio.memo["recent usage"]
    return rows


def _offered(portfolio: Portfolio) -> int:
    """How many features the base uses at all; 0 where the log names none."""
    whole = portfolio.base
    if not whole.has("usage", "feature"):
        return 0
    return int(whole.run(_recent(whole).agg(n=_.feature.nunique())).column(0)[0].as_py())


@account_reading("adoption", name=Text("Share of the features used", "Доля используемых функций"), unit=Unit.RATIO)
def account_adoption(portfolio: Portfolio) -> dict[str, Number]:
    """Features used in the policy's days over those that the base uses, of paying accounts; 0 of those without usage."""
    offered = _offered(portfolio) if portfolio.as_of is not None and portfolio.has("usage") else 0
    if not offered:
        return {}
    used = _used(portfolio)
    features = dict(zip(used["account_id"].to_pylist(), used["features"].to_pylist(), strict=True))
    return {account: features.get(account, 0) / offered for account in paying(portfolio)}


def _breadth(ask: Ask, rows: pa.Table) -> list[Reading]:
    offered = _offered(ask.portfolio) if rows.num_rows else 0
    if not offered:
        return []
    mean = int(pc.sum(rows["features"]).as_py()) / rows.num_rows / offered
    return [_mean(ask, mean, rows.num_rows, "breadth")]


def _entitlement(ask: Ask) -> list[Reading]:
    used = limit_use(ask.portfolio)
    inside = set(paying(ask.portfolio))
    shares = [min(1.0, share) for account, share in sorted(used.items()) if account in inside]
    return [_mean(ask, sum(shares) / len(shares), len(shares), "entitlement")] if shares else []


def _mean(ask: Ask, value: float, n: int, kind: str) -> Reading:
    few = n < ask.portfolio.policy["min_accounts"]
    return ask.reading(
        value, n=n, scope={"kind": kind}, status="insufficient" if few else "ok", reason=thin_reason() if few else None
    )


def limit_use(portfolio: Portfolio) -> dict[str, float]:
    """Used over allowed of the fullest limit in each client's last measured month; 1.0 is at the limit."""
    if portfolio.as_of is None or not portfolio.has("limits"):
        return {}
    if "limit use" not in portfolio.memo:
        table = portfolio.table("limits").filter(_.allowed > 0, _.used.notnull(), _.account_id.notnull())
        newest = table.group_by("account_id").agg(last=_.date.max()).select(owner=_.account_id, last=_.last)
        now = table.join(newest, (table.account_id == newest.owner) & (table.date == newest.last))
        by = now.group_by("account_id").agg(share=(now.used / now.allowed).max()).order_by("account_id")
        found = portfolio.run(by)
        portfolio.memo["limit use"] = dict(
            zip(found["account_id"].to_pylist(), found["share"].to_pylist(), strict=True)
        )
    saved: dict[str, float] = portfolio.memo["limit use"]
    return saved


@account_reading("limit_use", name=Text("Use of the limit", "Использование лимита"), unit=Unit.RATIO)
def account_limit_use(portfolio: Portfolio) -> dict[str, Number]:
    """Used over allowed of the fullest limit at the last measure, by account with limits; 1.0 is at the limit."""
    return dict(limit_use(portfolio))
