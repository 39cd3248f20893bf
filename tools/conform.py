"""Raw tables to canonical tables, with Problems, control totals and questions: nothing is mended in silence."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tools.conforming.clients import join_subscriptions, match_names, with_accounts
from tools.conforming.crosstab import unpivot
from tools.conforming.doubts import note_doubts
from tools.conforming.nameless import nameless_piece
from tools.conforming.piece import MONEY_OF, Piece, piece_of
from tools.conforming.recognise import recognise
from tools.conforming.reconcile import control_totals
from tools.conforming.remarks import Notes
from tools.conforming.repeats import flag_repeats, one_row_each
from tools.conforming.traits import traits_of
from tools.conforming.vocabulary import settle
from tools.errors import BadData
from tools.load import Load, RawTable, TableLoad
from tools.text import Text, same

MEASURES = ("churned", "tenure_months", "monthly_charge", "total_charge", "signup_date", "contract_end", "status")


def conform(raws: Sequence[RawTable], *, answers: Mapping[str, str] | None = None) -> Load:
    """Canonical tables of the user's files.

    ``answers`` holds answers to questions by their id, and ``table:FILE`` (a canonical table or ``skip``),
    ``map:FILE:COLUMN`` (a header), ``currency`` (a code). Raises `BadData` where no file can be used.
    """
    answers = answers or {}
    notes = Notes()
    _ignored_files(raws, notes)
    pieces = _pieces(raws, answers, notes)
    _refuse_useless(raws, pieces, notes)
    join_subscriptions(pieces, notes)
    match_names(pieces, notes)
    currency = _settle_currency(pieces, notes, stated=answers.get("currency"))
    flag_repeats([piece for piece in pieces if piece.name != "accounts"], notes)
    tables = _joined(pieces, notes)
    totals = control_totals(pieces, tables)
    tables = with_accounts(pieces, tables, notes)
    traits, headers = traits_of(pieces)
    if traits is not None:
        tables["traits"] = traits
    note_doubts(tables, notes)
    counted = {key: answer for key, answer in answers.items() if key.startswith("billing_rhythm:")}
    asked = tuple(notes.questions.values())
    return Load(tables, _loads(pieces, tables, headers), totals, notes.problems(), asked, currency, counted)


def _pieces(raws: Sequence[RawTable], answers: Mapping[str, str], notes: Notes) -> list[Piece]:
    pieces = []
    for raw in map(unpivot, raws):
        plan = recognise(raw, answers)
        piece = piece_of(raw, plan, answers=answers, notes=notes) if plan else None
        if piece is None and len(raws) == 1:
            piece = nameless_piece(raw, answers=answers, notes=notes)
        if piece is not None:
            pieces.append(piece)
            if "months in columns" in raw.how:
                notes.add("months_in_columns", where=raw.file, rows=piece.data.num_rows)
        elif answers.get(f"table:{raw.file}") != "skip" and len(raws) > 1:
            where = raw.file if raw.sheet is None else f"{raw.file} » {raw.sheet}"
            columns = same(", ".join(raw.rows.column_names[:20]))
            notes.add("table_not_recognised", where=where, rows=raw.rows.num_rows, columns=columns)
    return pieces


def _ignored_files(raws: Sequence[RawTable], notes: Notes) -> None:
    ignored = next((raw.how["ignored files"] for raw in raws if "ignored files" in raw.how), None)
    if ignored:
        notes.add("files_ignored", files=ignored)


def _refuse_useless(raws: Sequence[RawTable], pieces: Sequence[Piece], notes: Notes) -> None:
    """Raise where nothing can be computed: no table, or a lone list of clients without money, dates or status."""
    if any(piece.name != "accounts" for piece in pieces):
        _refuse_unread(pieces, notes)
        return
    if any(set(MEASURES) & set(piece.plan.mapping) or "total_charge" in piece.how for piece in pieces):
        return
    if pieces and len(raws) > 1:
        return
    files = ", ".join(dict.fromkeys(raw.file for raw in raws))
    if all(raw.how.get("header") == "none" for raw in raws):
        raise BadData(
            Text(
                f"“{files}” has no row of column names: add one that names the client, the date and the amount.",
                f"В «{files}» нет строки с названиями столбцов: добавьте её и назовите клиента, дату и сумму.",
            )
        )
    columns = "; ".join(dict.fromkeys(", ".join(raw.rows.column_names[:12]) for raw in raws[:4]))
    raise BadData(
        Text(
            f"“{files}” has no columns to audit by; found: {columns}. "
            "Needed: the client, and a column of money with a date, or a monthly charge.",
            f"В «{files}» нет столбцов для аудита; найдены: {columns}. "
            "Нужны клиент и столбец с деньгами и датой либо платёж в месяц.",
        )
    )


def _refuse_unread(pieces: Sequence[Piece], notes: Notes) -> None:
    """Raise where a table was recognised and not one of its rows could be read, nor an answer would let it be."""
    for piece in pieces:
        asked = any(question.startswith(f"billing_period:{piece.raw.file}:") for question in notes.questions)
        if piece.body.rows.num_rows and not piece.data.num_rows and not asked:
            columns = ", ".join(piece.plan.mapping.values())
            raise BadData(
                Text(
                    f"Not one row of “{piece.raw.file}” could be read; columns: {columns}. Check dates and amounts.",
                    f"В «{piece.raw.file}» не прочиталась ни одна строка; столбцы: {columns}. Проверьте даты и суммы.",
                )
            )


def _settle_currency(pieces: Sequence[Piece], notes: Notes, *, stated: str | None) -> str:
    """Set the currency of every money row and return the portfolio's; a code on some sheets stands for the workbook."""
    import pyarrow as pa
    import pyarrow.compute as pc

    priced = [piece for piece in pieces if piece.name in MONEY_OF]
    for piece in priced:
        codes = {other.currency.code for other in priced if other.raw.file == piece.raw.file and other.currency.code}
        if piece.currency.kind == "none" and len(codes) == 1:
            code, rows = codes.pop(), piece.data.num_rows
            piece.currency = replace(piece.currency, kind="header", code=code)
            notes.add("currency_by_workbook", where=piece.raw.file, rows=rows, currency=code)
            _set_currency(piece, pa.array([code] * rows, pa.string()))
    seen: Counter[str] = Counter()
    for piece in priced:
        for entry in piece.data["currency"].value_counts().to_pylist():
            if entry["values"]:
                seen[entry["values"]] += entry["counts"]
    if not seen:
        charged = any({"monthly_charge", "total_charge"} & set(piece.plan.mapping) for piece in pieces)
        if not stated and (priced or charged):
            notes.add("no_currency")
        for piece in priced:
            piece.currency = replace(piece.currency, kind="header", code=stated or "XXX")
            _set_currency(piece, pa.array([stated or "XXX"] * piece.data.num_rows, pa.string()))
        return stated or "XXX"
    for piece in priced:
        empty = pc.is_null(piece.data["currency"])
        missing = pc.sum(empty).as_py() or 0
        if missing:
            first = piece.data["source_row"][pc.index(empty, True).as_py()].as_py()
            notes.add("currency_missing_in_rows", where=piece.raw.file, rows=missing, example=str(first))
    if len(seen) > 1:
        listed = ", ".join(code for code, _ in seen.most_common())
        notes.add("several_currencies", rows=sum(seen.values()), columns=listed)
    return seen.most_common(1)[0][0]


