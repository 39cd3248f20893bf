"""The way to value: time to value, the journey by stage with its losses and pains, adoption (metrics §6)."""

from typing import Any

import ibis
import numpy as np
from ibis import _

from tools import in_hand, ledger, stats
from tools import journeys as walk
from tools.fields import account_reading
from tools.metrics import Ask, metric, one_value, thin_reason
from tools.milestones import journeys
from tools.portfolio import Portfolio
from tools.reading import Number, Reading, Status, Unit
from tools.text import Text

FROM_CONTRACT, FROM_LOGIN = "from_contract", "from_first_login"
STARTS = {
    FROM_CONTRACT: Text("days from the contract", "дни от договора"),
    FROM_LOGIN: Text(
        "days from the first login; clients without one are left out",
        "дни от первого входа; клиенты без него не входят",
    ),
}
DAYS = (14, 30, 90)


@metric(
    "ttv",
    name=Text("Time to value (TTV)", "Время до первой пользы (TTV)"),
    meaning=Text(
        "Days from the contract to the first promised benefit, by which half of the clients have it.",
        "Сколько дней проходит от договора до первой обещанной пользы у половины клиентов.",
    ),
    unit=Unit.DAYS,
    better="lower",
    formula=Text(
        "median of the cumulative incidence of the first value event; leaving before it is a competing event",
        "медиана накопленной доли клиентов, получивших первую пользу; уход до неё — конкурирующее событие",
    ),
    source="metrics-6",
    needs=Text("the date of the first value event per client", "дата первой пользы по каждому клиенту"),
    conventions=STARTS,
)
def time_to_value(ask: Ask) -> list[Reading]:
    """Median days; the share that reached value by day 14, 30 and 90 (kinds ``by_14`` …) and so far (``reached``).

    Clients not there yet are censored at ``as_of``; those that left before it are a competing event; value before the
    start counts as day 0, flagged. Fewer than half there: undefined, with the share reached. 3 4* 5 7 8* 10 14 20*
    30* 30* gives 14, by day 14 0.595.
    """
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("milestones"):
        return [
            ask.undefined(Text("no first-value event is recorded", "не записано событие первой пользы"), window=None)
        ]
    ready = Ask(portfolio, ask.metric, portfolio.day, ask.convention or FROM_CONTRACT)
    journey = _from_login(portfolio) if ready.convention == FROM_LOGIN else journeys(portfolio)
    if not journey and ready.convention == FROM_LOGIN:
        return [ready.undefined(Text("no first login is recorded", "не записан первый вход"))]
    there = sum(1 for row in journey if row["reached"])
    if not there:
        return [ready.undefined(Text("no client has a dated first benefit", "ни у кого нет даты первой пользы"))]
    curve = _curve(portfolio, journey)
    early = any(row["reached"] and row["reached"] < row["start"] for row in journey)
    few = len(journey) < portfolio.policy["min_accounts"]
    status: Status = "insufficient" if few else "ok"
    why = Text("too few clients for a median", "клиентов слишком мало для медианы") if few else None
    common: dict[str, Any] = {"n": len(journey), "numerator": there, "denominator": len(journey), "flags": ("value_before_contract",) if early else ()}  # fmt: skip
    shares = [(f"by_{day}", curve.by(day)) for day in DAYS] + [("reached", curve.reached[-1])]
    parts = [
        ready.reading(share, unit=Unit.RATIO, status=status, reason=why, scope={"kind": kind}, **common)
        for kind, share in shares
    ]
    return [_median(ready, curve, {"status": status, "reason": why, **common}), *parts]


def _median(ask: Ask, curve: stats.Incidence, common: dict[str, Any]) -> Reading:
    if curve.median is None:
        reason = Text(
            "fewer than half of the clients have reached it: the median is not there yet",
            "пользы достигла меньше половины клиентов: медиана не достигнута",
        )
        return ask.reading(None, **{**common, "reason": reason})
    interval = curve.median_ci
    closed = None if interval is None or interval[1] is None else (interval[0], interval[1])
    flags = (*common["flags"], "no_upper_end") if interval is not None and closed is None else common["flags"]
    method = None if interval is None else "Aalen-Johansen, log-log 95%" + ("" if closed else f", from {interval[0]:g} days, no upper end")  # fmt: skip
    return ask.reading(curve.median, ci=closed, ci_method=method, **{**common, "flags": flags})


