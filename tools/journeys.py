"""The journey of each client as dates by stage: contract, launch, first value, habit, expansion, renewal (metrics §6)."""

from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis import _

from tools import ledger
from tools.milestones import starts
from tools.portfolio import Portfolio
from tools.text import Text

STAGES = {
    "contract": Text("contract", "договор"),
    "launch": Text("launch", "запуск"),
    "first_value": Text("first value", "первая ценность"),
    "habit": Text("habit", "привычка"),
    "expansion": Text("expansion", "расширение"),
    "renewal": Text("renewal", "продление"),
}
MEANINGS = {
    "contract": Text(
        "the contract is signed or the work has begun: time is counted from this day",
        "договор подписан или работа начата: с этого дня считаются сроки",
    ),
    "launch": Text("the product is set up and can be worked with", "продукт настроен, в нём можно работать"),
    "first_value": Text(
        "the client has the first result for which the product was bought",
        "клиент получил первый результат, ради которого покупал",
    ),
    "habit": Text(
        "the product is used regularly, as a part of everyday work",
        "продуктом пользуются регулярно, как частью ежедневной работы",
    ),
    "expansion": Text(
        "the client takes more; where it is not recorded, the first rise of its own price stands for it",
        "клиент берёт больше; если это не записано, расширением считается первый рост его собственной цены",
    ),
    "renewal": Text(
        "the client goes on for another term; where it is not recorded, the first anniversary in force stands for it",
        "клиент остался на новый срок; если это не записано, продлением считается первая годовщина действующего договора",
    ),
}
CHAIN = ("contract", "launch", "first_value", "habit")
YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Way:
    """The stages that the data know, each with the one it is entered from, and where its dates come from."""

    stages: tuple[str, ...]
    derived: tuple[str, ...] = ()

    def before(self, stage: str) -> str:
        """The stage from which one enters ``stage``; growth and renewal are entered from the contract."""
        chain = [key for key in self.stages if key in CHAIN]
        return chain[chain.index(stage) - 1] if stage in chain[1:] else "contract"


def way(portfolio: Portfolio) -> Way:
    """The stages the portfolio knows: those of its milestones, and growth and renewal that contracts show."""
    if "way" not in portfolio.memo:
        rows = portfolio.asked("stages", lambda: _stages(portfolio.table("milestones"))).to_pylist()
        known = {row["stage"] for row in rows} | {"contract"}
        known |= {"first_value"} if any(row["value"] for row in rows) else set()
        contracts = portfolio.as_of is not None and portfolio.has("subscriptions")
        contracts = contracts and ledger.convention(portfolio) == ledger.CONTRACT
        derived = {"expansion", "renewal"} - known if contracts else set()
        stages = tuple(key for key in STAGES if key in known | derived)
        portfolio.memo["way"] = Way(stages, tuple(sorted(derived)))
    found: Way = portfolio.memo["way"]
    return found


def _stages(table: Any) -> Any:
    return table.group_by("stage").agg(value=table.is_value.fill_null(False).any())


def paths(portfolio: Portfolio) -> Any:
    """Table ``account_id, contract, launch, first_value, habit, expansion, renewal, lost`` (days or null), a row a client.

    ``lost`` is the end of the last subscription, where it has passed. Without a recorded renewal the first
    anniversary in force stands for it; without a recorded expansion the first rise of the price in force that is no
    step of many clients at once.
    """
    assert portfolio.as_of is not None
    day = ledger.literal(portfolio.as_of)
    known = way(portfolio)
    milestones = portfolio.table("milestones")
    others = [stage for stage in STAGES if stage not in ("contract", "first_value")]
    dated = milestones.group_by("account_id").agg(
        **{stage: milestones.date.min(where=milestones.stage == stage) for stage in others}
    )
    begun = starts(portfolio).filter(_.start <= day)
    gone = ~begun.open & (begun.ended <= day)
    begun = begun.mutate(lost=ibis.ifelse(gone.fill_null(False), begun.ended, ibis.null("date")))
    rows = begun.left_join(dated, "account_id").drop("account_id_right")
    grown = rows.expansion
    if "expansion" in known.derived:
        rises = first_rises(portfolio).select(riser=_.account_id, rise=_.day)
        rows = rows.left_join(rises, rows.account_id == rises.riser)
        grown = rows.rise
    again = rows.renewal
    if "renewal" in known.derived:
        year = (rows.start + ibis.interval(days=YEAR_DAYS)).cast("date")
        held = (year <= day) & (rows.lost.isnull() | (rows.lost > year))
        again = ibis.ifelse(held, year, ibis.null("date"))
    return rows.select(
        "account_id",
        contract=rows.start,
        launch=rows.launch,
        first_value=rows.reached,
        habit=rows.habit,
        expansion=grown,
        renewal=again,
        lost=rows.lost,
    )


