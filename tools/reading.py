"""Reading: a value or a reason, with everything needed to trace it to rows."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from tools.text import Text

Number = int | float | Decimal
Status = Literal["ok", "partial", "insufficient", "undefined"]
Grade = Literal["measured", "confirmed", "stated", "by plan", "mixed"]


class Unit(StrEnum):
    """Unit of a reading; money units are shown with the portfolio's currency in place of ``CUR``."""

    RATIO = "ratio"
    SCORE = "score"
    NPS = "nps"
    DAYS = "days"
    COUNT = "count"
    TIMES = "times"
    MONEY = "CUR"
    MONEY_MONTH = "CUR/month"
    MONEY_YEAR = "CUR/year"

    @property
    def is_money(self) -> bool:
        """True for money, money a month and money a year."""
        return self.value.startswith("CUR")


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open span of days ``[start, end)``."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a window needs start < end, got {self.start} .. {self.end}")

    @property
    def opening(self) -> date:
        """The day whose evening is the opening state: the day before ``start``."""
        return self.start - timedelta(days=1)

    @property
    def closing(self) -> date:
        """The last day inside the window."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows made the value, and how many were left out, by reason."""

    used: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure. ``value`` is None exactly when ``status`` is ``undefined``; ``reason`` is there unless ``ok``.

    Ratios are fractions, scores 0-100, money in the portfolio's currency (major units, exact). ``scope`` may name
    kind, by, group, account, where. ``sql`` names logical tables only and gives the value again in a plain DuckDB; it
    may be given as what writes it.
    """

    key: str
    unit: Unit
    value: Number | None
    status: Status = "ok"
    reason: Text | None = None
    n: int = 0
    numerator: Number | None = None
    denominator: Number | None = None
    window: Window | None = None
    convention: str = ""
    ci: tuple[float, float] | None = None
    ci_method: str | None = None
    coverage: float | None = None
    flags: tuple[str, ...] = ()
    grade: Grade = "measured"
    scope: Mapping[str, str] = field(default_factory=dict)
    rows: Rows = field(default_factory=Rows)
    sql: str | None = None
    snapshot: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != (self.status == "undefined"):
            raise ValueError(f"{self.key}: value {self.value!r} does not fit status {self.status!r}")
        if self.status != "ok" and self.reason is None:
            raise ValueError(f"{self.key}: status {self.status!r} needs a reason")
        if (
            isinstance(self.value, float)
            and self.value not in (float("inf"), float("-inf"))
            and self.value == self.value
        ):
            object.__setattr__(self, "value", significant(self.value))
        elif isinstance(self.value, float):
            raise ValueError(f"{self.key}: {self.value!r} is no value")

    @property
    def id(self) -> str:
        """Twelve hex digits, the same across runs: hash of key, unit, convention, scope, window and snapshot."""
        window = f"{self.window.start}/{self.window.end}" if self.window else "-"
        scope = ";".join(f"{name}={value}" for name, value in sorted(self.scope.items()))
        parts = "|".join((self.key, self.unit, self.convention, scope, window, self.snapshot))
        return hashlib.sha256(parts.encode()).hexdigest()[:12]

    @property
    def usable(self) -> bool:
        """True where a sentence, ranking or trigger may use the value."""
        return self.status in ("ok", "partial")


class _Written:
    """The field ``sql`` of a reading: a text, written when it is first read where a function of no argument was given."""

    def __init__(self, slot: Any) -> None:
        self._slot = slot

    def __get__(self, reading: Reading | None, _owner: type) -> Any:
        if reading is None:
            return self
        found = self._slot.__get__(reading)
        if callable(found):
            found = found()
            self._slot.__set__(reading, found)
        return found

    def __set__(self, reading: Reading, said: str | Callable[[], str | None] | None) -> None:
        self._slot.__set__(reading, said)


setattr(Reading, "sql", _Written(vars(Reading)["sql"]))  # noqa: B010 - a checker knows the field as a text


def significant(value: float, digits: int = 12) -> float:
    """``value`` rounded to significant digits, because parallel float sums differ in the last ones."""
    return float(f"{value:.{digits}g}")
