"""Timings: the audit by step beside the scan floor, and the product beside its peers on the same data in the same run."""

from evals.bench.audit import Timing, run_bench
from evals.bench.races import Race, run_races
from evals.bench.relay import run_relay
from evals.bench.small import run_small
from evals.bench.words import run_words

__all__ = ["Race", "Timing", "run_bench", "run_races", "run_relay", "run_small", "run_words"]