def first_rises(portfolio: Portfolio) -> Any:
    """Table ``account_id, day``: when each client's price in force first rose, common price steps left out."""
    assert portfolio.as_of is not None
    held = ledger.priced(portfolio)
    ended = held.filter(held.end_date <= ledger.literal(portfolio.as_of))
    changes = held.select("account_id", day=held.start_date, delta=held.mrr.cast("float64")).union(
        ended.select("account_id", day=ended.end_date, delta=-ended.mrr.cast("float64"))
    )
    changes = changes.group_by("account_id", "day").agg(delta=_.delta.sum())
    running = ibis.window(group_by="account_id", order_by="day", preceding=None, following=0)
    levels = changes.mutate(after=changes.delta.sum().over(running)).view()
    before = levels.after - levels.delta
    rises = levels.filter(levels.delta > 0.005, before > 0.005)
    rises = rises.mutate(month=ledger.month_of(rises.day), step=(rises.after / (rises.after - rises.delta)).round(3))
    alike = ibis.window(group_by=["month", "step"])
    rises = rises.mutate(alike=rises.account_id.count().over(alike))
    clients = held.select("account_id").distinct().count().as_scalar()
    many = (rises.alike >= portfolio.policy["indexation_share"] * clients) & (
        rises.alike >= int(portfolio.policy["names_only_below"])
    )
    return rises.filter(~many).group_by("account_id").agg(day=_.day.min())


def reached(table: Any, known: Way, stage: str) -> Any:
    """True where the client has reached the stage: it is dated, or a later one of the chain is."""
    if stage not in CHAIN:
        return table[stage].notnull()
    later = [key for key in known.stages if key in CHAIN and CHAIN.index(key) >= CHAIN.index(stage)]
    return ibis.coalesce(*(table[key] for key in later)).notnull() if len(later) > 1 else table[stage].notnull()


def due(table: Any, portfolio: Portfolio, stage: str) -> Any:
    """True where the stage can have been reached by now: a renewal needs a contract a year old."""
    assert portfolio.as_of is not None
    if stage != "renewal":
        return ibis.literal(True)
    return (table.contract + ibis.interval(days=YEAR_DAYS)).cast("date") <= ledger.literal(portfolio.as_of)


def waits(portfolio: Portfolio, stage: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Days from the stage before to ``stage`` of every client that entered it, and how they ended.

    1 reached, 2 left before, 0 not yet. A later stage dated without this one says nothing of the time: left out.
    """
    assert portfolio.as_of is not None
    rows = table(portfolio)
    known = way(portfolio)
    start, end, lost = (_days(rows, key) for key in (known.before(stage), stage, "lost"))
    chain = [key for key in known.stages if key in CHAIN]
    later = chain[chain.index(stage) + 1 :] if stage in chain else []
    passed = np.zeros(len(start), dtype=bool)
    for key in later:
        passed |= ~np.isnat(_days(rows, key))
    inside = ~np.isnat(start) & ~(np.isnat(end) & passed)
    today = np.datetime64(portfolio.as_of, "D")
    kinds = np.where(~np.isnat(end), 1, np.where(~np.isnat(lost), 2, 0))
    stop = np.where(kinds == 1, end, np.where(kinds == 2, lost, today))
    spans = np.maximum((stop - start).astype("timedelta64[D]").astype(np.int64), 0)
    return spans[inside], kinds[inside]


def waits_before(portfolio: Portfolio, stage: str) -> list[str]:
    """Accounts still with us that are at the stage before ``stage`` and have reached neither it nor a later one."""
    rows, known = table(portfolio), way(portfolio)
    chain = [key for key in known.stages if key in CHAIN]
    before, later = known.before(stage), chain[chain.index(stage) :] if stage in chain else [stage]
    there = ~np.isnat(_days(rows, before))
    for key in later:
        there &= np.isnat(_days(rows, key))
    there &= np.isnat(_days(rows, "lost"))
    return sorted(account for account, waits in zip(rows["account_id"].to_pylist(), there, strict=True) if waits)


def table(portfolio: Portfolio) -> pa.Table:
    """The result of `paths`, asked once."""
    if "paths" not in portfolio.memo:
        portfolio.memo["paths"] = portfolio.asked(("paths", way(portfolio)), lambda: paths(portfolio))
    found: pa.Table = portfolio.memo["paths"]
    return found


def _days(rows: pa.Table, column: str) -> np.ndarray[Any, Any]:
    return np.array(rows[column].cast(pa.date32()).to_pylist(), dtype="datetime64[D]")
