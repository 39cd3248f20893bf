"""Part of the step of retention: buyers without a contract that have gone quiet."""

from tools import ledger
from tools import segments as segmentation
from tools.audit import Draft
from tools.portfolio import Portfolio


def lapsing(draft: Draft) -> None:
    """Buyers that used to order often or much and have gone quiet, where the orders span half a year."""
    portfolio = draft.portfolio
    if ledger.no_ledger(portfolio) is None or segmentation.impossible(portfolio, "rfm") is not None:
        return
    gone = segmentation.assign(portfolio, "rfm").members("lapsing")
    if not gone or not _half_a_year(portfolio):
        return
    stake = draft.stake("lapsing_buyers", [account.id for account in gone])
    claim = None
    if stake is not None:
        claim = draft.claim(
            "lapsing",
            "Buyers that used to order often or much and have gone quiet: {clients}; their revenue is {money}.",
            "Покупали часто или много и замолчали {clients:клиент|клиента|клиентов}; их выручка — {money}.",
            clients=draft.count("lapsing_buyers", len(gone)),
            money=stake,
        )
    draft.find("lapsing_buyers", "urgent", claim, accounts=gone, stake=stake)


def _half_a_year(portfolio: Portfolio) -> bool:
    """True where the orders span long enough to tell a quiet buyer from a short export."""
    lines = portfolio.table("invoices")
    first = portfolio.run(lines.agg(d=lines.date.min())).column(0)[0].as_py()
    return first is not None and portfolio.as_of is not None and (portfolio.as_of - first).days >= 180
