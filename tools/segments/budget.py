"""The axis of budgets: yearly profit of a client and how long it will stay (metrics §4; Reinartz & Kumar, HBR 2002)."""

from dataclasses import dataclass

from tools import ledger
from tools.document import Claim, Slot
from tools.fields import account_values
from tools.metrics.orders import worths
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit
from tools.segments import Roster, Segmentation, groups_of, segmentation
from tools.text import Text

TITLES = {
    "true_friends": Text("True friends: profitable and long", "Верные друзья: прибыльны и надолго"),
    "butterflies": Text("Butterflies: profitable and short", "Бабочки: прибыльны, но ненадолго"),
    "barnacles": Text("Barnacles: unprofitable and long", "Прилипалы: убыточны и надолго"),
    "strangers": Text("Strangers: unprofitable and short", "Чужие: убыточны и ненадолго"),
    "not_placed": Text("Cost or length not known", "Затраты или срок неизвестны"),
}
MEANINGS = {
    "true_friends": Text(
        "bring profit after the cost to serve them, and stay long",
        "приносят прибыль за вычетом обслуживания и остаются надолго",
    ),
    "butterflies": Text(
        "bring profit after the cost to serve them, but do not stay long",
        "приносят прибыль за вычетом обслуживания, но остаются ненадолго",
    ),
    "barnacles": Text(
        "cost more to serve than they bring, and stay long", "обходятся дороже, чем приносят, и остаются надолго"
    ),
    "strangers": Text(
        "cost more to serve than they bring, and do not stay long",
        "обходятся дороже, чем приносят, и остаются ненадолго",
    ),
    "not_placed": Text(
        "the cost to serve or the start is not known, so profit or length is not guessed",
        "неизвестны затраты на обслуживание или начало работы: прибыль и срок не угадываются",
    ),
}


@dataclass(frozen=True, slots=True)
class Worth:
    """Yearly profit of a client after the cost to serve it, and days as a client; None is unknown."""

    profit: float | None
    days: int | None


def quarter_of(worth: Worth, long: float) -> str:
    """The one group of a client; ``long``: days as a client beyond which it counts as staying."""
    if worth.profit is None or worth.days is None:
        return "not_placed"
    if worth.days > long:
        return "true_friends" if worth.profit > 0 else "barnacles"
    return "butterflies" if worth.profit > 0 else "strangers"


def no_costs(portfolio: Portfolio) -> Text | None:
    """Why clients cannot be placed by profit, or None."""
    if portfolio.as_of is None:
        return Text("nothing in the data is dated", "в данных нет дат")
    if not portfolio.has("accounts", "service_cost"):
        return Text("the cost to serve each client is not given", "не указана стоимость обслуживания клиентов")
    return ledger.no_ledger(portfolio)


@segmentation("budget", title=Text("budgets", "бюджеты"), impossible=no_costs, titles=TITLES, meanings=MEANINGS)
def budget_segments(portfolio: Portfolio) -> Segmentation:
    """Every paying account by profit a year (revenue x margin - cost to serve) and length.

    Length is expected by the time served so far: above the median is long. Without a margin of a client its revenue
    is taken whole, which the note says. Clients without a cost to serve or a start are not placed, never guessed.
    """
    known = profits(portfolio)
    served = sorted(worth.days for worth in known.values() if worth.days is not None)
    long = float(served[len(served) // 2]) if served else 0.0
    ids = sorted(known)
    roster = Roster(
        portfolio, ids, [quarter_of(known[account], long) for account in ids],
        lambda account: _why(portfolio, account, known[account]),
    )  # fmt: skip
    groups = groups_of(portfolio, TITLES, roster, by="budget")
    return Segmentation("budget", groups, roster, notes=_notes(portfolio))


def profits(portfolio: Portfolio) -> dict[str, Worth]:
    """Profit and length of every paying account, by account."""
    table = portfolio.run(portfolio.table("accounts").select("account_id", "margin", "service_cost")).to_pydict()
    rows = zip(table["account_id"], table["margin"], table["service_cost"], strict=True)
    costs = {account: (margin, cost) for account, margin, cost in rows}
    days = account_values(portfolio, "tenure_days")
    found = {}
    for account, money in worths(portfolio).items():
        margin, cost = costs.get(account, (None, None))
        profit = None if cost is None else money * (1.0 if margin is None else margin) - float(cost)
        found[account] = Worth(profit, int(days[account]) if account in days else None)
    return found


def _notes(portfolio: Portfolio) -> tuple[Claim, ...]:
    notes = [
        Claim(
            "budget.length",
            Text(
                "expected length is read from the time served: longer than half of the base is long",
                "ожидаемый срок оценён по уже прожитому: дольше половины базы — значит надолго",
            ),
        )
    ]
    if portfolio.counts("accounts")["margin"] < portfolio.rows("accounts"):
        text = Text(
            "where a client's margin is not given, its revenue is taken whole",
            "где маржа клиента не указана, выручка взята целиком",
        )
        notes.append(Claim("budget.margin", text))
    return tuple(notes)


def _why(portfolio: Portfolio, account: str, worth: Worth) -> Claim:
    if worth.profit is None or worth.days is None:
        return Claim(f"why.{account}", Text("cost or start is not known", "затраты или начало неизвестны"))

    def part(name: str, unit: Unit, value: float) -> Reading:
        scope = {"account": account, "kind": name}
        return Reading("segments", unit, value, n=1, scope=scope, window=portfolio.day, snapshot=portfolio.snapshot)

    slots: dict[str, Slot] = {
        "profit": part("profit", Unit.MONEY_YEAR, round(worth.profit, 2)),
        "days": part("tenure_days", Unit.DAYS, worth.days),
    }
    return Claim(
        f"why.{account}", Text("profit {profit}, a client for {days}", "прибыль {profit}, клиент {days}"), slots
    )
