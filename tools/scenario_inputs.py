"""What the data measure of a what-if: the clients it concerns, their money, their own history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ibis import _

from tools import ledger, stats
from tools.effect import Range
from tools.metrics.growth import at_risk
from tools.metrics.indexation import steps
from tools.metrics.orders import on, worths
from tools.portfolio import Portfolio
from tools.reading import Number, Reading, Unit
from tools.text import Text
from tools.whitespace import limits, welcome

SUMS = (Unit.COUNT, Unit.MONEY_YEAR)
FEW_SEEN = Text("it was seen of too few clients", "это видно по слишком малому числу клиентов")
NOBODY = Text("the data show no client for this play", "в данных нет клиентов для этого сценария")


@dataclass(frozen=True, slots=True)
class Measured:
    """Ranges and readings by input; ``reason`` where the data do not show whom the play concerns.

    ``gaps``: why an input, by its key, could not be measured though the others could. ``weights``: what each client
    concerned pays a year, where a response is a share of them.
    """

    values: Mapping[str, Range] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    reason: Text | None = None
    gaps: Mapping[str, Text] = field(default_factory=dict)
    weights: tuple[float, ...] = ()


@dataclass(frozen=True)
class Book:
    """What is measured of one scenario, input by input."""

    portfolio: Portfolio
    scenario: str
    values: dict[str, Range] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    gaps: dict[str, Text] = field(default_factory=dict)

    def keep(
        self, name: str, value: Number, unit: Unit, n: int, *, ci: tuple[float, float] | None = None, **more: Any
    ) -> None:
        """Note a measured input: its reading, and its interval as the range (the value itself without one).

        A rate or a mean of fewer clients than the policy asks for is kept, but insufficient.
        """
        low, high = ci or (float(value), float(value))
        self.values[name] = Range(low, high)
        if unit not in SUMS and n < self.portfolio.policy["min_accounts"]:
            more = {"status": "insufficient", "reason": FEW_SEEN, **more}
        self.readings[name] = Reading(
            "effect",
            unit,
            value,
            n=n,
            ci=ci,
            convention="whatif",
            scope={"kind": f"{self.scenario}.{name}", **self.part},
            window=self.portfolio.day,
            snapshot=self.portfolio.snapshot,
            **more,
        )

    @property
    def part(self) -> dict[str, str]:
        """The part of the base that the scenario is of, where it is of one."""
        groups = " and ".join(narrow.group for narrow in self.portfolio.narrows)
        return {"where": groups} if groups else {}

    def share(self, name: str, events: int, n: int) -> None:
        """Note a share that has to hold for what is to come: insufficient where the policy does not let it be stated."""
        found = stats.verdict(events, n, self.portfolio.policy)
        more = {"status": found.status, "reason": found.reason, "numerator": events, "denominator": n}
        ci = stats.wilson(events, n)
        self.keep(name, events / n, Unit.RATIO, n, ci=ci, ci_method="Wilson 95%", **more)

    def margin(self, accounts: set[str]) -> None:
        """The gross margin of the accounts, where it is given, by what they pay."""
        if not self.portfolio.has("accounts", "margin"):
            return
        table = self.portfolio.table("accounts").filter(_.margin.notnull()).select("account_id", "margin")
        rows = self.portfolio.run(table.order_by("account_id")).to_pylist()
        money = worths(self.portfolio)
        known = [(row["margin"], money.get(row["account_id"], 0.0)) for row in rows if row["account_id"] in accounts]
        total = sum(weight for _margin, weight in known)
        if known:
            mean = (
                sum(margin * weight for margin, weight in known) / total
                if total
                else sum(margin for margin, _weight in known) / len(known)
            )
            self.keep("margin", mean, Unit.RATIO, len(known))

    def done(self, weights: tuple[float, ...] = ()) -> Measured:
        """All of it together."""
        return Measured(self.values, self.readings, gaps=self.gaps, weights=weights)


def cheques(portfolio: Portfolio) -> Measured:
    """Clients with one order in the data, in the upper quarter of first cheques; their cheque, margin, own frequency.

    ``orders``: orders of the past twelve months a client, of those who stood like this a year ago.
    """
    if portfolio.as_of is None or not portfolio.has("invoices"):
        return Measured(reason=NOBODY)
    mixed = ledger.mixed_currency(portfolio, "invoices")
    if mixed is not None:
        return Measured(reason=mixed)
    first = _one_large(portfolio)
    if not first:
        return Measured(reason=NOBODY)
    notes = Book(portfolio, "lower_cheque")
    notes.keep("clients", len(first), Unit.COUNT, len(first))
    notes.keep("cheque", round(sum(first.values()) / len(first), 4), Unit.MONEY, len(first))
    notes.margin(set(first))
    before = ledger.back(portfolio.as_of, 12)
    earlier = _one_large(portfolio.earlier(before))
    if len(earlier) >= portfolio.policy["names_only_below"]:
        since = portfolio.table("invoices").filter(_.account_id.notnull(), _.amount > 0, _.date > on(before))
        days = portfolio.run(since.group_by("account_id").agg(n=_.date.nunique()))
        counted = dict(zip(days["account_id"].to_pylist(), days["n"].to_pylist(), strict=True))
        each = [counted.get(account, 0) for account in earlier]
        if sum(each) > 0:
            ci, method = stats.ratio_interval(each, [1.0] * len(each))
            notes.keep("orders", sum(each) / len(each), Unit.TIMES, len(each), ci=ci, ci_method=method)
    return notes.done()


def _one_large(portfolio: Portfolio) -> dict[str, float]:
    """First cheque of the clients with one day of orders, of those at or above the upper quartile of first cheques."""
    lines = portfolio.table("invoices").filter(_.account_id.notnull(), _.amount.notnull(), _.date.notnull())
    orders = lines.group_by("account_id", "date").agg(money=lines.amount.cast("float64").sum())
    orders = orders.filter(orders.money > 0)
    counts = orders.group_by("account_id").agg(n=_.count(), first=_.date.min()).rename(owner="account_id")
    firsts = orders.join(counts, (orders.account_id == counts.owner) & (orders.date == counts.first))
    rows = portfolio.run(firsts.select("account_id", "money", "n").order_by("account_id"))
    money, times = np.array(rows["money"].to_pylist(), dtype=float), rows["n"].to_pylist()
    if not len(money):
        return {}
    edge = float(np.quantile(money, 0.75))
    every = zip(rows["account_id"].to_pylist(), money.tolist(), times, strict=True)
    return {account: paid for account, paid, n in every if n == 1 and paid >= edge}


def limited(portfolio: Portfolio) -> Measured:
    """Clients at their limits that are well; what they pay a year, margin, and who grew by themselves in the past year."""
    signals = limits(portfolio)
    fit = {account for account, signal in signals.items() if signal.hit}
    fit &= welcome(portfolio) if fit else fit
    fit -= at_risk(portfolio) if fit else fit
    money = worths(portfolio)
    ready = sorted(fit & set(money))
    if not ready:
        return Measured(reason=NOBODY)
    notes = Book(portfolio, "open_limits")
    notes.keep("clients", len(ready), Unit.COUNT, len(ready))
    notes.keep("money", round(sum(money[account] for account in ready), 2), Unit.MONEY_YEAR, len(ready))
    notes.margin(set(ready))
    seen = _grew(portfolio)
    if isinstance(seen, Text):
        notes.gaps["anyway"] = seen
    elif seen[1] >= portfolio.policy["names_only_below"]:
        notes.share("anyway", *seen)
    return notes.done()


def _grew(portfolio: Portfolio) -> tuple[int, int] | Text:
    """Of the clients at their limits a year ago and still here: how many pay more now, common price steps left out.

    Both days in the rate of the first; the reason where there is no such rate.
    """
    if portfolio.as_of is None or ledger.no_ledger(portfolio) is not None:
        return 0, 0
    window = ledger.year(portfolio)
    earlier = portfolio.earlier(window.opening)
    hitters = {account for account, signal in limits(earlier).items() if signal.hit}
    if not hitters:
        return 0, 0
    why = ledger.missing_rate(portfolio, ledger.source(portfolio), [window.opening])
    if why is not None:
        return why
    worth = ledger.state(portfolio, [window.opening, window.closing], rate_of=window.opening)
    rows = portfolio.run(worth).to_pylist()
    before = {row["account_id"]: int(row["ticks"]) for row in rows if row["point"] == window.opening}
    after = {row["account_id"]: int(row["ticks"]) for row in rows if row["point"] == window.closing}
    common = steps(portfolio, window)
    seen = [account for account in hitters if account in before and account in after]
    return sum(after[account] - common.get(account, 0) > before[account] for account in seen), len(seen)


def leads(portfolio: Portfolio) -> Measured:
    """Clients on record that have never paid; the mean a paying client brings a year as the price, and its margin."""
    if portfolio.as_of is None:
        return Measured(reason=NOBODY)
    table = portfolio.table("accounts").filter(_.signup_date.isnull() | (_.signup_date <= on(portfolio.as_of)))
    contracts = ledger.priced(portfolio).select(payer=_.account_id)
    lines = portfolio.table("invoices").filter(_.account_id.notnull(), _.amount > 0).select(payer=_.account_id)
    paid = contracts.union(lines).distinct()
    waiting = table.anti_join(paid, table.account_id == paid.payer)
    n = int(portfolio.run(waiting.agg(n=_.count())).column(0)[0].as_py())
    money = worths(portfolio)
    if not n or not money:
        return Measured(reason=NOBODY)
    notes = Book(portfolio, "paid_trial")
    notes.keep("clients", n, Unit.COUNT, n)
    notes.keep("price", round(sum(money.values()) / len(money), 4), Unit.MONEY, len(money))
    notes.margin(set(money))
    return notes.done()
