"""The plan in the chat: what to begin with, by when, and which clients the next hour goes to."""

import re
from typing import TYPE_CHECKING

from agent import refusals, sentences
from agent.reading.narrowing import narrowed
from agent.sentences import Desk, Result
from tools.capacity import capacity
from tools.document import Claim, Name, Slot
from tools.next_hours import next_hours
from tools.plan import actions, assumption
from tools.text import Text

if TYPE_CHECKING:
    from agent.examples import Call
    from agent.reading.understand import Understood
    from tools.document import Action, NextHour, Recommendation
    from tools.portfolio import Portfolio

SHOWN_ACTIONS, SHOWN_CLIENTS = 5, 5
#: Questions about the order of work, in small letters, ё as е.
ASKS_PLAN = re.compile(
    r"(?:следующ|ближайш|свободн)\w+ час\w*\b|план\w* (?:на|из) (?:эт\w+ |следующ\w+ |ближайш\w+ )?(?:недел|месяц|90|девяност\w+|квартал|три месяца)|план\w* (?:действий|работ)|дорожн\w+ карт|"
    r"\bкакой (?:у нас )?план\s*[?.!]*$|\bпокажи план\s*[?.!]*$|\bчто (?:у нас )?в плане\b|"
    r"\bwhat(?:'s| is) (?:in )?the plan\b|\bshow (?:me )?the plan\b|\bplan for the next\b|"
    r"\bкто кому\b.{0,20}(?:звон|пиш|позвон|напи)|(?:who|which manager|which of us) (?:calls|is calling|should call|rings|phones|takes|contacts) (?:whom|which)|"
    r"что (?:нам |мне )?дела(?:ть|ем) (?:на|в) (?:эт\w+|ближайш\w+) недел|what (?:do|should) (?:we|i) do (?:this|over the next) week|plan for (?:the|this|next) (?:week|month|quarter)|"
    r"с чего (?:нам |мне |лучше )?начать|что делать в понедельник|быстры\w+ побед|"
    r"\b(?:next|free|spare) hour|\b(?:90|ninety).day plan|\baction plan|\bplan of (?:action|work)|\broad ?map|"
    r"where (?:do|should) (?:we|i) (?:start|begin)|what to do on monday|\bquick wins?"
)
#: Whom to call first; with a part of the clients named, a list of these in order answers better.
CALLS_FIRST = re.compile(
    r"\bс кого (?:нам |мне |лучше )?нач(?:ать|инать|нем)|\bкому перв\w+ (?:по)?звонить|\bкому\b.{0,20}звонить\b.{0,20}\b(?:перв\w+|сначала|в первую очередь)|\b(?:перв\w+|сначала|в первую очередь)\b.{0,20}\b(?:кому|кого)\b.{0,20}(?:звонить|обзванивать|набрать)|"
    r"\b(?:очередь|очередность|порядок) (?:\w+ )?(?:обзвон|звонк)\w*|"
    r"\bwho(?:m)? (?:gets|to) (?:the )?(?:first call|call first|ring first)|\bwho(?:m)? (?:do|should|shall|must) .{0,30}\b(?:call|calling|ring|ringing|phone|contact)(?: up)? first|\bwho(?:m)? (?:should|must|needs? to) be (?:called|rung|phoned|contacted) first|\bwith whom (?:do|should) (?:we|i) (?:start|begin)|who (?:do|should) (?:we|i) (?:start|begin) with|\bcall(?:ing)? (?:queue|order)\b"
)
FIRST = Text("The plan begins like this:", "План начинается так:")
ACTION = Text("“{title}”: {owner}, from {start} to {due}.", "«{title}»: {owner}, с {start} по {due}.")
UNDATED = Text("“{title}”: {owner}.", "«{title}»: {owner}.")
OWN_HOURS = Text(
    "An audit run with --capacity plans for your own hours.",
    "Аудит с параметром --capacity составит план под ваши часы.",
)
HOUR = Text("Begin with these clients:", "Начните с этих клиентов:")
CLIENT = Text("{client}, “{title}”", "{client}, «{title}»")


def asked(seen: "Understood", portfolio: "Portfolio") -> "list[Call] | None":
    """The call for a question about the order of work; None where a client or a metric is named."""
    from agent.examples import call

    named = seen.accounts or seen.metrics or seen.codes or "define" in seen.wants
    calls = CALLS_FIRST.search(seen.plain) and not seen.segments and "where" not in narrowed(seen, portfolio)[0]
    return [call("plan")] if (calls or ASKS_PLAN.search(seen.plain)) and not named else None


def plan(desk: Desk) -> Result:
    """The first actions of the ninety-day plan with their days and reasons, and the clients the next hour goes to."""
    from agent.audit_calls import advised_steps

    portfolio = desk.portfolio
    steps = advised_steps(desk)
    advice = [item for step in steps for item in step.recommendations]
    team = capacity(None, portfolio.policy)
    made = actions(advice, portfolio, team)[:SHOWN_ACTIONS]
    if not made:
        return Result((Claim("nothing", refusals.NOTHING_TO_PLAN),))
    told = [claim for item in made for claim in _action(item, advice[item.recommendation], desk)]
    lines = [_client(line, advice[line.recommendation], desk) for line in next_hours(steps, advice, portfolio)]
    hour = [Claim("hour", HOUR), *lines[:SHOWN_CLIENTS]] if lines else []
    cards = tuple(advice[item.recommendation].playbook for item in made)
    return Result((*hour, Claim("order", FIRST), *told, assumption(portfolio, team), Claim("own", OWN_HOURS)), cards)


def _action(item: "Action", advised: "Recommendation", desk: Desk) -> list[Claim]:
    dated: dict[str, Slot] = {"start": item.start, "due": item.due} if item.start and item.due else {}
    owner = Text(*(words[:1].lower() + words[1:] for words in (advised.owner.en, advised.owner.ru)))
    text = ACTION if dated else UNDATED
    head = sentences.claim(f"do.{advised.playbook}", text, desk, title=advised.named, owner=owner, **dated)
    return [head, item.why]


def _client(line: "NextHour", advised: "Recommendation", desk: Desk) -> Claim:
    """A client of the next hour: what to do for it, and why."""
    why = line.why.text
    text = Text(f"{CLIENT.en} ({_unstop(why.en)}).", f"{CLIENT.ru} ({_unstop(why.ru)}).")
    return sentences.claim(
        f"hour.{line.account}", text, desk,
        client=Name(line.name, account=line.account), title=advised.named, **line.why.slots,
    )  # fmt: skip


def _unstop(words: str) -> str:
    return words.strip().rstrip(".")
