"""K-means as an exploration: how many groups the data hold, whether they are stable, where a new account falls (metrics §4)."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.text import Text

SEED = 42
STARTS = 20
LEAST, MOST = 2, 8
WINSOR = (0.01, 0.99)
SAMPLE = 1_000
REFERENCES = 20
RESAMPLES = 20


@dataclass(frozen=True)
class Scaler:
    """A frozen transform of raw features: logarithm of the money-like ones, tails cut at 1/99 %, then standardised."""

    names: tuple[str, ...]
    logged: tuple[bool, ...]
    low: Any
    high: Any
    mean: Any
    spread: Any

    def __call__(self, raw: Any) -> Any:
        """The scaled features of raw rows; a money below zero counts as zero."""
        return (np.clip(_logged(raw, self.logged), self.low, self.high) - self.mean) / self.spread

    def natural(self, rows: Any) -> Any:
        """Scaled rows back in the units of the raw features; a centroid comes out as a geometric mean of its money."""
        values = rows * self.spread + self.mean
        return np.where(np.asarray(self.logged), np.expm1(values), values)


def fit_scaler(raw: Any, names: Sequence[str], *, logged: Sequence[bool]) -> Scaler:
    """The transform fitted on the rows; a feature that does not vary keeps a spread of one."""
    values = _logged(raw, logged)
    low, high = np.quantile(values, WINSOR, axis=0)
    held = np.clip(values, low, high)
    spread = held.std(axis=0)
    return Scaler(tuple(names), tuple(logged), low, high, held.mean(axis=0), np.where(spread > 0, spread, 1.0))


def _logged(raw: Any, logged: Sequence[bool]) -> Any:
    values = np.asarray(raw, dtype=float)
    return np.where(np.asarray(logged), np.log1p(np.maximum(values, 0.0)), values)


@dataclass(frozen=True, slots=True)
class Trial:
    """One number of clusters tried: what each criterion says of it. ``stability`` is the mean bootstrap ARI."""

    k: int
    inertia: float
    silhouette: float
    calinski_harabasz: float
    gap: float
    gap_se: float
    stability: float
    smallest: float


@dataclass(frozen=True)
class Clusters:
    """A chosen partition: labels (0 the cluster of the largest money), frozen centroids, and how it was chosen.

    ``picks`` is the number of clusters each criterion prefers (gap may prefer 1: no clusters at all).
    """

    k: int
    labels: Any
    centroids: Any
    scaler: Scaler
    trials: tuple[Trial, ...]
    picks: Mapping[str, int]

    @property
    def agree(self) -> bool:
        """True where silhouette and gap both prefer the number chosen."""
        return set(self.picks.values()) == {self.k}

    def assign(self, raw: Any) -> Any:
        """The label of each raw row: its nearest frozen centroid."""
        return _nearest(self.scaler(raw), self.centroids)


def too_few(n: int, policy: Mapping[str, float] | Any) -> Text | None:
    """Why so many accounts are too few to look for two clusters, or None."""
    if n >= LEAST * policy["cluster_min_accounts"]:
        return None
    return Text(
        "too few active clients to look for groups: each expected group needs dozens of them",
        "активных клиентов слишком мало для поиска групп: на каждую ожидаемую группу нужны десятки",
    )


NO_STRUCTURE = Text(
    "no division into groups comes out the same on repeated samples with no group too small, so none is shown",
    "ни одно разбиение не повторяется на повторных выборках без слишком мелких групп, поэтому не показано ни одно",
)


def explore(
    raw: Any, names: Sequence[str], policy: Any, *, logged: Sequence[bool], money: Callable[[Any], Any]
) -> Clusters | Text:
    """The partition of the rows into two to eight clusters, or the reason why none may be shown.

    Chosen by the silhouette among the numbers whose bootstrap ARI is at least .8 and whose smallest cluster holds at
    least 5 %; what the gap statistic prefers is in ``picks``. ``money`` gives the worth of centroids in raw units:
    labels run from the largest. Needs 50 rows a cluster. Fixed seed; neither row order nor names matter. Criteria are computed on
    a fixed sample of 1,000 rows, the final centroids on all.
    """
    raw = np.asarray(raw, dtype=float)
    why = too_few(len(raw), policy)
    if why is not None:
        return why
    order = np.lexsort(raw.T[::-1])
    scaler = fit_scaler(raw[order], names, logged=logged)
    rows = scaler(raw[order])
    most = min(MOST, int(len(raw) // policy["cluster_min_accounts"]), len(np.unique(rows, axis=0)) - 1)
    trials = scan(_sampled(rows), range(LEAST, most + 1))
    sound = [
        trial
        for trial in trials
        if trial.stability >= policy["cluster_min_ari"] and trial.smallest >= policy["cluster_min_share"]
    ]
    if not sound:
        return NO_STRUCTURE
    best = max(sound, key=lambda trial: (trial.silhouette, -trial.k))
    with _one_thread():
        centroids = _fit(rows, best.k)[0]
    centroids = centroids[np.argsort(-money(scaler.natural(centroids)), kind="stable")]
    labels = np.empty(len(raw), dtype=int)
    labels[order] = _nearest(rows, centroids)
    if np.bincount(labels, minlength=best.k).min() < policy["cluster_min_share"] * len(raw):
        return NO_STRUCTURE
    picks = {"silhouette": max(trials, key=lambda trial: (trial.silhouette, -trial.k)).k, "gap": gap_pick(rows, trials)}
    return Clusters(best.k, labels, centroids, scaler, trials, picks)


def scan(rows: Any, counts: Sequence[int] | range) -> tuple[Trial, ...]:
    """Every criterion for each number of clusters of scaled rows; iris for two: inertia 152.348, silhouette .6810."""
    from sklearn.metrics import calinski_harabasz_score, silhouette_score

    rows = np.asarray(rows, dtype=float)
    trials = []
    with _one_thread():
        for k in counts:
            centroids, labels, inertia = _fit(rows, k)
            gap, gap_se = _gap(rows, k, inertia)
            trials.append(
                Trial(
                    k,
                    inertia,
                    float(silhouette_score(rows, labels)),
                    float(calinski_harabasz_score(rows, labels)),
                    gap,
                    gap_se,
                    _stability(rows, k, labels),
                    float(np.bincount(labels, minlength=k).min() / len(rows)),
                )
            )
    return tuple(trials)


def gap_pick(rows: Any, trials: Sequence[Trial]) -> int:
    """The smallest number whose gap is within one standard error of the next one's (Tibshirani 2001), one included."""
    sample = _sampled(np.asarray(rows, dtype=float))
    single = float(((sample - sample.mean(axis=0)) ** 2).sum())
    with _one_thread():
        gap, gap_se = _gap(sample, 1, single)
    steps = [(1, gap, gap_se), *((trial.k, trial.gap, trial.gap_se) for trial in trials)]
    for (k, here, _se), (_next, after, after_se) in zip(steps, steps[1:], strict=False):
        if here >= after - after_se:
            return k
    return steps[-1][0]


