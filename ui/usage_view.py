"""What a language model was used for, as one line under an answer or an audit."""

from typing import TYPE_CHECKING

from tools import formats
from tools.document import Usage
from tools.text import Language, Text

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

LINE = Text(
    "Language model: requests {calls}, tokens read {read}, written {written}",
    "Языковая модель: запросов {calls}, токенов прочитано {read}, написано {written}",
)
ABOUT = Text(" (estimated)", " (по оценке)")
RAW = Text(
    "The tables themselves in a prompt would be about {raw} tokens, {times} times as many.",
    "Сами таблицы в запросе заняли бы около {raw} токенов — в {times} раза больше.",
)


def usage_line(usage: Usage | None, language: Language) -> str | None:
    """Requests, tokens and price of a model, or None where none was used."""
    if usage is None:
        return None
    numbers = {"calls": usage.calls, "read": usage.tokens_in, "written": usage.tokens_out}
    line = LINE.fill(**{name: formats.count(value, language) for name, value in numbers.items()})[language]
    about = ABOUT[language] if usage.estimated else ""
    cost = "" if usage.cost is None else f"; {formats.decimal(usage.cost, language, digits=4)} {usage.currency}"
    return f"{line}{about}{cost}."


def raw_line(usage: Usage | None, portfolio: "Portfolio", language: Language) -> str | None:
    """How many tokens the tables would have taken, beside those that were used; None where none were."""
    from agent.models.usage import raw_tokens

    used = usage.tokens_in + usage.tokens_out if usage is not None else 0
    if not used:
        return None
    raw = raw_tokens(portfolio)
    times = formats.decimal(raw / used, language, digits=1)
    return RAW.fill(raw=formats.count(raw, language), times=times)[language]
