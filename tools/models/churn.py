"""Churn model: who leaves within the horizon, judged on rows it has not seen, refused on thin data (metrics §8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tools.models import calibration
from tools.models.design import Design, coded, design
from tools.models.leak import Column, repeated
from tools.text import Text, same

SEED = 42
FOLDS = 5
MOST_ROWS = 50_000  # of many rows boosting is fitted on every n-th, in the order of their content


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the chances told leavers on unseen rows; ``spread`` is the sd over folds (None for a split by time)."""

    auc: float
    interval: tuple[float, float]
    average_precision: float
    lift: float
    brier: float
    base_brier: float
    ece: float
    deciles: tuple[calibration.Bin, ...]
    n: int
    events: int
    spread: float | None = None
    repeated: float = 0.0

    @property
    def passed(self) -> bool:
        """True where the model is better than knowing nothing: interval of AUC above one half, Brier below p(1-p)."""
        return self.interval[0] > 0.5 and self.brier < self.base_brier


@dataclass(frozen=True)
class Fitted:
    """A logistic model: chances and what each column adds to the log-odds of a client, against the average client."""

    design: Design
    weights: Any
    intercept: float
    centre: Any
    trees: Any = None

    def chances(self, columns: Sequence[Column]) -> Any:
        """Chance of leaving, 0-1, of each row."""
        if self.trees is not None:
            return self.trees.predict_proba(coded(columns))[:, 1]
        return 1 / (1 + np.exp(-(self.design.matrix(columns) @ self.weights + self.intercept)))

    def contributions(self, columns: Sequence[Column]) -> dict[str, Any]:
        """What each column adds to the log-odds: beta (x - mean), summed over the column's parts (metrics §5)."""
        pulls = (self.design.matrix(columns) - self.centre) * self.weights
        owners = np.array(self.design.owners)
        return {name: pulls[:, owners == name].sum(axis=1) for name in dict.fromkeys(self.design.owners)}


@dataclass(frozen=True)
class Judged:
    """A model with its quality, or the reason why there is none."""

    fitted: Fitted | None = None
    quality: Quality | None = None
    refused: Text | None = None
    kind: str = "logistic"
    unseen: Any = None
    features: tuple[str, ...] = ()
    others: Mapping[str, Quality] = field(default_factory=dict)
    lacking: tuple[int, int] | None = None  # clients lost in the history, and how many would be enough


def cross_section(columns: Sequence[Column], labels: Any, policy: Any) -> Judged:
    """Model of one snapshot: chances of each client by five stratified folds (seed 42), equal rows in one fold.

    Logistic unless boosting is better by the policy's gain. On Telco AUC 0.845, Brier .1356, lift 2.88. It says who
    looks like those who left, not when anyone will leave.
    """
    label = np.asarray(labels, dtype=int)
    columns, thin = affordable(columns, label, policy)
    if thin is not None:
        return Judged(refused=thin, lacking=_lacking(label, policy))
    order = _order(columns, label)
    back = np.argsort(order)
    rows, label = [_taken(column, order) for column in columns], label[order]
    fold = folds(coded(rows), label)
    chances, quality = _out_of_fold(rows, label, fold)
    result = Judged(fit(rows, label), quality, None, "logistic", chances[back], _names(rows))
    return _challenged(result, rows, label, fold=fold, back=back, policy=policy)


