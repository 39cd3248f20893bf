"""Two clients or more, side by side."""

from typing import TYPE_CHECKING

from agent import refusals, sentences
from agent.examples import Call, call
from agent.sentences import Desk, Result
from tools.document import Claim, Name, Slot
from tools.errors import UserError
from tools.reading import Reading
from tools.text import Text

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

MOST = 4
KEYS = ("mrr", "revenue_per_client", "overdue", "value_gap")


def asked(seen: "Understood", portfolio: "Portfolio") -> list[Call] | None:
    """The comparison of the clients that a question names, where it names two or more and each of them clearly."""
    clear = [mention.accounts[0][0] for mention in seen.mentions if len(mention.accounts) == 1]
    if len(clear) < 2 or len(clear) < len(seen.mentions) or seen.wants & {"report", "letter"}:
        return None
    return [call("compare", ids=clear[:MOST])]


def compare(desk: Desk, *, ids: list[str]) -> Result:
    """Each figure known of at least two of the clients, side by side; first the segment of each."""
    names = dict(desk.portfolio.accounts())
    unknown = [account for account in ids if account not in names]
    if unknown:
        raise UserError(refusals.REASONS["unknown_account"])
    table = {account: _figures(desk, account) for account in ids}
    claims = [*_segments(desk, ids, names)]
    for key in dict.fromkeys(key for figures in table.values() for key in figures):
        known = {account: figures[key] for account, figures in table.items() if key in figures}
        if len(known) > 1:
            claims.append(_side_by_side(key, known, names, desk))
    return Result(tuple(claims)) if claims else Result(refused=refusals.NOTHING_KNOWN)


def _figures(desk: Desk, account: str) -> dict[str, Reading]:
    from tools.metrics import compute, metrics
    from tools.narrow import Narrow

    alone = desk.portfolio.narrowed(Narrow("account", account, (account,)))
    readings = [
        *sentences.account_scores_of(desk.portfolio, account),
        *(compute(alone, key)[0] for key in KEYS if key in metrics()),
    ]
    return {reading.key: reading for reading in reversed(readings) if reading.usable}


def _segments(desk: Desk, ids: list[str], names: dict[str, str]) -> list[Claim]:
    from tools.segments import assign, impossible

    if impossible(desk.portfolio, "value") is not None:
        return []
    found = assign(desk.portfolio, "value")
    titles = {group.key: group.title for group in found.groups}
    placed = {item.id: item for item in found.accounts if item.id in ids}
    return [
        sentences.placed(account, names[account], titles[placed[account].segment], placed[account].why, desk)
        for account in ids
        if account in placed
    ]


def _side_by_side(key: str, known: dict[str, Reading], names: dict[str, str], desk: Desk) -> Claim:
    from tools.metrics import metrics

    slots: dict[str, Slot] = {"name": metrics()[key].name}
    pieces = []
    for place, (account, reading) in enumerate(known.items()):
        client, value = f"client_{chr(97 + place)}", f"value_{chr(97 + place)}"
        slots |= {client: Name(names[account], account=account), value: reading}
        pieces.append(f"{{{client}}} — {{{value}}}")
    line = "{name}: " + ", ".join(pieces) + "."
    return sentences.claim(f"{key}.compared", Text(line, line), desk, **slots)
