"""Small workspaces written as files and loaded as a user's own: a clean one, one with orders in its texts, another user's."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

FIRST, LAST = date(2024, 7, 1), date(2026, 6, 30)
CLIENTS = 60
PLANS = ("Старт", "Про", "Максимум")
#: What only another workspace holds: no question and no payload says it.
OTHERS = ("Изумрудный грифон", "Emerald Gryphon")
OTHERS_PRICE = 731_977
Row = Mapping[str, object]


def client(number: int) -> str:
    """The id of a client, counted from nought."""
    return f"KL-{number + 101}"


def name(number: int) -> str:
    """The name of a client that is given no other."""
    return f"ООО «Клиент {number + 101}»"


def write(folder: Path, *, names: Sequence[str] = (), texts: Sequence[str] = ()) -> Path:
    """Sixty clients with subscriptions, use, tickets, survey answers and a campaign; some names and texts are given."""
    known = [names[n] if n < len(names) else name(n) for n in range(CLIENTS)]
    said = [texts[n] if n < len(texts) else "Спасибо, всё работает" for n in range(CLIENTS)]
    folder.mkdir(parents=True)
    _table(folder, "accounts", _accounts(known))
    _table(folder, "subscriptions", _subscriptions())
    _table(folder, "usage", _usage())
    _table(folder, "tickets", _tickets(said))
    _table(folder, "surveys", _surveys(said))
    _table(folder, "touches", _touches(said))
    return folder


def write_others(folder: Path) -> Path:
    """The workspace of somebody else: two clients whose names and prices are nowhere in the first."""
    folder.mkdir(parents=True)
    names = [f"ООО «{title}»" for title in OTHERS]
    _table(folder, "accounts", ({"account_id": f"ZZ-{n}", "name": title} for n, title in enumerate(names)))
    _table(
        folder,
        "subscriptions",
        (
            {"subscription_id": f"ZS{n}", "account_id": f"ZZ-{n}", "plan": "Тайный", "start_date": FIRST, "end_date": "", "mrr": OTHERS_PRICE}
            for n in range(len(names))
        ),
    )  # fmt: skip
    return folder


def _accounts(names: Sequence[str]) -> Iterable[Row]:
    for n, name in enumerate(names):
        yield {"account_id": client(n), "name": name, "plan": PLANS[n % 3], "signup_date": FIRST + timedelta(days=n)}


def _subscriptions() -> Iterable[Row]:
    for n in range(CLIENTS):
        end = date(2026, 3, 1) if n % 12 == 11 else ""
        grown = date(2025, 9, 1)
        price = 10_000 + 500 * n
        common = {"account_id": client(n), "plan": PLANS[n % 3]}
        yield {"subscription_id": f"S{n}a", **common, "start_date": FIRST, "end_date": grown, "mrr": price}
        yield {
            "subscription_id": f"S{n}b",
            **common,
            "start_date": grown,
            "end_date": end,
            "mrr": price + 300 * (n % 4),
        }


def _usage() -> Iterable[Row]:
    for n in range(CLIENTS):
        for week in range(26):
            fall = 4 if n % 7 == 3 and week > 20 else 0
            day = LAST - timedelta(days=7 * (25 - week))
            yield {"account_id": client(n), "date": day, "feature": "отчёты", "quantity": 10 + n % 5 - fall}


def _tickets(texts: Sequence[str]) -> Iterable[Row]:
    for n, text in enumerate(texts):
        opened = LAST - timedelta(days=n)
        yield {
            "ticket_id": f"T{n}",
            "account_id": client(n),
            "opened": opened,
            "closed": "",
            "priority": "high",
            "theme": text,
            "text": text,
        }


def _surveys(texts: Sequence[str]) -> Iterable[Row]:
    for n, text in enumerate(texts):
        yield {"account_id": client(n), "date": LAST, "score": n % 11, "comment": text}


def _touches(texts: Sequence[str]) -> Iterable[Row]:
    for n, text in enumerate(texts):
        yield {"account_id": client(n), "date": LAST - timedelta(days=30), "channel": "письмо", "campaign": text[:60]}


def _table(folder: Path, table: str, rows: Iterable[Row]) -> None:
    given = list(rows)
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(given[0]))
        writer.writeheader()
        writer.writerows(given)
