"""The tools of the chat: each turns a call into claims, the cards it rests on, or the reason for a refusal."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent import refusals, sentences
from agent.audit_calls import findings, not_computed, report, summary, telling
from agent.compare import compare
from agent.inputs import inputs
from agent.letters import draft_message
from agent.measured import clients, metric
from agent.next_steps import plan
from agent.note_tools import done, mentioned, recall, remember
from agent.own_documents import documents
from agent.questionnaire import culture
from agent.reading import terms
from agent.sentences import Result
from agent.whatif import whatif
from tools.document import Claim, Name, Slot
from tools.errors import UserError
from tools.text import Text

SHOWN_ACCOUNTS = 10
ACCOUNT_KEYS = ("value_gap", "mrr", "revenue_per_client", "overdue", "renewals")
#: What stands for the risk zone where orders alone are known.
COOLING = ("lapsing_buyers",)
GRADES: Mapping[str, Text] = {
    "published": Text("the source was checked", "источник проверен"),
    "vendor": Text("a seller's own claim", "утверждение продавца"),
    "reported": Text("reported by the source, not checked", "сообщает источник, не проверено"),
    "unverified": Text("no primary source was found", "первоисточник не найден"),
    "ours": Text("our own reasoning", "наше рассуждение"),
}


def run(call: Mapping[str, Any], desk: sentences.Desk) -> Result:
    """The result of one tool call."""
    return sentences.bound(told(lambda: TOOLS[call["name"]](desk, **call["arguments"])), desk)


def told(work: Callable[[], Result]) -> Result:
    """The result of some work; a fault of the user's data is a refusal with its sentence."""
    try:
        return work()
    except UserError as error:
        return Result(refused=error.text)


def define(desk: sentences.Desk, *, key: str) -> Result:
    """What a metric means, how it is computed, and where it stands now; what another term of the glossary means."""
    from tools.metrics import compute, metrics, resolve

    if key not in metrics():
        told = terms.explained(key, desk)
        return Result(told) if told else metric(desk, key=key)

    item = resolve(key)
    formula = sentences.claim(
        "formula", Text("Formula: {formula}.", "Формула: {formula}."), desk, formula=Name(item.formula[desk.language])
    )
    now = next((reading for reading in compute(desk.portfolio, item.key)[:1] if reading.usable), None)
    tail = (sentences.stated(now, desk, f"{item.key}.now"),) if now is not None else ()
    return Result((sentences.meaning(item.key, desk), formula, *tail))


def segment(desk: sentences.Desk, *, segment: str) -> Result:
    """The accounts of one segment with reasons, most money first, or every segment with its size."""
    from tools.metrics.orders import worths
    from tools.segments import assign, impossible

    why = impossible(desk.portfolio, "value")
    lens = "value" if why is None else "rfm"
    if why is not None and impossible(desk.portfolio, "rfm") is not None:
        return Result(refused=refusals.NO_SEGMENTS.fill(why=why))
    found = assign(desk.portfolio, lens)
    chosen = (
        [group for group in found.groups if group.key == segment] if lens == "value" and segment else list(found.groups)
    )
    note = Claim("lens", refusals.RFM_LENS)
    sizes = [sentences.sized(group, desk) for group in chosen]
    if lens != "value":
        cooling = findings(desk, codes=COOLING) if segment == "at_risk" else Result()
        return Result((note, *(cooling.claims or sizes)), cooling.cards)
    money = worths(desk.portfolio)
    members = sorted(found.members(segment), key=lambda item: -money.get(item.id, 0.0)) if segment else []
    lines = [
        sentences.account_line(account.id, account.name, account.why, desk) for account in members[:SHOWN_ACCOUNTS]
    ]
    more = [Claim("more", refusals.MORE)] if len(members) > SHOWN_ACCOUNTS else []
    return Result((*sizes, *lines, *more))


