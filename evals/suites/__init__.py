"""The suites: what each tries, where its cases are, and how one of them is scored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.suites import faithfulness, injection, numbers, parity, planning, questionnaire, talking
from tools.errors import UnknownName
from tools.text import Text

if TYPE_CHECKING:
    from evals.case import Case
    from evals.result import Outcome
    from evals.stage import Stage


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite; ``own`` names the back end of a suite that brings its own."""

    name: str
    title: Text
    cases: "Callable[[], Sequence[Case]]"
    score: "Callable[[Stage, Case], Outcome]"
    own: str | None = None


SUITES: Mapping[str, Suite] = {
    suite.name: suite
    for suite in (
        Suite("planning", Text("Planning, unseen questions", "Планирование, новые вопросы"), planning.unseen, planning.score),
        Suite("planning_seen", Text("Planning, questions looked at", "Планирование, виденные вопросы"), planning.seen, planning.score),
        Suite("names_periods", Text("Names and periods", "Названия и периоды"), planning.named, planning.score),
        Suite("numbers", Text("Numbers", "Числа"), numbers.cases, numbers.score),
        Suite("ask", Text("Questions of a manager", "Вопросы руководителя"), talking.of("ask"), talking.score),
        Suite("grounding", Text("Grounding", "Опора на данные и карточки"), talking.of("grounding"), talking.score),
        Suite("refusals", Text("Refusals", "Отказы"), talking.of("refusals"), talking.score),
        Suite("follow_ups", Text("Follow-ups", "Продолжение беседы"), talking.of("follow_ups"), talking.score),
        Suite("parity", Text("Same in Russian and English", "Одно и то же по-русски и по-английски"), parity.cases, parity.score),
        Suite("questionnaire", Text("Questionnaires", "Анкеты"), questionnaire.cases, questionnaire.score),
        Suite("injection", Text("Injection", "Чужие приказы в тексте"), injection.cases, injection.score),
        Suite("faithfulness", Text("A lying model", "Модель, которая лжёт"), faithfulness.cases, faithfulness.score, "lying"),
    )
}  # fmt: skip


def suite_of(name: str) -> Suite:
    """The suite of a name; `UnknownName` where there is none."""
    if name not in SUITES:
        raise UnknownName(Text("suite", "набор вопросов"), name, SUITES)
    return SUITES[name]
