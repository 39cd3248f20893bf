"""What every form of a recurring lifetime value rests on: a row per client and the churn of the base (metrics §2.1)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from ibis import _

from tools import cohorts, ledger
from tools.metrics import Ask, reading
from tools.metrics.lifetime_forms import Array
from tools.metrics.recurring import NEEDS, base
from tools.portfolio import Portfolio
from tools.reading import Reading, Status, Window
from tools.text import Text

FEW = Text("too few clients to rest a lifetime on", "клиентов слишком мало, чтобы судить о сроке жизни")


@dataclass(frozen=True)
class Basis:
    """A recurring base over its window: a row per client, money by margin where it is known, and the churn of the base.

    Below the client a row is a unit of it, lost only with its client, as in the churn of the base.
    """

    ask: Ask
    accounts: list[str]
    plans: list[str | None]
    opened: Array
    lost: Array
    closing: Array
    money: Array
    flags: tuple[str, ...]
    churn: Reading

    @property
    def share(self) -> float:
        """Share of the opening clients lost over the window, 0 to 1."""
        return float(self.churn.value or 0)

    @property
    def n(self) -> int:
        """Clients of the opening day."""
        return self.churn.n

    @property
    def days(self) -> int:
        """Length of the window."""
        assert self.ask.window is not None
        return self.ask.window.days

    @property
    def monthly(self) -> float:
        """Money a month of a client that pays on the closing day."""
        return mean_money(self.money)

    def value(self, monthly: Any, share: Any) -> Any:
        """The discounted form of a monthly money and a share lost over the window, also of arrays of both."""
        policy, months = self.ask.portfolio.policy, int(self.ask.portfolio.policy["ltv_horizon_months"])
        kept = (1 - monthly_of(share, self.days)) / (1 + policy["ltv_discount_year"]) ** (1 / 12)
        return monthly * np.where(kept == 1, months, (1 - kept**months) / np.where(kept == 1, np.nan, 1 - kept))

    def standing(self, n: int | None = None) -> dict[str, Any]:
        """Status, reason, number of clients and flags that every reading of the base shares."""
        thin = (self.n if n is None else n) < self.ask.portfolio.policy["min_accounts"]
        status: Status = "insufficient" if thin else self.churn.status
        why = FEW if thin else self.churn.reason
        return {"status": status, "reason": why, "n": self.n if n is None else n, "flags": self.flags}


def monthly_of(share: Any, days: int) -> Any:
    """Churn a month of shares lost in ``days``, also of an array."""
    return 1 - (1 - share) ** (365 / 12 / days)


def mean_money(money: Array) -> float:
    """Mean over the clients that pay."""
    return float(money.sum() / (money > 0).sum())


def basis(ask: Ask) -> Basis | Reading:
    """The rows on which every form of a recurring base rests, by one query; or the reason there are none."""
    ready = base(ask, default="year")
    if isinstance(ready, Reading):
        return ready
    portfolio, window = ready.portfolio, ready.window
    assert window is not None
    churn = reading(portfolio, "logo_churn", window=window)
    if churn.value is None:
        return ready.undefined(churn.reason or NEEDS)
    rows = _rows(portfolio, window)
    opening, closing, client_closing = (
        rows.column(name).to_numpy().astype(float) for name in ("opening", "closing", "client_closing")
    )
    if not (closing > 0).any():
        return ready.undefined(NEEDS)
    margin = margins(rows.column("margin"), closing)
    held = rows.column("held").to_numpy(zero_copy_only=False).astype(bool)
    return Basis(
        ask=ready,
        accounts=rows.column("account_id").to_pylist(),
        plans=rows.column("plan").to_pylist(),
        opened=(opening > 0).astype(float),
        lost=((opening > 0) & (client_closing == 0) & ~held).astype(float),
        closing=closing,
        money=closing / ledger.TICKS * (1.0 if margin is None else margin),
        flags=("revenue_not_margin",) if margin is None else (),
        churn=churn,
    )


def _rows(portfolio: Portfolio, window: Window) -> pa.Table:
    """A row per client with money on either end of the window, by account; those of a part are cut from the base's."""
    key = ("ltv basis", window)
    if key not in portfolio.memo:
        whole = ledger.base_of(portfolio)
        if whole is not None:
            portfolio.memo[key] = ledger.cut(portfolio, _rows(whole, window))
        else:
            accounts = portfolio.table("accounts").select(client=_.account_id, plan=_.plan, margin=_.margin)
            cohort = cohorts.cohort(portfolio, window).filter((_.opening > 0) | (_.closing > 0))
            rows = cohort.left_join(accounts, cohort.account_id == accounts.client)
            names = ("account_id", "plan", "margin", "opening", "closing", "client_closing", "held")
            portfolio.memo[key] = portfolio.run(rows.select(*names).order_by("account_id"))
    found: pa.Table = portfolio.memo[key]
    return found


def margins(column: Any, money: Array) -> Array | None:
    """Gross margin of each client; where it is not stated, that of the others by what they pay; None where nobody's is."""
    stated = np.asarray(column.to_numpy(), dtype=float)
    known = ~np.isnan(stated)
    paid = money * known
    if not known.any() or paid.sum() <= 0:
        return None
    return np.where(known, stated, float(paid[known] @ stated[known]) / float(paid.sum()))
