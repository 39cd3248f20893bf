"""Stories planted in the drawn clients; every one is exact and checked by the tests from the raw files."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from tools.sources.demo_company.accounts import MODULES, Account, Change, drawn
from tools.sources.demo_company.calendar import INDEXATION_MONTH, LAST_DAY, MONTHS, first_day, stream
from tools.sources.demo_company.names import FIRST

PAIRS = {"Бизнес": 16, "Старт": 14}  # campaign pairs: one client of each in the target, its twin in the control
WINNERS = {"Бизнес": 4, "Старт": 2}  # of them, pairs in which both clients bought seats after the campaign
CAMPAIGN_DAY = date(2026, 3, 16)
AFTER_CAMPAIGN = 28  # May 2026
NOT_INDEXED = ("campaign", "largest", "green", "top_at_risk", "limits", "back", "silent", "paused")
HOLDING = "Группа «Три сосны»"

Roster = dict[int, Account]


@cache
def company() -> tuple[Account, ...]:
    """All clients with their stories, by code."""
    roster = {account.number: account for account in drawn()}
    for plant in (_named, _holding, _lives, _newcomers, _advocates, _campaign, _movements, _indexation, _loose_ends):
        plant(roster)
    return tuple(roster[number] for number in sorted(roster))


def told(story: str) -> Account:
    """The one client of a story."""
    return next(account for account in company() if account.story == story)


def _pick(roster: Roster, count: int, fits: Callable[[Account], bool]) -> list[Account]:
    found = [account for account in roster.values() if not account.story and fits(account)]
    return found[:count]


def _keep(roster: Roster, accounts: Iterable[Account]) -> None:
    roster.update({account.number: account for account in accounts})


def _stays(plan: str, cohorts: str = "ABC") -> Callable[[Account], bool]:
    return lambda a: a.plan == plan and a.end is None and a.cohort in cohorts and a.name.startswith("ООО")


def _settled(account: Account) -> bool:
    return account.end is None and account.cohort in "ABC"


def _named(roster: Roster) -> None:
    green = _pick(roster, 1, lambda a: _stays("Бизнес", "C")(a) and a.name != FIRST)[0]
    first = next(account for account in roster.values() if account.name == FIRST)
    green, first = replace(green, name=first.name, inn=first.inn), replace(first, name=green.name, inn=green.inn)
    _keep(roster, [first])
    renewal = LAST_DAY + timedelta(days=41)
    _keep(
        roster,
        [
            replace(
                green,
                story="green",
                start=8,
                signed=date(2024, 8, 10),
                contract_end=renewal,
                cycle=1,
                seats=24,
                modules=MODULES[:2],
            )
        ],
    )
    largest, top = _pick(roster, 2, _stays("Про", "A"))
    grown = (Change(20, seats=100), Change(23, add=MODULES[2]), Change(26, seats=140))
    _keep(
        roster,
        [
            replace(
                largest,
                story="largest",
                seats=410,
                modules=MODULES[:2],
                cycle=1,
                changes=grown,
                contract_end=date(2026, 12, 31),
            ),
            replace(top, story="top_at_risk", seats=96, modules=MODULES, cycle=1, contract_end=date(2026, 8, 25)),
        ],
    )
    small = _pick(roster, 1, _stays("Старт", "C"))[0]
    _keep(roster, [replace(small, story="limits", seats=6, modules=MODULES[1:2], cycle=1)])


def _holding(roster: Roster) -> None:
    members = [*_pick(roster, 2, _stays("Про", "A")), *_pick(roster, 1, _stays("Бизнес", "A"))]
    _keep(roster, [replace(member, story="holding", holding=HOLDING) for member in members])


def _lives(roster: Roster) -> None:
    """CRM against money, a pause, a cancellation to come, three returns."""
    silent = _pick(roster, 1, lambda a: a.cohort == "A" and a.plan == "Бизнес" and (a.end or 0) >= 18)[0]
    paused, leaving = _pick(roster, 2, _stays("Старт"))
    _keep(
        roster,
        [
            replace(silent, story="silent", end=27, cycle=1, status="Активен", contract_end=date(2026, 12, 31)),
            replace(paused, story="paused", cycle=1, paused=28, status="На паузе"),
            replace(leaving, story="leaving", cycle=1, end=31, contract_end=date(2026, 7, 31)),
        ],
    )
    gone = _pick(roster, 2, lambda a: a.plan == "Старт" and 0 < (a.end or 0) <= 15)
    gone += _pick(roster, 1, lambda a: a.plan == "Бизнес" and 0 < (a.end or 0) <= 15)
    back = [
        replace(account, story="back", cycle=1, back=month, status="Активен", contract_end=first_day(month + 12))
        for account, month in zip(gone, (20, 23, 26), strict=True)
    ]
    _keep(roster, back)


def _newcomers(roster: Roster) -> None:
    """Fourteen stuck between launch and first value, eight not launched yet, four that got their value quickly."""
    recent = [account for account in roster.values() if account.cohort == "N"]
    stories = ["stuck"] * 14 + ["unlaunched"] * 8 + ["quick"] * 4
    by_plan = sorted(recent, key=lambda a: ("Старт", "Бизнес", "Про").index(a.plan))
    stuck = [*by_plan[:11], *by_plan[20:23]]
    order = [*stuck, *(account for account in by_plan if account not in stuck)]
    told_of = enumerate(zip(order, stories, strict=True))
    _keep(roster, [_recent(rank, account, story) for rank, (account, story) in told_of])


def _recent(rank: int, account: Account, story: str) -> Account:
    ages = (30, 33, 37, 41, 44, 48, 52, 62, 65, 69, 72, 76, 80, 85)
    age = {"stuck": ages[rank % 14], "unlaunched": 31 + 2 * (rank - 14), "quick": 64 + 3 * (rank - 22)}[story]
    signed = LAST_DAY - timedelta(days=age)
    start = 29 if age < 61 else 28
    until = first_day(start + 12) - timedelta(days=1)
    return replace(account, story=story, signed=signed, start=start, cycle=1, contract_end=until)


def _advocates(roster: Roster) -> None:
    chosen = [*_pick(roster, 5, _stays("Бизнес")), *_pick(roster, 3, _stays("Старт"))]
    _keep(roster, [replace(account, story="advocate") for account in chosen])


def _campaign(roster: Roster) -> None:
    """Pairs of clients who pay the same: what the target bought, its twin in the control bought as well."""
    for plan, count in PAIRS.items():
        found = [a for a in _pick(roster, len(roster), _settled) if a.plan == plan][: 2 * count]
        for rank in range(count):
            target, control = found[2 * rank], found[2 * rank + 1]
            grown = (Change(AFTER_CAMPAIGN, seats=4 if plan == "Бизнес" else 2),) if rank < WINNERS[plan] else ()
            for arm, account in (("Цель", target), ("Контроль", control)):
                twin = replace(
                    account,
                    story="campaign",
                    arm=arm,
                    seats=target.seats,
                    modules=target.modules,
                    cycle=1,
                    changes=grown,
                    indexed=rank % 2 == 0,
                )
                _keep(roster, [twin])


def _movements(roster: Roster) -> None:
    """Expansion and contraction of the clients whose story leaves them free."""
    for account in list(roster.values()):
        if account.story not in ("", "advocate", "holding") or account.cohort == "N":
            continue
        draw = stream("movements", account.number)
        drawn_changes = [_change(account, year, draw.random(), draw.randint(0, 11)) for year in range(3)]
        _keep(roster, [replace(account, changes=tuple(change for change in drawn_changes if change))])


def _change(account: Account, year: int, chance: float, offset: int) -> Change | None:
    month = year * 12 + 6 + offset - (12 if year else 0) - 6 * (year == 0)
    month = month if account.cycle != 3 else month - month % 3
    inside = account.start + 3 <= month < min(account.end or MONTHS, MONTHS) - 2
    if not inside or month == INDEXATION_MONTH or month == 0:
        return None
    if chance < 0.26:
        return Change(month, seats=max(1, account.seats // 6)) if chance < 0.19 else _module(account, month)
    anniversary = (month - account.start) % 12 == 0
    if chance > 0.79 and (account.cycle != 12 or anniversary) and account.story != "advocate":
        return Change(month, seats=-max(1, account.seats // 4)) if account.seats > 5 else None
    return None


def _module(account: Account, month: int) -> Change | None:
    missing = [module for module in MODULES if module not in account.modules]
    return Change(month, add=missing[0]) if missing else None


def _indexation(roster: Roster) -> None:
    """+8 % on 1 January 2026 for three clients in five, where a billing period starts that day."""
    for account in list(roster.values()):
        starts_there = account.cycle in (1, 3) or (INDEXATION_MONTH - account.start) % 12 == 0
        free = account.story not in NOT_INDEXED
        before = account.active(INDEXATION_MONTH - 1) and account.active(INDEXATION_MONTH)
        if free and starts_there and before and stream("indexation", account.number).random() < 0.85:
            _keep(roster, [replace(account, indexed=True)])


def _loose_ends(roster: Roster) -> None:
    """Contract ends missing on purpose for sixteen living clients."""
    plain = [a for a in roster.values() if a.story in ("", "campaign") and a.end is None]
    _keep(roster, [replace(account, contract_end=None) for account in plain[3::9][:17]])
