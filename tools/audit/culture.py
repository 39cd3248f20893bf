"""Step 6: does the company live by value."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from tools.audit import Draft, audit_step
from tools.document import Chart, Step
from tools.metrics.culture import DEPARTMENTS, WHOLE
from tools.portfolio import Portfolio
from tools.reading import Reading
from tools.schema import arrow_schema
from tools.text import Text

STATEMENTS: Mapping[str, tuple[Text, ...]] = {
    "product": (
        Text("owns a target for time to value", "отвечает за цель по времени до первой пользы"),
        Text("tracks the adoption of key features", "следит за использованием ключевых функций"),
        Text(
            "names a client-value metric in every roadmap item",
            "указывает метрику ценности в каждом пункте плана развития",
        ),
        Text("finds what was sold and is not used", "находит проданное, но не используемое"),
        Text("reviews value events of clients", "разбирает события ценности у клиентов"),
    ),
    "marketing": (
        Text("segments by value, not by size", "делит клиентов по ценности, а не по размеру"),
        Text("sends value reports to clients", "отправляет клиентам отчёты о ценности"),
        Text("runs predictive campaigns with control groups", "ведёт прогнозные кампании с контрольной группой"),
        Text("runs a referral or advocate programme", "ведёт программу рекомендаций"),
        Text("matches messages with the value realised", "пишет о той пользе, которая получена"),
    ),
    "support": (
        Text("acts on the health score before the client writes", "действует по индексу здоровья до обращения клиента"),
        Text(
            "counts a problem solved when value is unblocked", "считает проблему решённой, когда польза снова доступна"
        ),
        Text("keeps a success plan with targets per client", "ведёт план успеха с целями по каждому клиенту"),
        Text("reviews the risk of every renewal", "разбирает риск каждого продления"),
        Text("feeds reasons of loss to product", "передаёт причины уходов продукту"),
    ),
    "sales": (
        Text("records the promised value at signing", "записывает обещанную ценность при подписании"),
        Text("hands the client over to customer success", "передаёт клиента сопровождению"),
        Text("expands on evidence of benefit", "расширяет договор, опираясь на доказанную пользу"),
        Text("is paid on retention", "получает премию и за удержание"),
        Text("does not sell outside the ideal profile", "не продаёт тем, кому продукт не подходит"),
    ),
}


def questionnaire() -> list[tuple[str, Text, list[Text]]]:
    """Department key, its name and its five statements, in order; each is scored nought to four."""
    return [(key, DEPARTMENTS[key], list(statements)) for key, statements in STATEMENTS.items()]


def answered(portfolio: Portfolio, answers: Mapping[str, Any]) -> Portfolio:
    """The portfolio with the questionnaire's answers as its culture table, where any are given."""
    given = answers.get("culture")
    if not given:
        return portfolio
    rows = [
        {"department": department, "statement": place, "score": int(score)}
        for department, marks in given.items()
        for place, score in _placed(marks)
    ]
    schema = arrow_schema("culture")
    columns = {field.name: pa.array([row.get(field.name) for row in rows], type=field.type) for field in schema}
    return replace(portfolio, overlay={**portfolio.overlay, "culture": pa.table(columns)}, memo={})


def _placed(marks: Any) -> list[tuple[int, Any]]:
    """Answers by statement; a single level is one for the department as a whole."""
    each = list(marks) if isinstance(marks, list | tuple) else [marks]
    return [(WHOLE, each[0])] if len(each) == 1 else list(enumerate(each, start=1))


@audit_step(
    "culture",
    order=6,
    title=Text("Culture of value", "Культура ценности"),
    question=Text("Does the company live by value?", "Живёт ли компания ценностью для клиента?"),
    meaning=Text(
        "how far product, marketing, support and sales work by the value for the client, by their own answers, and which department is the weakest link",
        "насколько продукт, маркетинг, поддержка и продажи живут ценностью для клиента по их собственным ответам и какой отдел — слабое звено",
    ),
    stage=5,
    codes=("weakest_department", "culture_not_answered", "scores_diverge"),
)
def culture_step(draft: Draft) -> Step:
    """Maturity by department from the questionnaire, the weakest link, answers that diverge."""
    draft.portfolio = answered(draft.portfolio, draft.answers)
    company = draft.read("culture")
    if company.value is None:
        claim = draft.claim(
            "not_answered",
            "The culture questionnaire has not been answered; {departments} departments are asked.",
            "На анкету о культуре никто не ответил; её задают отделам: {departments}.",
            departments=draft.count("departments", len(DEPARTMENTS)),
        )
        draft.find("culture_not_answered", "info", claim)
        return draft.step("skipped", company.reason)
    told(draft, [item for item in draft.readings.values() if item.key == "culture"])
    return draft.step()


def told(draft: Draft, readings: Sequence[Reading]) -> None:
    """What the answers say: the company, then its departments, the weakest of them and those that answer apart."""
    for item in readings:
        draft.keep(item)
    parts = [item for item in readings if item.scope.get("by") == "department"]
    short = any("short_form" in item.flags for item in parts)
    draft.say(
        "company",
        "By the departments' own answers, the culture score is {score}"
        + ("; by the short form, a level for each department as a whole." if short else "."),
        "По ответам самих отделов индекс культуры — {score}"
        + ("; по краткой форме: уровень для каждого отдела в целом." if short else "."),
        score=readings[0],
    )
    labels = tuple(DEPARTMENTS[item.scope["group"]] for item in parts)
    draft.charts.append(Chart("bar", Text("Culture by department", "Культура по отделам"), labels, tuple(parts)))
    weakest = min(parts, key=lambda item: (float(item.value or 0), item.scope["group"]))
    target = draft.portfolio.policy.target("culture")
    if target is not None and float(weakest.value or 0) < target:
        claim = draft.claim(
            "weakest",
            "The weakest link is {department}, {score}.",
            "Слабое звено — {department}, {score}.",
            department=DEPARTMENTS[weakest.scope["group"]],
            score=weakest,
        )
        draft.find("weakest_department", "warning", claim)
    apart = [item for item in parts if "scores_diverge" in item.flags]
    if apart:
        claim = draft.claim(
            "diverge",
            "Answers inside a department differ widely: {department}, {score}.",
            "Внутри отдела оценки расходятся: {department}, {score}.",
            department=DEPARTMENTS[apart[0].scope["group"]],
            score=apart[0],
        )
        draft.find("scores_diverge", "info", claim)
