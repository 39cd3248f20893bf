"""Figures computed again: by their own queries, by their metric, for their client."""

from typing import Any

import duckdb

from tools.errors import UserError
from tools.fields import account_readings
from tools.filters import parse
from tools.metrics import metrics
from tools.portfolio import Portfolio
from tools.question import Question
from tools.question import answer as answered
from tools.reading import Reading


class Again:
    """The same rows opened afresh, so that nothing that is remembered is believed: every figure is computed again."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self._known: dict[tuple[Any, ...], dict[tuple[Any, ...], Reading]] = {}

    def same(self, item: Reading) -> tuple[str, bool | None]:
        """How a figure was computed again and whether it is the same; None where it is not a metric's."""
        if item.sql is not None and item.value is not None:
            try:
                found = self.portfolio.query(item.sql).column(0)[0].as_py()
            except duckdb.Error:
                return "by its query", False
            return "by its query", near(found, item.value)
        account = item.scope.get("account")
        own = account_readings().get(item.key)
        if account is not None and own is not None and own.unit is item.unit and set(item.scope) == {"account"}:
            found = own.compute(self.portfolio).get(account)
            return "for its client", None if found is None or item.value is None else _in_cents(found, item.value)
        if item.key not in metrics() or account is not None:
            return "", None
        asked = (item.key, item.window, item.scope.get("by"), item.scope.get("where"))
        for window in (None, item.window):
            known = self._asked(item.key, window, asked[2], asked[3])
            if name_of(item) in known:
                return "by its metric", known[name_of(item)].value == item.value
        return "", None

    def _asked(self, key: str, window: Any, by: str | None, where: str | None) -> dict[tuple[Any, ...], Reading]:
        asked = (key, window, by, where)
        if asked not in self._known:
            self._known[asked] = {}
            try:
                given = parse(where) if where else None
                found = answered(self.portfolio, Question(key, window, by, given, None, None, "account", None))
                self._known[asked] = {name_of(item): item for item in found}
            except UserError:
                pass
        return self._known[asked]


def name_of(item: Reading) -> tuple[Any, ...]:
    """What a reading is of, whatever the snapshot."""
    return item.key, item.unit, item.convention, item.window, tuple(sorted(item.scope.items()))


def near(found: Any, value: Any) -> bool:
    """Whether two values are the same but for the last digits of a sum."""
    return found is not None and abs(float(found) - float(value)) <= 1e-9 * max(1.0, abs(float(value)))


def _in_cents(found: Any, value: Any) -> bool:
    return abs(float(found) - float(value)) <= 0.00501
