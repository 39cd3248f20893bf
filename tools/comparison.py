"""Simpson check: is a change of a total a change of its groups, or of their mix (metrics §9)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from tools import cohorts, ledger
from tools.document import Claim
from tools.metrics import resolve
from tools.portfolio import Portfolio
from tools.reading import Reading, Status, Unit, Window
from tools.stats import Decomposition, Part, decompose, newcombe
from tools.text import Text

BY = ("plan", "size", "age", "segment")
COLUMNS = ("plan", "industry", "region", "owner")
AGES = (365, 3 * 365)  # edges of the age bands, days since the first payment
AGE_NAMES = ("under_1_year", "1_to_3_years", "over_3_years")
UNKNOWN = "—"
MEASURES = ("logo_churn", "grr")


@dataclass(frozen=True)
class Check:
    """One measure by one grouping, this year against the year before; ``sentence`` only where the alarm holds."""

    key: str
    by: str
    found: Decomposition
    readings: tuple[Reading, ...]
    parts: Mapping[str, Part] = field(default_factory=dict)
    sentence: Claim | None = None


def simpson_checks(portfolio: Portfolio, key: str, *, by: Sequence[str] = BY) -> tuple[Check, ...]:
    """The check of ``logo_churn`` or ``grr`` by each grouping the data have; empty where `not_comparable` says why.

    Groups are those of each year's opening day: plan and other columns as the source has them, size by the quartiles of
    the earlier opening, age since the first payment, value segment of that day. A census of the base; under 30 accounts
    in either year the readings are insufficient and nothing is said.
    """
    if key not in MEASURES:
        raise ValueError(f"no Simpson check of {key!r}")
    memo = ("simpson", key, tuple(by))
    if memo not in portfolio.memo:
        years = _years(portfolio)
        checks = [] if isinstance(years, Text) else [_check(portfolio, key, name, years=years) for name in by]
        portfolio.memo[memo] = tuple(check for check in checks if check is not None)
    found: tuple[Check, ...] = portfolio.memo[memo]
    return found


def alarms(portfolio: Portfolio, *, by: Sequence[str] = BY) -> tuple[Claim, ...]:
    """The sentences to stand beside this year's client churn and retention, where the total misleads about its groups.

    ``segment`` places every account on two earlier days, which takes most of the time of a large base.
    """
    checks = [check for key in MEASURES for check in simpson_checks(portfolio, key, by=by)]
    return tuple(check.sentence for check in checks if check.sentence is not None)


@dataclass(frozen=True)
class _Year:
    window: Window
    ids: tuple[str, ...]
    opening: Any
    kept: Any
    lost: Any


ONE_YEAR = Text(
    "nobody paid at the start of one of the two years, so there is nothing to compare",
    "в начале одного из двух лет никто не платил: сравнивать не с чем",
)


def not_comparable(portfolio: Portfolio) -> Text | None:
    """Why this year cannot be compared with the one before, or None where it can."""
    found = _years(portfolio)
    return found if isinstance(found, Text) else None


def _years(portfolio: Portfolio) -> tuple[_Year, _Year] | Text:
    if "two years" not in portfolio.memo:
        portfolio.memo["two years"] = _two_years(portfolio)
    found: tuple[_Year, _Year] | Text = portfolio.memo["two years"]
    return found


def _two_years(portfolio: Portfolio) -> tuple[_Year, _Year] | Text:
    why = ledger.no_ledger(portfolio)
    if why is not None:
        return why
    doubt = ledger.doubt(portfolio)
    if doubt is not None:
        return doubt[1]
    now = ledger.year(portfolio)
    before = Window(ledger.back(now.start, 12), now.start)
    openings = [before.opening, now.opening]  # both ends of a year are in the rate of its opening day
    why = ledger.missing_rate(portfolio, ledger.source(portfolio), openings)
    if why is not None:
        return why
    first, second = _year(portfolio, before), _year(portfolio, now)
    return (first, second) if first.ids and second.ids else ONE_YEAR


def _year(portfolio: Portfolio, window: Window) -> _Year:
    accounts = cohorts.cohort(portfolio, window)
    table = portfolio.run(accounts.filter(accounts.opening > 0).order_by("account_id"))
    opening, closing, client_closing = (
        table[name].to_numpy().astype(np.int64) for name in ("opening", "closing", "client_closing")
    )
    lost = (client_closing == 0) & ~table["held"].to_numpy(zero_copy_only=False).astype(bool)
    return _Year(window, tuple(table["account_id"].to_pylist()), opening, np.minimum(opening, closing), lost)


def _check(portfolio: Portfolio, key: str, by: str, *, years: tuple[_Year, _Year]) -> Check | None:
    labels = _labels(portfolio, by, years)
    if labels is None or len(set(labels[0]) | set(labels[1])) < 2:
        return None
    sums = [_sums(key, year, label) for year, label in zip(years, labels, strict=True)]
    names = sorted(set(sums[0]) | set(sums[1]))
    parts = {name: Part(*sums[0].get(name, (0.0, 0.0)), *sums[1].get(name, (0.0, 0.0))) for name in names}
    found = decompose(parts)
    readings = _readings(portfolio, key, by, years=years, found=found)
    check = Check(key, by, found, tuple(readings.values()), parts)
    if not found.alarm or any(not item.usable for item in readings.values()):
        return check
    return Check(key, by, found, check.readings, parts, _sentence(key, by, readings))


def _sums(key: str, year: _Year, labels: Sequence[str]) -> dict[str, tuple[float, float]]:
    names, place = np.unique(np.asarray(labels, dtype=str), return_inverse=True)
    if key == "logo_churn":
        top, bottom = year.lost.astype(float), np.ones(len(labels))
    else:
        top, bottom = year.kept.astype(float), year.opening.astype(float)
    tops, bottoms = np.bincount(place, weights=top), np.bincount(place, weights=bottom)
    return {str(name): (float(a), float(b)) for name, a, b in zip(names, tops, bottoms, strict=True)}


def _labels(portfolio: Portfolio, by: str, years: tuple[_Year, _Year]) -> tuple[list[str], list[str]] | None:
    """The group of every account of both years, or None where the data do not give one."""
    if by == "size":
        return _sizes(years)
    build: Callable[[Portfolio, Window], Mapping[str, str] | None]
    build = {"age": _ages, "segment": _segments}.get(by) or (lambda whole, _window: _column(whole, by))
    made = [build(portfolio, year.window) for year in years]
    if any(not groups for groups in made):
        return None
    first, second = (
        [(groups or {}).get(a, UNKNOWN) for a in year.ids] for groups, year in zip(made, years, strict=True)
    )
    return first, second


def _sizes(years: tuple[_Year, _Year]) -> tuple[list[str], list[str]]:
    edges = np.quantile(years[0].opening, [0.25, 0.5, 0.75])
    first, second = ((1 + (year.opening[:, None] > edges[None, :]).sum(axis=1)).astype(str).tolist() for year in years)
    return first, second


def _ages(portfolio: Portfolio, window: Window) -> dict[str, str]:
    memo = "first payments"
    if memo not in portfolio.memo:
        if ledger.convention(portfolio) == ledger.CONTRACT:
            rows = ledger.priced(portfolio)
            firsts = rows.group_by("account_id").agg(first=rows.start_date.min())
        else:
            parts = ledger.recognised(portfolio)
            paid = parts.filter(parts.ticks > 0)
            firsts = paid.group_by("account_id").agg(first=paid.month.min())
        found = portfolio.run(firsts)
        pairs = zip(found["account_id"].to_pylist(), found["first"].to_pylist(), strict=True)
        portfolio.memo[memo] = dict(pairs)
    saved: dict[str, date] = portfolio.memo[memo]
    return {
        account: AGE_NAMES[sum((window.opening - first).days >= edge for edge in AGES)]
        for account, first in saved.items()
        if first <= window.opening
    }


def _segments(portfolio: Portfolio, window: Window) -> Mapping[str, str] | None:
    from tools.segments import assign, impossible

    then = portfolio.earlier(window.opening)
    return None if impossible(then, "value") is not None else assign(then, "value").segment_of


def _column(portfolio: Portfolio, name: str) -> dict[str, str] | None:
    if name not in COLUMNS or not portfolio.has("accounts", name):
        return None
    accounts = portfolio.table("accounts")
    found = portfolio.run(accounts.filter(accounts[name].notnull()).select("account_id", value=accounts[name]))
    return dict(zip(found["account_id"].to_pylist(), found["value"].to_pylist(), strict=True))


FEW = Text(
    "too few clients in one of the two years to compare them",
    "в одном из двух лет клиентов слишком мало для сравнения",
)


def _readings(
    portfolio: Portfolio, key: str, by: str, *, years: tuple[_Year, _Year], found: Decomposition
) -> dict[str, Reading]:
    """``before``, ``after``, their ``change`` (with an interval for counts), ``within`` and ``mix``: fractions."""
    n = min(len(year.ids) for year in years)
    few = n < portfolio.policy["min_accounts"]
    status: Status = "insufficient" if few else "ok"
    values = {"before": found.before, "after": found.after, "change": found.total}
    values |= {"within": found.within, "mix": found.mix}
    windows = {"before": years[0].window}
    interval = None
    if key == "logo_churn":
        earlier, later = ((int(year.lost.sum()), len(year.ids)) for year in years)
        interval = newcombe(*later, *earlier)
    return {
        kind: Reading(
            key, Unit.RATIO, value, status, FEW if few else None, n=n, window=windows.get(kind, years[1].window),
            convention=ledger.convention(portfolio), scope={"kind": f"simpson_{kind}", "by": by},
            snapshot=portfolio.snapshot, ci=interval if kind == "change" else None,
            ci_method="Newcombe method 10, 95%" if interval and kind == "change" else None,
        )
        for kind, value in values.items()
    }  # fmt: skip


def apart(after: Reading, before: Reading) -> bool:
    """Whether two readings of a metric differ by more than chance allows: False where an interval says they may not.

    Shares of clients by Newcombe's interval of their difference, other figures by their own intervals, which must not
    meet; sums without an interval are a census and differ as they stand.
    """
    counts = [item for item in (after.numerator, after.denominator, before.numerator, before.denominator)]
    if after.unit is Unit.RATIO and all(isinstance(count, int) for count in counts):
        events, n, other_events, other_n = (int(count or 0) for count in counts)
        low, high = newcombe(events, n, other_events, other_n)
        return low > 0 or high < 0
    if after.ci is None or before.ci is None:
        return True
    return after.ci[0] > before.ci[1] or after.ci[1] < before.ci[0]


NAMES = {
    "plan": Text("plan", "тарифам"),
    "size": Text("size", "размеру"),
    "age": Text("age", "стажу"),
    "segment": Text("segment", "сегментам"),
    "industry": Text("industry", "отраслям"),
    "region": Text("region", "регионам"),
    "owner": Text("owner", "ответственным"),
}


def _sentence(key: str, by: str, readings: Mapping[str, Reading]) -> Claim:
    text = Text(
        "{measure} went from {before} to {after}, but inside the groups by {by} it moved the other way ({within}); "
        "the total changed because the mix of clients did ({mix})",
        "{measure}: было {before}, стало {after}, но внутри групп по {by} показатель двигался в обратную сторону "
        "({within}); итог изменился из-за состава клиентов ({mix})",
    )
    shown = {kind: readings[kind] for kind in ("before", "after", "within", "mix")}
    return Claim(f"simpson.{key}.{by}", text, {**shown, "measure": resolve(key).name, "by": NAMES[by]})
