"""What invoice lines say without being spread: revenue per client, overdue money."""

from collections import defaultdict
from datetime import date
from fractions import Fraction

from tests.oracle.rules import Row, Span, Tables, ticks, until


def revenue(tables: Tables, span: Span) -> dict[str, int]:
    """Net ticks by account over the days of the window."""
    found: dict[str, int] = defaultdict(int)
    for line in tables.get("invoices", ()):
        if line["account_id"] and span.start <= line["date"] < span.end:
            found[line["account_id"]] += ticks(line["amount"])
    return dict(found)


def per_client(found: dict[str, int]) -> Fraction | None:
    """Ticks for each client with a line."""
    return Fraction(sum(found.values()), len(found)) if found else None


def overdue(tables: Tables, as_of: date) -> tuple[int, int] | None:
    """Ticks past due on the day, and the clients who owe them; None where no due or no paid dates are recorded."""
    lines = until(tables.get("invoices", ()), "date", as_of)
    if not any(line.get("due_date") for line in lines) or not any(line.get("paid_date") for line in lines):
        return None
    late = [line for line in lines if _late(line, as_of)]
    return sum(ticks(line["amount"]) for line in late), len({line["account_id"] for line in late})


def _late(line: Row, as_of: date) -> bool:
    due, paid = line.get("due_date"), line.get("paid_date")
    return bool(line["amount"] > 0 and due and due < as_of and (paid is None or paid > as_of))
