"""BG/NBD fitted by lifetimes. Argument: a parquet with x, t_x, T."""

import sys
import warnings

import pandas as pd
from measure import measure

warnings.filterwarnings("ignore")
from lifetimes import BetaGeoFitter  # noqa: E402

table = pd.read_parquet(sys.argv[1])


def work():
    """r, alpha, a, b."""
    fitter = BetaGeoFitter(penalizer_coef=0.0)
    fitter.fit(table["x"], table["t_x"], table["T"])
    return [float(fitter.params_[name]) for name in ("r", "alpha", "a", "b")]


measure(work, repeat=2)
