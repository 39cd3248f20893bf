"""The seven-step prompt given in the chat: recognised in either language, and answered step by step in its order."""

import re
from typing import TYPE_CHECKING

from agent import sentences
from agent.sentences import Desk, Result
from tools.document import CardRef, Claim, Name, Recommendation, Slot, Step
from tools.load import SEVERITIES
from tools.text import Text

if TYPE_CHECKING:
    from agent.examples import Call
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

ENOUGH = 5  # of the seven steps: a prompt that was shortened or reworded is still the prompt
LONG = 200  # characters: a question about several steps is shorter than a prompt
SHOWN_FINDINGS = 3
#: Words by which each step of the prompt is known, in small letters, ё as е.
STEPS = {
    "segments": r"сегмент|\bбол(?:и|ей|ями)\b|segment|\bpains?\b",
    "delivery": r"доставк\w* ценност|доводить пользу|механик|deliver|mechanic",
    "growth": r"\bclv\b|\bltv\b|up-?sell|cross-?sell|допродаж|lifetime value",
    "personalisation": r"персонализ|big data|личны\w+ подход|персональн|personali[sz]",
    "retention": r"удерж|отток|nps|рефера|рекомендаци|retention|churn|referral",
    "culture": r"культур|culture",
    "proof": r"доказательств|визуализац|показать клиент|подтвердить|выгод\w* (?:для )?клиент|prove|proof|visuali[sz]",
}
AUDIT = re.compile(r"аудит|провер(?:ь|ьте|им)|пройд|этап|шаг|рекомендац|audit|step|recommend|advise")
HEAD = Text("Step “{title}”: {question}", "Шаг «{title}». {question}")
NOT_WHOLE = Text("Done in part: {reason}.", "Сделано частично: {reason}.")
SKIPPED = Text("Left out: {reason}.", "Пропущено: {reason}.")
ACTION = Text(
    "What to do: {action} Who: {owner}. Tools: {tools}. Metric to watch: {metric}.",
    "Что делать: {action} Кто: {owner}. Инструменты: {tools}. Показатель: {metric}.",
)
CASE = Text("A case: {claim} (source: {source}; {grade}).", "Пример: {claim} (источник: {source}; {grade}).")
NO_CASE = Text("A case: none close enough, as {reason}.", "Пример: достаточно близкого нет: {reason}.")
TREND = Text("A trend: {claim} (source: {source}; {grade}).", "Тренд: {claim} (источник: {source}; {grade}).")


def asked(seen: "Understood", portfolio: "Portfolio") -> "list[Call] | None":
    """The call for the prompt of the seven steps, pasted whole or with words of one's own company in it."""
    from agent.examples import call

    plain = seen.plain
    if len(plain) < LONG or not AUDIT.search(plain) or "injection" in seen.wants:
        return None
    named = sum(re.search(words, plain) is not None for words in STEPS.values())
    return [call("summary", in_order=True)] if named >= ENOUGH else None


def step_by_step(desk: Desk) -> Result:
    """The seven steps in order: what was found, what not and why, the first action with tools, metric, case, trend."""
    from agent.audit_calls import advised_steps

    told = [_step(step, desk) for step in advised_steps(desk)]
    cards = [slug for _claims, slugs in told for slug in slugs]
    return Result(tuple(claim for claims, _ in told for claim in claims), tuple(dict.fromkeys(cards)))


def _step(step: Step, desk: Desk) -> tuple[list[Claim], list[str]]:
    key = f"step.{step.key}"
    question = Text(*(words if words.endswith("?") else f"{words}." for words in (step.question.en, step.question.ru)))
    claims = [sentences.claim(key, HEAD, desk, title=step.title, question=question)]
    if step.reason is not None:
        text = SKIPPED if step.status == "skipped" else NOT_WHOLE
        claims.append(sentences.claim(f"{key}.reason", text, desk, reason=sentences.unstopped(step.reason)))
    claims += step.claims
    findings = sorted(step.findings, key=lambda item: SEVERITIES.index(item.severity))[:SHOWN_FINDINGS]
    claims += [claim for item in findings for claim in item.claims[:1]]
    if not step.recommendations:
        return claims, []
    best = step.recommendations[0]
    return claims + _advice(best, key, desk), [best.playbook]


def _advice(item: Recommendation, key: str, desk: Desk) -> list[Claim]:
    from tools.metrics import metrics

    known = metrics().get(item.metric.key)
    shown = known.name if known else Text(item.metric.key.upper(), item.metric.key.upper())
    tools = Text(*("; ".join(tool[language] for tool in item.tools) for language in ("en", "ru")))
    slots: dict[str, Slot] = {"action": item.action, "owner": item.owner, "tools": tools, "metric": shown}
    text = ACTION
    if item.metric.now is not None and item.metric.now.usable and item.metric.target is not None:
        slots |= {"now": item.metric.now, "target": item.metric.target}
        text = Text(
            ACTION.en.replace("{metric}", "{metric}, now {now}, target {target}"),
            ACTION.ru.replace("{metric}", "{metric}, сейчас {now}, цель {target}"),
        )
    claims = [sentences.claim(f"{key}.action", text, desk, **slots)]
    if isinstance(item.case, CardRef):
        claims.append(_quoted(f"{key}.case", CASE, item.case, desk))
    else:
        claims.append(sentences.claim(f"{key}.case", NO_CASE, desk, reason=sentences.unstopped(item.case.reason)))
    return [*claims, _quoted(f"{key}.trend", TREND, item.trend, desk)]


def _quoted(name: str, text: Text, card: CardRef, desk: Desk) -> Claim:
    from agent.calls import GRADES

    said = Name(sentences.unstopped(card.claim)[desk.language])
    return sentences.claim(name, text, desk, claim=said, source=Name(card.source), grade=GRADES[card.grade])
