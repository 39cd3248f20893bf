"""Which sheets a portfolio needs and what stands on them: its clients in force, those that lack something first."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ibis import _

from tools import formats
from tools.audit.culture import questionnaire
from tools.campaign_reasons import in_force
from tools.inputs.sheets import EVERY_CLIENT, EVERYONE, SHEETS, Sheet
from tools.metrics import compute
from tools.metrics.contracts import contract_ends
from tools.metrics.orders import worths
from tools.metrics.value import goals
from tools.milestones import journeys
from tools.portfolio import Portfolio
from tools.text import LANGUAGES, Text

Cell = str | int | float | Decimal | date | Text | None
LONGEST = 120
NOW: Mapping[str, Text] = {
    "ok": Text("computed now", "считается"),
    "partial": Text("in part now", "считается частично"),
    "insufficient": Text("too little data now", "мало данных"),
    "undefined": Text("not computed now", "не считается"),
}
BY_REVENUE = Text("by revenue, not by margin, now", "считается по выручке, а не по марже")


@dataclass(frozen=True, slots=True)
class Row:
    """One prefilled row: cells told, by the key of the column; ``lacks`` where it is one to fill."""

    cells: Mapping[str, Cell]
    lacks: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet with its rows and how many clients (promises, departments) lack what it asks for."""

    sheet: Sheet
    rows: tuple[Row, ...]
    lacking: int


@dataclass(frozen=True, slots=True)
class Workbook:
    """The whole workbook as data: pages in order, where the metrics it serves stand now, owners known already."""

    snapshot: str
    currency: str
    as_of: date | None
    clients: int
    pages: tuple[Page, ...]
    now: Mapping[str, Text]
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Base:
    """The clients in force, by money and then id, and what is written of each."""

    portfolio: Portfolio
    ids: tuple[str, ...]
    accounts: Mapping[str, Mapping[str, Any]]

    def told(self, account: str) -> dict[str, Cell]:
        row = self.accounts[account]
        return {"account_id": account, "name": row["name"] or account, "plan": row["plan"]}

    def rows(self, cells: Callable[[str], Mapping[str, Cell]], lacking: Iterable[str]) -> tuple[Row, ...]:
        """A row a client, those that lack something first."""
        wanted = set(lacking)
        ordered = [account for account in self.ids if account in wanted]
        ordered += [account for account in self.ids if account not in wanted]
        return tuple(Row({**self.told(account), **cells(account)}, account in wanted) for account in ordered)


def contents(portfolio: Portfolio) -> Workbook:
    """The workbook that a portfolio needs; a sheet of which nothing is lacking is not in it."""
    base = _base(portfolio)
    pages = [_PAGES[sheet.key](base, sheet) for sheet in SHEETS]
    kept = tuple(page for page in pages if page.lacking)
    keys = dict.fromkeys(key for page in kept for key in page.sheet.metrics)
    owners = sorted({str(row["owner"]) for row in base.accounts.values() if row["owner"]})
    return Workbook(
        portfolio.snapshot, portfolio.currency, portfolio.as_of, len(base.ids), kept,
        {key: _now(portfolio, key) for key in keys}, tuple(owners),
    )  # fmt: skip


def _base(portfolio: Portfolio) -> _Base:
    columns = ("account_id", "name", "plan", "owner", "margin", "acquisition_cost", "service_cost", "contract_end")
    found = portfolio.run(portfolio.table("accounts").select(*columns)).to_pylist()
    accounts = {row["account_id"]: row for row in found if row["account_id"] is not None}
    living, money = in_force(portfolio)[0], worths(portfolio)
    chosen = [account for account in accounts if account in living]
    ids = sorted(chosen, key=lambda account: (-round(money.get(account, 0.0), 2), account))
    return _Base(portfolio, tuple(ids), accounts)


def _now(portfolio: Portfolio, key: str) -> Text:
    head = compute(portfolio, key)[0]
    return BY_REVENUE if head.status == "ok" and "revenue_not_margin" in head.flags else NOW[head.status]