def _curve(portfolio: Portfolio, journey: list[dict[str, Any]]) -> stats.Incidence:
    days, events = [], []
    for row in journey:
        stop = row["reached"] or row["lost"] or portfolio.as_of
        days.append(max(0, (stop - row["start"]).days))
        events.append(1 if row["reached"] else 2 if row["lost"] else 0)
    return stats.incidence(days, events)


def _from_login(portfolio: Portfolio) -> list[dict[str, Any]]:
    found = portfolio.asked("first login", lambda: _logins(portfolio.table("milestones")))
    login = dict(zip(found["account_id"].to_pylist(), found["day"].to_pylist(), strict=True))
    return [{**row, "start": login[row["account_id"]]} for row in journeys(portfolio) if row["account_id"] in login]


def _logins(table: Any) -> Any:
    return table.filter(_.stage.isin(["first_login", "login"])).group_by("account_id").agg(day=_.date.min())


@account_reading("ttv", name=Text("Time to value (TTV)", "Время до первой пользы (TTV)"), unit=Unit.DAYS)
def account_ttv(portfolio: Portfolio) -> dict[str, Number]:
    """Days from the contract to the first value, by account that reached it; value before the contract is day 0."""
    if portfolio.as_of is None or not portfolio.has("milestones"):
        return {}
    reached = [row for row in journeys(portfolio) if row["reached"]]
    return {row["account_id"]: max(0, (row["reached"] - row["start"]).days) for row in reached}


@metric(
    "journey",
    name=Text("Journey of the client", "Путь клиента"),
    meaning=Text(
        "How many clients get from the contract to each stage, how many leave on the way, how long it takes and what hurts.",
        "Сколько клиентов доходит от договора до каждого этапа, сколько уходит по пути, как долго это длится и что мешает.",
    ),
    unit=Unit.RATIO,
    better="higher",
    formula=Text("clients that reached the stage / clients at the stage before; the headline is contract to first value", "дошедшие до этапа / бывшие на предыдущем этапе; главное число — от договора до первой пользы"),
    source="metrics-6",
    needs=Text("dated milestones by client: launch, first value, habit", "вехи клиентов с датами: запуск, первая польза, привычка"),
)  # fmt: skip
def journey_by_stage(ask: Ask) -> list[Reading]:
    """Share of clients that got from the contract to the first value; then by stage (``scope.group``).

    Kinds ``entered`` and ``left`` (counts), ``conversion`` (of those at the stage before, with Wilson's interval),
    ``days`` (median from the stage before, leavers a competing event) and ``pain`` (tickets by theme while on the way
    to it). A stage passed without a date counts as reached. Renewal counts clients a year or more old.
    """
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("milestones"):
        return [ask.undefined(Text("no milestones are recorded", "вехи клиентов не записаны"), window=None)]
    ready = Ask(portfolio, ask.metric, portfolio.day)
    known = walk.way(portfolio)
    aim = "first_value" if "first_value" in known.stages else known.stages[-1]
    row, sql = _counted(ask, known, aim)
    if not row["contract"]:
        return [ready.undefined(Text("no client has a dated start", "ни у одного клиента нет даты начала"))]
    shares = one_value(sql, f'CAST("{aim}" AS DOUBLE) / "contract"')
    head = ready.share(int(row[aim]), int(row["contract"]), sql=shares)
    if ask.head:
        return [head]
    parts = [_count(ready, "contract", "entered", int(row["contract"]), sql, '"contract"')]
    for stage in known.stages[1:]:
        parts += _stage(ready, known, stage, row, sql)
    return [head, *parts, *_pains(ready, known)]


def _counted(ask: Ask, known: walk.Way, aim: str) -> tuple[dict[str, Any], str]:
    """`_counts` and its SQL; where only the headline of a part is wanted, of the stage ``aim`` from the base's paths.

    Growth and renewal are not cut from the base: which rises are steps of many clients is a fact of the part.
    """
    portfolio = ask.portfolio
    base = ledger.base_of(portfolio)
    if base is None or not ask.head or aim not in walk.CHAIN:
        return portfolio.row_of(("journey", known), lambda: _counts(portfolio, known))
    sql = portfolio.text(("journey", known), lambda: _counts(portfolio, known))
    rows = ledger.cut(portfolio, walk.table(base))
    key = "journey to", aim, known
    return in_hand.summed(portfolio, key, rows, lambda path: _arrived(path, known, aim)), sql


def _arrived(path: Any, known: walk.Way, aim: str) -> Any:
    return path.agg(**{"contract": path.count(), aim: walk.reached(path, known, aim).sum().fill_null(0)})


