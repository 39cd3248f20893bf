"""Usage features of every account in one pass: sums by window, days seen and features used as bitmaps.

Counting distinct days and features per account would sort the log; a bit per day and per feature, joined by OR, does
not: the log is read once, and the bits are counted on the small result.
"""

from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np

from tools.portfolio import Portfolio

RECENT_DAYS, BEFORE_DAYS, BREADTH_DAYS = 28, 84, 90
WORD = 60  # bits of one integer that are used
FEATURES_AT_MOST = 480


@dataclass(frozen=True)
class Usage:
    """Arrays by account (sorted ids): quantity and days seen in the last 28 days and the 84 before, features of 90 days.

    ``since`` is the first day seen at all, as days before ``as_of``.
    """

    accounts: list[str]
    recent: np.ndarray[Any, Any]
    before: np.ndarray[Any, Any]
    recent_days: np.ndarray[Any, Any]
    before_days: np.ndarray[Any, Any]
    features: np.ndarray[Any, Any]
    since: np.ndarray[Any, Any]


def usage(portfolio: Portfolio) -> Usage | None:
    """Usage of every account that has any, or None where nothing of it is dated and recorded."""
    if "usage" not in portfolio.memo:
        known = portfolio.as_of is not None and portfolio.has("usage")
        portfolio.memo["usage"] = _read(portfolio) if known else None
    found: Usage | None = portfolio.memo["usage"]
    return found


def _read(portfolio: Portfolio) -> Usage:
    table = portfolio.run(_by_account(portfolio)).sort_by("account_id")
    columns = {name: table.column(name).to_numpy() for name in table.column_names if name != "account_id"}
    recent = (1 << RECENT_DAYS) - 1  # days of the first word that are recent
    recent_days = np.bitwise_count(columns["seen_0"] & recent).astype(np.int64)
    return Usage(
        accounts=table.column("account_id").to_pylist(),
        recent=columns["recent"],
        before=columns["before"],
        recent_days=recent_days,
        before_days=_bits(columns, "seen") - recent_days,
        features=_bits(columns, "features"),
        since=columns["since"],
    )


def _bits(columns: dict[str, Any], prefix: str) -> Any:
    words = [np.bitwise_count(cells) for name, cells in columns.items() if name.startswith(prefix)]
    return sum(words, np.zeros(len(columns["since"]), dtype=np.int64))


def _by_account(portfolio: Portfolio) -> Any:
    assert portfolio.as_of is not None
    log = portfolio.table("usage")
    day = ibis.date(portfolio.as_of.year, portfolio.as_of.month, portfolio.as_of.day)
    codes = _feature_codes(portfolio)
    ago = day.delta(log.date, unit="day").cast("int64")
    shown = {"account_id": log.account_id, "ago": ago, "quantity": log.quantity.fill_null(1.0)}
    if codes is not None:
        shown["feature"] = log.feature
    rows = log.filter(log.account_id.notnull(), log.date.notnull()).select(**shown)
    last = RECENT_DAYS + BEFORE_DAYS
    recent, before = rows.ago < RECENT_DAYS, (rows.ago >= RECENT_DAYS) & (rows.ago < last)
    measures: dict[str, Any] = {
        "recent": rows.quantity.sum(where=recent).fill_null(0.0),
        "before": rows.quantity.sum(where=before).fill_null(0.0),
        "since": rows.ago.max(),
    }
    for low in range(0, last, WORD):
        measures[f"seen_{low}"] = _days_seen(rows.ago, low, min(low + WORD, last))
    if codes is not None:
        used = (rows.ago < BREADTH_DAYS) & (rows.quantity > 0)
        for word in range(-(-len(codes) // WORD)):
            here = {name: code % WORD for name, code in codes.items() if code // WORD == word}
            bits = [(rows.feature == name, ibis.literal(1 << bit, "int64")) for name, bit in here.items()]
            measures[f"features_{word}"] = ibis.cases(*bits, else_=0).bit_or(where=used).fill_null(0)
    return rows.group_by("account_id").agg(**measures)


def _days_seen(ago: Any, low: int, high: int) -> Any:
    """A bit for each of the days from ``low`` to below ``high``, set where there is a row of the day."""
    inside = (ago >= low) & (ago < high)
    return ibis.ifelse(inside, ibis.literal(1, "int64") << (ago - low), 0).cast("int64").bit_or()


def _feature_codes(portfolio: Portfolio) -> dict[str, int] | None:
    """A small number for each feature; None where the log names none, or so many that they are no features."""
    log = portfolio.table("usage")
    names = portfolio.run(log.filter(log.feature.notnull()).group_by("feature").agg().order_by("feature"))
    found: list[str] = names.column(0).to_pylist()
    return {name: code for code, name in enumerate(found)} if 0 < len(found) <= FEATURES_AT_MOST else None


def features_known(portfolio: Portfolio) -> list[str]:
    """Names of the features the log knows, sorted."""
    codes = _feature_codes(portfolio)
    return list(codes) if codes else []
