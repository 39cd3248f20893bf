"""Who could buy what: products owned, rules of what goes together, limits outgrown; unhappy clients left out (metrics §8)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
from ibis import _

from tools import ledger
from tools.metrics.health import open_critical, paying, scores
from tools.metrics.orders import inside, on, trailing_year
from tools.models.association import Association, adjusted, chance
from tools.portfolio import Portfolio

Matrix = np.ndarray[Any, np.dtype[np.bool_]]
MOST_PRODUCTS = 500  # a matrix of more is a catalogue of goods: the best-owned are looked at
FEW_RULES = 10  # pairs shown where none has passed


@dataclass(frozen=True, slots=True)
class Holdings:
    """Who owns what: ``cells[i, j]`` is True where account i owns product j; ``price`` is the mean a year, of owners."""

    accounts: tuple[str, ...]
    products: tuple[str, ...]
    cells: Matrix
    price: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Owners of ``a`` also own ``b``; ``passed`` where enough of them do and chance does not explain it."""

    a: str
    b: str
    figures: Association
    p: float
    q: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A product an account does not own, though owners of ``because`` do: their share, and its mean price a year."""

    account: str
    product: str
    because: str
    figures: Association
    price: float


def owned(portfolio: Portfolio) -> Any:
    """Table ``account_id, product, money`` (a year): contracts in force on ``as_of``, else lines of twelve months."""
    assert portfolio.as_of is not None
    if portfolio.has("subscriptions", "product"):
        held = ledger.priced(portfolio).filter(_.product.notnull())
        day = on(portfolio.as_of)
        held = held.filter((held.start_date <= day) & (held.end_date.isnull() | (held.end_date > day)))
        return held.group_by("account_id", "product").agg(money=(held.mrr.cast("float64") * 12).sum())
    lines = inside(portfolio.table("invoices"), trailing_year(portfolio)).filter(
        _.account_id.notnull(), _.product.notnull()
    )
    bought = lines.group_by("account_id", "product").agg(money=lines.amount.cast("float64").sum())
    return bought.filter(bought.money > 0)


def holdings(portfolio: Portfolio) -> Holdings | None:
    """The account x product matrix of the whole base; None where the data name no product."""
    if "holdings" not in portfolio.memo:
        portfolio.memo["holdings"] = _holdings(portfolio)
    found: Holdings | None = portfolio.memo["holdings"]
    return found


def _holdings(portfolio: Portfolio) -> Holdings | None:
    named = portfolio.has("subscriptions", "product") or portfolio.has("invoices", "product")
    if portfolio.as_of is None or not named:
        return None
    table = owned(portfolio)
    best = table.group_by("product").agg(owners=_.count(), price=_.money.mean())
    best = best.order_by(ibis.desc("owners"), ibis.asc("product")).limit(MOST_PRODUCTS)
    top = portfolio.run(best)
    products = sorted(top["product"].to_pylist())
    prices = dict(zip(top["product"].to_pylist(), top["price"].to_pylist(), strict=True))
    pairs = portfolio.run(table.select("account_id", "product"))
    accounts, rows = np.unique(np.array(pairs["account_id"].to_pylist(), dtype=object).astype(str), return_inverse=True)
    place = {product: column for column, product in enumerate(products)}
    columns = np.array([place.get(product, -1) for product in pairs["product"].to_pylist()], dtype=np.int64)
    cells = np.zeros((len(accounts), len(products)), dtype=bool)
    kept = columns >= 0
    cells[rows[kept], columns[kept]] = True
    return Holdings(tuple(accounts.tolist()), tuple(products), cells, tuple(float(prices[p]) for p in products))


def rules(portfolio: Portfolio) -> list[Rule]:
    """Rules A -> B with more joint owners than chance would give, surest first; the best thin ones where none passed.

    Passed: at least ten joint owners and a Benjamini-Hochberg q of the one-sided Fisher test of at most 0.1, over all
    pairs of products with ten owners each. 2 joint owners of 100 accounts are no rule, whatever their lift.
    """
    if "rules" not in portfolio.memo:
        found = holdings(portfolio)
        portfolio.memo["rules"] = [] if found is None else _rules(portfolio, found)
    saved: list[Rule] = portfolio.memo["rules"]
    return saved


def _rules(portfolio: Portfolio, held: Holdings) -> list[Rule]:
    least, most_q = int(portfolio.policy["rule_min_joint"]), portfolio.policy["rule_max_q"]
    n, owners = len(held.accounts), held.cells.sum(axis=0)
    weights = held.cells.astype(np.float32)
    together = np.rint(weights.T @ weights).astype(np.int64)
    wide = int((owners >= least).sum())
    first, second = np.nonzero(np.triu(together >= 2, k=1))
    thick = together[first, second] >= least
    p = np.array(chance(together[first, second].tolist(), owners[first].tolist(), owners[second].tolist(), n))
    q = np.ones(len(p))
    q[thick] = adjusted(p[thick].tolist(), tests=wide * (wide - 1) // 2)
    passed = thick & (q <= most_q)
    chosen = np.nonzero(passed)[0]
    if not len(chosen):
        chosen = np.argsort(p, kind="stable")[:FEW_RULES]
    made = [
        Rule(
            held.products[a],
            held.products[b],
            Association(int(together[a, b]), int(owners[a]), int(owners[b]), n),
            float(p[place]),
            float(q[place]),
            bool(passed[place]),
        )
        for place in chosen
        for a, b in ((first[place], second[place]), (second[place], first[place]))
    ]
    return sorted(made, key=lambda rule: (not rule.passed, -rule.figures.confidence, rule.q, rule.a, rule.b))


def whitespace(portfolio: Portfolio) -> list[Offer]:
    """Per account the products it does not own that a passed rule points to, with the surest rule of each.

    Only to `welcome` accounts: paying, health not red, no critical ticket open. Surest first.
    """
    if "whitespace" not in portfolio.memo:
        found = holdings(portfolio)
        portfolio.memo["whitespace"] = [] if found is None else _offers(portfolio, found)
    saved: list[Offer] = portfolio.memo["whitespace"]
    return saved


def lacking(portfolio: Portfolio) -> frozenset[str]:
    """Accounts with at least one such product."""
    return frozenset(offer.account for offer in whitespace(portfolio))


def _offers(portfolio: Portfolio, held: Holdings) -> list[Offer]:
    allowed = welcome(portfolio)
    ready = np.array([account in allowed for account in held.accounts], dtype=bool)
    place = {product: column for column, product in enumerate(held.products)}
    best: dict[str, list[Rule]] = {}
    for rule in rules(portfolio):  # surest first: the first that fits an account is its reason
        if rule.passed:
            best.setdefault(rule.b, []).append(rule)
    offers: list[Offer] = []
    for product, reasons in sorted(best.items()):
        column = place[product]
        open_ = ready & ~held.cells[:, column]
        for rule in reasons:
            hit = open_ & held.cells[:, place[rule.a]]
            open_ &= ~hit
            price = held.price[column]
            offers += [
                Offer(held.accounts[row], product, rule.a, rule.figures, price) for row in np.nonzero(hit)[0].tolist()
            ]
    return sorted(offers, key=lambda offer: (-offer.figures.confidence, offer.account, offer.product))


def welcome(portfolio: Portfolio) -> set[str]:
    """Accounts that may be offered something: paying, health not red (or not known), no critical ticket open."""
    red = portfolio.policy["chs_red"]
    sick = {account for account, item in scores(portfolio).items() if item.score is not None and item.score <= red}
    return set(paying(portfolio)) - sick - open_critical(portfolio)


@dataclass(frozen=True, slots=True)
class Limit:
    """Use of a client's most pressing limit: last share, at the limit or not, days until it is full, falling or not."""

    share: float
    hit: bool
    days: float | None
    falling: bool


