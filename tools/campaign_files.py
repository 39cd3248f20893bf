"""Files of a campaign: two lists, the contacts to load back, and campaign.json; frozen, so never written over."""

import csv
import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.campaign import UNIT, Campaign, Exclusion, unwritable
from tools.errors import UserError
from tools.fields import raw_values
from tools.portfolio import Portfolio
from tools.reports.json_text import dumps
from tools.text import Text

FROZEN, TOUCHES = "campaign.json", "campaign_touches.csv"
LISTS = {"target": "target.csv", "control": "control.csv", "touches": TOUCHES}
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
NUMBER = re.compile(r"[+-]?\d[\d ()-]*(?:[.,]\d+)?")
Json = dict[str, Any]


def frozen(campaign: Campaign, names: Mapping[str, str]) -> Json:
    """What campaign.json holds: plain values, words in both languages."""
    return {
        "name": campaign.name,
        "where": campaign.where,
        "snapshot": campaign.snapshot,
        "as_of": campaign.as_of,
        "seed": campaign.seed,
        "control_share": campaign.control_share,
        "unit": _both(UNIT),
        "counts": {
            "accounts": campaign.accounts,
            "matched": campaign.matched,
            "unknown": campaign.unknown,
            "not_in_force": campaign.not_in_force,
            "excluded": sum(len(item.ids) for item in campaign.exclusions),
            "listed": campaign.listed,
        },
        "in_force": _both(campaign.in_force_rule),
        "exclusions": [_exclusion(item, names) for item in campaign.exclusions],
        "target": {
            "accounts": len(campaign.target.ids), "units": campaign.target.units, "sha256": campaign.target.hash
        },
        "control": {
            "accounts": len(campaign.control.ids), "units": campaign.control.units, "sha256": campaign.control.hash
        },
        "starts": campaign.starts,
    }  # fmt: skip


def _exclusion(item: Exclusion, names: Mapping[str, str]) -> Json:
    return {
        "reason": item.key,
        "title": _both(item.title),
        "checked": item.needs is None,
        "rule": _both(item.rule),
        "needs": _both(item.needs),
        "count": len(item.ids) if item.needs is None else None,
        "accounts": [{"id": account, "name": names[account]} for account in item.ids],
    }


def _both(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"en": text.en, "ru": text.ru}


def files(campaign: Campaign, portfolio: Portfolio) -> dict[str, bytes]:
    """The four files by name; the same campaign gives the same bytes."""
    owners, names = raw_values(portfolio, "owner"), portfolio.names
    made = {FROZEN: (dumps(frozen(campaign, names)) + "\n").encode()}
    for arm, ids in (("target", campaign.target.ids), ("control", campaign.control.ids)):
        rows = [(account, names[account], str(owners.get(account) or "")) for account in ids]
        made[LISTS[arm]] = table(("account", "name", "owner"), rows)
    day = campaign.starts.isoformat() if campaign.starts else ""
    contacts = [
        (_returning(account), day, "", campaign.name, arm, "")
        for arm, ids in (("target", campaign.target.ids), ("control", campaign.control.ids))
        for account in ids
    ]
    made[TOUCHES] = _delimited(("account_id", "date", "channel", "campaign", "arm", "cost"), contacts)
    return made


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Text with ``;`` between cells that a spreadsheet opens as it is; a cell that it would run as a formula is quoted."""
    return _delimited(header, ([safe(cell) for cell in row] for row in rows))


def safe(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would take for a formula; plain numbers stay."""
    return f"'{cell}" if _runs(cell) else cell


def _runs(cell: str) -> bool:
    """True for a cell that a spreadsheet would compute; an id or a phone of digits it would not."""
    return cell.startswith(FORMULA) and not NUMBER.fullmatch(cell)


def _returning(account: str) -> str:
    """An id as it must come back: a blank before one that would run, which loading trims."""
    return f" {account}" if _runs(account) else account


def _delimited(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([header, *rows])
    return text.getvalue().encode("utf-8-sig")


def freeze(made: Mapping[str, bytes], folder: Path) -> bool:
    """Write the files whole, or none: False where the same ones stand there already.

    `UserError` where the folder holds another campaign or anything else: a frozen list is never written over.
    """
    folder = Path(os.path.abspath(folder))
    if _stands(made, folder):
        return False
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise unwritable(folder, error.strerror or type(error).__name__) from error
    beside = room / "lists"
    try:
        beside.mkdir()
        for name, content in made.items():
            (beside / name).write_bytes(content)
        os.replace(beside, folder)  # an empty folder gives way, a full one does not
    except OSError as error:
        if _stands(made, folder):  # another process was first with the same
            return False
        raise unwritable(folder, error.strerror or type(error).__name__) from error
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return True


def _stands(made: Mapping[str, bytes], folder: Path) -> bool:
    """True where exactly these files stand in the folder, False where it is absent or empty; else `UserError`."""
    if not folder.exists() and not folder.is_symlink():
        return False
    if not folder.is_dir():
        raise UserError(Text(f"{folder} is a file: give --out a folder.", f"{folder} — файл: укажите в --out папку."))
    if not any(folder.iterdir()):
        return False
    if all((folder / name).is_file() and (folder / name).read_bytes() == content for name, content in made.items()):
        return True
    known = _name_in(folder)
    if known is None:
        raise UserError(
            Text(
                f"{folder} holds other files: give --out a new or an empty folder.",
                f"В папке {folder} лежат другие файлы: укажите в --out новую или пустую папку.",
            )
        )
    raise UserError(
        Text(
            f"{folder} holds the frozen campaign “{known}”, and these lists differ from it. A frozen control is not "
            "changed: give --out another folder, or repeat the filter, the seed and the data of that campaign.",
            f"В папке {folder} уже зафиксирована кампания «{known}», и новые списки с ней расходятся. Зафиксированный "
            "контроль не меняют: укажите в --out другую папку или повторите фильтр, seed и данные той кампании.",
        )
    )


def _name_in(folder: Path) -> str | None:
    """The name of the campaign frozen in a folder, or None."""
    try:
        found = json.loads((folder / FROZEN).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return str(found.get("name", "?")) if isinstance(found, dict) else None
