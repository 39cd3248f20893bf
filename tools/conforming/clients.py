"""Clients across tables: the client behind a subscription, names matched to codes, a table of clients where none is."""

from collections.abc import Mapping, Sequence
from typing import Any

from tools.conforming.piece import Piece
from tools.conforming.remarks import Notes
from tools.schema import arrow_schema

NO_CLIENT = ("accounts", "culture", "value_goals")


def join_subscriptions(pieces: Sequence[Piece], notes: Notes) -> None:
    """Give rows that name a subscription only the client of that subscription."""
    import pyarrow as pa
    import pyarrow.compute as pc

    known: dict[str, str] = {}
    for piece in pieces:
        if piece.name == "subscriptions":
            pairs = zip(piece.data["subscription_id"].to_pylist(), piece.data["account_id"].to_pylist(), strict=True)
            known.update({key: account for key, account in pairs if key and account and key not in known})
    for piece in pieces:
        if piece.key is None:
            continue
        encoded = _encoded(piece.key)
        owners = [known.get(key) for key in encoded.dictionary.to_pylist()]
        accounts = pa.array(owners, pa.string()).take(encoded.indices)
        place = piece.data.schema.get_field_index("account_id")
        piece.data = piece.data.set_column(place, "account_id", accounts)
        piece.how["account_id"] = "by the subscription"
        lost = pc.sum(pc.and_(pc.is_valid(piece.key), pc.is_null(accounts))).as_py() or 0
        if lost:
            notes.add("subscription_unknown", where=piece.raw.file, rows=lost)


def match_names(pieces: Sequence[Piece], notes: Notes) -> None:
    """Where a table knows clients by name, ИНН or CRM code, and the table of clients has those, use its account_id."""
    import pyarrow as pa

    registers = [piece.data for piece in pieces if piece.name == "accounts"]
    if not registers:
        return
    register = pa.concat_tables(registers)
    codes = set(register["account_id"].to_pylist())
    others = {column: _unique_keys(register, column) for column in ("inn", "crm_id", "name")}
    for piece in pieces:
        if piece.name in NO_CLIENT and piece.name != "value_goals":
            continue
        encoded = _encoded(piece.data["account_id"])
        values = encoded.dictionary.to_pylist()
        unknown = [value for value in values if value is not None and value not in codes]
        best = max(others, key=lambda column: sum(value in others[column] for value in unknown))
        hits = {value: others[best][value] for value in unknown if value in others[best]}
        if not hits:
            continue
        matched = pa.array([hits.get(value, value) for value in values], pa.string()).take(encoded.indices)
        place = piece.data.schema.get_field_index("account_id")
        rows = sum(index is not None and values[index] in hits for index in encoded.indices.to_pylist())
        piece.data = piece.data.set_column(place, "account_id", matched)
        notes.add("clients_matched", where=piece.raw.file, rows=rows, column=best)


def _unique_keys(register: Any, column: str) -> dict[str, str]:
    pairs = list(zip(register[column].to_pylist(), register["account_id"].to_pylist(), strict=True))
    names = [key for key, _ in pairs if key]
    once = {key for key in names if names.count(key) == 1} if len(names) < 2000 else _once(names)
    return {key: account for key, account in pairs if key in once}


def _once(names: list[str]) -> set[str]:
    from collections import Counter

    return {name for name, times in Counter(names).items() if times == 1}


