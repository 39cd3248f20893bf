"""Intervals, curves and rules of honest statement (metrics §2.6, §7, §9), exact and small."""

from tools.stats.arms import smallest_difference
from tools.stats.curves import Incidence, incidence
from tools.stats.mix import Decomposition, Part, decompose
from tools.stats.money import (
    BOOTSTRAP_UP_TO,
    DRAWS,
    SEED,
    Dependence,
    cluster_interval,
    dependence,
    ratio_interval,
)
from tools.stats.proportions import (
    Z,
    adjusted,
    clopper_pearson,
    newcombe,
    per_arm,
    rescaled,
    rule_of_three,
    sample_size,
    shrink,
    wilson,
    zero_bound,
)
from tools.stats.scores import Change, nps_change, nps_interval, quartile_score
from tools.stats.sums import sums_interval
from tools.stats.verdict import Verdict, verdict

__all__ = [
    "BOOTSTRAP_UP_TO",
    "DRAWS",
    "SEED",
    "Z",
    "Change",
    "Decomposition",
    "Dependence",
    "Incidence",
    "Part",
    "Verdict",
    "adjusted",
    "clopper_pearson",
    "cluster_interval",
    "decompose",
    "dependence",
    "incidence",
    "newcombe",
    "nps_change",
    "nps_interval",
    "per_arm",
    "quartile_score",
    "ratio_interval",
    "rescaled",
    "rule_of_three",
    "sample_size",
    "shrink",
    "smallest_difference",
    "sums_interval",
    "verdict",
    "wilson",
    "zero_bound",
]
