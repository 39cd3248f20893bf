"""Clients of the demo and their lives: quotas per cohort and plan, so that the planted churn is exact."""

from dataclasses import dataclass
from datetime import date, timedelta

from tools.sources.demo_company.calendar import INDEXATION_MONTH, LAST_DAY, MONTHS, first_day, stream
from tools.sources.demo_company.names import REGIONS, industry, inn, names

CORE = "Платформа заказов"
MODULES = ("Аналитика", "Интеграции", "Мобильный склад")
RATE = {"Старт": 2400, "Бизнес": 2100, "Про": 1800}  # roubles a seat a month, net
MODULE_PRICE = {"Старт": 1500, "Бизнес": 6000, "Про": 14000}
SEATS = {"Старт": (4, 9), "Бизнес": (14, 34), "Про": (45, 100)}

# cohort, plan, clients by the period in which they leave ("": they stay)
QUOTAS: tuple[tuple[str, str, dict[str, int]], ...] = (
    ("A", "Старт", {"H0": 3, "W1": 9, "W2": 6, "": 12}),
    ("A", "Бизнес", {"H0": 2, "W1": 4, "W2": 4, "": 36}),
    ("A", "Про", {"W1": 1, "W2": 1, "": 24}),
    ("B", "Старт", {"W1": 1, "W2": 2, "": 3}),
    ("B", "Бизнес", {"W1": 1, "": 5}),
    ("B", "Про", {"": 4}),
    ("C", "Старт", {"W1": 3, "W2": 12, "": 41}),
    ("C", "Бизнес", {"W2": 1, "": 9}),
    ("C", "Про", {"": 5}),
    ("D", "Старт", {"W2": 3, "": 11}),
    ("D", "Бизнес", {"": 7}),
    ("D", "Про", {"": 4}),
    ("N", "Старт", {"": 20}),
    ("N", "Бизнес", {"": 5}),
    ("N", "Про", {"": 1}),
)
STARTS = {"A": (-34, -1), "B": (0, 5), "C": (6, 16), "D": (18, 27), "N": (28, 29)}
ENDS = {"H0": (1, 5), "W1": (6, 17), "W2": (18, 29)}


@dataclass(frozen=True, slots=True)
class Change:
    """A change of what a client pays for, from the first day of ``month``."""

    month: int
    seats: int = 0
    add: str = ""
    drop: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """One client; months are counted from January 2024 = 0, ``end`` is the first month without service."""

    number: int
    name: str
    inn: str
    plan: str
    industry: str
    region: str
    cohort: str
    start: int
    end: int | None
    signed: date
    contract_end: date | None
    seats: int
    modules: tuple[str, ...]
    cycle: int  # months paid at once: 1, 3 or 12
    status: str = "Активен"
    story: str = ""
    holding: str = ""
    indexed: bool = False
    back: int | None = None  # month of return of a client that had left
    paused: int | None = None
    arm: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def code(self) -> str:
        """Code of the client in every file."""
        return f"CL-{self.number:04d}"

    def active(self, month: int) -> bool:
        """Whether the client pays for the month."""
        if self.paused is not None and month >= self.paused:
            return False
        if self.back is not None and month >= self.back:
            return True
        return self.start <= month and (self.end is None or month < self.end)

    @property
    def lost(self) -> bool:
        """Whether nothing is paid for the last month, a pause apart."""
        return self.paused is None and not self.active(MONTHS - 1)

    @property
    def owner(self) -> str:
        """Role that looks after the client."""
        return "Аккаунт-директор" if self.plan == "Про" else f"Менеджер по успеху {self.number % 4 + 1}"

    def seats_at(self, month: int) -> int:
        """Seats paid for in the month."""
        return self.seats + sum(change.seats for change in self.changes if change.month <= month)

    def prices(self, month: int) -> dict[str, int]:
        """Net price in whole roubles a month by product; empty while the client does not pay."""
        if not self.active(month):
            return {}
        owned = list(self.modules)
        for change in (change for change in self.changes if change.month <= month):
            owned += [change.add] if change.add else []
            owned = [module for module in owned if module != change.drop]
        base = {CORE: self.seats_at(month) * RATE[self.plan]}
        base |= {module: MODULE_PRICE[self.plan] for module in owned}
        if self.indexed and month >= INDEXATION_MONTH:
            return {product: price * 108 // 100 for product, price in base.items()}
        return base

    def mrr(self, month: int) -> int:
        """Net roubles a month."""
        return sum(self.prices(month).values())


def drawn() -> list[Account]:
    """Clients before any story: plan, life, seats, modules and billing cycle."""
    slots = [
        (cohort, plan, leaves)
        for cohort, plan, counts in QUOTAS
        for leaves, count in counts.items()
        for _ in range(count)
    ]
    stream("slots").shuffle(slots)
    pairs = zip(slots, names(len(slots)), strict=True)
    return [_draw(number, slot, shown) for number, (slot, shown) in enumerate(pairs)]


def _draw(number: int, slot: tuple[str, str, str], shown: tuple[str, str]) -> Account:
    cohort, plan, leaves = slot
    form, name = shown
    draw = stream("account", number)
    cycle = draw.choices((1, 3, 12), (56, 22, 22))[0] if cohort != "N" else 1
    low, high = STARTS[cohort]
    start = draw.randint(low, high)
    if cohort == "A" and cycle == 12:
        start = draw.choice((-12, -24, -36))
    end = None
    if leaves:
        early = {"C": {"W1": (6, 10)}, "D": {"W2": (18, 22)}}.get(cohort, {}).get(leaves)
        start = draw.randint(*early) if early else start
        last = ENDS[leaves]
        end = draw.randint(max(last[0], start + 4) if start >= 0 else last[0], last[1])
        cycle = 12 if (end - start) % 12 == 0 and start >= 0 else 3 if end % 3 == 0 and start != end - 1 else 1
    signed = first_day(start) - timedelta(days=draw.randint(1, 12))
    return Account(
        number=number + 1,
        name=name,
        inn=inn(form, number + 1),
        plan=plan,
        industry=industry(form, number),
        region=draw.choice(REGIONS),
        cohort=cohort,
        start=start,
        end=end,
        signed=signed,
        contract_end=_contract_end(start, end),
        seats=draw.randint(*SEATS[plan]),
        modules=_modules(number, plan),
        cycle=cycle,
        status="Отключён" if leaves else "Активен",
    )


def _modules(number: int, plan: str) -> tuple[str, ...]:
    draw = stream("modules", number)
    lead = draw.random() < {"Старт": 0.2, "Бизнес": 0.5, "Про": 0.65}[plan]
    chances = (0.9 if lead else 0.15, 0.8 if lead else 0.12, 0.3)
    return tuple(module for module, chance in zip(MODULES, chances, strict=True) if draw.random() < chance)


def _contract_end(start: int, end: int | None) -> date:
    month = start + 12 if end is None else end
    while end is None and first_day(month) <= LAST_DAY:
        month += 12
    return first_day(month) - timedelta(days=1)
