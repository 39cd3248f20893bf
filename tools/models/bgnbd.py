"""BG/NBD: how often clients order and when they stop, for orders without a contract (metrics §2.3; Fader, Hardie, Lee 2005)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]
BOUND = 12.0  # |log| of a parameter, time counted in mean ages of the base
ALIKE = 7.0  # log of a or b beyond which clients stop all alike, and nothing of them can be told apart


@dataclass(frozen=True, slots=True)
class Orders:
    """Distinct triples of clients: repeat purchase days ``x``, weeks to the last ``t_x``, weeks observed ``T``, and how many.

    The rows are sorted, so that neither the order of clients nor their names can change a fitted figure.
    """

    x: Array
    t_x: Array
    T: Array
    weight: Array

    @property
    def clients(self) -> int:
        """Number of clients."""
        return int(self.weight.sum())

    @property
    def repeaters(self) -> int:
        """Number of clients with a repeat purchase."""
        return int(self.weight[self.x > 0].sum())


def collapse(x: Any, t_x: Any, T: Any) -> Orders:  # noqa: N803 - the paper's letters
    """Clients as distinct triples with weights; purchases of one day are merged and the first is not counted before."""
    return triples(x, t_x, T)[0]


def triples(x: Any, t_x: Any, T: Any) -> tuple[Orders, Any]:  # noqa: N803
    """The distinct triples, and the place of each client's triple among them."""
    columns = [np.asarray(column, dtype=float) for column in (x, t_x, T)]
    key, sizes = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        sizes *= len(values)
        if sizes > 2**62:
            raise ValueError("too many distinct times to collapse")
        key = key * len(values) + place
    _key, first, place, count = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    counts, lasts, ages = (column[first] for column in columns)
    return Orders(counts, lasts, ages, count.astype(float)), place


@dataclass(frozen=True, slots=True)
class BgNbd:
    """A fitted model: parameters above zero, times in weeks, and the log-likelihood of the clients."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    at_bound: bool = False


def fit(orders: Orders) -> BgNbd:
    """The maximum-likelihood model, by exact gradient over the distinct triples. CDNOW: 0.243, 4.414, 0.793, 2.426."""
    from scipy.optimize import minimize

    unit = float(orders.weight @ orders.T) / orders.clients or 1.0  # weeks: keeps the search well scaled
    table = _Table(orders, unit)
    found = minimize(
        table.loss,
        np.array([0.0, 0.0, 0.0, 0.0]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-BOUND, BOUND)] * 2 + [(-BOUND, ALIKE)] * 2,
        options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500},
    )
    r, alpha, a, b = (float(value) for value in np.exp(found.x))
    total = -float(found.fun) * orders.clients - float(orders.weight @ orders.x) * float(np.log(unit))
    edge = bool(np.abs(found.x).max() > BOUND - 0.01 or found.x[2:].max() > ALIKE - 0.01)
    return BgNbd(r, alpha * unit, a, b, total, edge)


class _Table:
    """Everything of the likelihood that does not change while the parameters do."""

    def __init__(self, orders: Orders, unit: float) -> None:
        self.clients = float(orders.weight.sum())
        self.counts, count = np.unique(orders.x, return_inverse=True)
        self.of_count = np.bincount(count, orders.weight)
        self.ages, age = np.unique(orders.T / unit, return_inverse=True)
        self.of_age = np.bincount(age, orders.weight)
        self.age_events = np.bincount(age, orders.weight * orders.x)
        again = orders.x > 0
        self.weight, self.x = orders.weight[again], orders.x[again]
        self.count, self.age = count[again], age[again]
        self.lasts, self.last = np.unique(orders.t_x[again] / unit, return_inverse=True)

    def loss(self, point: Array) -> tuple[float, Array]:
        """Minus the mean log-likelihood and its gradient, both over log parameters."""
        from scipy.special import betaln, gammaln, psi

        r, alpha, a, b = parameters = np.exp(point)
        x, size = self.counts, self.of_count
        log_age, log_last = np.log(alpha + self.ages), np.log(alpha + self.lasts)
        gap = log_age[self.age] - log_last[self.last]
        odds = np.log(a) - np.log(b + x - 1, where=x > 0, out=np.zeros_like(x))
        dropped = odds[self.count] + (r + self.x) * gap  # log odds of having stopped after the last purchase
        gone = self.weight / (1 + np.exp(-dropped))
        value = size @ (gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b))
        value -= (r * self.of_age + self.age_events) @ log_age
        value += self.weight @ np.logaddexp(0, dropped)
        gone_by_count = np.bincount(self.count, gone, minlength=len(x))
        inverse = 1 / (alpha + self.ages)
        step = inverse[self.age] - 1 / (alpha + self.lasts)[self.last]
        both = psi(a + b) - psi(a + b + x)
        gradient = np.array(
            [
                size @ (psi(r + x) - psi(r) + np.log(alpha)) - self.of_age @ log_age + gone @ gap,
                self.clients * r / alpha - (r * self.of_age + self.age_events) @ inverse + gone @ ((r + self.x) * step),
                size @ both + gone.sum() / a,
                size @ (both + psi(b + x) - psi(b))
                - gone_by_count @ np.divide(1, b + x - 1, where=x > 0, out=np.zeros_like(x)),
            ]
        )
        return -float(value) / self.clients, -gradient * parameters / self.clients


def log_likelihood(model: BgNbd, orders: Orders) -> float:
    """Sum over clients of the log-likelihood under the model's parameters."""
    value, _gradient = _Table(orders, 1.0).loss(np.log([model.r, model.alpha, model.a, model.b]))
    return -value * orders.clients


