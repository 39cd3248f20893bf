"""Lifetime value of a recurring client, closed form (metrics §2.1)."""

from typing import Any

from tools.metrics import Ask, metric, reading
from tools.metrics.orders import worths
from tools.metrics.recurring import NEEDS, base, closing
from tools.reading import Reading, Status, Unit
from tools.text import Text

MONTH_DAYS = 365 / 12
FORMS = {
    "discounted": Text(
        "margin or revenue a month, discounted, over a fixed horizon",
        "маржа или выручка в месяц с дисконтом на горизонте",
    ),
    "simple": Text(
        "margin or revenue a month over churn, for comparison",
        "маржа или выручка в месяц, делённая на отток — для сравнения",
    ),
}


def discounted(monthly: float, churn: float, *, discount_year: float, months: int) -> float:
    """Value of ``months`` payments, the first now: 80 at 3 % churn and 10 % a year over 60 months is 1911.47."""
    kept = (1 - churn) / (1 + discount_year) ** (1 / 12)
    return monthly * (months if kept == 1 else (1 - kept**months) / (1 - kept))


@metric(
    "ltv",
    name=Text("Lifetime value of a client (LTV)", "Ценность клиента за срок жизни (LTV)"),
    meaning=Text(
        "What an average client is expected to bring over the horizon, at the churn of the last year.",
        "Сколько средний клиент принесёт за горизонт при оттоке последнего года.",
    ),
    unit=Unit.MONEY,
    better="higher",
    formula="m * (1 - q^60) / (1 - q), q = (1 - monthly churn) / (1 + monthly discount)",
    source="metrics-2.1",
    needs=Text(
        "recurring revenue of at least a year, and the gross margin",
        "регулярная выручка хотя бы за год и валовая маржа",
    ),
    conventions=FORMS,
)
def lifetime_value(ask: Ask) -> list[Reading]:
    """Money per client: discounted over 60 months (headline), then the simple form.

    By client churn, never net churn. Without a margin it is revenue, flagged so. No churn at all: undefined, with
    the lower bound that the interval of churn allows (kind ``lower_bound``). Fewer than 30 clients: insufficient.
    """
    ready = base(ask, default="year")
    if isinstance(ready, Reading):
        return [ready]
    churn_year = reading(ready.portfolio, "logo_churn", window=ready.window)
    worth, clients, _sql = closing(ready)
    if churn_year.value is None or clients == 0:
        return [ready.undefined(churn_year.reason or NEEDS)]
    margin = _margin(ready)
    monthly = float(worth / clients) * (margin if margin is not None else 1.0)
    flags = () if margin is not None else ("revenue_not_margin",)
    n = churn_year.n
    if churn_year.value == 0:
        return _no_churn(ready, monthly, n, flags)
    assert ready.window is not None
    churn = 1 - (1 - float(churn_year.value)) ** (MONTH_DAYS / ready.window.days)
    policy = ready.portfolio.policy
    thin = n < policy["min_accounts"]
    status: Status = "insufficient" if thin else churn_year.status
    why = _few() if thin else churn_year.reason
    value = discounted(
        monthly, churn, discount_year=policy["ltv_discount_year"], months=int(policy["ltv_horizon_months"])
    )
    common: dict[str, Any] = {"status": status, "reason": why, "n": n, "flags": flags}
    forms = [
        ready.reading(value, convention="discounted", **common),
        ready.reading(monthly / churn, convention="simple", scope={"kind": "simple"}, **common),
    ]
    return forms[::-1] if ask.convention == "simple" else forms


def _margin(ask: Ask) -> float | None:
    """Gross margin of the paying clients, weighted by what they pay; None where no client states one."""
    portfolio = ask.portfolio
    if not portfolio.has("accounts", "margin"):
        return None
    accounts = portfolio.table("accounts")
    rows = portfolio.run(accounts.filter(accounts.margin.notnull()).select("account_id", "margin")).to_pylist()
    paid = worths(portfolio)
    known = [(row["margin"], paid[row["account_id"]]) for row in rows if row["account_id"] in paid]
    total = sum(weight for _margin, weight in known)
    return sum(margin * weight for margin, weight in known) / total if total else None


def _no_churn(ask: Ask, monthly: float, n: int, flags: tuple[str, ...]) -> list[Reading]:
    reason = Text(
        "nobody left in the year, so the lifetime has no end to divide by; only a lower bound can be stated",
        "за год никто не ушёл, делить не на что: назвать можно только нижнюю границу",
    )
    assert ask.window is not None
    ceiling = 1 - 0.05 ** (1 / n)
    bound = monthly / (1 - (1 - ceiling) ** (MONTH_DAYS / ask.window.days))
    few = n < ask.portfolio.policy["min_accounts"]
    status: Status = "insufficient" if few else "ok"
    scope = {"kind": "lower_bound"}
    return [
        ask.undefined(reason, convention="discounted", n=n),
        ask.reading(
            bound, convention="simple", scope=scope, n=n, flags=flags, status=status, reason=_few() if few else None
        ),
    ]


def _few() -> Text:
    return Text("too few clients to rest a lifetime on", "клиентов слишком мало, чтобы судить о сроке жизни")
