"""Shifted beta-geometric: lifetimes of clients that renew or leave at set moments (metrics §2.2; Fader & Hardie 2007)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

from tools.text import Text

Array = np.ndarray[Any, np.dtype[np.float64]]
BOUND = 12.0  # |log| of a parameter: beyond it the clients are all alike, or all lost or kept
INFINITE = Text(
    "the mean lifetime without discount is infinite (alpha is 1 or less): state a discounted or a capped one",
    "средний срок жизни без дисконта бесконечен (alpha не больше 1): называйте дисконтированный или с горизонтом",
)


@dataclass(frozen=True, slots=True)
class Sbg:
    """A fitted model: parameters above zero and the log-likelihood of the clients it was fitted on."""

    alpha: float
    beta: float
    log_likelihood: float

    @property
    def at_bound(self) -> bool:
        """True where the fit ran into its bounds: the clients show no spread of loyalty to estimate."""
        return max(abs(log(self.alpha)), abs(log(self.beta))) > BOUND - 0.01


def fit(cohorts: Sequence[Sequence[float]]) -> Sbg:
    """The maximum-likelihood model of cohorts; each is its clients in force at renewals 0, 1, 2, ...

    Cohorts may differ in length and size. Regular clients of 2007 (1000, 631, 468, 382, ... 241) give 0.704, 1.182.
    """
    return fit_counts(*deaths(cohorts))


def fit_counts(lost: Array, active: Array) -> Sbg:
    """The same from counts: ``lost[t-1]`` clients left at renewal t, ``active[t]`` are there after t renewals."""
    if lost.sum() <= 0:
        raise ValueError("nobody of the cohorts left: a lifetime cannot be fitted")
    from scipy.optimize import minimize

    total = float(lost.sum() + active.sum())

    def loss(point: Array) -> float:
        alpha, beta = np.exp(point)
        return -log_likelihood(lost, active, alpha=alpha, beta=beta) / total

    bounds = [(-BOUND, BOUND)] * 2
    rough = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=bounds).x
    best = minimize(loss, rough, method="Nelder-Mead", bounds=bounds, options={"xatol": 1e-9, "fatol": 1e-15})
    alpha, beta = (float(value) for value in np.exp(best.x))
    return Sbg(alpha, beta, -float(best.fun) * total)


def deaths(cohorts: Sequence[Sequence[float]]) -> tuple[Array, Array]:
    """Clients lost at renewal 1, 2, ... and clients still active after 0, 1, ... renewals, all cohorts together."""
    longest = max(len(cohort) for cohort in cohorts)
    lost, active = np.zeros(longest - 1), np.zeros(longest)
    for cohort in cohorts:
        sizes = np.asarray(cohort, dtype=float)
        if (np.diff(sizes) > 0).any():
            raise ValueError("a cohort cannot grow: count its clients, not new ones")
        lost[: len(sizes) - 1] += -np.diff(sizes)
        active[len(sizes) - 1] += sizes[-1]
    return lost, active


def log_likelihood(lost: Any, active: Any, *, alpha: float, beta: float) -> float:
    """Sum over clients: ``lost[t-1]`` left at renewal t, ``active[t]`` stayed through t renewals."""
    from scipy.special import betaln

    gone, here = np.asarray(lost, dtype=float), np.asarray(active, dtype=float)
    base = betaln(alpha, beta)
    left = betaln(alpha + 1, beta + np.arange(len(gone))) - base
    stayed = betaln(alpha, beta + np.arange(len(here))) - base
    return float(gone @ left + here @ stayed)


def survival(model: Sbg, renewals: Any) -> Array:
    """Share of a new cohort still there after so many renewals, 0 to 1; 1 at none."""
    from scipy.special import betaln

    count = np.asarray(renewals, dtype=float)
    return np.asarray(np.exp(betaln(model.alpha, model.beta + count) - betaln(model.alpha, model.beta)))


def retention(model: Sbg, renewal: Any) -> Array:
    """Share that makes renewal 1, 2, ... of those who made the one before: it rises, though nobody changes."""
    place = np.asarray(renewal, dtype=float)
    return np.asarray((model.beta + place - 1) / (model.alpha + model.beta + place - 1))


def mean_lifetime(model: Sbg) -> tuple[float | None, Text | None]:
    """Expected number of periods paid, without discount; None and the reason where it is infinite (alpha <= 1)."""
    if model.alpha <= 1:
        return None, INFINITE
    return (model.alpha + model.beta - 1) / (model.alpha - 1), None


def residual(model: Sbg, renewals: Any, *, discount: float) -> Array:
    """DERL: expected discounted renewals still to come, just before the next, after ``renewals`` made.

    ``discount`` a period, above zero. High End clients at 10 % after 7 renewals: 7.530.
    """
    from scipy.special import hyp2f1

    made = np.asarray(renewals, dtype=float)
    later, both = model.beta + made, model.alpha + model.beta + made
    return np.asarray(later / both * hyp2f1(1, later + 1, both + 1, 1 / (1 + discount)))


def constant(retained: float, *, discount: float) -> float:
    """The same renewals for one constant retention share: 0.8117 at 10 % gives 3.097."""
    return retained / (1 - retained / (1 + discount))


@dataclass(frozen=True, slots=True)
class BaseValue:
    """Expected discounted renewals of a whole base: by cohorts, by one pooled retention, and how far the latter is off."""

    by_cohort: float
    aggregate: float
    pooled_retention: float

    @property
    def bias(self) -> float:
        """Aggregate over true, minus one: below zero where the pooled figure is too low (-0.122 in the 2010 data)."""
        return self.aggregate / self.by_cohort - 1


def base_value(model: Sbg, cohorts: Sequence[Sequence[float]], *, discount: float) -> BaseValue:
    """Value in renewals of the clients in force, cohort by cohort, beside the aggregate retention of the last period."""
    now = np.array([cohort[-1] for cohort in cohorts], dtype=float)
    made = np.array([len(cohort) - 1 for cohort in cohorts])
    older = [cohort for cohort in cohorts if len(cohort) > 1]
    if not older:
        raise ValueError("no cohort has met a renewal yet")
    pooled = sum(cohort[-1] for cohort in older) / sum(cohort[-2] for cohort in older)
    true = float(now @ residual(model, made, discount=discount))
    return BaseValue(true, float(now.sum()) * constant(pooled, discount=discount), float(pooled))


def constant_survival(kept: float, *, periods: int, at: float) -> float:
    """Share left at ``at`` if the mean retention of the first ``periods`` held: 0.241 of 7 years gives 0.087 at year 12."""
    return float(kept ** (at / periods))