def alive(model: BgNbd, x: Any, t_x: Any, T: Any) -> Array:  # noqa: N803
    """Probability that a client still orders, 0 to 1. Without a repeat purchase it is 1 by construction of the model."""
    count, last, age = (np.asarray(column, dtype=float) for column in (x, t_x, T))
    log_odds = np.log(model.a) - np.log(np.where(count > 0, model.b + count - 1, 1.0))
    log_odds = log_odds + (model.r + count) * (np.log(model.alpha + age) - np.log(model.alpha + last))
    return np.asarray(np.where(count > 0, 1 / (1 + np.exp(np.minimum(log_odds, 700))), 1.0))


def expected_new(model: BgNbd, t: Any) -> Array:
    """E[X(t)]: purchases that a new client is expected to repeat within ``t`` weeks. CDNOW, 52 weeks: 1.444."""
    return _if_alive(model, 0.0, 0.0, np.asarray(t, dtype=float))


def expected(model: BgNbd, t: Any, *, x: Any, t_x: Any, T: Any) -> Array:  # noqa: N803
    """E[Y(t)]: purchases expected in the next ``t`` weeks. CDNOW, 39 weeks, (2, 30.43, 38.86): 1.226."""
    ahead = _if_alive(model, np.asarray(x, dtype=float), np.asarray(T, dtype=float), np.asarray(t, dtype=float))
    return np.asarray(ahead * alive(model, x, t_x, T))


def discounted(model: BgNbd, orders: Orders, *, weeks: Any, discount: float) -> Array:
    """Expected purchases of each triple at ends of periods ``weeks`` (rising), discounted by ``discount`` a period.

    What a client does if it still orders depends on x and T alone, so it is computed once for each such pair.
    """
    pairs, place = np.unique(np.stack([orders.x, orders.T]), axis=1, return_inverse=True)
    ends = np.asarray(weeks, dtype=float)
    total, before = np.zeros(pairs.shape[1]), np.zeros(pairs.shape[1])
    for period, end in enumerate(ends, start=1):
        reached = _if_alive(model, pairs[0], pairs[1], end)
        total += (reached - before) / (1 + discount) ** period
        before = reached
    return np.asarray(total[place.ravel()] * alive(model, orders.x, orders.t_x, orders.T))


def _if_alive(model: BgNbd, x: Any, T: Any, t: Any) -> Array:  # noqa: N803
    """Expected purchases in ``t`` weeks after ``T`` of a client known to order still."""
    from scipy.special import hyp2f1

    a = model.a if abs(model.a - 1) > 1e-7 else 1 + 1e-7
    count, ahead = np.broadcast_arrays(np.asarray(x, dtype=float), t / (model.alpha + np.asarray(T, dtype=float)))
    both, log_kept = a + model.b + count - 1, -np.log1p(ahead)
    part = ahead / (1 + ahead)
    with np.errstate(over="ignore", invalid="ignore"):
        idle = np.exp((a - 1) * log_kept) * hyp2f1(a + model.b - 1 - model.r, a - 1, both, part)  # Euler's form
        if not np.isfinite(idle).all():  # large a: the series as printed in the paper
            power = model.r + count
            idle = np.where(
                np.isfinite(idle), idle, np.exp(power * log_kept) * hyp2f1(power, model.b + count, both, part)
            )
    if a > 1 and not np.isfinite(idle).all():
        idle = np.where(np.isfinite(idle), idle, _by_quantiles(model, count, ahead))
    return np.asarray(both / (a - 1) * (1 - idle))


def _by_quantiles(model: BgNbd, x: Array, ahead: Array) -> Array:
    """The same integral where both series overflow: the mean of (1+wU)^-(r+x), U ~ Beta(a-1, b+x), by 200 quantiles."""
    from scipy.special import betaincinv

    places = (np.arange(200) + 0.5) / 200
    drawn = betaincinv(model.a - 1, model.b + x[..., None], places)
    return np.asarray(np.exp(-(model.r + x[..., None]) * np.log1p(ahead[..., None] * drawn)).mean(axis=-1))


def probability(model: BgNbd, n: int, *, t: float) -> float:
    """P(X(t)=n): a new client makes exactly ``n`` repeat purchases in ``t`` weeks."""
    from scipy.special import betainc, betaln, gammaln

    share, base = t / (model.alpha + t), betaln(model.a, model.b)
    steady = gammaln(model.r + n) - gammaln(model.r) - gammaln(n + 1) + model.r * np.log1p(-share)
    steady += n * np.log(share) if n else 0.0
    found = np.exp(betaln(model.a, model.b + n) - base + steady)
    if n > 0:
        found += np.exp(betaln(model.a + 1, model.b + n - 1) - base) * betainc(n, model.r, share)
    return float(found)
