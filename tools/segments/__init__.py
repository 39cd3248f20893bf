"""Segmentations: a file each; every account in exactly one segment, with the reason it is there."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from tools.document import Claim
from tools.errors import UnknownName, UserError
from tools.portfolio import Portfolio
from tools.reading import Reading
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
    """One account and its segment, with the reason as a claim."""

    id: str
    name: str
    segment: str
    why: Claim


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A partition of the accounts; ``edges`` are readings that drew the borders, ``disagree`` the accounts on which
    the value lens and the RFM lens part.
    """

    by: str
    groups: tuple[Group, ...]
    accounts: tuple[Placed, ...]
    edges: tuple[Reading, ...] = ()
    disagree: tuple[Placed, ...] = ()

    def members(self, key: str) -> list[Placed]:
        """The accounts of one segment."""
        return [account for account in self.accounts if account.segment == key]


@dataclass(frozen=True, slots=True)
class Spec:
    """A registered segmentation; ``impossible`` says why the data do not allow it, or None."""

    key: str
    title: Text
    build: Callable[[Portfolio], Segmentation]
    impossible: Callable[[Portfolio], Text | None]


LOOKS_GOOD = ("best", "good")
_SPECS: dict[str, Spec] = {}


def segmentation(
    key: str, *, title: Text, impossible: Callable[[Portfolio], Text | None]
) -> Callable[[Callable[[Portfolio], Segmentation]], Callable[[Portfolio], Segmentation]]:
    """Register a function as the segmentation ``key``."""

    def register(build: Callable[[Portfolio], Segmentation]) -> Callable[[Portfolio], Segmentation]:
        if key in _SPECS:
            raise ValueError(f"segmentation {key!r} is declared twice")
        _SPECS[key] = Spec(key, title, build, impossible)
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
        portfolio.memo[memo] = spec.build(portfolio)
        portfolio.memo[memo] = replace(portfolio.memo[memo], disagree=tuple(_disagreement(portfolio)))
    found: Segmentation = portfolio.memo[memo]
    return found


def _disagreement(portfolio: Portfolio) -> list[Placed]:
    """Accounts at risk by value that look good by RFM, with the reason for the risk; never merged into one score."""
    if impossible(portfolio, "value") is not None or impossible(portfolio, "rfm") is not None:
        return []
    lens = {account.id: account.segment for account in assign(portfolio, "rfm").accounts}
    return [account for account in assign(portfolio, "value").members("at_risk") if lens.get(account.id) in LOOKS_GOOD]


def _spec(by: str) -> Spec:
    found = segmentations()
    if by not in found:
        raise UnknownName(Text("segmentation", "сегментация"), by, found)
    return found[by]


def groups_of(portfolio: Portfolio, titles: Mapping[str, Text], placed: list[Placed], *, by: str) -> tuple[Group, ...]:
    """Size and yearly money of every segment, in the order of ``titles``."""
    from tools.metrics.orders import worths
    from tools.reading import Unit

    money = worths(portfolio)
    groups = []
    for key, title in titles.items():
        ids = [account.id for account in placed if account.segment == key]
        scope = {"by": by, "group": key}
        size = Reading(
            "segments",
            Unit.COUNT,
            len(ids),
            n=len(placed),
            scope=scope,
            window=portfolio.day,
            snapshot=portfolio.snapshot,
        )
        total = None
        if money:
            total = Reading(
                "segments",
                Unit.MONEY_YEAR,
                round(sum(money.get(account, 0.0) for account in ids), 2),
                n=len(ids),
                scope={**scope, "kind": "money"},
                window=portfolio.day,
                snapshot=portfolio.snapshot,
            )
        groups.append(Group(key, title, size, total))
    return tuple(groups)
