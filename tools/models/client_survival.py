"""How long clients stay: lifetimes from the ledger, their survival curve and what may be said of it (metrics §2.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ibis import _

from tools import ledger
from tools.models.survival import Curve, kaplan_meier, log_rank
from tools.portfolio import Portfolio
from tools.reading import Status
from tools.stats import zero_bound
from tools.text import Text

MONTH = 365 / 12
YEAR = 365.0
CROSS_SECTION = "cross_section"
START_UNKNOWN = "start_unknown"
NO_TENURE = Text(
    "nothing says how long a client has stayed and whether it left",
    "нет данных о том, сколько клиент с нами и ушёл ли он",
)
NOBODY = Text("no client has ever paid", "ни один клиент ещё не платил")
FEW = Text("too few clients for a survival curve", "клиентов слишком мало для кривой удержания")
WIDE = Text(
    "the interval of the share left after a year is too wide to act on",
    "интервал доли оставшихся через год слишком широк, чтобы на него опираться",
)
SHORT = Text(
    "no client has been seen for a whole year, so the share left after it is not known",
    "ни за одним клиентом не наблюдали целый год, поэтому доля оставшихся через год неизвестна",
)


@dataclass(frozen=True)
class Lifetimes:
    """Per account: days from the first payment to the loss that still stands (``event`` 1) or to the last day (0)."""

    ids: tuple[str, ...]
    days: Any
    event: Any
    convention: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClientSurvival:
    """A survival curve of clients in days, or the reason why there is none; ``status`` says whether it may be stated.

    ``flags``: ``cross_section``, tenures of one snapshot (no forecast); ``start_unknown``, more clients first seen in
    the first month of the data than in any later one: they paid before it, so their lifetimes are at least so long.
    ``year_interval`` is the 95 % interval of `after_year`.
    """

    curve: Curve | None
    status: Status
    reason: Text | None
    convention: str = ""
    flags: tuple[str, ...] = ()
    year_interval: tuple[float, float] | None = None

    @property
    def n(self) -> int:
        """Clients counted."""
        return self.curve.n if self.curve else 0

    @property
    def events(self) -> int:
        """Clients lost for good."""
        return self.curve.events if self.curve else 0

    @property
    def median(self) -> float | None:
        """Median lifetime in days; None where more than half are still there (then state `share_last`)."""
        return self.curve.median if self.curve else None

    @property
    def after_year(self) -> float | None:
        """Share of clients still paying a year after their first payment; None where nobody was seen so long."""
        return self.curve.at(YEAR) if self.curve else None

    @property
    def share_last(self) -> float | None:
        """Share left at the longest lifetime seen."""
        return self.curve.at(self.curve.last) if self.curve else None


def client_survival(portfolio: Portfolio) -> ClientSurvival:
    """Survival of the portfolio's clients from their first payment; pauses are no loss, a client that is back never left.

    Contracts: by day; invoices: by whole months; one snapshot: by the source's tenure, flagged. Fewer than 30 clients,
    or an interval at one year wider than the policy's: `insufficient`. Telco: S(12 months) .8432, median not reached.
    """
    if "client survival" not in portfolio.memo:
        found = lifetimes(portfolio)
        portfolio.memo["client survival"] = (
            ClientSurvival(None, "undefined", found)
            if isinstance(found, Text)
            else survival_of(found, portfolio.policy)
        )
    saved: ClientSurvival = portfolio.memo["client survival"]
    return saved


def survival_of(lives: Lifetimes, policy: Any) -> ClientSurvival:
    """The curve of some lifetimes, and whether the policy lets it be stated."""
    if len(lives.days) == 0:
        return ClientSurvival(None, "undefined", NOBODY, lives.convention, lives.flags)
    curve = kaplan_meier(lives.days, lives.event)
    interval = curve.interval(YEAR)
    if interval is not None and curve.at(YEAR) == 1.0:  # nobody left yet: an upper bound of loss, never "no risk"
        interval = (1 - zero_bound(int((lives.days >= YEAR).sum())), 1.0)
    reason = None
    if curve.n < policy["min_accounts"]:
        reason = FEW
    elif interval is None:
        reason = SHORT
    elif interval[1] - interval[0] > policy["max_ci_width"]:
        reason = WIDE
    return ClientSurvival(curve, "insufficient" if reason else "ok", reason, lives.convention, lives.flags, interval)


def survival_by(
    portfolio: Portfolio, groups: Mapping[str, str]
) -> tuple[dict[str, ClientSurvival], tuple[float, float] | None]:
    """Survival by group of the accounts that have one, and the log-rank chi-square and p-value over those groups.

    No test with fewer than two groups. The query is asked once for all groups.
    """
    lives = lifetimes(portfolio)
    if isinstance(lives, Text):
        return {}, None
    labels = np.array([groups.get(account, "") for account in lives.ids], dtype=str)
    parts = {}
    for name in sorted(set(labels.tolist()) - {""}):
        mask = labels == name
        ids = tuple(account for account, inside in zip(lives.ids, mask, strict=True) if inside)
        part = Lifetimes(ids, lives.days[mask], lives.event[mask], lives.convention, lives.flags)
        parts[name] = survival_of(part, portfolio.policy)
    if len(parts) < 2:
        return parts, None
    known = labels != ""
    return parts, log_rank(lives.days[known], lives.event[known], labels[known].tolist())


def lifetimes(portfolio: Portfolio) -> Lifetimes | Text:
    """Days and end of every client's time with us, by account, in one query; or the reason why it cannot be known."""
    if portfolio.as_of is None:
        return _of_snapshot(portfolio)
    why = ledger.no_ledger(portfolio)
    if why is not None:
        return why
    doubt = ledger.doubt(portfolio)
    if doubt is not None:
        return doubt[1]
    build = _of_contracts if ledger.convention(portfolio) == ledger.CONTRACT else _of_invoices
    return build(portfolio)


