"""Remarks that only the canonical tables together can show: answers of the source that contradict each other."""

from tools import formats, metrics
from tools.load import Problem
from tools.metrics.churn_flag import ANSWERS
from tools.portfolio import Portfolio
from tools.text import Language, Text


def problems(portfolio: Portfolio) -> tuple[Problem, ...]:
    """The load's own Problems, then those of the tables seen together."""
    return (*portfolio.manifest.problems, *_contradicting_churn(portfolio))


def _contradicting_churn(portfolio: Portfolio) -> tuple[Problem, ...]:
    answers = [item for item in metrics.compute(portfolio, "churn_share") if item.scope.get("kind")]
    if len(answers) < 2 or len({item.value for item in answers}) == 1:
        return ()

    def listed(language: Language) -> str:
        parts = [
            f"{ANSWERS[item.scope['kind']][language]} {formats.count(int(item.value or 0), language)}"
            for item in answers
        ]
        return ", ".join(parts)

    text = Text(
        f"The source answers “who left” differently: {listed('en')}. None is taken for the truth.",
        f"На вопрос «кто ушёл» источник отвечает по-разному: {listed('ru')}. Ни один ответ не принят за истину.",
    )
    return (Problem("contradicting_churn", "warning", text, rows=portfolio.rows("accounts")),)
