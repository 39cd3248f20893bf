"""What clients say and do for us: NPS and referrals (metrics §7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from ibis import _

from tools import ledger, stats, surveys
from tools.fields import account_reading
from tools.metrics import Ask, metric, one_value
from tools.metrics.health import paying
from tools.metrics.orders import on, trailing_year
from tools.portfolio import Portfolio
from tools.reading import Number, Reading, Rows, Status, Unit, Window
from tools.text import Text


@metric(
    "nps",
    name=Text("Net promoter score (NPS)", "Индекс рекомендаций (NPS)"),
    meaning=Text(
        "Promoters (nine and ten) minus detractors (zero to six), per hundred answers.",
        "Промоутеры (девять и десять) минус критики (от нуля до шести) на сто ответов.",
    ),
    unit=Unit.NPS,
    better="higher",
    formula=Text("100 * (promoters - detractors) / answers", "100 * (промоутеры - критики) / ответы"),
    source="metrics-7",
    needs=Text("answers from nought to ten with client and date", "ответы от нуля до десяти с клиентом и датой"),
)
def net_promoter_score(ask: Ask) -> list[Reading]:
    """-100 to 100 over the answers of twelve months; then ``promoters``, ``detractors`` and four more kinds.

    The interval is the adjusted Wald one; where a client answered more than once, a bootstrap of clients. Kinds
    ``account_weighted`` (mean of the clients' own scores), ``response_rate`` (of clients in force) and ``change``
    (against the window before). A zero is a detractor. Fewer than 30 answers: insufficient. 10 of 10 promoters: 100,
    interval [47.5, 100].
    """
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("surveys"):
        return [ask.undefined(Text("no survey answers are given", "нет ответов на опросы"), window=None)]
    window = ask.window or trailing_year(portfolio)
    ready = Ask(portfolio, ask.metric, window)
    row, sql = portfolio.row_of(("answers", window), lambda: surveys.counted(portfolio, window))
    high, middle, low = int(row["promoters"]), int(row["passives"]), int(row["detractors"])
    n = high + middle + low
    if n == 0:
        return [ready.undefined(Text("nobody answered in the window", "за период никто не ответил"))]
    few = n < portfolio.policy["min_accounts"]
    status: Status = "insufficient" if few else "ok"
    why = Text("too few answers to rest a score on", "ответов слишком мало для вывода") if few else None
    every = '("promoters" + "passives" + "detractors")'
    interval, method = _interval(portfolio, window, (high, middle, low))
    value = ready.reading(
        100 * (high - low) / n,
        status=status,
        reason=why,
        n=n,
        ci=interval,
        ci_method=method,
        rows=Rows(n, {"not a score": int(row["odd"])} if row["odd"] else {}),
        sql=one_value(sql, f'100.0 * ("promoters" - "detractors") / {every}'),
    )
    if ask.head:
        return [value]
    parts = [
        ready.reading(int(row[kind]), unit=Unit.COUNT, n=n, scope={"kind": kind}, sql=one_value(sql, f'"{kind}"'))
        for kind in ("promoters", "detractors")
    ]
    return [value, *parts, *_by_account(ready, surveys.scored(portfolio, window)), _change(ready, (high, middle, low))]


def _interval(portfolio: Portfolio, window: Window, counts: tuple[int, int, int]) -> tuple[tuple[float, float], str]:
    """Adjusted Wald where each client answered once; a bootstrap of clients where one answered several times."""
    plain = stats.nps_interval(*counts), "adjusted Wald 95%"
    found = portfolio.asked(("points", window), lambda: surveys.points_by_account(portfolio, window))
    sizes = found["n"].to_pylist()
    if not sizes or max(sizes) == 1:
        return plain
    (low, high), method = stats.ratio_interval(found["points"].to_pylist(), sizes)
    return plain if high <= low else ((max(-100.0, low), min(100.0, high)), f"{method}, clustered by client")


def _by_account(ask: Ask, answers: Any) -> list[Reading]:
    """The mean of the clients' own scores (``account_weighted``), and the share of clients in force that answered."""
    portfolio = ask.portfolio
    by = answers.filter(_.account_id.notnull()).group_by("account_id").agg(points=surveys.points(_.score).mean())
    row, sql = portfolio.row(by.agg(points=_.points.mean(), n=_.count()))
    n, base = int(row["n"] or 0), set(paying(portfolio))
    if not n:
        return []
    few = n < portfolio.policy["min_accounts"]
    weighted = ask.reading(
        row["points"],
        n=n,
        scope={"kind": "account_weighted"},
        status="insufficient" if few else "ok",
        reason=FEW_ANSWERS if few else None,
        sql=one_value(sql, '"points"'),
    )
    answered = sum(1 for account in portfolio.run(by.select("account_id")).column(0).to_pylist() if account in base)
    rate = ask.share(answered, len(base), census=True, unit=Unit.RATIO, scope={"kind": "response_rate"})
    return [weighted, rate]


def _change(ask: Ask, now: tuple[int, int, int]) -> Reading:
    """Points against the window of the same length before; not stated where the interval holds zero."""
    assert ask.window is not None
    scope = {"kind": "change"}
    before = Window(ask.window.start - (ask.window.end - ask.window.start), ask.window.start)
    table = ask.portfolio.table("surveys")
    table = table.filter((table.date >= on(before.start)) & (table.date < on(before.end)), table.score.between(0, 10))
    row, _sql = ask.portfolio.row(
        table.agg(high=(table.score >= 9).sum(), low=(table.score <= 6).sum(), n=table.count())
    )
    n = int(row["n"])
    if not n:
        return ask.undefined(Text("nobody answered in the window before", "в прошлом периоде никто не ответил"), scope=scope)  # fmt: skip
    high, low = int(row["high"] or 0), int(row["low"] or 0)
    found = nps_change((high, n - high - low, low), now)
    few = min(n, sum(now)) < ask.portfolio.policy["min_accounts"]
    reason = FEW_ANSWERS if few else None if found.proven else NOT_PROVEN
    return ask.reading(
        found.difference,
        n=sum(now),
        ci=found.interval,
        ci_method="difference of two scores, Wald 95%",
        scope=scope,
        status="ok" if reason is None else "insufficient",
        reason=reason,
    )


FEW_ANSWERS = Text("too few answers to rest a score on", "ответов слишком мало для вывода")
NOT_PROVEN = Text("the change is not proven: its interval holds zero", "изменение не доказано: интервал включает ноль")


@dataclass(frozen=True, slots=True)
class Change:
    """Points of NPS gained from the first count to the second, its z and 95 % interval."""

    difference: float
    z: float
    interval: tuple[float, float]

    @property
    def proven(self) -> bool:
        """True where the interval leaves zero out."""
        return self.interval[0] > 0 or self.interval[1] < 0


def nps_change(before: tuple[int, int, int], after: tuple[int, int, int]) -> Change:
    """The change between two counts of promoters, passives and detractors (metrics §7), in points of NPS.

    From 50/30/20 to 40/30/30: -20 points, z -1.75, interval [-42.3, 2.3]: not proven. Both counts must hold answers;
    two unanimous ones have no spread of their own, so the adjusted counts of §7 give it.
    """
    first, second = _moments(before), _moments(after)
    spread = 100 * sqrt(first[1] + second[1])
    if spread == 0:
        spread = 100 * sqrt(_moments(before, extra=0.75)[1] + _moments(after, extra=0.75)[1])
    difference = 100 * (second[0] - first[0])
    return Change(difference, difference / spread, (difference - stats.Z * spread, difference + stats.Z * spread))


def _moments(counts: tuple[int, int, int], *, extra: float = 0.0) -> tuple[float, float]:
    n = sum(counts) + 4 * extra
    high, low = (counts[0] + extra) / n, (counts[2] + extra) / n
    return high - low, (high + low - (high - low) ** 2) / n


def employee_nps(answers: Mapping[str, Sequence[int]], *, min_answers: int) -> dict[str, float | None]:
    """eNPS by department, -100 to 100; None where fewer answered than keeps them anonymous (metrics §7: seven).

    Seven answers of 10 10 9 8 8 6 0 give 14.3; of six, nothing is shown.
    """
    found: dict[str, float | None] = {}
    for department, scores in sorted(answers.items()):
        good = [score for score in scores if 0 <= score <= 10]
        points = sum(100 if score >= 9 else -100 if score <= 6 else 0 for score in good)
        found[department] = points / len(good) if len(good) >= max(1, min_answers) else None
    return found


@metric(
    "referrals",
    name=Text("Referrals", "Рекомендации"),
    meaning=Text(
        "Share of active clients that recommended us within a year.",
        "Доля действующих клиентов, которые рекомендовали нас за год.",
    ),
    unit=Unit.RATIO,
    better="higher",
    formula=Text(
        "accounts with a referral in twelve months / active accounts",
        "клиенты с рекомендацией за двенадцать месяцев / действующие клиенты",
    ),
    source="metrics-7",
    needs=Text("who recommended us, when, and what came of it", "кто нас рекомендовал, когда и с каким итогом"),
)
def referrals(ask: Ask) -> list[Reading]:
    """Share of active clients, 0 to 1; then ``leads``, ``won``, ``conversion``, ``referred_share`` and ``k``.

    200 active, 12 referrers, 20 leads, 8 won, 40 new clients: 0.06, 0.40, 0.20 and 0.04 times. New clients of unknown
    origin stay in the denominator.
    """
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("referrals"):
        return [ask.undefined(Text("no referrals are recorded", "рекомендации не записаны"), window=None)]
    window = ask.window or trailing_year(portfolio)
    ready = Ask(portfolio, ask.metric, window)
    table = portfolio.table("referrals")
    table = table.filter((table.date >= on(window.start)) & (table.date < on(window.end)))
    accounts = portfolio.table("accounts").select(active=_.account_id)
    if ledger.no_ledger(portfolio) is None:
        accounts = ledger.state(portfolio, [ledger.last_month(portfolio).closing]).select(active=_.account_id)
    active = int(portfolio.run(accounts.agg(n=_.count())).column(0)[0].as_py())
    known = table.left_join(accounts, table.account_id == accounts.active)
    row, sql = portfolio.row(
        known.agg(
            referrers=known.account_id.nunique(where=known.active.notnull()),
            leads=known.count(),
            won=(known.status == "won").sum().fill_null(0),
            nameless=((known.status == "won") & known.referred_id.isnull()).sum().fill_null(0),
        )
    )
    head = ready.share(int(row["referrers"]), active, census=True)
    parts = [
        ready.reading(int(row[kind]), unit=Unit.COUNT, n=active, scope={"kind": kind}, sql=one_value(sql, f'"{kind}"'))
        for kind in ("leads", "won")
    ]
    return [head, *parts, *_outcomes(ready, row, sql, active)]


def _outcomes(ask: Ask, row: Mapping[str, Any], sql: str, active: int) -> list[Reading]:
    """Leads that became clients (``conversion``), share of new clients (``referred_share``), clients won a client (``k``)."""
    won, leads = int(row["won"]), int(row["leads"])
    ratio = one_value(sql, 'CAST("won" AS DOUBLE) / "leads"')
    conversion = ask.share(won, leads, scope={"kind": "conversion"}, sql=ratio if leads else None)
    new = _new_clients(ask)
    flags = ("referred_client_unknown",) if row["nameless"] else ()
    scope = {"kind": "referred_share"}
    if new is None:
        unknown = Text("the first payments of clients are not dated", "первые платежи клиентов не датированы")
        share = ask.undefined(unknown, scope=scope)
    elif won > new:
        more = Text("more clients won by referral than new clients in the data", "приведённых клиентов больше, чем новых в данных")  # fmt: skip
        share = ask.undefined(more, scope=scope, n=new)
    else:
        share = ask.share(won, new, scope=scope, flags=flags)
    if not active:
        return [conversion, share]
    k = ask.reading(won / active, unit=Unit.TIMES, n=active, numerator=won, denominator=active, scope={"kind": "k"})
    return [conversion, share, k]


def _new_clients(ask: Ask) -> int | None:
    """Clients whose first payment falls in the window, whatever brought them; None without a ledger."""
    portfolio, window = ask.portfolio, ask.window
    if window is None or ledger.no_ledger(portfolio) is not None:
        return None
    if ledger.convention(portfolio) == ledger.CONTRACT:
        firsts = ledger.priced(portfolio).group_by("account_id").agg(first=_.start_date.min())
    else:
        lines = portfolio.table("invoices").filter(_.account_id.notnull(), _.amount > 0)
        firsts = lines.group_by("account_id").agg(first=_.date.min())
    inside = firsts.filter((firsts.first >= on(window.start)) & (firsts.first < on(window.end)))
    return int(portfolio.run(inside.agg(n=_.count())).column(0)[0].as_py())


@account_reading("referrals", name=Text("Recommendations in a year", "Рекомендаций за год"), unit=Unit.COUNT)
def account_referrals(portfolio: Portfolio) -> dict[str, Number]:
    """Recommendations of twelve months by account; the other accounts have none (0), where referrals are kept at all."""
    if portfolio.as_of is None or not portfolio.has("referrals"):
        return {}
    since = on(trailing_year(portfolio).start)
    table = portfolio.table("referrals").filter(_.date >= since, _.account_id.notnull())
    found = portfolio.run(table.group_by("account_id").agg(n=_.count()))
    counted = dict(zip(found["account_id"].to_pylist(), found["n"].to_pylist(), strict=True))
    return {account: int(counted.get(account, 0)) for account in portfolio.names}
