"""The first-screen prompts: filled from the finished audit and answered from it; what it cannot answer is not offered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from tools.text import Language, Text
from ui.chat.words import WORDS

Audit = Mapping[str, Any]
ACCOUNTS_TOLD = 5
Answers = Literal["summary", "gaps", "report"] | tuple[str, ...]
SUMMARY: Final = "summary"
GAPS: Final = "gaps"
REPORT: Final = "report"


#: What a click says where something waits for a decision; a change is written by hand.
DECISIONS: Mapping[str, Text] = {
    "approve": Text("Approve", "Одобряю"),
    "reject": Text("Reject", "Отклонить"),
    "skip": Text("Skip", "Пропустить"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One suggestion; ``answers`` is ``summary``, ``gaps``, ``report``, or the codes of the findings that answer it."""

    text: str
    answers: Answers
    account: str = ""


OFFERS: Mapping[Language, tuple[Offer, ...]] = {
    "ru": (
        Offer("Проведи аудит: кто получает пользу, кто нет и что делать в этом месяце", SUMMARY),
        Offer("У кого договор кончается за 60 дней, а обещанное не выполнено?", ("promise_broken", "renewals_at_risk")),
        Offer("Сколько в нашем NRR индексации цен и сколько — одного клиента? Покажи строки", ("nrr_leans",)),
        Offer("Где застревают новички и чего это стоит?", ("stuck_step", "newcomers_waiting")),
        Offer("Подготовь отчёт о ценности для {account}: обещали, сделали, не успели", REPORT),
        Offer("Чего нельзя посчитать по этим файлам и какой файл это исправит?", GAPS),
    ),
    "en": (
        Offer("Audit our clients: who gets value, who doesn't, what to do this month", SUMMARY),
        Offer("Who looks healthy but has no proven result, and when do they renew?", ("promise_broken",)),
        Offer("Where do newcomers get stuck, and what does it cost?", ("stuck_step", "newcomers_waiting")),
        Offer("Which small clients outgrow their plan? Leave out anyone unhappy", ("hidden_growers", "limit_hitters")),
        Offer("Prepare {account}'s value report and what they must confirm", REPORT),
        Offer("What cannot be computed from these files, and which file would fix it?", GAPS),
    ),
}


def decisions(answer: Mapping[str, Any] | None, language: Language) -> list[str]:
    """The words that decide about what an answer waits for; none where nothing waits."""
    waits = (answer or {}).get("pending")
    return [DECISIONS[way][language] for way in waits["options"] if way in DECISIONS] if waits else []


def offered(audit: Audit, language: Language) -> list[Offer]:
    """The prompts that this audit answers, with a client's name filled in."""
    client = _client(audit)
    found = []
    for offer in OFFERS[language]:
        if offer.answers == REPORT and client is not None:
            found.append(Offer(offer.text.replace("{account}", client["name"]), REPORT, client["id"]))
        elif offer.answers == SUMMARY or (offer.answers == GAPS and audit["not_computed"]):
            found.append(offer)
        elif isinstance(offer.answers, tuple) and _findings(audit, offer.answers):
            found.append(offer)
    return found


def told(offer: Offer, audit: Audit, language: Language) -> dict[str, Any]:
    """The answer to an offer out of the audit, in the shape of any other answer."""
    text = _Telling()
    if offer.answers == SUMMARY:
        text.add(audit["summary"]["text"], audit["summary"]["spans"])
    elif offer.answers == GAPS:
        for gap in audit["not_computed"]:
            text.add(f"{gap['what']} — {gap['why']}. {WORDS['needs'][language].capitalize()}: {gap['needs']}.")
    for finding in _findings(audit, offer.answers if isinstance(offer.answers, tuple) else ()):
        text.add(finding["text"], finding["spans"])
        for line in finding["accounts"][:ACCOUNTS_TOLD]:
            text.add(f"— {line['name']}: ", line.get("why_spans", ()), tail=line["why"])
    known = _readings(audit)
    ids = dict.fromkeys(str(span["reading"]) for span in text.spans)
    return {
        "text": "\n".join(text.lines),
        "spans": text.spans,
        "language": language,
        "readings": [known[identity] for identity in ids if identity in known],
        "cards": [],
        "refused": None,
    }


@dataclass(slots=True)
class _Telling:
    """Lines of text with their spans moved to where they stand in the whole."""

    lines: list[str] = field(default_factory=list)
    spans: list[dict[str, Any]] = field(default_factory=list)

    def add(self, text: str, spans: Sequence[Mapping[str, Any]] = (), *, tail: str = "") -> None:
        """A new line; ``spans`` are over ``tail`` where there is one, else over ``text``."""
        shift = sum(len(line) + 1 for line in self.lines) + (len(text) if tail else 0)
        self.spans += [{**span, "start": span["start"] + shift, "end": span["end"] + shift} for span in spans]
        self.lines.append(text + tail)


def _findings(audit: Audit, codes: Sequence[str]) -> list[Mapping[str, Any]]:
    found = {finding["code"]: finding for step in audit["steps"] for finding in step["findings"]}
    return [found[code] for code in codes if code in found]


def _client(audit: Audit) -> Mapping[str, Any] | None:
    """The client worth a report first: one whose promise is behind, else the first named in a finding."""
    first = _findings(audit, ("promise_broken", "value_gap", "renewals_at_risk"))
    others = [finding for step in audit["steps"] for finding in step["findings"]]
    named = [finding["accounts"][0] for finding in [*first, *others] if finding["accounts"]]
    return named[0] if named else None


def _readings(audit: Audit) -> dict[str, Mapping[str, Any]]:
    found = {item["id"]: item for item in audit["summary"].get("readings", ())}
    return found | {item["id"]: item for step in audit["steps"] for item in step["readings"]}
