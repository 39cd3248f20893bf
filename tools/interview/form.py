"""The empty answers file of an interview: YAML whose comments are the questions, to be filled in and given back."""

from tools.audit import steps
from tools.interview.questions import ABOUT, UNITS, Question, of_step
from tools.metrics.culture import DEPARTMENTS
from tools.text import Language, Text

HEAD = Text(
    "Interview in place of data. Write what you know after the colons and leave the rest empty: an empty line is “not\n"
    "known”, never nought. Then run: cvm audit --answers {file}",
    "Интервью вместо данных. Впишите после двоеточий то, что знаете, остальное оставьте пустым: пустая строка значит\n"
    "«неизвестно», а не ноль. Потом запустите: cvm audit --answers {file}",
)
ABOUT_HEAD = Text("About the company", "О компании")
RANGE = Text("{unit}, {low} to {high}; example: {example}", "{unit}, от {low} до {high}; пример: {example}")
AMOUNT = Text("{unit} a month; example: {example}", "{unit} в месяц; пример: {example}")
COUNTED = Text("{unit}, from {low}; example: {example}", "{unit}, от {low}; пример: {example}")
FILE = Text("would be replaced by: {file}", "заменит: {file}")


def form(language: Language, *, file: str) -> str:
    """The whole file in one language."""
    lines = [f"# {line}" for line in HEAD.fill(file=file)[language].split("\n")]
    lines += ["", f"# {ABOUT_HEAD[language]}"]
    for key, text in ABOUT.items():
        lines += [f"# {text[language]}", f"{key}:"]
    for place, spec in enumerate(steps(), start=1):
        lines += ["", f"# {place}. {spec.title[language]}"]
        for question in of_step(spec.key):
            lines += _asked(question, language)
    return "\n".join(lines) + "\n"


def expected(question: Question, language: Language) -> str:
    """What an answer looks like: its unit, range and an example."""
    text = AMOUNT if question.kind == "money" else COUNTED if question.high >= 1_000_000 else RANGE
    values = {"unit": UNITS[question.kind], "example": question.example}
    return text.fill(low=f"{question.low:g}", high=f"{question.high:g}", **values)[language]


def _asked(question: Question, language: Language) -> list[str]:
    hint, file = expected(question, language), FILE.fill(file=question.file)[language]
    lines = [f"# {question.text[language]}", f"#   {hint}", f"#   {file}"]
    if question.kind != "departments":
        return [*lines, f"{question.key}:"]
    return [*lines, f"{question.key}:", *(f"  {key}:  # {title[language]}" for key, title in DEPARTMENTS.items())]
