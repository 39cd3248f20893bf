"""Small bases for the tests of campaign lists."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.portfolios import in_memory, subscription
from tools.portfolio import Portfolio

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "campaign_lists.yaml").read_text("utf-8"))
DAY = date(2026, 6, 30)
HALF = Decimal("0.5")


def named(key: str) -> list[Any]:
    """The cases that have a key, each under its name."""
    return [pytest.param(case, id="-".join([*case.get("marks", []), case["name"]])) for case in CASES if key in case]


def base(count: int = 20, **tables: Any) -> dict[str, Any]:
    """Clients c00, c01, … with a contract in force and the plan Pro, and the tables given."""
    ids = [f"c{place:02d}" for place in range(count)]
    accounts = [{"account_id": one, "name": f"Client {one}", "plan": "Pro", "owner": "KAM"} for one in ids]
    return {"accounts": accounts, "subscriptions": [subscription(one, "2025-01-01", 1000) for one in ids], **tables}


def portfolio_of(tables: dict[str, Any]) -> Portfolio:
    return in_memory(as_of=DAY, profile="subscription", **tables)
