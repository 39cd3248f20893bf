"""What people state beside the data: answers laid over the tables and the policy, so that every figure counts them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tools.audit.culture import answered
from tools.errors import BadData
from tools.policy import DEFAULTS, Policy
from tools.portfolio import Portfolio
from tools.schema import arrow_schema
from tools.text import Text

WRONG_MARGIN = Text(
    "margin: “{given}” does not fit: the gross margin is a share above nought and not above one.",
    "margin: «{given}» не подходит: валовая маржа — доля больше нуля и не больше единицы.",
)
WRONG_TARGET = Text(
    "ttv_target: “{given}” does not fit: expected a positive number of days.",
    "ttv_target: «{given}» не подходит: нужно положительное число дней.",
)
WRONG_PROMISES = Text(
    "promises: “{given}” does not fit: expected, by plan, goal, base and target, and if known current and value.",
    "promises: «{given}» не подходит: по каждому тарифу нужны goal, base и target и, если известно, current и value.",
)
FIGURES = ("base", "target", "current", "value")


def applied(portfolio: Portfolio, answers: Mapping[str, Any]) -> Portfolio:
    """The portfolio with what is stated: levels of culture, promises to plans, a gross margin, a time to value aimed at.

    A client's own margin is never written over, nor a target that the policy of the call sets; a promise of a plan that
    the data hold stands. Raises `BadData` for an answer that does not fit. The same portfolio where nothing is stated.
    """
    found = answered(portfolio, answers)
    tables: dict[str, pa.Table] = {}
    if (margin := answers.get("margin")) is not None:
        if not _number(margin) or not 0 < margin <= 1:
            raise BadData(WRONG_MARGIN.fill(given=margin))
        tables["accounts"] = _with_margin(portfolio, float(margin))
    if promises := answers.get("promises"):
        tables["value_goals"] = _with_promises(portfolio, promises)
    policy = _policy(portfolio.policy, answers.get("ttv_target"))
    if found is portfolio and not tables and policy is portfolio.policy:
        return portfolio
    kept = {key: value for key, value in answers.items() if key in ("culture", "margin", "promises", "ttv_target")}
    return replace(found, overlay={**found.overlay, **tables}, policy=policy, stated=kept, memo={})


def _with_margin(portfolio: Portfolio, margin: float) -> pa.Table:
    table = portfolio.query('SELECT * FROM "accounts"')
    filled = pc.fill_null(table["margin"].cast(pa.float64()), margin)
    return table.set_column(table.schema.get_field_index("margin"), "margin", filled)


def _with_promises(portfolio: Portfolio, promises: Any) -> pa.Table:
    if not isinstance(promises, Mapping):
        raise BadData(WRONG_PROMISES.fill(given=promises))
    table = portfolio.query('SELECT * FROM "value_goals"')
    known = {(row["plan"], row["goal"]) for row in table.select(["plan", "goal"]).to_pylist()}
    rows = []
    for plan, said in promises.items():
        if not isinstance(said, Mapping) or not said.get("goal") or not _fits(said):
            raise BadData(WRONG_PROMISES.fill(given=f"{plan}: {said}"))
        if (plan, said["goal"]) not in known:
            rows.append(
                {"plan": plan, "grade": "stated", "goal": said["goal"], **{key: said.get(key) for key in FIGURES}}
            )
    schema = arrow_schema("value_goals").remove_metadata()
    columns = [_column([row.get(field.name) for row in rows], field.type) for field in schema]
    return pa.concat_tables([table.select(schema.names).cast(schema), pa.table(columns, schema=schema)])


def _column(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_decimal(kind):
        return pa.array([None if value is None else str(value) for value in values], pa.string()).cast(kind)
    return pa.array(
        [float(value) if pa.types.is_floating(kind) and value is not None else value for value in values], kind
    )


def _fits(said: Mapping[str, Any]) -> bool:
    given = {key: said.get(key) for key in FIGURES}
    plain = all(value is None or _number(value) for value in given.values())
    return plain and given["base"] is not None and given["target"] is not None and (given["value"] or 1) > 0


def _policy(policy: Policy, days: Any) -> Policy:
    if days is None or policy["target_ttv"] != DEFAULTS["target_ttv"]:
        return policy
    if not _number(days) or days <= 0:
        raise BadData(WRONG_TARGET.fill(given=days))
    return Policy({**policy.values, "target_ttv": float(days)}, policy.name)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
