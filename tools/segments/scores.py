"""Recency, frequency and money of every account, with their scores, in one query (metrics §3)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache, reduce
from typing import Any, cast

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from ibis import _

from tools import ledger
from tools.metrics.orders import inside
from tools.portfolio import Portfolio
from tools.reading import Rows, Window
from tools.text import Text
from tools.unbound import TABLES_KEPT

INACTIVE = "inactive"
MEASURES = ("recency_days", "orders", "money")
LETTERS = ("r", "f", "m")


@dataclass(frozen=True, slots=True)
class Rule:
    """How RFM is counted: parts of a score (4 or 5), months of the window (None: the whole file), gross or net."""

    key: str
    text: Text
    parts: int = 4
    months: int | None = 12
    gross: bool = False


RULES: Mapping[str, Rule] = {
    rule.key: rule
    for rule in (
        Rule(
            "net_of_returns_12_months",
            Text(
                "twelve months to the last day, net of returns; a fully returned order is no order; quartiles",
                "двенадцать месяцев до последнего дня, за вычетом возвратов; полностью возвращённый заказ не считается; квартили",
            ),
        ),
        Rule(
            "net_of_returns_24_months",
            Text(
                "twenty-four months, since the typical gap between orders is longer than a quarter; net of returns; quartiles",
                "двадцать четыре месяца: обычный перерыв между заказами больше квартала; за вычетом возвратов; квартили",
            ),
            months=24,
        ),
        Rule(
            "quintile",
            Text(
                "twelve months, net of returns, scores from one to five by quintiles",
                "двенадцать месяцев, за вычетом возвратов, баллы от одного до пяти по квинтилям",
            ),
            parts=5,
        ),
        Rule(
            "whole_file_gross",
            Text(
                "the whole file, positive lines with a client only, returns not subtracted; quartiles",
                "весь файл, только положительные строки с клиентом, возвраты не вычтены; квартили",
            ),
            months=None,
            gross=True,
        ),
    )
}


@dataclass(frozen=True)
class Scored:
    """The table of `rfm_table` with its edges by measure, the rule and window it was counted by, and its SQL."""

    table: pa.Table
    edges: Mapping[str, tuple[float, ...]]
    rule: Rule
    window: Window
    rows: Rows
    write: Callable[[], str]
    write_measures: Callable[[], str]

    @cached_property
    def sql(self) -> str:
        """The query of the table, written when it is asked for."""
        return self.write()

    @cached_property
    def measures_sql(self) -> str:
        """The query of the measures alone, written when it is asked for."""
        return self.write_measures()

    @property
    def active(self) -> int:
        """Accounts with an order in the window."""
        return int((self.column("orders") > 0).sum())

    def column(self, name: str) -> npt.NDArray[Any]:
        """A column as an array."""
        return cast("npt.NDArray[Any]", self.table[name].to_numpy())

    def sizes(self, letter: str) -> dict[int, int]:
        """Accounts by score of a dimension; a score nobody has is there with 0."""
        found = self.column(letter)[self.column("orders") > 0]
        return {score: int((found == score).sum()) for score in range(1, self.rule.parts + 1)}


def rfm_table(portfolio: Portfolio, window: Window | None = None, *, rule: str | None = None) -> pa.Table:
    """``account_id, recency_days, orders, money, r, f, m, cell`` of every account, by account id.

    Scores run from 1 to 4 (``quintile``: 5), the best last, and the most recent has the best ``r``; edges are type 7
    quantiles of the accounts with an order, right-closed, so equal values always share a score. ``cell`` is ``"343"``;
    an account without an order in the window has r 1, f 0, m 0 and the cell ``inactive``. Money 500, 1000, 2000 and
    3000 has the edges 875, 1500, 2250 and scores 1, 2, 3, 4. Lines without a client are left out (metrics §3).
    """
    return scored(portfolio, window, rule=rule).table


def scored(portfolio: Portfolio, window: Window | None = None, *, rule: str | None = None) -> Scored:
    """`rfm_table` with its edges, rule and window; asked once."""
    chosen = RULES[rule] if rule else default_rule(portfolio)
    span = window or span_of(portfolio, chosen)
    memo = ("rfm", chosen.key, span)
    if memo not in portfolio.memo:
        portfolio.memo[memo] = _scored(portfolio, chosen, span)
    found: Scored = portfolio.memo[memo]
    return found


def default_rule(portfolio: Portfolio) -> Rule:
    """Twelve months, or twenty-four where the typical gap between a client's orders is longer than the policy's."""
    gap = typical_gap(portfolio)
    long = gap is not None and gap > portfolio.policy["rfm_long_interval_days"]
    return RULES["net_of_returns_24_months" if long else "net_of_returns_12_months"]


def span_of(portfolio: Portfolio, rule: Rule) -> Window:
    """The window of a rule: so many months that end with ``as_of``, or from the first line to it."""
    assert portfolio.as_of is not None
    end = portfolio.as_of + timedelta(days=1)
    if rule.months is not None:
        return Window(ledger.back(end, rule.months), end)
    table = portfolio.table("invoices")
    first = portfolio.run(table.agg(d=table.date.min())).column(0)[0].as_py()
    return Window(first or portfolio.as_of, end)


def typical_gap(portfolio: Portfolio) -> float | None:
    """Median over clients of the mean days between their order days of two years; None where nobody came twice."""
    if "typical gap" not in portfolio.memo:
        assert portfolio.as_of is not None
        end = portfolio.as_of + timedelta(days=1)
        lines = inside(portfolio.table("invoices"), Window(ledger.back(end, 24), end)).filter(
            _.account_id.notnull(), _.amount > 0
        )
        days = lines.select("account_id", "date").distinct()
        by = days.group_by("account_id").agg(first=_.date.min(), last=_.date.max(), seen=_.count())
        gaps = by.filter(by.seen > 1).select(gap=_.last.delta(_.first, unit="day").cast("float64") / (_.seen - 1))
        found = portfolio.run(gaps.agg(gap=gaps.gap.quantile(0.5))).column(0)[0].as_py()
        portfolio.memo["typical gap"] = None if found is None else float(found)
    gap: float | None = portfolio.memo["typical gap"]
    return gap


def score(values: npt.NDArray[Any], edges: Sequence[float], *, reverse: bool = False) -> npt.NDArray[np.int64]:
    """Right-closed scores of values under given edges, 1 to ``len(edges) + 1``; ``reverse``: the smallest is best."""
    above = np.searchsorted(np.asarray(edges, dtype=float), values)
    return len(edges) + 1 - above if reverse else 1 + above


def cuts(parts: int) -> tuple[float, ...]:
    """The shares at which scores of so many parts are cut: 0.25, 0.5, 0.75 for four."""
    return tuple(place / parts for place in range(1, parts))


def _scored(portfolio: Portfolio, rule: Rule, window: Window) -> Scored:
    """One pass over the lines; the edges and scores are drawn on its result, a row an account."""
    accounts, invoices = portfolio.table("accounts"), portfolio.table("invoices")
    within, nameless, backs = (_number(portfolio, lines) for lines in _kinds(invoices, window))
    returns = backs > 0
    table, edges = _drawn(portfolio.run(_joined(accounts, invoices, rule, window, returns)), rule)
    left = {"no client": nameless, "outside the window": portfolio.rows("invoices") - within}
    rows = Rows(within - nameless, {reason: number for reason, number in left.items() if number})
    measures = _measures(invoices, rule, window, returns)

    def write() -> str:
        return portfolio.sql(_with_scores(accounts, measures, rule).order_by("account_id"))

    return Scored(table, edges, rule, window, rows, write, lambda: portfolio.sql(measures))


def _number(portfolio: Portfolio, counted: Any) -> int:
    return int(portfolio.run(counted).column(0)[0].as_py())


@lru_cache(maxsize=TABLES_KEPT)
def _kinds(invoices: Any, window: Window) -> tuple[Any, Any, Any]:
    """Numbers of the window's lines: all, those without a client, and of those that take money back the first.

    Each is a query of its own: most of the file is then passed over unread.
    """
    lines = inside(invoices, window)
    kinds = (lines, lines.filter(lines.account_id.isnull()), lines.filter(lines.amount < 0).limit(1))
    all_, nameless, back = (rows.count().name("n").as_table() for rows in kinds)
    return all_, nameless, back


@lru_cache(maxsize=TABLES_KEPT)
def _joined(accounts: Any, invoices: Any, rule: Rule, window: Window, returns: bool) -> Any:
    """The measures of every account, by account id."""
    who, measures = accounts.select(id="account_id"), _measures(invoices, rule, window, returns)
    both = who.left_join(measures, who.id == measures.account_id)
    return both.select(account_id=both.id, **{name: both[name] for name in MEASURES}).order_by("account_id")


def _drawn(found: pa.Table, rule: Rule) -> tuple[pa.Table, dict[str, tuple[float, ...]]]:
    """The measures with their scores and cells, and the edges of each measure."""
    values = {name: found[name].to_numpy(zero_copy_only=False).astype(float) for name in MEASURES}
    values["orders"], values["money"] = np.nan_to_num(values["orders"]), np.nan_to_num(values["money"])
    active = values["orders"] > 0
    edges: dict[str, tuple[float, ...]] = {}
    scores: dict[str, npt.NDArray[np.int64]] = {}
    for letter, name in zip(LETTERS, MEASURES, strict=True):
        known = values[name][active]
        edges[name] = tuple(float(edge) for edge in np.quantile(known, cuts(rule.parts))) if len(known) else ()
        scores[letter] = np.where(active, 0, 1 if letter == "r" else 0).astype(np.int64)
        if len(known):
            scores[letter][active] = score(known, edges[name], reverse=letter == "r")
    code = 100 * scores["r"] + 10 * scores["f"] + scores["m"]
    names = pa.array([INACTIVE, *(str(number) for number in range(1, 556))])
    columns = {
        "account_id": found["account_id"],
        "recency_days": pa.array(np.where(active, values["recency_days"], np.nan), pa.float64(), from_pandas=True),
        "orders": pa.array(values["orders"].astype(np.int64)),
        "money": pa.array(values["money"]),
        **{letter: pa.array(found_scores) for letter, found_scores in scores.items()},
        "cell": names.take(pa.array(np.where(active, code, 0))),
    }
    return pa.table(columns), edges


@lru_cache(maxsize=TABLES_KEPT)
def _measures(invoices: Any, rule: Rule, window: Window, returns: bool) -> Any:
    """``account_id, recency_days, orders, money`` of the accounts with a line; recency of those with an order.

    ``returns`` says whether any line of the window takes money back.
    """
    lines = inside(invoices, window).filter(_.account_id.notnull())
    if rule.gross:
        lines = lines.filter(_.amount > 0)
    document = lines.document.fill_null(lines.date.cast("string"))
    documents = lines.group_by("account_id", document=document).agg(date=_.date.max(), money=_.amount.sum())
    if returns and not rule.gross:
        documents = _without_returned(documents, _begun_before(invoices, window))
    else:
        documents = documents.mutate(is_order=documents.money > 0)
    by = documents.group_by("account_id").agg(
        last=_.date.max(where=_.is_order), orders=_.count(where=_.is_order), money=_.money.sum().cast("float64")
    )
    recency = ledger.literal(window.closing).delta(by.last, unit="day").cast("float64")
    return by.select("account_id", recency_days=recency, orders=by.orders, money=by.money)


def _begun_before(invoices: Any, window: Window) -> Any:
    """Table ``account_id, document`` of the orders with lines before the window."""
    lines = invoices.filter(_.date < ledger.literal(window.start), _.amount > 0)
    return lines.filter(_.account_id.notnull(), _.document.notnull()).select("account_id", "document").distinct()


def _without_returned(documents: Any, older: Any) -> Any:
    """Documents with ``is_order``: a positive sum not taken back in full.

    A later document of the client with the same sum below zero takes back the nearest order of that sum before it,
    each return one order; a return that fits no order, or is of an order older than the window, only lowers the money.
    """
    sized = documents.mutate(size=documents.money.abs())
    returns = sized.filter(sized.money < 0)
    back = returns.select("account_id", "size").distinct()
    tied = returns.semi_join(older, ["account_id", "document"]).select("account_id", "document")
    pairs = sized.semi_join(back, ["account_id", "size"]).anti_join(tied, ["account_id", "document"])
    sign = ibis.ifelse(pairs.money > 0, 1, -1)
    pairs = pairs.mutate(sign=sign)
    forth = ibis.cumulative_window(group_by=["account_id", "size"], order_by=["date", ibis.desc("sign"), "document"])
    depth = pairs.mutate(depth=pairs.sign.sum().over(forth))
    order = [ibis.desc("date"), ibis.asc("sign"), ibis.desc("document")]
    lowest = depth.depth.min().over(ibis.cumulative_window(group_by=["account_id", "size"], order_by=order))
    taken = depth.mutate(lowest=lowest).filter(_.money > 0, _.lowest < _.depth)
    taken = taken.select(account=_.account_id, number=_.document)
    joined = documents.left_join(taken, (documents.account_id == taken.account) & (documents.document == taken.number))
    return joined.select("account_id", "document", "date", "money", is_order=(_.money > 0) & _.number.isnull())


def _with_scores(clients: Any, measures: Any, rule: Rule) -> Any:
    """Scores of every account of the base, in the engine."""
    bought = measures.filter(measures.orders > 0)
    shares = cuts(rule.parts)
    edges = bought.agg(
        **{
            f"{name}_{place}": bought[name].cast("float64").quantile(share)
            for name in MEASURES
            for place, share in enumerate(shares)
        }
    )
    accounts = clients.select(id="account_id")
    joined = accounts.left_join(measures, accounts.id == measures.account_id).cross_join(edges)
    active = joined.orders.fill_null(0) > 0

    def above(name: str) -> Any:
        over = [(joined[name] > joined[f"{name}_{place}"]).cast("int32") for place in range(len(shares))]
        return reduce(lambda total, one: total + one, over)

    r = ibis.ifelse(active, rule.parts - above("recency_days"), 1)
    f, m = (ibis.ifelse(active, 1 + above(name), 0) for name in ("orders", "money"))
    digits = r.cast("string") + f.cast("string") + m.cast("string")
    return joined.select(
        account_id=joined.id,
        recency_days=ibis.ifelse(active, joined.recency_days, ibis.null("float64")),
        orders=joined.orders.fill_null(0),
        money=joined.money.fill_null(0.0),
        r=r.cast("int64"),
        f=f.cast("int64"),
        m=m.cast("int64"),
        cell=ibis.ifelse(active, digits, INACTIVE),
    )
