"""A dozen clients with subscriptions, use, promises and survey answers: small enough to audit in a second or two."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.portfolios import build, subscription
from tools.portfolio import Portfolio

LAST = date(2025, 12, 31)


def small(home: Path) -> Portfolio:
    """Fourteen clients over two years: two left, one shrank, four grew, two are new and stuck."""
    accounts = [
        {"account_id": f"C{n}", "name": f"ООО «Ромашка {chr(1040 + n)}»", "plan": "Про" if n % 2 else "Старт"}
        for n in range(14)
    ]
    subscriptions: list[dict[str, Any]] = []
    for n in range(12):
        grown = 1500 + 300 * n if n in (2, 5, 7, 9) else 700 if n == 3 else 1000 + 100 * n
        end = {0: "2025-06-01", 1: "2025-09-01"}.get(n)
        subscriptions.append(
            subscription(f"C{n}", "2024-01-01", 1000 + 100 * n, end="2025-04-01", subscription_id=f"S{n}a")
        )
        subscriptions.append(subscription(f"C{n}", "2025-04-01", grown, end=end, subscription_id=f"S{n}b"))
    subscriptions += [subscription(f"C{n}", "2025-11-10", 900, subscription_id=f"S{n}a") for n in (12, 13)]
    return build(
        home,
        accounts=accounts,
        subscriptions=subscriptions,
        usage=_usage(),
        milestones=[{"account_id": f"C{n}", "date": f"2024-01-{10 + n}", "stage": "first_value", "is_value": True} for n in range(12)],
        value_goals=[
            {"account_id": f"C{n}", "goal": "экономия часов", "unit": "часов", "base": 0.0, "target": 100.0, "current": 9.0 * n,
             "value": 50000, "due": "2025-12-01", "grade": "measured"} for n in range(2, 8)
        ],
        surveys=[{"account_id": f"C{n}", "date": "2025-11-15", "score": 4 + n // 2} for n in range(12)],
    )  # fmt: skip


def _usage() -> list[dict[str, Any]]:
    days = [LAST - timedelta(days=offset) for offset in range(0, 180, 3)]
    return [
        {
            "account_id": f"C{n}",
            "date": day,
            "feature": "отчёты",
            "quantity": 2.0 if n == 3 and day > date(2025, 11, 25) else 10.0 + n,
        }
        for n in range(2, 12)
        for day in days
    ]
