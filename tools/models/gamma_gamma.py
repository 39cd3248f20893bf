"""Gamma-Gamma: what a client spends on a purchase day, few purchases drawn towards the mean (metrics §2.5)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.text import Text

Array = np.ndarray[Any, np.dtype[np.float64]]
BOUND = 12.0
DEPENDENT = Text(
    "spend depends on how often a client buys, and the model of spend needs them to be independent",
    "сумма покупки зависит от частоты покупок, а модели чека нужна их независимость",
)
NO_MEAN = Text(
    "spend has so long a tail that its mean cannot be fitted",
    "разброс сумм так велик, что среднюю сумму оценить нельзя",
)


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """A fitted model: parameters above zero, ``v`` in money, and the log-likelihood of the clients."""

    p: float
    q: float
    v: float
    log_likelihood: float

    @property
    def population(self) -> float:
        """Mean spend of a client of whom nothing is known. CDNOW: 35.17."""
        return self.p * self.v / (self.q - 1)


def correlation(x: Any, mean: Any) -> float:
    """Correlation of repeat purchases and mean spend over clients with both above zero; 0 where either never varies."""
    count, spend = _known(x, mean)
    if len(count) < 2 or count.std() == 0 or spend.std() == 0:
        return 0.0
    return float(np.corrcoef(count, spend)[0, 1])


def fit(x: Any, mean: Any, *, most: float) -> tuple[GammaGamma | None, Text | None]:
    """The maximum-likelihood model of clients with purchases and mean spend above zero, or None and the reason.

    Refused where |correlation| of the two exceeds ``most``. CDNOW, 946 clients: 6.25, 3.74, 15.44.
    """
    count, spend = _known(x, mean)
    if len(count) < 2:
        return None, Text("no client has a repeat purchase with money", "нет повторных покупок с суммами")
    if abs(correlation(count, spend)) > most:
        return None, DEPENDENT
    from scipy.optimize import minimize

    unit = float(np.median(spend))
    table = _Table(count, spend / unit)
    bounds = [(-BOUND, BOUND)] * 3
    options = {"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500}
    found = minimize(table.loss, np.zeros(3), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    p, q, v = (float(value) for value in np.exp(found.x))
    if q <= 1:
        return None, NO_MEAN
    total = -float(found.fun) * len(count) - len(count) * float(np.log(unit))
    return GammaGamma(p, q, v * unit, total), None


def expected(model: GammaGamma, x: Any, mean: Any) -> Array:
    """E(M|x,m): expected spend on a purchase day; without purchases, the mean of the population.

    CDNOW, two purchases at 22.35: 24.65.
    """
    count, spend = np.asarray(x, dtype=float), np.asarray(mean, dtype=float)
    count = np.where(spend > 0, count, 0.0)
    own = model.p * count / (model.p * count + model.q - 1)
    return np.asarray((1 - own) * model.population + own * np.where(spend > 0, spend, 0.0))


def _known(x: Any, mean: Any) -> tuple[Array, Array]:
    """Purchases and mean spend of the clients with both, in an order that no name can change."""
    count, spend = np.asarray(x, dtype=float), np.asarray(mean, dtype=float)
    both = (count > 0) & (spend > 0)
    order = np.lexsort((spend[both], count[both]))
    return count[both][order], spend[both][order]


class _Table:
    """Everything of the likelihood that does not change while the parameters do."""

    def __init__(self, x: Array, mean: Array) -> None:
        self.counts, self.place = np.unique(x, return_inverse=True)
        self.of_count = np.bincount(self.place).astype(float)
        self.x, self.total = x, x * mean
        self.logs = np.bincount(self.place, np.log(mean))
        self.own = float((x * np.log(x * mean)).sum())
        self.size = len(x)

    def loss(self, point: Array) -> tuple[float, Array]:
        """Minus the mean log-likelihood and its gradient, both over log parameters."""
        from scipy.special import gammaln, psi

        p, q, v = parameters = np.exp(point)
        x, size = self.counts, self.of_count
        spread = np.log(self.total + v)
        shape = p * self.x + q
        value = size @ (gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v))
        value += p * self.own - self.logs.sum() - shape @ spread
        both = psi(p * x + q)
        gradient = np.array(
            [
                size @ (x * (both - psi(p * x))) + self.own - self.x @ spread,
                size @ (both - psi(q) + np.log(v)) - spread.sum(),
                self.size * q / v - (shape / (self.total + v)).sum(),
            ]
        )
        return -float(value) / self.size, -gradient * parameters / self.size