def limits(portfolio: Portfolio) -> dict[str, Limit]:
    """The most pressing limit of every account with a measure in the last months (the policy's three).

    Hit: at least 0.8 in two of the months. Days by the slope of the months' peaks: 80, 85, 90 of 100 are full in two
    months, 60.8 days; none beyond a year. Falling: lost at least the policy's usage drop since the first of them.
    """
    if "limit signals" not in portfolio.memo:
        portfolio.memo["limit signals"] = _limits(portfolio)
    found: dict[str, Limit] = portfolio.memo["limit signals"]
    return found


def _limits(portfolio: Portfolio) -> dict[str, Limit]:
    if portfolio.as_of is None or not portfolio.has("limits"):
        return {}
    policy = portfolio.policy
    seen = int(policy["limit_months_seen"])
    months = [ledger.back(portfolio.as_of.replace(day=1), step) for step in range(seen, -1, -1)]
    rows = portfolio.run(_peaks(portfolio, months))
    peaks = np.array(
        [[np.nan if cell is None else cell for cell in rows[f"m{place}"].to_pylist()] for place in range(len(months))],
        dtype=float,
    ).T.reshape(-1, len(months))
    found: dict[str, Limit] = {}
    for account, row in zip(rows["account_id"].to_pylist(), peaks, strict=True):
        known = np.nonzero(~np.isnan(row))[0][-seen:]
        signal = _limit(row[known], known, policy)
        before = found.get(account)
        if before is None or _pressing(signal) < _pressing(before):
            found[account] = signal
    return found


def _peaks(portfolio: Portfolio, months: list[date]) -> Any:
    """Table ``account_id, name, m0, m1 …``: the largest share used in each month."""
    assert portfolio.as_of is not None
    table = portfolio.table("limits").filter(_.allowed > 0, _.used.notnull(), _.account_id.notnull())
    begin = ledger.back(portfolio.as_of + timedelta(days=1), len(months) - 1)
    table = table.filter(table.date >= on(begin))
    share, month = table.used / table.allowed, ledger.month_of(table.date)
    peaks = {f"m{place}": share.max(where=month == on(day)) for place, day in enumerate(months)}
    return table.group_by("account_id", "name").agg(**peaks).order_by("account_id", "name")


def _limit(shares: Any, places: Any, policy: Any) -> Limit:
    last, first = float(shares[-1]), float(shares[0])
    hit = int((shares >= policy["limit_share"]).sum()) >= policy["limit_months_hit"]
    slope = (last - first) / float(places[-1] - places[0]) if len(shares) > 1 else 0.0
    days = 0.0 if last >= 1 else (1 - last) / slope * 365 / 12 if slope > 0 else None
    days = None if days is not None and days > policy["limit_horizon_days"] else days
    falling = len(shares) > 1 and last <= first * (1 - policy["usage_drop"])
    return Limit(last, hit, days, falling)


def _pressing(signal: Limit) -> tuple[bool, float, float]:
    return (not signal.hit, float("inf") if signal.days is None else signal.days, -signal.share)
