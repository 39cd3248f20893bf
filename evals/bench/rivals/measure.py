"""Seconds and peak memory of a piece of work, printed as one JSON line; used by the rivals in their own environment."""

import json
import resource
import sys
import time
from collections.abc import Callable


def measure(work: Callable[[], object], *, repeat: int = 1, warm: bool = False) -> None:
    """Run `work`, print ``{seconds, peak_mb, answer}``; the best of the runs counts, ``warm`` runs one more before."""
    if warm:
        work()
    best = float("inf")
    answer: object = None
    for _ in range(repeat):
        began = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - began)
    json.dump({"seconds": best, "peak_mb": peak_mb(), "answer": answer}, sys.stdout, default=float)


def peak_mb() -> float:
    """Most memory this process has held, in MB; the kernel's own mark where there is one (getrusage counts the parent's too)."""
    try:
        with open("/proc/self/status", encoding="utf-8") as status:
            return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
