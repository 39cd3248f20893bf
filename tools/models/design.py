"""Raw columns to a model's matrix, learned on the training rows alone: fill, winsorise, scale, one column a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.models.leak import Column

RARE = 10


@dataclass(frozen=True, slots=True)
class Design:
    """How each column becomes matrix columns; ``owners[j]`` is the column that matrix column j comes from."""

    steps: tuple[Any, ...]
    owners: tuple[str, ...]

    def matrix(self, columns: Sequence[Column]) -> Any:
        """The matrix of the rows; unknown values take the training median and a mark of their own."""
        by_name = {column.name: column.values for column in columns}
        return np.column_stack([part for step in self.steps for part in step(by_name)])


def design(columns: Sequence[Column], train: Any) -> Design:
    """The design learned on the rows marked in ``train``: medians, 1st and 99th percentiles, spreads, known values."""
    steps: list[Any] = []
    owners: list[str] = []
    for column in columns:
        values = column.values[train]
        step, width = _numeric(column.name, values) if column.kind == "number" else _levels(column.name, values)
        steps.append(step)
        owners += [column.name] * width
    return Design(tuple(steps), tuple(owners))


def _numeric(name: str, values: Any) -> tuple[Any, int]:
    known = values[~np.isnan(values)]
    if not len(known):
        return (lambda rows: []), 0
    low, high = np.quantile(known, [0.01, 0.99])
    middle = float(np.median(known))
    filled = np.clip(np.where(np.isnan(values), middle, values), low, high)
    centre, spread = float(filled.mean()), float(filled.std()) or 1.0
    marked = len(known) < len(values)

    def step(rows: dict[str, Any]) -> list[Any]:
        cells = rows[name]
        ready = (np.clip(np.where(np.isnan(cells), middle, cells), low, high) - centre) / spread
        return [ready, np.isnan(cells).astype(float)] if marked else [ready]

    return step, 1 + marked


def _levels(name: str, values: Any) -> tuple[Any, int]:
    names = np.array(["" if value is None else value for value in values], dtype=str)
    found, sizes = np.unique(names, return_counts=True)
    levels = found[sizes >= min(RARE, max(1, len(values) // 20))]

    def step(rows: dict[str, Any]) -> list[Any]:
        cells = np.array(["" if value is None else value for value in rows[name]], dtype=str)
        return [(cells == level).astype(float) for level in levels]

    return step, len(levels)


def coded(columns: Sequence[Column]) -> Any:
    """The rows as plain floats, texts by the order of their values: for comparing and ordering rows, and for trees."""
    parts = []
    for column in columns:
        if column.kind == "text":
            names = np.array(["" if value is None else value for value in column.values], dtype=str)
            parts.append(np.unique(names, return_inverse=True)[1].astype(float))
        else:
            parts.append(np.asarray(column.values, dtype=float))
    return np.column_stack(parts)
