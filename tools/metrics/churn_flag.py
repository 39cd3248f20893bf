"""Who left by the source's own flag, and its other answers to the same question."""

from typing import Any

from tools.metrics import Ask, metric, one_value
from tools.reading import Reading, Rows, Unit
from tools.text import Text

ANSWERS = {
    "account_flag": Text("clients flagged as left", "клиенты с признаком ухода"),
    "churn_event": Text("clients with a churn event", "клиенты с событием ухода"),
    "flagged_subscription": Text("clients with a cancelled subscription", "клиенты с отменённой подпиской"),
    "no_open_subscription": Text("clients without an open subscription", "клиенты без действующей подписки"),
}


def churn_answers(ask: Ask) -> list[Reading]:
    """Count of accounts that left, by each answer the data can give (``scope.kind``); never averaged."""
    portfolio = ask.portfolio
    accounts, subscriptions = portfolio.table("accounts"), portfolio.table("subscriptions")
    found: dict[str, Any] = {}
    if portfolio.has("accounts", "churned"):
        found["account_flag"] = accounts.filter(accounts.churned).account_id.nunique()
    if portfolio.has("churn_events"):
        found["churn_event"] = portfolio.table("churn_events").account_id.nunique()
    if portfolio.has("subscriptions", "churned"):
        found["flagged_subscription"] = subscriptions.filter(subscriptions.churned).account_id.nunique()
    if portfolio.has("subscriptions") and portfolio.as_of is not None:
        import ibis

        day = ibis.date(portfolio.as_of.year, portfolio.as_of.month, portfolio.as_of.day)
        live = subscriptions.filter(subscriptions.end_date.isnull() | (subscriptions.end_date > day))
        gone = subscriptions.filter(subscriptions.account_id.notnull())
        gone = gone.filter(~gone.account_id.isin(live.filter(live.account_id.notnull()).account_id))
        found["no_open_subscription"] = gone.account_id.nunique()
    total = portfolio.rows("accounts")
    readings = []
    for kind, measure in found.items():
        row, sql = portfolio.row(measure.name("value").as_table())
        value = int(row["value"])
        readings.append(
            ask.reading(
                value,
                unit=Unit.COUNT,
                n=total,
                numerator=value,
                denominator=total,
                scope={"kind": kind},
                sql=sql,
                window=None,
            )
        )
    return readings


@metric(
    "churn_share",
    name=Text("Share of clients who left", "Доля ушедших клиентов"),
    meaning=Text(
        "Clients the source marks as left, of all it lists; says nothing about when.",
        "Клиенты с признаком ухода среди всех в источнике; о времени ухода ничего не говорит.",
    ),
    unit=Unit.RATIO,
    better="lower",
    formula=Text(
        "accounts flagged as left / accounts with the flag known",
        "клиенты с признаком ухода / клиенты, у которых признак известен",
    ),
    source="metrics-8",
    needs=Text("a flag of leaving per client", "признак ухода по каждому клиенту"),
)
def churn_share(ask: Ask) -> list[Reading]:
    """Fraction of the listed accounts flagged as left, 0 to 1, without a window; then each other answer, as a count."""
    portfolio = ask.portfolio
    ready = Ask(portfolio, ask.metric, None, "account_flag")
    if not portfolio.has("accounts", "churned"):
        reason = Text("no column says which clients left", "ни один столбец не говорит, кто ушёл")
        return [ready.undefined(reason), *([] if ask.head else churn_answers(ready))]
    accounts = portfolio.table("accounts")
    measures = {"n": accounts.churned.notnull().sum(), "lost": accounts.churned.fill_null(False).sum()}
    row, sql = portfolio.row(accounts.agg(**measures))
    n, lost = int(row["n"]), int(row["lost"])
    unknown = portfolio.rows("accounts") - n
    left = {"flag unknown": unknown} if unknown else {}
    value = ready.share(lost, n, census=True, rows=Rows(n, left), sql=one_value(sql, 'CAST("lost" AS DOUBLE) / "n"'))
    return [value] if ask.head else [value, *churn_answers(ready)]
