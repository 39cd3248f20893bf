"""Simpson check: is a change of a total a change of its groups, or of their mix (metrics §9)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from tools import bridge, ledger
from tools.document import Claim
from tools.metrics import resolve
from tools.portfolio import Portfolio
from tools.reading import Reading, Status, Unit, Window
from tools.stats import newcombe
from tools.text import Text

NEGLIGIBLE = 1e-9
BY = ("plan", "size", "age", "segment")
COLUMNS = ("plan", "industry", "region", "owner")
AGES = (365, 3 * 365)  # edges of the age bands, days since the first payment
AGE_NAMES = ("under_1_year", "1_to_3_years", "over_3_years")
UNKNOWN = "—"
MEASURES = ("logo_churn", "grr")


@dataclass(frozen=True, slots=True)
class Part:
    """One group in both periods: what happened out of how much (accounts or money), before and after."""

    before: float
    of_before: float
    after: float
    of_after: float


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A change of a rate in two terms that sum to it: within the groups, and by their mix. Fractions.

    ``alarm``: the groups moved the other way than the total. ``standard_before`` and ``standard_after`` are the rates
    that both periods would have with the same mix, that of both together.
    """

    before: float
    after: float
    within: float
    mix: float
    standard_before: float
    standard_after: float

    @property
    def total(self) -> float:
        """The whole change."""
        return self.after - self.before

    @property
    def alarm(self) -> bool:
        """True where the sign within the groups is opposite to that of the total."""
        return min(abs(self.within), abs(self.total)) > NEGLIGIBLE and (self.within > 0) != (self.total > 0)


def decompose(parts: Mapping[str, Part]) -> Decomposition:
    """The change of sum/sum over groups: within = sum of mean share x change, mix = sum of share change x mean rate.

    A group that is there in one period only changes the mix, not the inside. Big clients churn 2.0 -> 1.8 % (100 -> 60),
    small 10.0 -> 9.5 % (100 -> 240): the total goes 6.00 -> 7.96 %, within -0.395 pp, mix +2.355 pp: alarm (trap 35).
    Both periods must hold something.
    """
    rows = [(part.before, part.of_before, part.after, part.of_after) for _name, part in sorted(parts.items())]
    hits, of, later_hits, later_of = np.array(rows, dtype=float).T
    if of.sum() <= 0 or later_of.sum() <= 0:
        raise ValueError("a comparison needs both periods")
    share, later_share = of / of.sum(), later_of / later_of.sum()
    first = np.divide(hits, of, out=np.zeros_like(hits), where=of > 0)
    second = np.divide(later_hits, later_of, out=np.zeros_like(hits), where=later_of > 0)
    first, second = np.where(of > 0, first, second), np.where(later_of > 0, second, first)
    within = float(((share + later_share) / 2 * (second - first)).sum())
    mix = float(((later_share - share) * (first + second) / 2).sum())
    pooled = (of + later_of) / (of + later_of).sum()
    return Decomposition(
        float(hits.sum() / of.sum()),
        float(later_hits.sum() / later_of.sum()),
        within,
        mix,
        float((pooled * first).sum()),
        float((pooled * second).sum()),
    )


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
    """The check of ``logo_churn`` or ``grr`` by each grouping the data have; empty without two years to compare.

    Groups are those of each year's opening day: plan and other columns as the source has them, size by the quartiles of
    the earlier opening, age since the first payment, value segment of that day. A census of the base; under 30 accounts
    in either year the readings are insufficient and nothing is said.
    """
    if key not in MEASURES:
        raise ValueError(f"no Simpson check of {key!r}")
    memo = ("simpson", key, tuple(by))
    if memo not in portfolio.memo:
        years = _years(portfolio)
        checks = [] if years is None else [_check(portfolio, key, name, years=years) for name in by]
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


def _years(portfolio: Portfolio) -> tuple[_Year, _Year] | None:
    if ledger.no_ledger(portfolio) is not None or ledger.doubt(portfolio) is not None:
        return None
    now = ledger.year(portfolio)
    years = [_year(portfolio, window) for window in (Window(ledger.back(now.start, 12), now.start), now)]
    return None if any(not year.ids for year in years) else (years[0], years[1])


def _year(portfolio: Portfolio, window: Window) -> _Year:
    accounts = bridge.cohort(portfolio, window)
    table = portfolio.run(accounts.filter(accounts.opening > 0).order_by("account_id"))
    opening, closing = (table[name].to_numpy().astype(np.int64) for name in ("opening", "closing"))
    lost = (closing == 0) & ~table["held"].to_numpy(zero_copy_only=False).astype(bool)
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
