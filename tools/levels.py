"""Levels of the client hierarchy: holding > client (legal entity) > billing account > line, as ids of one column."""

from typing import Any

import ibis
from ibis import _

from tools.text import Text

LEVELS = {
    "holding": Text("holding", "холдинг"),
    "account": Text("client", "клиент"),
    "billing": Text("billing account", "лицевой счёт"),
    "line": Text("line", "линия"),
}
BELOW = ("billing", "line")  # levels where one client has many units
PLACED = ("subscriptions", "invoices", "usage")  # tables whose rows name a billing account or a line
SUMMED = ("seats", "monthly_charge", "total_charge", "acquisition_cost", "service_cost")


def at_level(name: str, table: Any, level: str, tables: Any) -> Any:
    """A canonical table with ``account_id`` naming the unit of the level; ``client_id`` names the client of other levels.

    ``tables`` gives the other canonical tables by name. A row that names no unit counts for its client.
    """
    if level == "account" or "account_id" not in table.columns:
        return table
    if level == "holding":
        return _holdings(table) if name == "accounts" else _under_holding(table, tables("accounts"))
    if name == "accounts":
        return _units(table, level, tables)
    return table.mutate(client_id=table.account_id, account_id=unit(table, level)) if name in PLACED else table


def unit(table: Any, level: str) -> Any:
    """The unit's id of each row: its own within its client, ``client/unit``; the client's where the row names none."""
    named = ibis.coalesce(table.line_id, table.billing_id) if level == "line" else table.billing_id
    return ibis.coalesce(table.account_id.concat("/", named), table.account_id)


def _holdings(accounts: Any) -> Any:
    """One row a holding: what its clients agree on, sums of amounts; what they differ in is unknown."""
    head = accounts.parent_id.fill_null(accounts.account_id)
    keyed = accounts.mutate(holding=head, is_head=head == accounts.account_id)
    columns = [column for column in accounts.columns if column not in ("account_id", "parent_id")]
    measures = {column: _agreed(keyed, column) for column in columns}
    grouped = keyed.group_by("holding").agg(**measures)
    named = grouped.name.fill_null(grouped.holding)
    rest = {column: grouped[column] for column in columns if column != "name"}
    return grouped.select(account_id=grouped.holding, name=named, parent_id=ibis.null("string"), **rest).select(
        *accounts.columns
    )


def _agreed(keyed: Any, column: str) -> Any:
    value = keyed[column]
    if column in SUMMED:
        return value.sum().cast(value.type())
    if column == "name":
        return value.max(where=keyed.is_head)
    if column == "churned":
        return (value.cast("int32").min() == 1).cast("boolean")
    return ibis.ifelse(value.min() == value.max(), value.min(), ibis.null(value.type()))


def _under_holding(table: Any, accounts: Any) -> Any:
    heads = accounts.select(of=accounts.account_id, head=accounts.parent_id)
    joined = table.left_join(heads, table.account_id == heads.of)
    columns = {column: joined[column] for column in table.columns if column != "account_id"}
    own = {} if "line_id" not in table.columns else {"client_id": joined.account_id}  # the legal entity that pays
    return joined.select(account_id=ibis.coalesce(joined["head"], joined.account_id), **columns, **own)


def _units(accounts: Any, level: str, tables: Any) -> Any:
    """One row a unit that any placed table names (and one a client without any), with its client's columns."""
    found = None
    for name in PLACED:
        table = tables(name)
        rows = table.filter(table.account_id.notnull()).select(client=table.account_id, unit=unit(table, level))
        found = rows if found is None else found.union(rows)
    assert found is not None
    units = found.distinct()
    joined = accounts.left_join(units, accounts.account_id == units.client)
    own = ibis.coalesce(joined.unit, joined.account_id)
    name = ibis.ifelse(own == joined.account_id, joined.name, own)
    rest = {column: joined[column] for column in accounts.columns if column not in ("account_id", "name")}
    return joined.select(account_id=own, name=name, **rest).filter(_.account_id.notnull()).select(*accounts.columns)
