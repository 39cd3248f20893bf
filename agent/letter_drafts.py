"""Drafts of letters as documents: made out of the data, with every figure's place and reading, kept under an id."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent import letter_store
from agent.memory import canonical, digest
from tools.campaign_reasons import REASONS
from tools.document import Claim
from tools.errors import UserError, one_of
from tools.letters import asks, phrases
from tools.letters.compose import letter
from tools.letters.facts import client
from tools.letters.letter import FORMS_OF_LETTER, Form, Letter
from tools.letters.merge import Merge, merge
from tools.letters.occasions import Occasion, about
from tools.letters.phrases import LABELS
from tools.portfolio import Portfolio
from tools.reports.contract import reading_json
from tools.reports.register import unique
from tools.reports.spans import spans_json
from tools.text import Language, Text

Json = dict[str, Any]
WHO = Text(
    "A letter is written to one client or to one segment: name one of them.",
    "Письмо пишут одному клиенту или одному сегменту: назовите клиента или сегмент.",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What letter is asked for: to a client or a segment, about a step, in which form and language."""

    account: str | None = None
    segment: str | None = None
    step: str | None = None
    form: Form = "letter"
    language: Language = "ru"


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft as data, and the document that is kept of it, with its status."""

    made: Letter | Merge
    document: Json


def drafted(portfolio: Portfolio, wanted: Wanted, *, home: Path | None) -> Drafted:
    """The draft that was asked for, kept under its id where there is a home; the same wish gives the same draft.

    `UnknownName` for an unknown client, segment, step or form; `UserError` where there is no ground for the letter.
    """
    if (wanted.account is None) == (wanted.segment is None):
        raise UserError(WHO)
    one_of(Text("form of a letter", "вид письма"), wanted.form, FORMS_OF_LETTER)
    among = about(wanted.step) if wanted.step is not None else None
    if wanted.account is not None:
        account, _name = portfolio.find_account(wanted.account)
        made: Letter | Merge = letter(client(portfolio, account), form=wanted.form, among=among)
    else:
        made = merge(portfolio, wanted.segment or "", form=wanted.form, step=wanted.step)
    body = _one(made, portfolio, wanted) if isinstance(made, Letter) else _many(made, portfolio, wanted)
    document = {**_head(made, portfolio, wanted), **body}
    if home is None:
        return Drafted(made, {**document, "status": "draft", "edited": False, "decisions": []})
    return Drafted(made, letter_store.kept(home, document))


def checks(made: Letter, portfolio: Portfolio) -> list[Text]:
    """Reasons of a campaign's exclusions that hold for the client and that the letter itself is not about."""
    if "letter checks" not in portfolio.memo:
        portfolio.memo["letter checks"] = [(reason, reason.check(portfolio, "").ids) for reason in REASONS]
    found = portfolio.memo["letter checks"]
    return [
        reason.title for reason, ids in found if made.account in ids and reason.key not in made.occasion.despite
    ]  # fmt: skip


def identity(made: Letter | Merge, portfolio: Portfolio, wanted: Wanted) -> str:
    """Sixteen hex digits: of the data, the day, whom it is to, the step, form, language, policy and these phrases."""
    whom = made.account if isinstance(made, Letter) else made.segment
    kind = "account" if isinstance(made, Letter) else "segment"
    parts = [
        portfolio.snapshot, portfolio.as_of, kind, whom, wanted.step and wanted.step.casefold(), wanted.form,
        wanted.language, portfolio.policy.hash, _edition(),
    ]  # fmt: skip
    return digest(canonical(parts))[:16]


def _edition() -> str:
    """A hash of all phrases: a draft made of other words has another id."""
    tables = (phrases.BENEFITS, phrases.UNDONE, phrases.GROUNDS, phrases.HEADS)
    said = [[text.en, text.ru] for table in tables for text in table.values()]
    plain = [[item.en, item.ru] for name in sorted(vars(phrases)) if isinstance(item := vars(phrases)[name], Text)]
    asked = [
        [text.en, text.ru]
        for item in asks.ASKS.values()
        for text in (item.subject, item.opening, item.hello, item.letter, item.call, item.messenger)
    ]
    return digest(canonical([said, plain, asked]))[:8]


def _head(made: Letter | Merge, portfolio: Portfolio, wanted: Wanted) -> Json:
    language = wanted.language
    one = isinstance(made, Letter)
    return {
        "id": identity(made, portfolio, wanted),
        "kind": "account" if one else "segment",
        "account": made.account if isinstance(made, Letter) else None,
        "name": made.name if isinstance(made, Letter) else made.title[language],
        "segment": made.segment if isinstance(made, Merge) else None,
        "step": wanted.step,
        "form": wanted.form,
        "language": language,
        "occasion": {"key": made.occasion.key, "title": made.occasion.title[language]},
        "snapshot": portfolio.snapshot,
        "as_of": portfolio.as_of,
        "currency": portfolio.currency,
        "cards": cards_of(made.occasion, portfolio, segment=made.segment if isinstance(made, Merge) else None),
    }


def cards_of(occasion: Occasion, portfolio: Portfolio, *, segment: str | None) -> list[str]:
    """The playbook that the letter rests on."""
    from knowledge.cards import answering

    return [card.slug for card in answering(occasion.code, segment=segment, profile=portfolio.profile.key)[:1]]


def _one(made: Letter, portfolio: Portfolio, wanted: Wanted) -> Json:
    shown = made.rendered(wanted.language, currency=portfolio.currency)
    return {
        "text": shown.text,
        "spans": spans_json(shown),
        "readings": _readings(made.claims, portfolio, wanted.language),
        "others": [item.title[wanted.language] for item in made.others],
        "checks": [text[wanted.language] for text in checks(made, portfolio)],
        "columns": [],
        "clients": [],
        "left_out": [],
    }


def _many(made: Merge, portfolio: Portfolio, wanted: Wanted) -> Json:
    language, currency = wanted.language, portfolio.currency
    names = portfolio.names
    return {
        "text": made.template(language),
        "spans": [],
        "readings": _readings([claim for item in made.letters for claim in item.claims], portfolio, language),
        "others": [],
        "checks": [],
        "members": made.members,
        "unusual": made.unusual,
        "columns": [{"key": key, "title": LABELS[key][language]} for key in made.columns],
        "clients": [
            {
                "account": item.account,
                "name": item.name,
                "values": dict(made.values(item, language, currency=currency)),
                "text": item.rendered(language, currency=currency).text,
            }
            for item in made.letters
        ],
        "left_out": [
            {
                "reason": item.key,
                "title": item.title[language],
                "checked": item.needs is None,
                "needs": None if item.needs is None else item.needs[language],
                "count": len(item.ids),
                "accounts": [{"id": account, "name": names[account]} for account in item.ids],
            }
            for item in made.left_out
        ],
    }


def _readings(claims: Sequence[Claim], portfolio: Portfolio, language: Language) -> list[Json]:
    found = unique([reading for claim in claims for reading in claim.readings])
    return [reading_json(item, language=language, currency=portfolio.currency) for item in found]


__all__ = ["Drafted", "Wanted", "cards_of", "checks", "drafted", "identity"]
