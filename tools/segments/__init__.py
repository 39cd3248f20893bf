"""Segmentations: a file each; every account in exactly one segment, with the reason it is there."""

import importlib
import math
import pkgutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, overload

from tools.document import Claim
from tools.errors import UnknownName, UserError
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit
from tools.text import Text


@dataclass(frozen=True, slots=True)
class Group:
    """One segment: its key, name, number of accounts and their yearly money (None where money is not known)."""

    key: str
    title: Text
    accounts: Reading
    money: Reading | None


@dataclass(frozen=True, slots=True)
class Placed:
    """One account and its segment; the reason is a claim, or made when it is asked for."""

    id: str
    name: str
    segment: str
    reason: Claim | Callable[[str], Claim] = field(compare=False)

    @property
    def why(self) -> Claim:
        """Why the account is in its segment."""
        return self.reason if isinstance(self.reason, Claim) else self.reason(self.id)


@dataclass(frozen=True)
class Roster(Sequence[Placed]):
    """Accounts with their segments, held as two columns; an account is made when it is looked at."""

    portfolio: Portfolio
    ids: Sequence[str]
    segments: Sequence[str]
    reason: Callable[[str], Claim]

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> Placed: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Placed]: ...
    def __getitem__(self, place: int | slice) -> Placed | Sequence[Placed]:
        if isinstance(place, slice):
            return replace(self, ids=self.ids[place], segments=self.segments[place])
        account = self.ids[place]
        return Placed(account, self.portfolio.names.get(account, account), self.segments[place], self.reason)


@dataclass(frozen=True)
class Segmentation:
    """A partition of the accounts; ``edges`` are readings that drew the borders, ``notes`` what the reader must know.

    ``apart`` finds the accounts on which the value lens and the RFM lens part.
    """

    by: str
    groups: tuple[Group, ...]
    accounts: Sequence[Placed]
    edges: tuple[Reading, ...] = ()
    notes: tuple[Claim, ...] = ()
    apart: Callable[[], tuple[Placed, ...]] | None = None

    @cached_property
    def segment_of(self) -> Mapping[str, str]:
        """The segment of every account, by account; no reason is made for it."""
        if isinstance(self.accounts, Roster):
            return dict(zip(self.accounts.ids, self.accounts.segments, strict=True))
        return {account.id: account.segment for account in self.accounts}

    @cached_property
    def place_of(self) -> Mapping[str, int]:
        """The place of every account among ``accounts``, by account."""
        return {account: place for place, account in enumerate(self.segment_of)}

    @cached_property
    def disagree(self) -> tuple[Placed, ...]:
        """The accounts on which the two lenses disagree; never merged into one score."""
        return self.apart() if self.apart is not None else ()

    def members(self, key: str) -> list[Placed]:
        """The accounts of one segment."""
        return [self.accounts[place] for place in self._places.get(key, ())]

    def ids(self, key: str) -> list[str]:
        """The ids of one segment."""
        every = list(self.segment_of)
        return [every[place] for place in self._places.get(key, ())]

    @cached_property
    def _places(self) -> Mapping[str, list[int]]:
        places: dict[str, list[int]] = {}
        for place, key in enumerate(self.segment_of.values()):
            places.setdefault(key, []).append(place)
        return places


@dataclass(frozen=True, slots=True)
class Spec:
    """A registered segmentation; ``impossible`` says why the data do not allow it, or None.

    ``titles`` and ``meanings`` name and explain its segments, by key; empty where the data name them.
    """

    key: str
    title: Text
    build: Callable[[Portfolio], Segmentation]
    impossible: Callable[[Portfolio], Text | None]
    titles: Mapping[str, Text]
    meanings: Mapping[str, Text]


LOOKS_GOOD = ("best", "good")
_SPECS: dict[str, Spec] = {}


def segmentation(
    key: str,
    *,
    title: Text,
    impossible: Callable[[Portfolio], Text | None],
    titles: Mapping[str, Text] | None = None,
    meanings: Mapping[str, Text] | None = None,
) -> Callable[[Callable[[Portfolio], Segmentation]], Callable[[Portfolio], Segmentation]]:
    """Register a function as the segmentation ``key``; a segment without a meaning is refused."""
    if set(titles or {}) != set(meanings or {}):
        raise ValueError(f"segmentation {key!r}: every segment needs a title and a meaning")

    def register(build: Callable[[Portfolio], Segmentation]) -> Callable[[Portfolio], Segmentation]:
        if key in _SPECS:
            raise ValueError(f"segmentation {key!r} is declared twice")
        _SPECS[key] = Spec(key, title, build, impossible, titles or {}, meanings or {})
        return build

    return register


