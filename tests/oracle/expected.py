"""Every figure that the second implementation gives for a portfolio, by the names of the readings of the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracle import clients, health, lines, orders, recurring, value, voice
from tests.oracle.contracts import Contracts, NoRate
from tests.oracle.recognised import Recognised
from tests.oracle.recurring import Book
from tests.oracle.rules import TICKS, Rules, Span, Tables, year_to

Figure = tuple[str, str, str]  # key, kind, group
UNDEFINED = None
MONTHLY = {"start", "new", "reactivation", "expansion", "contraction", "churn", "fx", "end"}


@dataclass(frozen=True)
class Money:
    """Whole ten-thousandths, or a fraction of them where a rate or a division made it."""

    ticks: Fraction

    def __str__(self) -> str:
        return f"{float(self.ticks) / 10_000:.4f}"


Value = Money | Fraction | int | float | str | None


def money(ticks: Fraction | int | None) -> Money | None:
    """Ticks as money; None stays None."""
    return None if ticks is None else Money(Fraction(ticks))


def contracts(tables: Tables, as_of: date, rules: Rules, span: Span | None = None) -> dict[Figure, Value]:
    """Figures of recurring revenue counted from contracts; all are undefined where a rate is missing."""
    book = Contracts(tables, as_of, rules)
    return _of_book(book, span or year_to(as_of))


def recognised(tables: Tables, as_of: date, rules: Rules, span: Span | None = None) -> dict[Figure, Value]:
    """Figures of recurring revenue recognised from invoice lines."""
    figures = _of_book(Recognised(tables, as_of, rules), span or year_to(as_of))
    figures.pop(("indexation", "", ""), None)  # months do not show on which day a price rose
    return figures


def _of_book(book: Book, span: Span) -> dict[Figure, Value]:
    if book.first_day() is None:
        return {}
    try:
        return {**_states(book, span), **_retention(book, span), **_movements(book, span)}
    except NoRate:
        return {(key, "", ""): UNDEFINED for key in ("mrr", "arr", "arpa", "nrr", "grr", "money_churn")}


def _states(book: Book, span: Span) -> dict[Figure, Value]:
    total = recurring.mrr(book, span.closing)
    return {
        ("mrr", "", ""): money(total),
        ("arr", "", ""): money(12 * total),
        ("arpa", "", ""): money(recurring.arpa(book, span.closing)),
    }


def _retention(book: Book, span: Span) -> dict[Figure, Value]:
    found = recurring.ends(book, span)
    net, gross = recurring.nrr(found), recurring.grr(found)
    figures: dict[Figure, Value] = {
        ("nrr", "", ""): net,
        ("grr", "", ""): gross,
        ("money_churn", "", ""): None if gross is None else 1 - gross,
        ("logo_churn", "", ""): recurring.logo_churn(found),
        ("indexation", "", ""): money(recurring.indexation(book, span)),
    }
    top = recurring.largest(found)
    if top is not None:
        figures["nrr", "without_largest", ""] = recurring.nrr(recurring.without(found, top))
    return figures


def _movements(book: Book, span: Span) -> dict[Figure, Value]:
    found = recurring.monthly(book)
    figures: dict[Figure, Value] = {
        ("movements", kind, month): money(moved[kind]) for month, moved in found.items() for kind in moved
    }
    inside = [moved for month, moved in found.items() if f"{span.start:%Y-%m}" <= month <= f"{span.closing:%Y-%m}"]
    return {**figures, ("quick_ratio", "", ""): recurring.quick_ratio(recurring.summed(inside))}


def paper(tables: Tables, as_of: date) -> dict[Figure, Value]:
    """Figures of invoice lines as they are written."""
    year = lines.revenue(tables, year_to(as_of))
    figures: dict[Figure, Value] = {("revenue_per_client", "", ""): money(lines.per_client(year))}
    figures |= _concentration(year)
    late = lines.overdue(tables, as_of)
    figures["overdue", "", ""] = None if late is None else money(late[0])
    if late is not None:
        figures["overdue", "clients", ""] = late[1]
    return figures


def _concentration(paid: Mapping[str, Fraction | int]) -> dict[Figure, Value]:
    return {("concentration", f"top_{top}", ""): clients.share_of_largest(paid, top) for top in (1, 5, 10)}


def standing(tables: Tables, as_of: date, rules: Rules) -> dict[Figure, Value]:
    """Figures of the paying clients of the last day."""
    book = Contracts(tables, as_of, rules)
    due = clients.renewals(book)
    figures: dict[Figure, Value] = _concentration(book.state(as_of))
    figures["renewals", "", ""] = None if due is None else money(due[0])
    if due is not None:
        figures["renewals", "clients", ""] = due[1]
    figures["silence", "", ""] = clients.silent(book)
    figures["referrals", "", ""] = clients.referrers(book)
    return figures


def promised(tables: Tables, as_of: date, rules: Rules) -> dict[Figure, Value]:
    """Figures of promises and of the time to value."""
    book = Contracts(tables, as_of, rules)
    found = value.promises(tables, among=set(book.state(as_of)) if book.paid else None)
    figures: dict[Figure, Value] = {("vrs", "", ""): value.vrs(found), ("value_gap", "", ""): money(value.gap(found))}
    if found.known:
        figures["value_gap", "promised", ""] = money(found.promised)
        figures["value_gap", "unknown", ""] = money(found.unknown)
    waits = value.waits(tables, as_of)
    steps = value.incidence(waits)
    if any(wait.how == "value" for wait in waits):
        figures["ttv", "", ""] = value.median(steps)
        figures |= {("ttv", f"by_{day}", ""): value.reached_by(steps, day) for day in (14, 30, 90)}
    return figures


def said(tables: Tables, as_of: date) -> dict[Figure, Value]:
    """Figures of answers."""
    found = voice.answers(tables, year_to(as_of))
    figures: dict[Figure, Value] = {("nps", "", ""): voice.nps(found)}
    if found.n:
        figures |= {("nps", "promoters", ""): found.promoters, ("nps", "detractors", ""): found.detractors}
    return figures


def said_once(tables: Tables, as_of: date) -> dict[Figure, Value]:
    """Figures of answers with their interval, where no client answers twice."""
    ends = voice.interval(voice.answers(tables, year_to(as_of)))
    low, high = ends or (None, None)
    return {**said(tables, as_of), **({("nps", "low", ""): low, ("nps", "high", ""): high} if ends else {})}


def ordered(tables: Tables, as_of: date) -> dict[Figure, Value]:
    """Days, orders, money, scores and cell of every client over the year, and the edges of the scores."""
    found = orders.buyers(tables, year_to(as_of))
    scored = orders.cells(found)
    figures: dict[Figure, Value] = {}
    for account in sorted({row["account_id"] for row in tables["accounts"]}):
        if account not in found:
            figures |= {("rfm", name, account): part for name, part in zip("rfm", (1, 0, 0), strict=True)}
            figures["rfm", "cell", account] = orders.INACTIVE
            continue
        figures |= {("rfm", name, account): part for name, part in zip("rfm", scored[account], strict=True)}
        figures["rfm", "cell", account] = "".join(map(str, scored[account]))
        figures["rfm", "recency_days", account] = found[account].recency
        figures["rfm", "orders", account] = found[account].orders
        figures["rfm", "money", account] = money(found[account].money)
    for name, cut in orders.edges(found).items():
        for share, edge in zip(orders.EDGES, cut, strict=True):
            figures["rfm edge", name, share] = edge / TICKS if name == "money" else edge
    return figures


def healthy(tables: Tables, as_of: date, rules: Rules) -> dict[Figure, Value]:
    """Score, coverage and known components of the health of every paying client."""
    figures: dict[Figure, Value] = {}
    for account, found in health.health(Contracts(tables, as_of, rules)).items():
        figures["chs", "score", account] = found.score
        figures["chs", "coverage", account] = found.coverage
        figures |= {(f"chs {name}", "", account): found.parts.get(name) for name in health.WEIGHTS}
    return figures


def keys(figures: Mapping[Figure, Value]) -> list[str]:
    """The metrics to ask for."""
    return sorted({key for key, _kind, _group in figures})
