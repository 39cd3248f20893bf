"""Money effect of a recommendation (metrics §8): money at stake times the client's own history, or a reason."""

from tools import ledger, stats
from tools import segments as segmentation
from tools.document import Finding
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit
from tools.text import Text

RECOVERABLE = ("at_risk_money", "at_risk_accounts", "lens_disagreement", "renewals_at_risk")


def effect(portfolio: Portfolio, finding: Finding, playbook: str) -> tuple[Reading, Reading | None]:
    """Effect in money a year with its range, and the break-even share.

    The share is the Wilson interval of the portfolio's own history: clients at risk a year ago that are in force and
    not at risk now. Without such history the effect has no value but its reason. Break-even: one average client of
    those at stake, as a share of them. Never a percentage from a source text.
    """
    scope = {"kind": finding.code, "where": f"playbook={playbook}"}
    stake = finding.money_at_stake
    if stake is None or stake.value is None or not stake.n:
        reason = Text("no money is attached to this finding", "с этим выводом не связаны деньги")
        return _none(portfolio, scope, reason), None
    even = Reading(
        "effect",
        Unit.RATIO,
        1 / stake.n,
        n=stake.n,
        numerator=1,
        denominator=stake.n,
        convention="one_client",
        scope={**scope, "kind": f"{finding.code}.break_even"},
        window=portfolio.day,
        snapshot=portfolio.snapshot,
    )
    history = recovered(portfolio) if finding.code in RECOVERABLE else None
    if history is None:
        reason = Text(
            "the portfolio has no history of this play to take a share from; record what is done, and the next audit will have it",
            "у базы нет истории этого приёма, чтобы взять долю; записывайте сделанное — и следующий аудит её получит",
        )
        return _none(portfolio, scope, reason), even
    back, n = history
    low, high = stats.wilson(back, n)
    money = float(stake.value)
    few = n < portfolio.policy["min_accounts"]
    thin = Text("the history behind the share is short", "история, по которой взята доля, коротка")
    return (
        Reading(
            "effect",
            Unit.MONEY_YEAR,
            round(money * back / n, 2),
            status="insufficient" if few else "ok",
            reason=thin if few else None,
            n=n,
            numerator=back,
            denominator=n,
            ci=(round(money * low, 2), round(money * high, 2)),
            ci_method="money at stake x Wilson 95% of own history",
            convention="own_history",
            scope=scope,
            window=portfolio.day,
            snapshot=portfolio.snapshot,
        ),
        even,
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
    risky = {account.id for account in segmentation.assign(then, "value").members("at_risk")}
    if not risky:
        return None
    now = {account.id: account.segment for account in segmentation.assign(portfolio, "value").accounts}
    return sum(1 for account in risky if now.get(account) not in (None, "lost", "at_risk")), len(risky)
