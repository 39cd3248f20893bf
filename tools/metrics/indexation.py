"""Indexation: a same-date, same-percent step of many clients, told apart from growth."""

from collections import defaultdict
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from tools import ledger
from tools.bridge import changed, movement_bridge
from tools.ledger.recognised import even_worth
from tools.metrics import Ask, metric
from tools.metrics.recurring import NEEDS, base
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit, Window
from tools.text import Text


def steps(portfolio: Portfolio, window: Window) -> dict[str, int]:
    """Ticks of the common price steps inside the window, by account (metrics §1.1: a step of >= 20 % of accounts)."""
    key = ("steps", window)
    base = ledger.base_of(portfolio)
    if base is not None:  # what is common is common in the whole base
        inside_part = portfolio.inside or frozenset()
        return {account: ticks for account, ticks in steps(base, window).items() if account in inside_part}
    if key not in portfolio.memo:
        contract = ledger.basis(portfolio) == ledger.CONTRACT
        every = ledger.months(portfolio)
        places = [at for at, month in enumerate(every, 1) if month.end > window.start and month.start < window.end]
        found: dict[str, int] = {}
        if places and contract:
            found = _common(portfolio, *_contract_rises(portfolio, every, places))
        elif places:
            points = [every[places[0] - 1].opening, *(every[at - 1].closing for at in places)]
            found = _as_closed(portfolio, _common(portfolio, *_even_rises(portfolio, points)), points[-1])
        portfolio.memo[key] = found
    saved: dict[str, int] = portfolio.memo[key]
    return saved


def _contract_rises(portfolio: Portfolio, every: list[Window], places: list[int]) -> tuple[pa.Table, dict[int, int]]:
    """Rises ``account_id, place, opening, closing, day`` of the months, and the paying accounts each opened with.

    ``day`` is the last day of the month on which a price of the account began.
    """
    rows = movement_bridge(portfolio).rows
    moved = changed(portfolio)
    inside = pc.and_(pc.greater_equal(moved["place"], places[0]), pc.less_equal(moved["place"], places[-1]))
    rises = moved.select(["account_id", "place", "opening", "closing"]).filter(inside)
    table = ledger.priced(portfolio)
    began = table.mutate(place=ledger.place_of(table.start_date, every))
    began = began.filter(began.place >= places[0]).group_by("account_id", "place").agg(day=began.start_date.max())
    rises = _rising(rises).join(portfolio.run(began), ["account_id", "place"])
    return rises, {at: int(rows["start_n"][at - 1].as_py()) for at in places}


def _even_rises(portfolio: Portfolio, points: list[date]) -> tuple[pa.Table, dict[int, int]]:
    """The same of invoice lines, of months made equal in length; their ``day`` is not known."""
    worth = portfolio.run(even_worth(portfolio, points))
    place = pc.index_in(worth["point"], value_set=pa.array(points, worth["point"].type)).cast(pa.int64())
    after = pa.table({"account_id": worth["account_id"], "place": place, "closing": worth["ticks"]})
    before = pa.table({"account_id": worth["account_id"], "place": pc.add(place, 1), "opening": worth["ticks"]})
    both = _rising(before.join(after, ["account_id", "place"], join_type="inner"))
    numbers = {row["place"]: row["n_count"] for row in _counted(before, ["place"]).to_pylist()}
    return both.append_column("day", pa.nulls(both.num_rows, pa.date32())), numbers


def _rising(rows: pa.Table) -> pa.Table:
    return rows.filter(pc.and_(pc.greater(rows["opening"], 0), pc.greater(rows["closing"], rows["opening"])))


def _counted(rows: pa.Table, names: list[str]) -> pa.Table:
    """Number of rows (``n_count``) of each group."""
    return rows.append_column("n", rows["account_id"]).group_by(names).aggregate([("n", "count")])


def _common(portfolio: Portfolio, rises: pa.Table, paying: dict[int, int]) -> dict[str, int]:
    """Ticks by account of the steps of one percent on one day that enough accounts made."""
    percent = (rises["closing"].to_numpy() / rises["opening"].to_numpy()).round(3)
    rises = rises.append_column("percent", pa.array(percent))
    found: dict[str, int] = defaultdict(int)
    for row in _counted(rises, ["place", "percent", "day"]).to_pylist():
        enough = row["n_count"] >= portfolio.policy["indexation_share"] * paying.get(row["place"], 0)
        if not enough or row["n_count"] < portfolio.policy["names_only_below"]:
            continue
        same_day = pc.is_null(rises["day"]) if row["day"] is None else pc.equal(rises["day"], row["day"])
        here = pc.and_(pc.equal(rises["place"], row["place"]), pc.equal(rises["percent"], row["percent"]))
        for step in rises.filter(pc.and_(here, same_day)).to_pylist():
            found[step["account_id"]] += int(step["closing"]) - int(step["opening"])
    return dict(found)


NOT_TOLD = Text(
    "the paid periods are a guess, or the money is in several currencies, so a common price step cannot be told apart",
    "оплаченные периоды — догадка или деньги в нескольких валютах, поэтому общую индексацию не отделить",
)


def possible(portfolio: Portfolio) -> bool:
    """True where a step of price is not hidden by other reasons for a change of the amount."""
    one = len(ledger.currencies(portfolio, ledger.source(portfolio))) < 2
    return one and not ledger.guessed(portfolio) and not ledger.metered(portfolio)


def _as_closed(portfolio: Portfolio, found: dict[str, int], day: date) -> dict[str, int]:
    """Steps of months made equal in length, as they are in the closing month."""
    if not found:
        return {}
    even, real = (
        {row["account_id"]: int(row["ticks"]) for row in portfolio.run(worth(portfolio, [day])).to_pylist()}
        for worth in (even_worth, ledger.state)
    )
    return {a: round(step * real.get(a, 0) / even[a]) if even.get(a) else step for a, step in found.items()}


@metric(
    "indexation",
    name=Text("Indexation of prices", "Индексация цен"),
    meaning=Text(
        "Monthly revenue added by one price step of many clients on one date.",
        "Прибавка регулярной выручки от одновременного повышения цен многим клиентам.",
    ),
    unit=Unit.MONEY_MONTH,
    better="none",
    formula=Text(
        "sum of steps of the same percent in the same month for >= 20 % of accounts",
        "сумма повышений на один и тот же процент в один месяц у >= 20 % клиентов",
    ),
    source="metrics-1.1",
    needs=NEEDS,
    conventions=ledger.CONVENTIONS,
)
def indexation(ask: Ask) -> Reading:
    """Money a month added by common price steps inside the year; zero where there was none.

    60 % of equal clients at +8 % on one date: NRR 1.048, without indexation 1.00.
    """
    ready = base(ask, default="year")
    if isinstance(ready, Reading):
        return ready
    if not possible(ready.portfolio):
        return ready.undefined(NOT_TOLD)
    assert ready.window is not None
    found = steps(ready.portfolio, ready.window)
    return ready.reading(ledger.money(sum(found.values())), n=len(found))
