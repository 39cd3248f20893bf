"""Timings: the audit by step beside the scan floor, and the product beside its peers on the same data in the same run."""

from evals.bench.audit import Timing, run_bench

__all__ = ["Timing", "run_bench"]
