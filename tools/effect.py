"""Money effect of a recommendation (metrics §8): money at stake times the client's own history, or a reason."""

from dataclasses import dataclass
from decimal import Decimal

from tools import ledger, stats
from tools import segments as segmentation
from tools.document import Finding
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit
from tools.text import Text

RECOVERABLE = ("at_risk_money", "at_risk_accounts", "lens_disagreement", "renewals_at_risk")
NO_HISTORY = Text(
    "the portfolio has no history of this play to take a share from; record what is done, and the next audit will have it",
    "у базы нет истории этого приёма, чтобы взять долю; записывайте сделанное — и следующий аудит её получит",
)
NO_MONEY = Text("no money is attached to this finding", "с этим выводом не связаны деньги")
FEW = Text("too few clients at stake for a forecast", "на кону слишком мало клиентов для прогноза")
THIN = Text("the history behind the share is short", "история, по которой взята доля, коротка")


@dataclass(frozen=True, slots=True)
class Range:
    """A stated assumption: from ``low`` to ``high``; one number where both are the same."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"a range needs low <= high, got {self.low} .. {self.high}")

    @property
    def middle(self) -> float:
        """The point between the two."""
        return (self.low + self.high) / 2


def effect(
    portfolio: Portfolio, finding: Finding, playbook: str, *, assumed: Range | None = None, cost: Decimal | None = None
) -> tuple[Reading, Reading | None]:
    """Effect in money a year with its range, and the break-even share.

    The share is the Wilson interval of the portfolio's own history: clients at risk a year ago that are in force and
    not at risk now; else the user's stated assumption. Without either the effect has no value but its reason.
    Break-even: the cost over the money at stake, or one average client of those at stake where no cost is stated.
    Never a percentage from a source text.
    """
    scope = {"kind": finding.code, "where": f"playbook={playbook}"}
    history = recovered(portfolio) if finding.code in RECOVERABLE else None
    return money_effect(portfolio, finding.money_at_stake, scope, history=history, assumed=assumed, cost=cost)


def money_effect(
    portfolio: Portfolio,
    stake: Reading | None,
    scope: dict[str, str],
    *,
    history: tuple[int, int] | None = None,
    assumed: Range | None = None,
    cost: Decimal | None = None,
) -> tuple[Reading, Reading | None]:
    """Effect of some money at stake by own history (events of n), else by a stated share, and the break-even share.

    A forecast needs the policy's number of clients both in the history and at stake; the break-even is arithmetic.

    200,000 a year at stake and 12 of 40 recovered: 60,000, from 36,150 to 90,860.
    """
    if stake is None or stake.value is None or not stake.n:
        return _none(portfolio, scope, NO_MONEY if stake is None or stake.reason is None else stake.reason), None
    even = break_even(portfolio, stake, scope, cost=cost)
    money = float(stake.value)
    if history is not None:
        return _by_history(portfolio, stake, history, scope), even
    if assumed is None:
        return _none(portfolio, scope, NO_HISTORY), even
    few = stake.n < portfolio.policy["min_accounts"]
    found = Reading(
        "effect",
        Unit.MONEY_YEAR,
        round(money * assumed.middle, 2),
        status="insufficient" if few else "ok",
        reason=FEW if few else None,
        n=stake.n,
        ci=(round(money * assumed.low, 2), round(money * assumed.high, 2)),
        ci_method="money at stake x stated assumption",
        convention="stated_share",
        grade="stated",
        scope=scope,
        window=portfolio.day,
        snapshot=portfolio.snapshot,
    )
    return found, even


def break_even(
    portfolio: Portfolio, stake: Reading, scope: dict[str, str], *, cost: Decimal | None = None
) -> Reading | None:
    """Share of the money at stake that pays the cost back; with no cost, one average client as a share of them all."""
    money = Decimal(str(stake.value))
    if cost is not None and money <= 0:
        return None
    top, bottom = (cost, money) if cost is not None else (Decimal(1), Decimal(stake.n))
    kind = f"{scope['kind']}.break_even" if "kind" in scope else "break_even"
    return Reading(
        "effect",
        Unit.RATIO,
        float(top / bottom),
        n=stake.n,
        numerator=top if cost is not None else 1,
        denominator=bottom if cost is not None else stake.n,
        convention="one_client" if cost is None else "cost",
        grade=stake.grade if cost is None else "stated",
        scope={**scope, "kind": kind},
        window=portfolio.day,
        snapshot=portfolio.snapshot,
    )


def _by_history(portfolio: Portfolio, stake: Reading, history: tuple[int, int], scope: dict[str, str]) -> Reading:
    assert stake.value is not None
    money, (back, n) = float(stake.value), history
    low, high = stats.wilson(back, n)
    least = portfolio.policy["min_accounts"]
    few = THIN if n < least else FEW if stake.n < least else None
    return Reading(
        "effect",
        Unit.MONEY_YEAR,
        round(money * back / n, 2),
        status="insufficient" if few else "ok",
        reason=few,
        n=n,
        numerator=back,
        denominator=n,
        ci=(round(money * low, 2), round(money * high, 2)),
        ci_method="money at stake x Wilson 95% of own history",
        convention="own_history",
        scope=scope,
        window=portfolio.day,
        snapshot=portfolio.snapshot,
    )


def _none(portfolio: Portfolio, scope: dict[str, str], reason: Text) -> Reading:
    return Reading(
        "effect",
        Unit.MONEY_YEAR,
        None,
        status="undefined",
        reason=reason,
        scope=scope,
        window=portfolio.day,
        snapshot=portfolio.snapshot,
    )


def recovered(portfolio: Portfolio) -> tuple[int, int] | None:
    """Of the clients at risk a year ago: how many are in force and not at risk now, and how many there were."""
    if "recovered" not in portfolio.memo:
        portfolio.memo["recovered"] = _recovered(portfolio)
    found: tuple[int, int] | None = portfolio.memo["recovered"]
    return found


def _recovered(portfolio: Portfolio) -> tuple[int, int] | None:
    if portfolio.as_of is None or ledger.no_ledger(portfolio) is not None:
        return None
    then = portfolio.earlier(ledger.back(portfolio.as_of, 12))
    if ledger.anchor(then) is None or not ledger.months(then):
        return None
    if segmentation.impossible(then, "value") is not None or segmentation.impossible(portfolio, "value") is not None:
        return None
    risky = set(segmentation.assign(then, "value").ids("at_risk"))
    if not risky:
        return None
    now = segmentation.assign(portfolio, "value").segment_of
    return sum(1 for account in risky if now.get(account) not in (None, "lost", "at_risk")), len(risky)