def account(desk: sentences.Desk, *, id: str) -> Result:
    """One client: its segment with the reason, value for it, then money."""
    from tools.metrics import compute, metrics
    from tools.narrow import Narrow
    from tools.segments import assign, impossible

    name = dict(desk.portfolio.accounts())[id]
    claims: list[Claim] = []
    if impossible(desk.portfolio, "value") is None:
        found = assign(desk.portfolio, "value")
        placed = next((item for item in found.accounts if item.id == id), None)
        if placed is not None:
            titles = {group.key: group.title for group in found.groups}
            claims.append(sentences.placed(placed.id, name, titles[placed.segment], placed.why, desk))
    alone = desk.portfolio.narrowed(Narrow("account", id, (id,)))
    readings = [
        *sentences.account_scores_of(desk.portfolio, id),
        *(compute(alone, key)[0] for key in ACCOUNT_KEYS if key in metrics()),
    ]
    shown = [reading for reading in readings if reading.usable]
    claims += [sentences.titled(metrics()[reading.key].name, reading, desk, f"{reading.key}.{id}") for reading in shown]
    if not claims:
        return Result(refused=refusals.NOTHING_KNOWN)
    if not any(isinstance(slot, Name) for claim in claims for slot in claim.slots.values()):
        claims.insert(
            0, sentences.claim("account", Text("{client}:", "{client}:"), desk, client=Name(name, account=id))
        )
    return Result((*claims, *mentioned(desk, id)))


def advice(desk: sentences.Desk, *, query: str, segment: str | None = None) -> Result:
    """Up to three playbooks: action, owner, metric, stop rule; those made for the segment go first."""
    knowledge = desk.knowledge()
    hits = knowledge.search(query, language=desk.language, kinds=["playbook"], limit=8)
    cards = [knowledge.cards[hit.slug] for hit in hits]
    if segment is not None:
        fitting = [card for card in cards if segment in card.segments]
        fitting = fitting or [card for card in knowledge.cards.values() if segment in card.segments]
        cards = sorted(fitting, key=lambda card: card.segments.index(segment)) or cards
    if not cards:
        return Result(refused=refusals.REASONS["off_topic"])
    claims = [claim for card in cards[:3] for claim in sentences.advised(card, desk)]
    return Result(tuple(claims), tuple(card.slug for card in cards[:3]))


def market(desk: sentences.Desk, *, query: str) -> Result:
    """What cases and trends say, quoted as the source's claim with its grade; never a figure of these data."""
    from knowledge.cards import citations

    knowledge = desk.knowledge()
    hits = knowledge.search(query, language=desk.language, kinds=("case", "trend"), limit=2)
    claims = []
    for hit in hits:
        card = knowledge.cards[hit.slug]
        assert card.claim is not None
        source = "; ".join(citations()[key].title for key in card.source)
        claims.append(
            sentences.claim(
                f"quote.{card.slug}", refusals.QUOTED, desk,
                quote=Name(card.claim[desk.language].rstrip(".")), source=Name(source), grade=GRADES[card.grade],
            )
        )  # fmt: skip
    if not claims:
        return Result(refused=refusals.REASONS["off_topic"])
    return Result((*claims, Claim("not_ours", refusals.NOT_OURS)), tuple(hit.slug for hit in hits))


def refuse(desk: sentences.Desk, *, reason: str, names: Sequence[str] = ()) -> Result:
    """No figure, the reason, and what would answer."""
    if not names:
        return Result(refused=refusals.REASONS[reason])
    slots: dict[str, Slot] = {f"name_{chr(97 + place)}": Name(name) for place, name in enumerate(names)}
    marks = ", ".join("{" + slot + "}" for slot in slots)
    text = refusals.REASONS[reason]
    return Result((Claim(reason, Text(f"{text.en} {marks}.", f"{text.ru} {marks}."), slots),), refused=text)


TOOLS: Mapping[str, Callable[..., Result]] = {
    tool.__name__: tool
    for tool in (
        culture, metric, clients, compare, define, segment, account, advice, market, documents, findings,
        not_computed, inputs, summary, telling, plan, report,
        draft_message, whatif, remember, recall, done, refuse,
    )
}  # fmt: skip