def _fit(rows: Any, k: int, *, starts: int = STARTS) -> tuple[Any, Any, float]:
    from sklearn.cluster import KMeans

    model = KMeans(n_clusters=k, n_init=starts, random_state=SEED).fit(rows)
    return model.cluster_centers_, model.labels_, float(model.inertia_)


def _gap(rows: Any, k: int, inertia: float) -> tuple[float, float]:
    """Gap of the log inertia against uniform rows in the same box, and its standard error with the simulation's."""
    generator = np.random.default_rng([SEED, k])
    low, high = rows.min(axis=0), rows.max(axis=0)
    logs = np.empty(REFERENCES)
    for place in range(REFERENCES):
        drawn = generator.uniform(low, high, size=rows.shape)
        spread = ((drawn - drawn.mean(axis=0)) ** 2).sum() if k == 1 else _fit(drawn, k, starts=3)[2]
        logs[place] = np.log(max(float(spread), 1e-300))
    return float(logs.mean() - np.log(max(inertia, 1e-300))), float(logs.std() * np.sqrt(1 + 1 / REFERENCES))


def _stability(rows: Any, k: int, labels: Any) -> float:
    """Mean adjusted Rand index between the partition and those found on resampled rows."""
    from sklearn.metrics import adjusted_rand_score

    generator = np.random.default_rng([SEED, k, 1])
    found = []
    for _place in range(RESAMPLES):
        drawn = rows[generator.integers(0, len(rows), len(rows))]
        if len(np.unique(drawn, axis=0)) < k:
            return 0.0
        found.append(adjusted_rand_score(labels, _nearest(rows, _fit(drawn, k, starts=5)[0])))
    return float(np.mean(found))


def _nearest(rows: Any, centroids: Any) -> Any:
    """The nearest centroid of each row, the first of equals."""
    distance = (centroids**2).sum(axis=1)[None, :] - 2 * rows @ centroids.T
    return np.argmin(distance, axis=1)


def _sampled(rows: Any) -> Any:
    """At most `SAMPLE` rows, chosen by the fixed seed from rows in a fixed order."""
    if len(rows) <= SAMPLE:
        return rows
    return rows[np.sort(np.random.default_rng(SEED).choice(len(rows), SAMPLE, replace=False))]


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread: sums in parallel differ in their last digits from run to run."""
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    with warnings.catch_warnings(), threadpool_limits(limits=1):
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct rows than clusters: caught by stability
        yield