@cache
def segmentations() -> Mapping[str, Spec]:
    """Every segmentation by key."""
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return _SPECS


def impossible(portfolio: Portfolio, by: str) -> Text | None:
    """Why the data do not allow the segmentation, or None."""
    return _spec(by).impossible(portfolio)


def assign(portfolio: Portfolio, by: str) -> Segmentation:
    """The segmentation of the portfolio; a `UserError` with the reason where the data do not allow it."""
    spec = _spec(by)
    memo = ("segmentation", by)
    if memo not in portfolio.memo:
        why = spec.impossible(portfolio)
        if why is not None:
            raise UserError(
                Text("Segmentation by {by} is not possible: {why}.", "Разбить на сегменты «{by}» нельзя: {why}.").fill(
                    by=spec.title, why=why
                )
            )
        built = spec.build(portfolio) if portfolio.whole is None else _part_of(assign(portfolio.whole, by), portfolio)
        portfolio.memo[memo] = replace(built, apart=lambda: tuple(_disagreement(portfolio)))
    found: Segmentation = portfolio.memo[memo]
    return found


def _part_of(whole: Segmentation, portfolio: Portfolio) -> Segmentation:
    """The segmentation of the base, seen within a part of it: borders and thresholds stay those of the base."""
    inside = portfolio.names
    accounts: Sequence[Placed]
    if isinstance(whole.accounts, Roster):
        known = whole.place_of
        kept = sorted(known[account] for account in inside if account in known)
        ids, segments = ([column[place] for place in kept] for column in (whole.accounts.ids, whole.accounts.segments))
        accounts = replace(whole.accounts, ids=ids, segments=segments)
    else:
        accounts = [account for account in whole.accounts if account.id in inside]
    titles = {group.key: group.title for group in whole.groups}
    by = whole.groups[0].accounts.scope.get("by", whole.by) if whole.groups else whole.by
    return replace(whole, groups=groups_of(portfolio, titles, accounts, by=by), accounts=accounts)


def _disagreement(portfolio: Portfolio) -> list[Placed]:
    """Accounts at risk by value that look good by RFM, with the reason for the risk; never merged into one score."""
    if impossible(portfolio, "value") is not None or impossible(portfolio, "rfm") is not None:
        return []
    lens = assign(portfolio, "rfm").segment_of
    return [account for account in assign(portfolio, "value").members("at_risk") if lens.get(account.id) in LOOKS_GOOD]


def _spec(by: str) -> Spec:
    found = segmentations()
    if by not in found:
        raise UnknownName(Text("segmentation", "сегментация"), by, found)
    return found[by]


def groups_of(
    portfolio: Portfolio, titles: Mapping[str, Text], placed: Sequence[Placed], *, by: str
) -> tuple[Group, ...]:
    """Size and yearly money of every segment, in the order of ``titles``."""
    keys = placed.segments if isinstance(placed, Roster) else [account.segment for account in placed]
    ids = placed.ids if isinstance(placed, Roster) else [account.id for account in placed]
    sizes, totals = Counter(keys), _money(portfolio, ids, keys)
    groups = []
    for key, title in titles.items():
        scope = {"by": by, "group": key}
        size, n = sizes.get(key, 0), len(ids)
        common: dict[str, Any] = {"window": portfolio.day, "snapshot": portfolio.snapshot}
        count = Reading("segments", Unit.COUNT, size, n=n, scope=scope, **common)
        total = None
        if totals is not None:
            paid = round(totals.get(key, 0.0), 2)
            scope = {**scope, "kind": "money"}
            total = Reading("segments", Unit.MONEY_YEAR, paid, n=size, scope=scope, **common)
        groups.append(Group(key, title, count, total))
    return tuple(groups)


def _money(portfolio: Portfolio, ids: Sequence[str], keys: Sequence[str]) -> dict[str, float] | None:
    """Yearly money by segment; None where no money is known."""
    from tools.metrics.orders import worths

    money = worths(portfolio)
    if not money:
        return None
    parts: dict[str, list[float]] = {}
    for account, key in zip(ids, keys, strict=True):
        if account in money:
            parts.setdefault(key, []).append(money[account])
    return {key: math.fsum(amounts) for key, amounts in parts.items()}
