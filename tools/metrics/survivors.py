"""Groups that a departure changes: today's hold those who stayed, so losses are counted over those of the opening day."""

from collections.abc import Collection

from tools.groups import SEGMENTS
from tools.portfolio import Portfolio
from tools.text import Text

COHORTS = ("nrr", "grr", "logo_churn", "money_churn", "ltv")
FLOWS = ("quick_ratio", "movements")
OWN_MONTHS = ("simple_recent", "sbg", "survival", "markov")  # losses of other months than those of the window
FLAG = "segment_at_opening"
LEFT = ("churned", "status")  # columns that say today who left, and say it of no earlier day
STAYS = ("tenure_days",)  # the one figure of an account that its departure leaves as it was
ONLY_STAYED = Text(
    "such groups hold today only those who stayed, and at the start of the period none who came later: gains and losses "
    "cannot be set side by side by them",
    "сегодня в таких группах только оставшиеся, а на начало периода — только прежние клиенты: прирост и потери "
    "по ним не сопоставить",
)
ONE_DAY = Text(
    "this form counts departures over months of its own, and such groups are those of one day: today's hold only those "
    "who stayed",
    "этот способ считает уходы за другие месяцы, а такие группы известны на один день: сегодня в них только оставшиеся",
)


OWN_DAYS = Text(
    "each campaign begins on a day of its own, and such groups are those of one day: today's hold only those who stayed",
    "у каждой кампании свой день начала, а такие группы известны на один день: сегодня в них только оставшиеся",
)
OF_TODAY = Text(
    "the data keep this column as it is today, and a departure changes it: those who left would be missing",
    "этот столбец известен только на сегодня, а уход клиента его меняет: ушедших в такой группе не было бы",
)


def moves(portfolio: Portfolio, by: str) -> bool:
    """True where a client that leaves changes its group: a segmentation, or quarters of monthly worth."""
    return by in SEGMENTS or by in LEFT or (by == "size" and not portfolio.has("accounts", "size"))


def moved_by(portfolio: Portfolio, names: Collection[str]) -> bool:
    """True where a client that leaves changes one of these fields of an account: a group as above, or a figure."""
    from tools.fields import fields

    return any(
        moves(portfolio, name) or name in LEFT or (fields()[name].reading and name not in STAYS) for name in names
    )


def refused(portfolio: Portfolio, key: str, convention: str | None, names: Collection[str]) -> Text | None:
    """Why a metric of losses has no value by groups that a departure changes, or None where it has, or counts none."""
    if key in FLOWS:
        return ONLY_STAYED
    if key == "campaign_effect":
        return OWN_DAYS
    if key in COHORTS and set(names) & set(LEFT):
        return OF_TODAY
    contracts = portfolio.profile.key != "repeat"
    return ONE_DAY if key == "ltv" and convention in OWN_MONTHS and contracts else None


def at_opening(portfolio: Portfolio, key: str, convention: str | None) -> bool:
    """True where such groups must be those of the opening day; the model of orders fits the base and counts no losses."""
    orders = key == "ltv" and portfolio.profile.key == "repeat" and convention in (None, "bgnbd")
    return key in COHORTS and not orders
