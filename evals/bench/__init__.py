"""Timings: the audit by step beside the scan floor, and the product beside its peers on the same data in the same run."""

from evals.bench.audit import Timing, run_bench
from evals.bench.races import Race, run_races
from evals.bench.small import run_small

__all__ = ["Race", "Timing", "run_bench", "run_races", "run_small"]
