"""What clients say and do for us: NPS and referrals; what departments say of themselves: culture (metrics §7)."""

from ibis import _

from tools import ledger, stats
from tools.metrics import Ask, metric, one_value
from tools.metrics.orders import on, trailing_year
from tools.reading import Reading, Rows, Status, Unit
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
    formula="100 * (promoters - detractors) / answers",
    source="metrics-7",
    needs=Text("answers from nought to ten with client and date", "ответы от нуля до десяти с клиентом и датой"),
)
def net_promoter_score(ask: Ask) -> list[Reading]:
    """-100 to 100 over the answers of twelve months, with the adjusted-Wald interval; then ``promoters``, ``detractors``.

    A zero is a detractor. Fewer than 30 answers: insufficient. 10 of 10 promoters: 100, interval [47.5, 100].
    """
    portfolio = ask.portfolio
    if portfolio.as_of is None or not portfolio.has("surveys"):
        return [ask.undefined(Text("no survey answers are given", "нет ответов на опросы"), window=None)]
    window = ask.window or trailing_year(portfolio)
    ready = Ask(portfolio, ask.metric, window)
    table = portfolio.table("surveys")
    table = table.filter((table.date >= on(window.start)) & (table.date < on(window.end)))
    good = (table.score >= 0) & (table.score <= 10)
    row, sql = portfolio.row(
        table.agg(
            promoters=(good & (table.score >= 9)).sum().fill_null(0),
            passives=(good & (table.score >= 7) & (table.score <= 8)).sum().fill_null(0),
            detractors=(good & (table.score <= 6)).sum().fill_null(0),
            odd=(~good).sum().fill_null(0),
        )
    )
    high, middle, low = int(row["promoters"]), int(row["passives"]), int(row["detractors"])
    n = high + middle + low
    if n == 0:
        return [ready.undefined(Text("nobody answered in the window", "за период никто не ответил"))]
    few = n < portfolio.policy["min_accounts"]
    status: Status = "insufficient" if few else "ok"
    why = Text("too few answers to rest a score on", "ответов слишком мало для вывода") if few else None
    every = '("promoters" + "passives" + "detractors")'
    value = ready.reading(
        100 * (high - low) / n,
        status=status,
        reason=why,
        n=n,
        ci=stats.nps_interval(high, middle, low),
        ci_method="adjusted Wald 95%",
        rows=Rows(n, {"not a score": int(row["odd"])} if row["odd"] else {}),
        sql=one_value(sql, f'100.0 * ("promoters" - "detractors") / {every}'),
    )
    parts = [
        ready.reading(int(row[kind]), unit=Unit.COUNT, n=n, scope={"kind": kind}, sql=one_value(sql, f'"{kind}"'))
        for kind in ("promoters", "detractors")
    ]
    return [value, *parts]


@metric(
    "referrals",
    name=Text("Referrals", "Рекомендации"),
    meaning=Text(
        "Share of active clients that recommended us within a year.",
        "Доля действующих клиентов, которые рекомендовали нас за год.",
    ),
    unit=Unit.RATIO,
    better="higher",
    formula="accounts with a referral in twelve months / active accounts",
    source="metrics-7",
    needs=Text("who recommended us, when, and what came of it", "кто нас рекомендовал, когда и с каким итогом"),
)
def referrals(ask: Ask) -> list[Reading]:
    """Fraction 0 to 1; then counts ``leads`` and ``won``. 12 referrers of 200 active give 0.06."""
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
        )
    )
    head = ready.share(int(row["referrers"]), active, census=True)
    parts = [
        ready.reading(int(row[kind]), unit=Unit.COUNT, n=active, scope={"kind": kind}, sql=one_value(sql, f'"{kind}"'))
        for kind in ("leads", "won")
    ]
    return [head, *parts]


DEPARTMENTS = {
    "product": Text("Product", "Продукт"),
    "marketing": Text("Marketing", "Маркетинг"),
    "support": Text("Support and customer success", "Поддержка и сопровождение"),
    "sales": Text("Sales", "Продажи"),
}


@metric(
    "culture",
    name=Text("Value culture", "Культура ценности"),
    meaning=Text(
        "How far the departments work by the client's value, by their own answers.",
        "Насколько отделы работают от ценности для клиента — по их собственным ответам.",
    ),
    unit=Unit.SCORE,
    better="higher",
    formula="mean of the answers (nought to four) / 4 * 100 per department; the company is their mean",
    source="metrics-7",
    needs=Text(
        "the questionnaire: four departments, five statements each", "анкета: четыре отдела, по пять утверждений"
    ),
)
def value_culture(ask: Ask) -> list[Reading]:
    """0-100 for the company, then each department (``scope.group``). A self-assessment.

    3 2 4 3 2 gives 70. A department whose answers differ by more than two is flagged ``scores_diverge``.
    """
    portfolio = ask.portfolio
    if not portfolio.has("culture"):
        return [ask.undefined(Text("nobody has answered the questionnaire", "на анкету никто не ответил"), window=None)]
    table = portfolio.table("culture")
    table = table.filter(table.department.isin(list(DEPARTMENTS)))
    by = table.group_by("department").agg(
        score=table.score.cast("float64").mean() / 4 * 100,
        spread=table.score.max() - table.score.min(),
        n=table.count(),
    )
    sql = portfolio.sql(by.order_by("department"))
    rows = {row["department"]: row for row in portfolio.query(sql).to_pylist()}
    known = [rows[key] for key in DEPARTMENTS if key in rows]
    missing = len(known) < len(DEPARTMENTS)
    reason = Text("not every department has answered", "ответили не все отделы") if missing else None
    status: Status = "partial" if missing else "ok"
    if not known:
        return [ask.undefined(Text("no known department answered", "нет ответов ни одного из отделов"), window=None)]
    company = ask.reading(
        sum(row["score"] for row in known) / len(known),
        status=status,
        reason=reason,
        n=len(known),
        grade="stated",
        window=None,
        sql=one_value(sql, 'AVG("score")'),
    )
    readings = [company]
    for row in known:
        flags = ("scores_diverge",) if row["spread"] > 2 else ()
        readings.append(
            ask.reading(
                row["score"],
                n=int(row["n"]),
                grade="stated",
                flags=flags,
                window=None,
                scope={"by": "department", "group": row["department"]},
                sql=one_value(sql, '"score"', f"\"department\" = '{row['department']}'"),
            )
        )
    return readings
