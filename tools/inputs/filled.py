"""The cells of a workbook that came back, put into canonical tables: a filled cell changes one value, an empty one none."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from tools.conforming.vocabulary import VOCABULARY
from tools.inputs.clients import Clients
from tools.inputs.forms import Form, FormRow, read
from tools.inputs.promises import Promises
from tools.inputs.remarks import Remarks
from tools.inputs.sheets import EVERYONE, Field
from tools.inputs.tables import answered, is_value, last_day, place_of, reached, with_cells
from tools.load import ControlTotal, Load, TableLoad
from tools.metrics.culture import DEPARTMENTS
from tools.schema import arrow_schema

ADDED = ("value_goals", "milestones", "culture")
STATEMENTS = range(1, 6)


def filled(load: Load, forms: Sequence[Form]) -> Load:
    """The load with what the sheets say; nothing filled in gives the same tables.

    Clients are matched by id, else by exact name. Rows that fit no client (plan, promise) are left out and remarked
    on, as are cells that cannot be read; what was filled in before is not added again.
    """
    book = _Book(load)
    for form in forms:
        _take(book, form)
    book.share()
    before = (problem for problem in load.problems if problem.code != "inputs_empty")
    problems = (*before, *book.remarks.problems())
    return replace(
        load,
        data=book.tables(),
        tables=(*load.tables, *(item for item in book.loads if item not in load.tables)),
        control_totals=book.totals(),
        problems=tuple(dict.fromkeys(problems)),
    )


@dataclass(slots=True)
class _Book:
    """What a load becomes: cells of clients by column, promises, days of first value, answers."""

    load: Load
    remarks: Remarks = field(default_factory=Remarks)
    loads: list[TableLoad] = field(default_factory=list)
    cells: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    everyone: dict[str, Any] = field(default_factory=dict)
    values: dict[str, date] = field(default_factory=dict)
    values_from: dict[str, tuple[str, int]] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)
    lost: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    clients: Clients = field(init=False)
    promises: Promises = field(init=False)
    last: date | None = field(init=False)
    _days: dict[str, date] | None = None

    def __post_init__(self) -> None:
        self.clients = Clients.of(self.load.data.get("accounts"))
        self.promises = Promises(self.rows("value_goals"))
        self.last = last_day(self.load.data)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Rows of a table as they were loaded."""
        table = self.load.data.get(name)
        return table.to_pylist() if table is not None else []

    def days(self) -> Mapping[str, date]:
        """Day of first value by client, as it was loaded."""
        if self._days is None:
            listed = sorted((row["date"], row["account_id"]) for row in self.rows("milestones") if is_value(row))
            self._days = {account: day for day, account in reversed(listed)}
        return self._days

    def share(self) -> None:
        """What stands for every client goes to those of whom nothing else is known."""
        for column, value in self.everyone.items():
            known = self.clients.column(column)
            for account in self.clients.ids:
                if known[account] is None:
                    self.cells[column].setdefault(account, value)

    def tables(self) -> dict[str, pa.Table]:
        """The tables; one that nothing was filled in for is the very one that was loaded."""
        made = dict(self.load.data)
        for column, given in self.cells.items():
            known = self.clients.column(column)
            if any(known[account] != value for account, value in given.items()):
                made["accounts"] = with_cells(made["accounts"], column, given)
        new = {
            "value_goals": self.promises.rows,
            "milestones": reached(self.rows("milestones"), self.values, self.values_from) if self.values else [],
            "culture": answered(self.rows("culture"), self.answers) if self.answers else [],
        }
        for name, rows in new.items():
            if rows and rows != self.rows(name):
                made[name] = pa.Table.from_pylist(rows, schema=arrow_schema(name))
        return made

    def totals(self) -> tuple[ControlTotal, ...]:
        """Control totals with the rows of the workbook: those it holds, and those that were loaded."""
        made = self.tables()
        lost = {**self.lost, "value_goals": self.lost["value_goals"] + self.promises.lost}
        totals = list(self.load.control_totals)
        for name in ADDED:
            was = self.load.data.get(name)
            added = (made[name].num_rows if name in made else 0) - (was.num_rows if was is not None else 0)
            if not added and not lost.get(name):
                continue
            source, place = Decimal(added + lost.get(name, 0)), place_of(totals, name)
            if place is None:
                totals.append(ControlTotal("rows", name, source, Decimal(added)))
            else:
                known = totals[place]
                totals[place] = replace(known, source=known.source + source, loaded=known.loaded + added)
        return tuple(totals)


def _take(book: _Book, form: Form) -> None:
    """One sheet: every filled row to the function of its kind."""
    used, columns = 0, set()
    for row in form.rows:
        if not row.filled(form.sheet):
            book.remarks.count(form, "empty")
            continue
        book.remarks.count(form, "filled")
        if _TAKE[form.sheet.key](book, form, row):
            used += 1
            columns |= {item.key for item in form.sheet.asked if item.key in row.cells}
            book.remarks.count(form, "used")
    if used:
        mapping = {key: form.headers.get(key, key) for key in sorted(columns)}
        how = {"made of": "workbook of inputs", "sheet": form.title}
        book.loads.append(TableLoad(form.sheet.table, used, form.file, mapping, how))


