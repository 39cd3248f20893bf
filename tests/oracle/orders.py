"""Recency, frequency and money of a year's orders, with right-closed quartile scores (§3)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracle.rules import Row, Span, Tables, ticks
from tests.oracle.scores import quartiles, scores

EDGES = ("q25", "q50", "q75")
INACTIVE = "inactive"


@dataclass(frozen=True)
class Buyer:
    """Days since the last order, number of orders, ticks of net revenue."""

    recency: int
    orders: int
    money: int


def buyers(tables: Tables, span: Span) -> dict[str, Buyer]:
    """Clients with an order in the window; a document taken back in full is no order."""
    documents: dict[tuple[str, str], list[Row]] = defaultdict(list)
    money: dict[str, int] = defaultdict(int)
    for line in tables.get("invoices", ()):
        if line["account_id"] and span.start <= line["date"] < span.end:
            documents[line["account_id"], line["document"]].append(line)
            money[line["account_id"]] += ticks(line["amount"])
    placed: dict[str, list[date]] = defaultdict(list)
    for (account, _document), found in documents.items():
        if sum(ticks(line["amount"]) for line in found) > 0:
            placed[account].append(min(line["date"] for line in found))
    return {
        account: Buyer((span.closing - max(days)).days, len(days), money[account]) for account, days in placed.items()
    }


def cells(found: Mapping[str, Buyer]) -> dict[str, tuple[int, int, int]]:
    """Scores of recency, frequency and money, 1 to 4, by client."""
    if not found:
        return {}
    recent = scores([Fraction(one.recency) for one in found.values()], reverse=True)
    often = scores([Fraction(one.orders) for one in found.values()])
    much = scores([Fraction(one.money) for one in found.values()])
    return dict(zip(found, zip(recent, often, much, strict=True), strict=True))


def edges(found: Mapping[str, Buyer]) -> dict[str, list[Fraction]]:
    """The three edges of days, orders and ticks."""
    if not found:
        return {}
    return {
        "recency_days": quartiles([Fraction(one.recency) for one in found.values()]),
        "orders": quartiles([Fraction(one.orders) for one in found.values()]),
        "money": quartiles([Fraction(one.money) for one in found.values()]),
    }
