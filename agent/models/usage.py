"""What a model was used for in one answer or one run: counted, priced, and held within a budget."""

import threading
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.document import Usage
from tools.errors import BackendError

if TYPE_CHECKING:
    from agent.settings import Settings
    from tools.portfolio import Portfolio

#: UTF-8 bytes of a token where the endpoint does not count: rather too many tokens than too few.
BYTES_PER_TOKEN = 4
WEIGHED_ROWS = 1000
THOUSAND = Decimal(1000)
CENT = Decimal("0.0001")


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)


def raw_tokens(portfolio: "Portfolio") -> int:
    """About how many tokens the tables of a portfolio have as text: the first rows of each weighed, and multiplied."""
    import pyarrow.csv as csv
    from pyarrow import BufferOutputStream

    from tools.schema import TABLES

    weight = 0.0
    for name in (name for name in TABLES if portfolio.has(name)):
        table = portfolio.table(name)
        rows = int(portfolio.run(table.aggregate(n=table.count())).column("n")[0].as_py())
        shown = portfolio.run(table.limit(WEIGHED_ROWS))
        out = BufferOutputStream()
        csv.write_csv(shown, out)
        weight += len(out.getvalue()) * max(1.0, rows / max(1, shown.num_rows))
    return round(weight / BYTES_PER_TOKEN)


class Meter:
    """Adds up calls and tokens; thread-safe. ``limit`` is the budget in tokens, read and written together."""

    def __init__(self, settings: "Settings", limit: int) -> None:
        self.limit = limit
        self._settings = settings
        self._lock = threading.Lock()
        self._calls = self._read = self._written = 0
        self._estimated = False

    def admit(self, prompt: str, name: str) -> None:
        """Raise `BackendError` where a prompt would leave the budget behind."""
        if self.spent + estimated_tokens(prompt) > self.limit:
            raise BackendError(name, f"the budget of {self.limit} tokens is spent")

    def begin(self) -> None:
        """Count one call."""
        with self._lock:
            self._calls += 1

    def add(self, read: int | None, written: int | None, *, prompt: str, reply: str) -> None:
        """Count the tokens of one call, as the endpoint says or estimated."""
        with self._lock:
            self._estimated = self._estimated or not read or written is None
            self._read += read or estimated_tokens(prompt)
            self._written += written if written is not None else estimated_tokens(reply)

    @property
    def calls(self) -> int:
        """How many requests were sent."""
        return self._calls

    @property
    def spent(self) -> int:
        """Tokens read and written so far."""
        return self._read + self._written

    @property
    def usage(self) -> Usage | None:
        """What was used, or None where nothing was asked."""
        with self._lock:
            if not self._calls:
                return None
            return Usage(
                self._calls, self._read, self._written, self._estimated, self._cost(), self._settings.llm_currency
            )

    def _cost(self) -> Decimal | None:
        prices = (self._settings.llm_price_in, self._settings.llm_price_out)
        if prices == (None, None):
            return None
        paid = (self._read * (prices[0] or 0) + self._written * (prices[1] or 0)) / THOUSAND
        return Decimal(paid).quantize(CENT)