def _promised(base: _Base) -> dict[str, list[dict[str, Any]]]:
    """Promises by client, those of its plan included."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    every = goals(base.portfolio).select("account_id", "goal", "by_plan").order_by("account_id", "goal")
    for row in base.portfolio.run(every).to_pylist():
        found[row["account_id"]].append(row)
    return found


def _plan_promises(base: _Base, sheet: Sheet) -> Page:
    promised = _promised(base)
    clients: defaultdict[str, list[str]] = defaultdict(list)
    for account in base.ids:
        if plan := base.accounts[account]["plan"]:
            clients[plan].append(account)
    without = {plan: sum(account not in promised for account in held) for plan, held in clients.items()}
    order = sorted(clients, key=lambda plan: (not without[plan], -len(clients[plan]), plan))
    rows = [
        Row({"plan": plan, "clients": len(clients[plan]), "without": without[plan]}, without[plan] > 0)
        for plan in order
    ]
    return Page(sheet, tuple(rows), sum(without.values()))


def _promises(base: _Base, sheet: Sheet) -> Page:
    promised = _promised(base)
    lacking = [account for account in base.ids if account not in promised]
    return Page(sheet, base.rows(lambda account: {"known": _goals(promised.get(account, ()))}, lacking), len(lacking))


def _goals(rows: Iterable[Mapping[str, Any]]) -> Cell:
    """What is promised already, in a few words."""
    listed = list(rows)
    if not listed:
        return None
    names = _short("; ".join(dict.fromkeys(str(row["goal"]) for row in listed)))
    return Text(f"by plan: {names}", f"по тарифу: {names}") if listed[0]["by_plan"] else names


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"


def _outcomes(base: _Base, sheet: Sheet) -> Page:
    """Promises to clients in force, and of their plans, that have no outcome or no worth."""
    table = base.portfolio.table("value_goals")
    known = base.portfolio.run(table.drop("source_file", "source_row")).to_pylist()
    plans = {base.accounts[account]["plan"] for account in base.ids} - {None}
    held = set(base.ids)
    rows = []
    for row in known:
        account, plan = row["account_id"], row["plan"]
        if not (account in held or (account is None and plan in plans)):
            continue
        if None not in (row["base"], row["current"], row["value"]):
            continue
        told = base.told(account) if account else {"plan": plan}
        kept = {key: row[key] for key in ("goal", "unit", "target")}
        rows.append(Row({**told, **kept, "known": _figures(row, ("base", "current", "value"), sheet)}, True))
    rows.sort(key=lambda row: (str(row.cells.get("account_id") or ""), str(row.cells["plan"]), str(row.cells["goal"])))
    return Page(sheet, tuple(rows), len(rows))


def _figures(row: Mapping[str, Any], keys: Iterable[str], sheet: Sheet) -> Cell:
    """Figures on record with the names of their columns."""
    parts: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for key in keys:
        if row[key] is None:
            continue
        for language in LANGUAGES:
            name = sheet.field(key).title[language].partition(", ")[0].lower()
            share = sheet.field(key).kind == "share"
            shown = formats.percent(row[key], language) if share else formats.decimal(row[key], language, digits=2)
            parts[language].append(f"{name}: {shown}")
    return Text("; ".join(parts["en"]), "; ".join(parts["ru"])) if parts["en"] else None


def _first_value(base: _Base, sheet: Sheet) -> Page:
    if base.portfolio.as_of is None:
        return Page(sheet, (), 0)
    known = {row["account_id"]: row for row in journeys(base.portfolio)}
    lacking = [account for account in base.ids if not known.get(account, {}).get("reached")]

    def cells(account: str) -> Mapping[str, Cell]:
        row = known.get(account, {})
        return {"start": row.get("start"), "known": row.get("reached")}

    return Page(sheet, base.rows(cells, lacking), len(lacking))


def _contract_ends(base: _Base, sheet: Sheet) -> Page:
    if base.portfolio.as_of is None:
        return Page(sheet, (), 0)
    ends = contract_ends(base.portfolio)
    lacking = [account for account in base.ids if account not in ends]

    def cells(account: str) -> Mapping[str, Cell]:  # one that has passed is shown, and still asked for
        return {"known": ends.get(account) or base.accounts[account]["contract_end"]}

    return Page(sheet, base.rows(cells, lacking), len(lacking))


def _owners(base: _Base, sheet: Sheet) -> Page:
    lacking = [account for account in base.ids if not base.accounts[account]["owner"]]
    return Page(sheet, base.rows(lambda account: {"known": base.accounts[account]["owner"]}, lacking), len(lacking))


def _costs(base: _Base, sheet: Sheet) -> Page:
    keys = tuple(field.key for field in sheet.asked)
    lacking = [account for account in base.ids if any(base.accounts[account][key] is None for key in keys)]
    rows = base.rows(lambda account: {"known": _figures(base.accounts[account], keys, sheet)}, lacking)
    first = Row({"account_id": EVERYONE, "name": EVERY_CLIENT}, True)
    return Page(sheet, (first, *rows), len(lacking))


def _culture(base: _Base, sheet: Sheet) -> Page:
    table = base.portfolio.table("culture").filter(_.score >= 0, _.score <= 4)
    found = base.portfolio.run(table.select("department", "statement").distinct()).to_pylist()
    done = {(row["department"], row["statement"]) for row in found}
    rows = [
        Row({"department": title, "statement": place, "text": said}, True)
        for key, title, statements in questionnaire()
        for place, said in enumerate(statements, 1)
        if (key, place) not in done
    ]
    return Page(sheet, tuple(rows), len({row.cells["department"] for row in rows}))


_PAGES: Mapping[str, Callable[[_Base, Sheet], Page]] = {
    "plan_promises": _plan_promises,
    "promises": _promises,
    "outcomes": _outcomes,
    "first_value": _first_value,
    "contract_ends": _contract_ends,
    "owners": _owners,
    "costs": _costs,
    "culture": _culture,
}
