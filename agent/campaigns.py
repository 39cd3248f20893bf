"""The lists of a campaign: drawn, judged for what they can prove, and frozen as files."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tools import formats
from tools.campaign import USUAL, Campaign, plan
from tools.campaign_files import FROZEN, LISTS, files, freeze, frozen
from tools.campaign_power import METHOD, Power, powers, verdict
from tools.filters import Filter
from tools.portfolio import Portfolio
from tools.reports.contract import reading_json
from tools.text import Language, Text

NEXT = Text(
    "Contact the target only, never the control. When the campaign has run, put the day (in every row) and the cost into "
    "campaign_touches.csv (it now says {day}), load it with the new data and ask for campaign_effect after {days}.",
    "Пишите только целевой группе, контроль не трогайте. Когда кампания пройдёт, впишите в campaign_touches.csv день (во все "
    "строки) и стоимость (сейчас там день {day}), загрузите файл вместе с новыми данными и через {days} спросите campaign_effect.",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a campaign: whom, the share kept apart, seed and name, and a rise of a share to be seen."""

    where: str | Filter
    control: Decimal = USUAL
    seed: str | None = None
    name: str | None = None
    detect: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CampaignResult:
    """A campaign, what it can prove, its id, its files by list, and whether they were written now."""

    id: str
    campaign: Campaign
    powers: list[Power]
    folder: Path
    files: dict[str, Path]
    fresh: bool
    names: dict[str, str]
    currency: str
    days: int


def campaign_lists(portfolio: Portfolio, wanted: Wanted, *, home: Path, out: Path | None = None) -> CampaignResult:
    """The lists, frozen in ``out`` (default: a folder of their own under ``home``); asked twice, drawn once."""
    campaign = plan(portfolio, wanted.where, control=wanted.control, seed=wanted.seed, name=wanted.name)
    found = powers(portfolio, campaign, detect=wanted.detect)
    made = files(campaign, portfolio)
    identity = hashlib.sha256(made[FROZEN]).hexdigest()[:16]
    folder = out or folder_of(home, identity)
    fresh = freeze(made, folder)
    paths = {"campaign": folder / FROZEN, **{key: folder / name for key, name in LISTS.items()}}
    days = int(portfolio.policy["campaign_days"])
    return CampaignResult(
        identity, campaign, found, folder, paths, fresh, portfolio.names, portfolio.currency, days
    )  # fmt: skip


def folder_of(home: Path, identity: str) -> Path:
    """Where the lists of an id stand."""
    return home / "campaigns" / identity


def campaign_json(result: CampaignResult, language: Language) -> dict[str, Any]:
    """What campaign.json holds, its id, the readings of what the lists can prove, and the sentences."""
    readings = [item for power in result.powers for item in power.readings]
    return {
        "id": result.id,
        **frozen(result.campaign, result.names),
        "readings": [reading_json(item, language=language, currency=result.currency) for item in readings],
        "method": METHOD[language],
        "verdicts": [verdict(power, result.campaign)[language] for power in result.powers],
        "next": next_step(result)[language],
    }


def next_step(result: CampaignResult) -> Text:
    """What to do with the files, and when."""
    starts = result.campaign.starts
    shown = (
        Text("no day", "дня нет")
        if starts is None
        else Text(formats.day(starts, "en"), formats.day(starts, "ru"))
    )  # fmt: skip
    return NEXT.fill(day=shown, days=Text(formats.days(result.days, "en"), formats.days(result.days, "ru")))