def with_accounts(pieces: Sequence[Piece], tables: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
    """The tables with one row for every client that any of them names, known lasting facts filled in."""
    import pyarrow as pa
    import pyarrow.compute as pc

    had = tables.get("accounts")
    seen = _last_seen(pieces)
    known = set(had["account_id"].to_pylist()) if had is not None else set()
    added = [account for account in seen if account not in known]
    result = dict(tables)
    if had is not None:
        had = _filled(had, seen)
    if added:
        notes.add("accounts_derived" if had is None else "accounts_added", rows=len(added))
        schema = arrow_schema("accounts")
        rows = [{"account_id": account, **seen[account]} for account in added]
        columns = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
        made = pa.Table.from_arrays(columns, schema=schema)
        result["accounts"] = made if had is None else pa.concat_tables([had, made])
    elif had is not None:
        result["accounts"] = had
    for piece in pieces:
        if piece.name in result and piece.name not in NO_CLIENT and "account_id" in result[piece.name].column_names:
            lost = pc.sum(pc.is_null(piece.data["account_id"])).as_py() or 0
            if lost:
                first = pc.index(pc.is_null(piece.data["account_id"]), True).as_py()
                example = f"{piece.raw.sheet or piece.raw.file}: {piece.data['source_row'][first].as_py()}"
                notes.add("rows_without_client", where=piece.raw.file, rows=lost, example=example)
    return result


def _filled(had: Any, seen: Mapping[str, Mapping[str, Any]]) -> Any:
    """Columns that the user's table of clients leaves wholly empty, filled from what other tables say."""
    import pyarrow as pa

    for column in ("name", "inn", "crm_id", "parent_id", "plan", "industry", "region", "owner"):
        if had[column].null_count < had.num_rows:
            continue
        values = [seen.get(account, {}).get(column) for account in had["account_id"].to_pylist()]
        if any(values):
            place = had.schema.get_field_index(column)
            had = had.set_column(place, column, pa.array(values, pa.string()))
    return had


def _last_seen(pieces: Sequence[Piece]) -> dict[str, dict[str, Any]]:
    """Clients in order of appearance: last known value of each lasting fact, and the row that names them first."""
    seen: dict[str, dict[str, Any]] = {}
    for piece in pieces:
        if piece.name in ("accounts", "culture"):
            continue
        encoded = _encoded(piece.data["account_id"])
        names = encoded.dictionary.to_pylist()
        firsts = _firsts(encoded, len(names))
        files, rows = piece.data["source_file"], piece.data["source_row"]
        facts = {column: _last(piece, encoded, values) for column, values in piece.attributes.items()}
        if piece.name == "subscriptions":
            facts.setdefault("plan", _last(piece, encoded, piece.data["plan"].combine_chunks()))
        for place, account in enumerate(names):
            if account is None:
                continue
            row = int(firsts[place])
            known = seen.setdefault(account, {"source_file": files[row].as_py(), "source_row": rows[row].as_py()})
            known.update({column: values[place] for column, values in facts.items() if values[place] is not None})
    return seen


def _firsts(encoded: Any, count: int) -> Any:
    import numpy as np

    codes = encoded.indices.fill_null(count).to_numpy(zero_copy_only=False)
    firsts = np.zeros(count + 1, dtype=np.int64)
    firsts[codes[::-1]] = np.arange(len(codes))[::-1]
    return firsts


def _last(piece: Piece, encoded: Any, values: Any) -> list[Any]:
    """Value of each client's latest row that has one, by date where the table has dates."""
    import numpy as np
    import pyarrow as pa

    count = len(encoded.dictionary)
    day = next((name for name in ("date", "start_date", "opened") if name in piece.data.column_names), None)
    length = piece.data.num_rows
    order = np.arange(length)
    if day is not None:
        days = piece.data[day].combine_chunks().cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False)
        order = np.argsort(days, kind="stable")
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    filled = array.is_valid().to_numpy(zero_copy_only=False)
    order = order[filled[order]]
    codes = encoded.indices.fill_null(count).to_numpy(zero_copy_only=False)
    last = np.full(count + 1, -1, dtype=np.int64)
    last[codes[order]] = order
    taken = array.take(pa.array([None if row < 0 else int(row) for row in last[:count]], pa.int64()))
    return list(taken.to_pylist())


def _encoded(column: Any) -> Any:
    import pyarrow as pa

    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], pa.string())
    return whole.dictionary_encode()
