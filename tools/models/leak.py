"""Columns that know the future: named with their evidence, and kept out of the model (metrics §8, trap 34)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tools import stats
from tools.models.calibration import auc
from tools.text import Text

Kind = Literal["number", "text", "date"]
LEAST_EVENTS = 10
SHRINK = 20


@dataclass(frozen=True, slots=True)
class Column:
    """One column over clients: floats (NaN unknown), texts (None unknown) or days as ordinals (NaN unknown)."""

    name: str
    kind: Kind
    values: Any

    @property
    def filled(self) -> Any:
        """True where the cell is known."""
        if self.kind == "text":
            return np.array([value is not None for value in self.values], dtype=bool)
        return ~np.isnan(self.values)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A column that cannot have been known in time: the evidence by kind, single-column AUC, and clients behind it.

    Kinds: ``equal`` (every value goes with one outcome), ``only_left`` (a value or the filling itself stands only
    with clients who left), ``auc``, ``alone`` (better alone than everything else together), ``dated_after``.
    """

    column: str
    kinds: tuple[str, ...]
    auc: float | None
    n: int
    said: tuple[Text, ...]


def suspects(
    columns: Sequence[Column],
    labels: Any,
    policy: Mapping[str, float] | Any,
    *,
    observed: Any = None,
    last_day: float | None = None,
    rest: Callable[[str], float] | None = None,
) -> list[Suspect]:
    """Columns with evidence of a leak, strongest first.

    ``observed`` and ``last_day`` (ordinals) say when each client was observed and when the data end: a date between
    them tells what came after. ``rest(name)`` gives the AUC of all other columns together, asked only for a column
    that is strong alone. Fewer than ten who left: only dates are evidence.
    """
    label = np.asarray(labels, dtype=bool)
    found = []
    for column in columns:
        evidence: dict[str, Text] = {}
        area = None
        if min(label.sum(), (~label).sum()) >= LEAST_EVENTS and column.filled.any():
            area = single_auc(column, label)
            _by_outcome(column, label, policy, evidence)
            _by_area(column, area, label, policy=policy, rest=rest, evidence=evidence)
        if column.kind == "date" and observed is not None and last_day is not None:
            _by_date(column, observed, last_day, evidence)
        if evidence:
            count = int(column.filled.sum())
            found.append(Suspect(column.name, tuple(evidence), area, count, tuple(evidence.values())))
    return sorted(found, key=lambda item: (-(item.auc or 0.0), item.column))


def single_auc(column: Column, labels: Any) -> float:
    """AUC of one column alone, 0.5-1: the better of its values (either way round) and of being filled at all."""
    label, filled = np.asarray(labels, dtype=bool), column.filled
    presence = auc(filled, label)
    areas = [presence, 1 - presence]
    if label[filled].any() and not label[filled].all():
        scores = _rates(column.values[filled], label[filled]) if column.kind == "text" else column.values[filled]
        area = auc(scores, label[filled])
        areas += [area] if column.kind == "text" else [area, 1 - area]
    return max(areas)


def _rates(values: Any, label: Any) -> Any:
    """Churn rate of each text value, shrunk to the base: a value of three clients proves nothing."""
    _levels, place = np.unique(values.astype(str), return_inverse=True)
    events, sizes = np.bincount(place, label.astype(float)), np.bincount(place)
    return ((events + SHRINK * label.mean()) / (sizes + SHRINK))[place]


def _by_outcome(column: Column, label: Any, policy: Any, evidence: dict[str, Text]) -> None:
    filled, base = column.filled, float(label.mean())
    values = column.values[filled]
    levels, place = np.unique(values.astype(str) if column.kind == "text" else values, return_inverse=True)
    events = np.bincount(place, label[filled].astype(float), len(levels))
    sizes = np.bincount(place, minlength=len(levels))
    whole = ((events == 0) | (events == sizes)).all()
    if whole and 2 <= len(levels) <= 50 and sizes.min() >= 2:
        evidence["equal"] = Text(
            "each of its values goes with one outcome", "каждое его значение отвечает одному исходу"
        )
    told = [int(filled.sum())] if (~filled).any() and label[filled].all() else []
    told += (
        [int(size) for size, left in zip(sizes, events, strict=True) if left == size] if column.kind == "text" else []
    )
    for count in told:
        if base**count * max(1, len(levels)) < policy["leak_chance"]:
            evidence["only_left"] = Text(
                "it is filled, or has a value, only for clients who left",
                "он заполнен или принимает некоторое значение только у ушедших клиентов",
            )


def _by_area(
    column: Column,
    area: float,
    label: Any,
    *,
    policy: Any,
    rest: Callable[[str], float] | None,
    evidence: dict[str, Text],
) -> None:
    if area >= policy["leak_auc"]:
        evidence["auc"] = Text(
            "alone it tells those who left almost without error",
            "он один почти без ошибок отличает ушедших",
        )
    elif area >= policy["leak_auc_alone"] and rest is not None and area > rest(column.name):
        evidence["alone"] = Text(
            "alone it tells more than all other columns together",
            "он один говорит больше, чем все остальные столбцы вместе",
        )


def _by_date(column: Column, observed: Any, last_day: float, evidence: dict[str, Text]) -> None:
    later = column.filled & (np.nan_to_num(column.values) > observed) & (np.nan_to_num(column.values) <= last_day)
    if later.any():
        evidence["dated_after"] = Text(
            "its dates are later than the day of the observation",
            "его даты позже дня наблюдения",
        )


def claim_alarm(claimed: float, honest: float, *, positive: int, negative: int, margin: float) -> bool:
    """True where a claimed AUC is beyond what an honest model of the same rows reaches: a leak is the usual cause.

    The limit is the honest AUC plus twice its error, and at least ``margin``: on 1,869 of 7,043 with .845 it is .87.
    """
    from tools.models.calibration import hanley_mcneil

    return claimed > honest + max(margin, 2 * stats.Z * hanley_mcneil(honest, positive, negative))


def repeated(matrix: Any) -> float:
    """Share of rows that repeat another row in full, 0-1: oversampling before a split puts them on both sides."""
    rows = np.unique(np.asarray(matrix, dtype=float), axis=0, equal_nan=True)
    return 1 - len(rows) / len(matrix) if len(matrix) else 0.0