def _counts(portfolio: Portfolio, known: walk.Way) -> Any:
    """One row: by stage the clients that reached it, those it was open to, those of them that left before it."""
    table = walk.paths(portfolio)
    measures = {"contract": table.count()}
    for stage in known.stages[1:]:
        here = walk.reached(table, known, stage)
        before = walk.reached(table, known, known.before(stage)) & walk.due(table, portfolio, stage)
        measures[stage] = here.sum().fill_null(0)
        measures[f"{stage}_open"] = before.sum().fill_null(0)
        measures[f"{stage}_of"] = (here & before).sum().fill_null(0)
        measures[f"{stage}_left"] = (before & ~here & table.lost.notnull()).sum().fill_null(0)
    return table.agg(**measures)


def _count(ask: Ask, stage: str, kind: str, value: int, sql: str | None, column: str, **scope: str) -> Reading:
    about = {"kind": kind, "by": "stage", "group": stage, **scope}
    found = one_value(sql, column) if sql else None
    return ask.reading(value, unit=Unit.COUNT, n=value, scope=about, sql=found)


def _stage(ask: Ask, known: walk.Way, stage: str, row: dict[str, Any], sql: str) -> list[Reading]:
    scope = {"by": "stage", "group": stage}
    flags = (f"{stage}_from_contracts",) if stage in known.derived else ()
    opened, of = int(row[f"{stage}_open"]), int(row[f"{stage}_of"])
    share = ask.share(
        of,
        opened,
        scope={**scope, "kind": "conversion"},
        flags=flags,
        sql=one_value(sql, f'CAST("{stage}_of" AS DOUBLE) / "{stage}_open"'),
    )
    return [
        _count(ask, stage, "entered", int(row[stage]), sql, f'"{stage}"'),
        _count(ask, stage, "left", int(row[f"{stage}_left"]), sql, f'"{stage}_left"'),
        share,
        *([] if stage == "renewal" and stage in known.derived else [_days(ask, stage, {**scope, "kind": "days"})]),
    ]


def _days(ask: Ask, stage: str, scope: dict[str, str]) -> Reading:
    spans, kinds = walk.waits(ask.portfolio, stage)
    none = Text("nobody was on the way to this stage", "на пути к этому этапу никого не было")
    if not len(spans):
        return ask.undefined(none, unit=Unit.DAYS, scope=scope)
    curve = stats.incidence(spans.tolist(), kinds.tolist())
    if curve.median is None:
        few = Text("fewer than half have reached the stage: no median", "этапа достигла меньше половины: медианы нет")
        return ask.undefined(few, unit=Unit.DAYS, scope=scope, n=len(spans))
    thin = len(spans) < ask.portfolio.policy["min_accounts"]
    return ask.reading(
        curve.median,
        unit=Unit.DAYS,
        n=len(spans),
        numerator=int(np.sum(kinds == 1)),
        denominator=len(spans),
        scope=scope,
        status="insufficient" if thin else "ok",
        reason=thin_reason() if thin else None,
    )


def _pains(ask: Ask, known: walk.Way) -> list[Reading]:
    """Tickets by theme opened on the way to each stage: the three themes with most of them."""
    portfolio = ask.portfolio
    if not portfolio.has("tickets", "theme"):
        return []
    path = walk.paths(portfolio).rename(client="account_id")
    tickets = portfolio.table("tickets").filter(_.theme.notnull(), _.account_id.notnull())
    both = tickets.join(path, tickets.account_id == path.client)
    both = both.filter(both.opened >= both.contract)
    chain = [stage for stage in known.stages[1:] if stage in walk.CHAIN]
    passed = [(walk.reached(both, known, stage) & ~(both[stage] > both.opened).fill_null(False), stage) for stage in chain]  # fmt: skip
    towards = ibis.literal("renewal")
    for done, stage in reversed(passed):
        towards = ibis.ifelse(~done, stage, towards)
    by = both.mutate(towards=towards).group_by("towards", "theme").agg(n=_.count())
    place = ibis.row_number().over(ibis.window(group_by="towards", order_by=[ibis.desc("n"), ibis.asc("theme")]))
    rows = portfolio.run(by.mutate(place=place).filter(_.place < 3).order_by("towards", "place")).to_pylist()
    order = {stage: rank for rank, stage in enumerate(walk.STAGES)}
    rows.sort(key=lambda row: (order[row["towards"]], row["place"]))
    return [_count(ask, row["theme"], "pain", int(row["n"]), None, "", by="theme", where=f"stage={row['towards']}") for row in rows]  # fmt: skip
