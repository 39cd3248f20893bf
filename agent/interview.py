"""The audit as an interview: a run of the same graph whose steps are told out of answers, with no data at all."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from tools.document import Mistake, Step
from tools.text import Text

if TYPE_CHECKING:
    from agent.runs import Order
    from tools.audit import StepSpec
    from tools.policy import Policy
    from tools.portfolio import Portfolio
    from tools.text import Language

NO_CULTURE = Text(
    "How the team works by value was not answered; answer for the four departments before any purchase.",
    "О том, как команда живёт ценностью, вы не ответили; ответьте за четыре отдела до любой покупки.",
)
CULTURE_TOLD = Text(
    "The habits of the team are part of your answers, beside tools.",
    "Привычки команды есть в ваших ответах наравне с инструментами.",
)
SEGMENTS_UNKNOWN = Text(
    "Answers hold no client, so nobody is sorted by value yet; usage and promises by client would allow it.",
    "В ответах нет отдельных клиентов, по ценности пока никто не разделён; помогут использование и обещания по клиентам.",
)
TTV_TOLD = Text(
    "You named the time to the first benefit; record its date for every client to see where it is longer.",
    "Время до первой пользы вы назвали; записывайте её дату по каждому клиенту, чтобы видеть, где она дольше.",
)
TTV_UNKNOWN = Text(
    "The time to the first benefit is not known; choose that event for each product and record its date.",
    "Время до первой пользы неизвестно; выберите такое событие для каждого продукта и записывайте его дату.",
)
NO_ANALYTICS = Text(
    "Promised and received value are not compared client by client; record promises with the value now.",
    "Обещанное и полученное не сравниваются по каждому клиенту; записывайте обещания и значение сейчас.",
)


def ordered(
    answers: Mapping[str, Any],
    *,
    policy: "Policy | None",
    as_of: date | None,
    steps: Sequence[str] | None,
    language: "Language",
) -> "tuple[Order, Portfolio]":
    """Everything an interview depends on (its hash is the run's id), and what it stands on; `BadData` for wrong answers."""
    from agent import runs
    from tools.interview.answers import read
    from tools.interview.blank import blank
    from tools.policy import Policy

    found = read(answers)
    portfolio = blank(found, policy=policy or Policy(), as_of=as_of)
    team = {"capacity": answers["capacity"]} if answers.get("capacity") else {}
    kept = {**found.written(), **team}
    order = runs.order(portfolio, steps=steps, answers=kept, language=language, interactive=False)
    return {**order, "interview": True}, portfolio


def portfolio_of(order: "Order") -> "Portfolio":
    """What the interview of an order stands on: a portfolio without a row."""
    from tools.interview.answers import read
    from tools.interview.blank import blank
    from tools.policy import Policy

    day = date.fromisoformat(order["as_of"]) if order["as_of"] else None
    return blank(read(order["answers"]), policy=Policy(order["policy"]["values"], order["policy"]["name"]), as_of=day)


def told(spec: "StepSpec", portfolio: "Portfolio", answers: Mapping[str, Any]) -> Step:
    """A step out of the answers of the run."""
    from tools.interview.answers import read
    from tools.interview.steps import interview_step

    return interview_step(spec, portfolio, read(answers))


def mistakes(steps: Sequence[Step]) -> tuple[Mistake, ...]:
    """The four classic mistakes checked against answers: what data alone can show counts as not done."""
    culture = any(step.key == "culture" and step.status != "skipped" for step in steps)
    ttv = any(reading.key == "ttv" and "kind" not in reading.scope for step in steps for reading in step.readings)
    tools = any(item.stage == 4 for step in steps for item in step.recommendations)
    return (
        Mistake(
            "technology_without_culture",
            Text("Technology without culture", "Технологии без культуры"),
            tools and not culture,
            CULTURE_TOLD if culture else NO_CULTURE,
        ),
        Mistake(
            "crm_segments",
            Text("CRM segments instead of value", "Сегменты CRM вместо ценности"),
            True,
            SEGMENTS_UNKNOWN,
        ),
        Mistake(
            "ttv_ignored",
            Text("Time to value ignored", "Время до первой пользы не учитывается"),
            not ttv,
            TTV_TOLD if ttv else TTV_UNKNOWN,
        ),
        Mistake(
            "no_value_analytics",
            Text("No end-to-end value analytics", "Нет сквозной аналитики ценности"),
            True,
            NO_ANALYTICS,
        ),
    )