def _values(book: _Book, form: Form, row: FormRow) -> dict[str, Any] | None:
    """Values of the cells filled in; None where a required one is missing or cannot be read."""
    found: dict[str, Any] = {}
    for item in form.sheet.asked:
        text = row.cells.get(item.key)
        if text is None:
            if item.required:
                book.remarks.add("inputs_missing_cell", form, row.number, column=item.key)
                return None
            continue
        value = read(item, text)
        code = _fault(item, value, book.last)
        if code is None:
            found[item.key] = value
            continue
        book.remarks.add("inputs_bad_required" if item.required else code, form, row.number, text, column=item.key)
        if item.required:
            return None
    return found


def _fault(item: Field, value: Any, last: date | None) -> str | None:
    if value is None:
        return "inputs_bad_cell"
    return "inputs_late" if item.kind == "past" and (last is None or value > last) else None


def _account(book: _Book, form: Form, row: FormRow) -> str | None:
    """The client of a row, or None with a remark."""
    given, name = row.cells.get("account_id"), row.cells.get("name")
    found = book.clients.find(given, name)
    if isinstance(found, str):
        if given != found:
            book.remarks.add("inputs_by_name", form, row.number, name or "")
        return found
    code = "inputs_two_clients" if found else "inputs_unknown_client"
    book.remarks.add(code, form, row.number, " · ".join(part for part in (given, name) if part))
    return None


def _plan_promise(book: _Book, form: Form, row: FormRow) -> bool:
    plan = row.cells.get("plan")
    if plan not in book.clients.plans:
        book.remarks.add("inputs_unknown_plan", form, row.number, plan or "")
        return _lose(book, form)
    values = _values(book, form, row)
    if values is None:
        return _lose(book, form)
    return book.promises.promised(form, row, {"account_id": None, "plan": plan, **values}, book.remarks)


def _promise(book: _Book, form: Form, row: FormRow) -> bool:
    account = _account(book, form, row)
    values = _values(book, form, row) if account is not None else None
    if values is None:
        return _lose(book, form)
    return book.promises.promised(form, row, {"account_id": account, **values}, book.remarks)


def _lose(book: _Book, form: Form) -> bool:
    book.lost[form.sheet.table] += 1
    return False


def _outcome(book: _Book, form: Form, row: FormRow) -> bool:
    owner: dict[str, Any] = {"account_id": None, "plan": row.cells.get("plan")}
    if row.cells.keys() & {"account_id", "name"}:
        owner["account_id"] = _account(book, form, row)
        if owner["account_id"] is None:
            return False
    values = _values(book, form, row)
    if not values:
        return False
    goal = {"goal": row.cells.get("goal", "")}
    return book.promises.outcome(form, row, {**owner, **goal, **values}, book.remarks)


def _cells(book: _Book, form: Form, row: FormRow) -> bool:
    """Cells of a client's own row of the table of clients."""
    everyone = row.cells.get("account_id") == EVERYONE
    account = None if everyone else _account(book, form, row)
    if account is None and not everyone:
        return False
    values = _values(book, form, row) or {}
    if everyone:
        return any([_shared(book, form, row, column, value) for column, value in values.items()])
    return any([_cell(book, form, row, str(account), column, value) for column, value in values.items()])


def _shared(book: _Book, form: Form, row: FormRow, column: str, value: Any) -> bool:
    if book.everyone.setdefault(column, value) != value:
        book.remarks.add("inputs_twice", form, row.number, row.cells[column])
        return False
    return True


def _cell(book: _Book, form: Form, row: FormRow, account: str, column: str, value: Any) -> bool:
    if book.cells[column].setdefault(account, value) != value:
        book.remarks.add("inputs_twice", form, row.number, row.cells[column])
        return False
    if book.clients.column(column)[account] not in (None, value):
        book.remarks.add("inputs_replaced", form, row.number, row.cells[column], column=column)
    return True


def _first_value(book: _Book, form: Form, row: FormRow) -> bool:
    account = _account(book, form, row)
    if account is None:
        return False
    values = _values(book, form, row) or {}
    used = False
    if "signup_date" in values:
        used = _cell(book, form, row, account, "signup_date", values["signup_date"])
    if "first_value" in values:
        day = values["first_value"]
        if book.values.setdefault(account, day) != day:
            book.remarks.add("inputs_twice", form, row.number, row.cells["first_value"])
        else:
            if book.days().get(account, day) != day:
                book.remarks.add("inputs_replaced", form, row.number, row.cells["first_value"], column="first_value")
            book.values_from.setdefault(account, (form.where, row.number))
            used = True
    return used


def _answer(book: _Book, form: Form, row: FormRow) -> bool:
    said = " ".join(row.cells.get("department", "").casefold().replace("ё", "е").split())
    words = VOCABULARY["culture", "department"]
    known = {
        key
        for key, title in DEPARTMENTS.items()
        if said in (key, title.en.casefold(), title.ru.casefold().replace("ё", "е")) or said in words[key]
    }
    statement = row.cells.get("statement", "")
    if not known or not statement.isdigit() or int(statement) not in STATEMENTS:
        book.remarks.add("inputs_unknown_statement", form, row.number, f"{said} {statement}".strip())
        return _lose(book, form)
    values = _values(book, form, row)
    if values is None:
        return _lose(book, form)
    place = {"source_file": form.where, "source_row": row.number}
    book.answers.append({"department": known.pop(), "statement": int(statement), "artefact": None, **values, **place})
    return True


_TAKE: Mapping[str, Callable[[_Book, Form, FormRow], bool]] = {
    "plan_promises": _plan_promise,
    "promises": _promise,
    "outcomes": _outcome,
    "first_value": _first_value,
    "contract_ends": _cells,
    "owners": _cells,
    "costs": _cells,
    "culture": _answer,
}