def _set_currency(piece: Piece, values: Any) -> None:
    place = piece.data.schema.get_field_index("currency")
    piece.data = piece.data.set_column(place, "currency", values)


def _joined(pieces: Sequence[Piece], notes: Notes) -> dict[str, Any]:
    import pyarrow as pa

    tables = {}
    for name in dict.fromkeys(piece.name for piece in pieces):
        mine = [piece for piece in pieces if piece.name == name]
        where = ", ".join(dict.fromkeys(piece.raw.file for piece in mine))
        whole = settle(name, pa.concat_tables([piece.data for piece in mine]))
        tables[name] = one_row_each(name, whole, notes, where=where)
    return tables


def _loads(
    pieces: Sequence[Piece], tables: Mapping[str, Any], traits: Mapping[str, Sequence[str]]
) -> tuple[TableLoad, ...]:
    """One line a canonical table and file; sheets of one workbook are put together."""
    loads = []
    for name, file in dict.fromkeys((piece.name, piece.raw.file) for piece in pieces):
        mine = [piece for piece in pieces if (piece.name, piece.raw.file) == (name, file)]
        rows = sum(piece.data.num_rows for piece in mine)
        alone = all(piece.raw.file == file for piece in pieces if piece.name == name)
        mapping: dict[str, str] = {}
        how: dict[str, str] = {}
        for piece in mine:
            _merge(mapping, piece.plan.mapping)
            _merge(mapping, {f"accounts.{key}": value for key, value in piece.plan.attributes.items()})
            _merge(how, {key: value for key, value in piece.how.items() if key != "ignored files"})
        used = traits.get(file, ()) if name == "accounts" else ()
        ignored = tuple(dict.fromkeys(h for piece in mine for h in piece.plan.ignored if h not in used))
        rows = tables[name].num_rows if alone and name != "accounts" else rows
        loads.append(TableLoad(name, rows, file, mapping, how, ignored))
    for file, headers in traits.items():
        loads.append(TableLoad("traits", tables["traits"].num_rows, file, {header: header for header in headers}, {}))
    if "accounts" in tables and not any(piece.name == "accounts" for piece in pieces):
        said = {"account_id": "account_id of the other tables"}
        rows = tables["accounts"].num_rows
        loads.append(TableLoad("accounts", rows, pieces[0].raw.file, said, {"made of": "other tables"}))
    return tuple(loads)


def _merge(into: dict[str, str], more: Mapping[str, str]) -> None:
    for key, value in more.items():
        parts = into.get(key, "").split(" | ") if key in into else []
        if value not in parts:
            into[key] = " | ".join([*parts, value])
