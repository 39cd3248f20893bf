"""Parts of the accounts that a portfolio is narrowed to."""

from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa

from tools.parts import Parts


@dataclass(frozen=True)
class Narrow:
    """A part of the accounts: those whose column has one value (``missing``: none), or a list of ids.

    ``ids`` may be known of a column's part too (``column`` True): queries then name the column, and nothing is asked
    of the engine to know who is inside. ``range`` says ``low..high`` of a band. ``parts`` cuts the rows of all parts
    of one base at once, this being the one at ``place``.
    """

    by: str
    group: str
    ids: tuple[str, ...] | None = None
    missing: bool = False
    column: bool = False
    range: str = ""
    parts: Parts | None = field(default=None, compare=False, repr=False)
    place: int = 0

    @property
    def listed(self) -> bool:
        """True where queries name the accounts themselves."""
        return self.ids is not None and not self.column

    @cached_property
    def members(self) -> pa.Table:
        """The ids as a table of one column, ``account_id``."""
        return pa.table({"account_id": pa.array(self.ids or (), pa.string())})
