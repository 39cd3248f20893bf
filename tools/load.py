"""What came of reading the user's files: canonical tables, control totals, Problems and open questions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, get_args

import pyarrow as pa

from tools.text import Text

Severity = Literal["urgent", "warning", "info", "good"]
#: The gravest first.
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class RawTable:
    """One table as it stands in the user's file: every cell a string (or null), nothing dropped.

    ``rows`` holds the columns in file order; ``numbers`` the 1-based line or sheet row of each row; ``how`` what was
    found and is reported (encoding, delimiter, decimal mark, date order, header row, sheet).
    """

    name: str
    file: str
    sheet: str | None
    rows: pa.Table
    numbers: pa.Array
    how: Mapping[str, str] = field(default_factory=dict)
    source_lines: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """A remark on the data: something the user should know, never silently mended."""

    code: str
    severity: Severity
    text: Text
    rows: int = 0
    example: str | None = None


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """One line of the reconciliation with the export: counted in the raw file and again in the canonical table.

    ``what`` is rows, clients, documents or amount; ``difference`` is loaded minus source.
    """

    what: Literal["rows", "clients", "documents", "amount"]
    table: str
    source: Decimal
    loaded: Decimal
    currency: str | None = None

    @property
    def difference(self) -> Decimal:
        """Loaded minus source; zero when the reading is complete."""
        return self.loaded - self.source


@dataclass(frozen=True, slots=True)
class Question:
    """An open question; ``changes`` names the readings that depend on the answer.

    One that does not ``stop`` leaves the readings ``partial`` until it is answered.
    """

    id: str
    text: Text
    options: tuple[str, ...]
    changes: tuple[str, ...]
    stop: bool = True


@dataclass(frozen=True, slots=True)
class TableLoad:
    """How one canonical table was made: ``mapping`` is canonical column -> column of the file."""

    name: str
    rows: int
    from_file: str
    mapping: Mapping[str, str]
    how: Mapping[str, str]
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """Everything that reading a source yields; ``data`` holds each canonical table that was given.

    ``answers`` are those of the user's that change how the rows are counted rather than how they are read.
    """

    data: Mapping[str, pa.Table]
    tables: tuple[TableLoad, ...]
    control_totals: tuple[ControlTotal, ...]
    problems: tuple[Problem, ...]
    questions: tuple[Question, ...] = ()
    currency: str = "XXX"
    answers: Mapping[str, str] = field(default_factory=dict)
