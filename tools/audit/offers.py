"""Part of the step of growth: who lacks a product that owners of theirs usually have."""

from collections import Counter

from tools.audit import Draft, name
from tools.document import AccountLine, Claim
from tools.metrics.growth import well
from tools.metrics.orders import worths
from tools.text import Text
from tools.whitespace import Offer, whitespace

WHY = Text("has “{owned}”, has no “{product}”", "есть «{owned}», нет «{product}»")


def cross_sell(draft: Draft) -> None:
    """Clients that do well and lack a product, by rules that chance does not explain; what it could bring is a hypothesis."""
    portfolio = draft.portfolio
    if portfolio.as_of is None or not portfolio.has("subscriptions", "product"):
        return  # goods of an order book are bought again and again: no product is lacking
    clients = draft.read("cross_sell", quiet=True)
    potential = draft.read("cross_sell", "potential", quiet=True)
    offers = _surest(draft)
    if not clients.usable or not clients.value or not offers:
        return
    pairs = Counter((offer.product, offer.because) for offer in offers.values())
    product, owned = min(pairs, key=lambda pair: (-pairs[pair], pair))
    claim = draft.claim(
        "cross_sell",
        "Doing well and without a product that owners of theirs usually have: {clients:client|clients}; most often it is “{product}” for owners of “{owned}”.",
        "Благополучны, но без продукта, который обычно берут вместе с их продуктом, {clients:клиент|клиента|клиентов}; чаще всего это «{product}» для владельцев «{owned}».",
        clients=clients,
        product=name(product),
        owned=name(owned),
    )
    worth = None
    if potential.scope.get("kind") == "potential":
        worth = draft.claim(
            "cross_sell_potential",
            "What it could bring is a hypothesis until a control group checks it: {money}.",
            "Сколько это может дать — гипотеза, пока её не проверила контрольная группа: {money}.",
            money=potential,
        )
    lines = [_line(draft, offer) for offer in offers.values()]
    stake = draft.stake("cross_sell_ready", offers)
    draft.find("cross_sell_ready", "good", claim, accounts=lines, stake=stake, segments=("growth",), more=(worth,))


def _surest(draft: Draft) -> dict[str, Offer]:
    """The surest offer of each account that may be offered something and pays."""
    inside = well(draft.portfolio) & worths(draft.portfolio).keys()
    found: dict[str, Offer] = {}
    for offer in whitespace(draft.portfolio):
        if offer.account in inside:
            found.setdefault(offer.account, offer)
    return found


def _line(draft: Draft, offer: Offer) -> AccountLine:
    slots = {"owned": name(offer.because), "product": name(offer.product)}
    return draft.line(offer.account, Claim(f"why.offer.{offer.account}", WHY, slots))
