"""A circuit breaker: after so many failures in a row an endpoint is left alone for a while, then tried once."""

import threading
import time
from collections.abc import Callable

FAILURES = 5
REST_SECONDS = 30.0


class Breaker:
    """Closed: calls go through. Open: none does, for ``rest`` seconds. Half-open: one does, and decides.

    Thread-safe; the clock is handed in, so that a test needs no waiting.
    """

    def __init__(
        self, *, failures: int = FAILURES, rest: float = REST_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.failures, self.rest, self.clock = failures, rest, clock
        self._row = 0
        self._opened: float | None = None
        self._trying = False
        self._lock = threading.Lock()

    @property
    def state(self) -> str:
        """``closed``, ``open`` or ``half-open``."""
        with self._lock:
            if self._opened is None:
                return "closed"
            return "half-open" if self._trying or self.clock() - self._opened >= self.rest else "open"

    def admit(self) -> bool:
        """Whether a call may be made now; in the half-open state the one that tries is let through, others are not."""
        with self._lock:
            if self._opened is None:
                return True
            if self._trying or self.clock() - self._opened < self.rest:
                return False
            self._trying = True
            return True

    def succeeded(self) -> None:
        """A call went well: closed again."""
        with self._lock:
            self._row, self._opened, self._trying = 0, None, False

    def failed(self) -> None:
        """A call failed: open after so many in a row, and at once where it was the one that tried."""
        with self._lock:
            self._row += 1
            if self._trying or self._row >= self.failures:
                self._opened, self._trying = self.clock(), False

    def dropped(self) -> None:
        """A call was given up without telling anything of the endpoint; the next one may try."""
        with self._lock:
            self._trying = False