def through_time(columns: Sequence[Column], labels: Any, when: Any, policy: Any) -> Judged:
    """Model of dated observations (``when``: their number): fitted on the earlier ones, judged on the last.

    The last observations are the test until enough clients left in them; label windows of the training end before
    the test begins. Refused where either side has too few who left.
    """
    label, moment = np.asarray(labels, dtype=int), np.asarray(when)
    test = _test(label, moment, policy)
    if test is None:
        return _short(int(label.sum()), int(_least(policy) + policy["churn_min_test_events"]))
    short = int(_least(policy)) - int(label[~test].sum())
    if short > 0:
        return _short(int(label.sum()), int(label.sum()) + short)
    columns, thin = affordable(columns, label[~test], policy, within=~test)
    if thin is not None:
        return Judged(refused=thin, lacking=_lacking(label[~test], policy))
    order = _order(columns, label * 1000 + moment)
    rows, label, test = [_taken(column, order) for column in columns], label[order], test[order]
    fitted = fit(rows, label, train=~test)
    unseen = [_taken(column, np.flatnonzero(test)) for column in rows]
    quality = judge(fitted.chances(unseen), label[test])
    result = Judged(fit(rows, label), quality, None, "logistic", None, _names(rows))
    if label.sum() < policy["churn_boost_events"]:
        return result
    matrix, step = coded(rows), max(1, len(label) // MOST_ROWS)
    trees = boosted(matrix[~test][::step], label[~test][::step])
    other = judge(trees.predict_proba(matrix[test])[:, 1], label[test])
    if not _earned(other, quality, policy):
        return replace(result, others={"boosting": other})
    fitted = replace(fit(rows, label), trees=boosted(matrix[::step], label[::step]))
    return replace(result, fitted=fitted, quality=other, kind="boosting", others={"logistic": quality})


def unseen_auc(columns: Sequence[Column], labels: Any) -> float:
    """AUC of a logistic model of the columns on unseen rows, by the folds of `cross_section`."""
    label = np.asarray(labels, dtype=int)
    order = _order(columns, label)
    rows = [_taken(column, order) for column in columns]
    return _out_of_fold(rows, label[order], folds(coded(rows), label[order]))[1].auc


def _short(events: int, needed: int) -> Judged:
    return Judged(refused=too_few(events, needed=needed), lacking=(events, needed))


def _lacking(label: Any, policy: Any) -> tuple[int, int] | None:
    events = min(int(label.sum()), len(label) - int(label.sum()))
    return (events, int(_least(policy))) if events < _least(policy) else None


def too_few(events: int, *, needed: int) -> Text:
    """Why there is no model, with the number of churns that would be enough."""
    slots = {"k": same(str(events)), "need": same(str(needed))}
    return Text(
        "too few clients left to fit a model and judge it: {k} in the history, at least {need} are needed",
        "ушедших слишком мало, чтобы построить и проверить модель: в истории {k}, нужно не меньше {need}",
    ).fill(**slots)


def affordable(
    columns: Sequence[Column], labels: Any, policy: Any, *, within: Any = None
) -> tuple[list[Column], Text | None]:
    """The first columns that the churns pay for (ten a column), or why there are none; mostly empty ones are left out."""
    events = min(int(np.sum(labels)), len(labels) - int(np.sum(labels)))
    if events < _least(policy):
        return [], too_few(events, needed=int(_least(policy)))
    known = [column for column in columns if _tells(column, within)]
    if len(known) < policy["churn_min_features"]:
        return [], Text(
            "too little is known of the clients before they left: a model needs usage, payments or tickets with dates",
            "о клиентах до ухода известно слишком мало: модели нужны использование, оплаты или обращения с датами",
        )
    spent = np.cumsum([_cost(column) for column in known])
    return [column for column, sum_ in zip(known, spent, strict=True)
            if sum_ * policy["churn_events_per_feature"] <= events], None  # fmt: skip


def _tells(column: Column, within: Any) -> bool:
    """True for a column known of half the clients or more and not the same for all."""
    filled = column.filled if within is None else column.filled[within]
    values = column.values if within is None else column.values[within]
    return bool(filled.mean() >= 0.5 and len(np.unique(values[filled].astype(str))) > 1)


def _cost(column: Column) -> int:
    return 1 if column.kind == "number" else len({value for value in column.values if value is not None}) - 1


def _least(policy: Any) -> float:
    return float(policy["churn_events_per_feature"] * policy["churn_min_features"])


def _test(label: Any, moment: Any, policy: Any) -> Any | None:
    numbers = np.unique(moment)
    for first in numbers[:0:-1]:
        test = moment >= first
        if label[test].sum() >= policy["churn_min_test_events"]:
            return test
    return None


def fit(columns: Sequence[Column], labels: Any, *, train: Any = None) -> Fitted:
    """A logistic model (L2) of the rows marked in ``train``; scales and fills are learned on them alone."""
    from sklearn.linear_model import LogisticRegression

    label = np.asarray(labels, dtype=int)
    mask = np.ones(len(label), dtype=bool) if train is None else train
    made = design(columns, mask)
    matrix = made.matrix(columns)[mask]
    model = LogisticRegression(C=1.0, solver="newton-cholesky", max_iter=200, tol=1e-9).fit(matrix, label[mask])
    return Fitted(made, model.coef_[0], float(model.intercept_[0]), matrix.mean(axis=0))


def judge(chances: Any, labels: Any) -> Quality:
    """Quality of chances against what happened."""
    label = np.asarray(labels, dtype=int)
    events, n = int(label.sum()), len(label)
    area, base = calibration.auc(chances, label), events / n
    return Quality(
        area,
        calibration.auc_interval(area, events, n - events),
        calibration.average_precision(chances, label),
        calibration.top_lift(chances, label),
        calibration.brier(chances, label),
        base * (1 - base),
        calibration.ece(chances, label),
        tuple(calibration.deciles(chances, label)),
        n,
        events,
    )


def folds(matrix: Any, labels: Any) -> Any:
    """Fold of each row, stratified by outcome; rows equal in every column share one, so none is on both sides."""
    from sklearn.model_selection import StratifiedKFold

    _rows, first, group = np.unique(matrix, axis=0, return_index=True, return_inverse=True, equal_nan=True)
    group = group.reshape(-1)
    number = np.zeros(len(first), dtype=int)
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for place, (_train, test) in enumerate(splitter.split(first, np.asarray(labels)[first])):
        number[test] = place
    return number[group]


def _out_of_fold(columns: Sequence[Column], label: Any, fold: Any) -> tuple[Any, Quality]:
    chances, areas = np.empty(len(label)), []
    for number in range(FOLDS):
        out = fold == number
        unseen = [_taken(column, np.flatnonzero(out)) for column in columns]
        chances[out] = fit(columns, label, train=~out).chances(unseen)
        areas.append(calibration.auc(chances[out], label[out]))
    share = repeated(coded(columns))
    return chances, replace(judge(chances, label), spread=float(np.std(areas)), repeated=share)


def _challenged(result: Judged, columns: Sequence[Column], label: Any, *, fold: Any, back: Any, policy: Any) -> Judged:
    """Boosting in place of logistic, only where it is better by the policy's gain on the same folds."""
    if label.sum() < policy["churn_boost_events"] or result.quality is None or result.fitted is None:
        return result
    matrix, chances = coded(columns), np.empty(len(label))
    for number in range(FOLDS):
        out = fold == number
        chances[out] = boosted(matrix[~out], label[~out]).predict_proba(matrix[out])[:, 1]
    quality = judge(chances, label)
    found = replace(result, others={"boosting": quality})
    if not _earned(quality, result.quality, policy):
        return found
    fitted = replace(result.fitted, trees=boosted(matrix, label))
    return replace(found, fitted=fitted, quality=quality, kind="boosting", unseen=chances[back],
                   others={"logistic": result.quality})  # fmt: skip


def _earned(other: Quality, logistic: Quality, policy: Any) -> bool:
    return bool(other.auc >= logistic.auc + policy["churn_boost_gain"] and other.brier < logistic.brier)


def boosted(matrix: Any, label: Any) -> Any:
    """Gradient boosting of shallow trees with a fixed seed."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=100, learning_rate=0.06, max_leaf_nodes=8, l2_regularization=1.0, random_state=SEED
    ).fit(matrix, label)


def _order(columns: Sequence[Column], label: Any) -> Any:
    """An order of rows that depends on their content alone."""
    matrix = coded(columns)
    return np.lexsort((label, *matrix.T[::-1]))


def _taken(column: Column, places: Any) -> Column:
    return Column(column.name, column.kind, column.values[places])


def _names(columns: Sequence[Column]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)


__all__ = ["FOLDS", "SEED", "Fitted", "Judged", "Quality", "boosted", "cross_section", "fit", "folds", "judge",
           "through_time", "too_few", "unseen_auc"]  # fmt: skip
