"""What departments say of themselves: the culture of value (metrics §7)."""

from typing import Any

import ibis
from ibis import _

from tools.metrics import Ask, metric, one_value
from tools.reading import Reading, Status, Unit
from tools.text import Text

DEPARTMENTS = {
    "product": Text("Product", "Продукт"),
    "marketing": Text("Marketing", "Маркетинг"),
    "support": Text("Support and customer success", "Поддержка и сопровождение"),
    "sales": Text("Sales", "Продажи"),
}
PROVEN = 3  # from this answer on, a document must prove it
WHOLE = 0  # in place of a statement: the level of the department as a whole, the short form
UNPROVEN = 2  # what such an answer is worth without one


@metric(
    "culture",
    name=Text("Value culture", "Культура ценности"),
    meaning=Text(
        "How far the departments work by the client's value, by their own answers.",
        "Насколько отделы работают от ценности для клиента — по их собственным ответам.",
    ),
    unit=Unit.SCORE,
    better="higher",
    formula=Text(
        "mean of the answers (nought to four) / 4 * 100 per department; the company is their mean",
        "среднее ответов (от 0 до 4) / 4 * 100 по отделу; компания — среднее отделов",
    ),
    source="metrics-7",
    needs=Text(
        "the questionnaire: four departments, five statements each", "анкета: четыре отдела, по пять утверждений"
    ),
)
def value_culture(ask: Ask) -> list[Reading]:
    """0-100 for the company, then each department (``scope.group``), the ``weakest`` and the score ``with_artefacts``.

    A self-assessment. 3 2 4 3 2 gives 70. A department whose answers differ by more than two is flagged
    ``scores_diverge``, one with a 3 or 4 that nothing proves ``no_artefact``; ``with_artefacts`` counts such answers
    as 2. A level for the department as a whole is flagged ``short_form``. Fewer than five respondents are flagged
    ``few_respondents``: no comparison in time rests on them.
    """
    portfolio = ask.portfolio
    if not portfolio.has("culture"):
        return [ask.undefined(Text("nobody has answered the questionnaire", "на анкету никто не ответил"), window=None)]
    by = _departments(ask).order_by("department")
    sql = portfolio.sql(by)
    rows = {row["department"]: row for row in portfolio.run(by).to_pylist()}
    known = [rows[key] for key in DEPARTMENTS if key in rows]
    missing = len(known) < len(DEPARTMENTS)
    reason = Text("not every department has answered", "ответили не все отделы") if missing else None
    status: Status = "partial" if missing else "ok"
    if not known:
        return [ask.undefined(Text("no known department answered", "нет ответов ни одного из отделов"), window=None)]
    common: dict[str, Any] = {"status": status, "reason": reason, "n": len(known), "grade": "stated", "window": None}
    few = max(int(row["respondents"]) for row in known) < portfolio.policy["culture_min_respondents"]
    marks = ("few_respondents",) if few else ()
    mean = sum(row["score"] for row in known) / len(known)
    company = ask.reading(mean, flags=marks, sql=one_value(sql, 'AVG("score")'), **common)
    return [company, *(_department(ask, row, sql, few=few) for row in known), *_company(ask, known, sql, common)]


def _departments(ask: Ask) -> Any:
    """Table ``department, score, proven, spread, n, respondents, bare`` of the known departments that answered."""
    table = ask.portfolio.table("culture").filter(_.score >= 0, _.score <= 4)
    table = table.filter(table.department.isin(list(DEPARTMENTS)))
    bare = (table.score >= PROVEN) & (table.artefact.fill_null("").strip() == "")
    counted = ibis.ifelse(bare, UNPROVEN, table.score)
    return table.group_by("department").agg(
        score=table.score.cast("float64").mean() / 4 * 100,
        proven=counted.cast("float64").mean() / 4 * 100,
        spread=table.score.max() - table.score.min(),
        n=table.count(),
        short=(table.statement == WHOLE).any(),
        respondents=(table.count() / table.statement.nunique().nullif(0)).floor(),
        bare=bare.sum(),
    )


def _department(ask: Ask, row: dict[str, Any], sql: str, *, few: bool) -> Reading:
    policy = ask.portfolio.policy
    tests = {
        "scores_diverge": row["spread"] > policy["culture_max_spread"],
        "no_artefact": row["bare"] > 0,
        "few_respondents": few,
        "short_form": bool(row["short"]),
    }
    return ask.reading(
        row["score"],
        n=int(row["n"]),
        grade="stated",
        flags=tuple(flag for flag, holds in tests.items() if holds),
        window=None,
        scope={"by": "department", "group": row["department"]},
        sql=one_value(sql, '"score"', f"\"department\" = '{row['department']}'"),
    )


def _company(ask: Ask, known: list[dict[str, Any]], sql: str, common: dict[str, Any]) -> list[Reading]:
    """The weakest department, and the company with every unproven 3 or 4 counted as 2."""
    weak = min(known, key=lambda row: row["score"])
    scope = {"kind": "weakest", "where": f"department={weak['department']}"}
    proven = sum(row["proven"] for row in known) / len(known)
    return [
        ask.reading(weak["score"], scope=scope, sql=one_value(sql, 'MIN("score")'), **common),
        ask.reading(proven, scope={"kind": "with_artefacts"}, sql=one_value(sql, 'AVG("proven")'), **common),
    ]
