"""Part of the step of retention: what the last campaign changed against its control group."""

from tools import ledger
from tools.audit import Draft, name
from tools.document import Claim
from tools.load import Severity
from tools.reading import Reading


def campaigns(draft: Draft) -> None:
    """The newest campaign: an effect, none that can be proven, or a hypothesis where nobody was kept apart."""
    portfolio = draft.portfolio
    if portfolio.as_of is None or not portfolio.has("touches", "campaign"):
        return
    head = draft.read("campaign_effect", quiet=True)
    title = head.scope.get("group")
    if title is None:
        return
    mine = {
        item.scope["kind"]: item
        for item in draft.readings.values()
        if item.key == "campaign_effect" and item.scope.get("group") == title and "kind" in item.scope
    }
    if "hypothesis" in head.flags:
        draft.find("campaign_result", "info", _hypothesis(draft, head), evidence=[head])
    elif head.usable and "money" in mine and ledger.doubt(portfolio) is None:
        claim, severity = _compared(draft, head, mine)
        draft.find("campaign_result", severity, claim, evidence=[head, mine["money"]])


def _hypothesis(draft: Draft, head: Reading) -> Claim | None:
    return draft.claim(
        "campaign",
        "The campaign “{campaign}” kept no control group, so what it changed for {clients:client|clients} is a hypothesis only.",
        "У кампании «{campaign}» нет контрольной группы: что она изменила для {clients:клиента|клиентов|клиентов} — только гипотеза.",
        campaign=name(head.scope["group"]),
        clients=draft.count("campaign_clients", head.n),
    )


def _compared(draft: Draft, head: Reading, mine: dict[str, Reading]) -> tuple[Claim | None, Severity]:
    campaign, money = name(head.scope["group"]), mine["money"]
    if "proven" not in head.flags and "proven" not in money.flags:
        claim = draft.claim(
            "campaign",
            "The campaign “{campaign}” has no proven effect: {target} of its clients stayed and {control} of the control group; against the control it brought {money}, though the payments of its clients alone changed by {gross}.",
            "У кампании «{campaign}» нет доказанного эффекта: остались {target} её клиентов и {control} контрольной группы; против контроля она дала {money}, хотя платежи её клиентов сами по себе изменились на {gross}.",
            campaign=campaign,
            target=mine["target"],
            control=mine["control"],
            money=money,
            gross=mine["gross"],
        )
        return claim, "info"
    claim = draft.claim(
        "campaign",
        "The campaign “{campaign}” differs from its control: {target} of its clients stayed and {control} of the control group; against the control it brought {money}.",
        "Кампания «{campaign}» отличается от контроля: остались {target} её клиентов и {control} контрольной группы; против контроля она дала {money}.",
        campaign=campaign,
        target=mine["target"],
        control=mine["control"],
        money=money,
    )
    better = float(money.value or 0) >= 0 and float(head.value or 0) >= 0
    return claim, "good" if better else "warning"
