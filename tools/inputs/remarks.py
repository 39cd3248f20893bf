"""What is said of a workbook that came back: rows used, left empty and left out, with their numbers."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from tools.conforming.remarks import rows_text
from tools.inputs.forms import Form
from tools.load import SEVERITIES, Problem, Severity
from tools.text import Text

LISTED = 8
TEXTS: Mapping[str, tuple[Severity, Text]] = {
    "inputs_unknown_client": (
        "warning",
        Text(
            "“{sheet}”: no such client in the data, left out: {rows} ({numbers}). {file}.",
            "«{sheet}»: такого клиента нет в данных, не загружены: {rows} ({numbers}). {file}.",
        ),
    ),
    "inputs_two_clients": (
        "warning",
        Text(
            "“{sheet}”: id and name fit different clients, or several bear the name, left out: {rows} ({numbers}). {file}.",
            "«{sheet}»: код и название подходят разным клиентам или название носят несколько, не загружены: {rows} ({numbers}). {file}.",
        ),
    ),
    "inputs_unknown_plan": (
        "warning",
        Text(
            "“{sheet}”: no client has such a plan, left out: {rows} ({numbers}). {file}.",
            "«{sheet}»: такого тарифа нет ни у одного клиента, не загружены: {rows} ({numbers}). {file}.",
        ),
    ),
    "inputs_unknown_promise": (
        "warning",
        Text(
            "“{sheet}”: no such promise in the data, left out: {rows} ({numbers}). {file}.",
            "«{sheet}»: такого обещания нет в данных, не загружены: {rows} ({numbers}). {file}.",
        ),
    ),
    "inputs_two_promises": (
        "warning",
        Text(
            "“{sheet}”: several promises of the data read alike, left out: {rows} ({numbers}). {file}.",
            "«{sheet}»: в данных несколько одинаковых обещаний, не загружены: {rows} ({numbers}). {file}.",
        ),
    ),
    "inputs_unknown_statement": (
        "warning",
        Text(
            "“{sheet}”: no such department or statement, left out: {rows} ({numbers}). {file}.",
            "«{sheet}»: нет такого отдела или утверждения, не загружены: {rows} ({numbers}). {file}.",
        ),
    ),
    "inputs_missing_cell": (
        "warning",
        Text(
            "“{sheet}”: “{column}” is empty, left out: {rows} ({numbers}). {file}.",
            "«{sheet}»: пусто в «{column}», не загружены: {rows} ({numbers}). {file}.",
        ),
    ),
    "inputs_bad_required": (
        "warning",
        Text(
            "“{sheet}”: “{column}” could not be read, left out: {rows} ({numbers}). {file}.",
            "«{sheet}»: не читается «{column}», не загружены: {rows} ({numbers}). {file}.",
        ),
    ),
    "inputs_bad_cell": (
        "warning",
        Text(
            "“{sheet}”: “{column}” could not be read and is left empty: {rows} ({numbers}). {file}.",
            "«{sheet}»: не читается «{column}», значение оставлено пустым: {rows} ({numbers}). {file}.",
        ),
    ),
    "inputs_late": (
        "warning",
        Text(
            "“{sheet}”: “{column}” is later than the last day of the data and is left empty: {rows} ({numbers}). {file}.",
            "«{sheet}»: «{column}» позже последнего дня данных, значение оставлено пустым: {rows} ({numbers}). {file}.",
        ),
    ),
    "inputs_twice": (
        "warning",
        Text(
            "“{sheet}”: the same is filled in twice; what stands first is used, left out: {rows} ({numbers}). {file}.",
            "«{sheet}»: одно и то же заполнено дважды; взято первое, не загружены: {rows} ({numbers}). {file}.",
        ),
    ),
    "inputs_replaced": (
        "info",
        Text(
            "“{sheet}”: “{column}” of the workbook goes before another value of the data: {rows} ({numbers}). {file}.",
            "«{sheet}»: «{column}» из книги взято вместо другого значения из данных: {rows} ({numbers}). {file}.",
        ),
    ),
    "inputs_by_name": (
        "info",
        Text(
            "“{sheet}”: the client was found by its name: {rows} ({numbers}). {file}.",
            "«{sheet}»: клиент найден по названию: {rows} ({numbers}). {file}.",
        ),
    ),
}
SUMMED = Text(
    "Workbook of inputs: filled in: {filled}, used: {used}, left empty: {empty}. {file}.",
    "Книга недостающих данных: заполнено: {filled}, загружено: {used}, оставлено пустыми: {empty}. {file}.",
)
NOTHING = Text(
    "Workbook of inputs: nothing is filled in, so nothing has changed. {file}.",
    "Книга недостающих данных: ничего не заполнено, поэтому ничего не изменилось. {file}.",
)


@dataclass(slots=True)
class Remarks:
    """Remarks on the sheets that came back, each once a sheet and column, with the numbers of its rows."""

    numbers: dict[tuple[str, Form, str], list[int]] = field(default_factory=dict)
    examples: dict[tuple[str, Form, str], str] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def add(self, code: str, form: Form, number: int, shown: str = "", *, column: str = "") -> None:
        """Remember a remark on a row; ``shown`` is what stands there, ``column`` the key of the cell."""
        key = (code, form, column)
        self.numbers.setdefault(key, [])
        if number not in self.numbers[key]:
            self.numbers[key].append(number)
        self.examples.setdefault(key, f"{form.title}: {number}" + (f": {shown}" if shown else ""))

    def count(self, form: Form, what: str) -> None:
        """Count a row of a workbook as ``filled``, ``used`` or ``empty``."""
        self.counts[form.file][what] += 1

    def problems(self) -> tuple[Problem, ...]:
        """What was used and left empty by workbook; then the remarks, the worst first."""
        summed = [_summed(file, counts) for file, counts in self.counts.items()]
        made = [self._problem(*key) for key in self.numbers]
        return (*sorted(made, key=lambda problem: SEVERITIES.index(problem.severity)), *summed)

    def _problem(self, code: str, form: Form, column: str) -> Problem:
        severity, text = TEXTS[code]
        numbers = self.numbers[code, form, column]
        told = ", ".join(map(str, numbers[:LISTED])) + (", …" if len(numbers) > LISTED else "")
        title = form.headers.get(column)
        named: Text | str = title or (form.sheet.field(column).title if column else "")
        filled = text.fill(rows=rows_text(len(numbers)), numbers=told, column=named, sheet=form.title, file=form.file)
        return Problem(code, severity, filled, len(numbers), self.examples[code, form, column])


def _summed(file: str, counts: Mapping[str, int]) -> Problem:
    if not counts.get("filled"):
        return Problem("inputs_empty", "info", NOTHING.fill(file=file), counts.get("empty", 0))
    shown = {what: rows_text(counts.get(what, 0)) for what in ("filled", "used", "empty")}
    return Problem("inputs_read", "info", SUMMED.fill(**shown, file=file), counts.get("used", 0))