def _of_contracts(portfolio: Portfolio) -> Lifetimes:
    day = ledger.anchor(portfolio)
    assert day is not None
    rows = ledger.priced(portfolio).filter((_.end_date.isnull()) | (_.end_date > _.start_date))
    alive = rows.end_date.isnull() | (rows.end_date > ledger.literal(day))
    lives = rows.group_by("account_id").agg(
        first=rows.start_date.min(), last=rows.end_date.max(), alive=alive.cast("int32").max()
    )
    marks = ledger.paused(portfolio, [day])
    if marks is not None:
        held = marks.select(on_hold=_.account_id).distinct()
        joined = lives.left_join(held, lives.account_id == held.on_hold)
        kept = ((joined.alive == 1) | joined.on_hold.notnull()).cast("int32")
        lives = joined.select("account_id", "first", "last", alive=kept)
    table = portfolio.run(lives.filter(lives["first"] <= ledger.literal(day)).order_by("account_id"))
    alive_now = table["alive"].to_numpy() == 1
    first = _dates(table["first"])
    last = np.where(alive_now, np.datetime64(day, "D"), _dates(table["last"]))
    days = (last - first).astype("timedelta64[D]").astype(float)
    return Lifetimes(tuple(table["account_id"].to_pylist()), days, (~alive_now).astype(int), ledger.CONTRACT)


def _of_invoices(portfolio: Portfolio) -> Lifetimes:
    day = ledger.anchor(portfolio)
    assert day is not None
    parts = ledger.recognised(portfolio)
    months = parts.group_by("account_id", "month").agg(ticks=parts.ticks.sum())
    paid = months.filter(months.ticks > 0)
    lives = paid.group_by("account_id").agg(first=paid.month.min(), last=paid.month.max())
    table = portfolio.run(lives.filter(lives["first"] <= ledger.literal(day)).order_by("account_id"))
    first, last = (_dates(table[name]) for name in ("first", "last"))
    alive = last >= np.datetime64(day.replace(day=1), "D")
    after = (last.astype("datetime64[M]") + 1).astype("datetime64[D]")
    end = np.where(alive, np.datetime64(day, "D"), after)
    days = (end - first).astype("timedelta64[D]").astype(float)
    _months, starts = np.unique(first, return_counts=True)
    flags = (START_UNKNOWN,) if len(starts) > 1 and starts[0] > starts[1:].max() else ()
    return Lifetimes(tuple(table["account_id"].to_pylist()), days, (~alive).astype(int), ledger.RECOGNISED, flags)


def _of_snapshot(portfolio: Portfolio) -> Lifetimes | Text:
    if not (portfolio.has("accounts", "tenure_months") and portfolio.has("accounts", "churned")):
        return NO_TENURE
    accounts = portfolio.table("accounts").filter(_.tenure_months >= 0, _.churned.notnull())
    columns = accounts.select("account_id", "tenure_months", lost=accounts.churned.cast("int32"))
    table = portfolio.run(columns.order_by("account_id"))
    days = table["tenure_months"].to_numpy().astype(float) * MONTH
    ids = tuple(table["account_id"].to_pylist())
    return Lifetimes(ids, days, table["lost"].to_numpy().astype(int), "tenure_months", (CROSS_SECTION,))


def _dates(column: Any) -> Any:
    return column.to_numpy(zero_copy_only=False).astype("datetime64[D]")
