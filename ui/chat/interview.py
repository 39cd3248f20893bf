"""The interview on the page: a field for every question, and the answers out of the fields."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from tools.audit import steps
from tools.interview.form import expected
from tools.interview.questions import QUESTIONS, Question
from tools.metrics.culture import DEPARTMENTS
from tools.text import Language
from ui.chat import page
from ui.chat.words import WORDS

LEVELS = ["0", "1", "2", "3", "4"]
CURRENCIES = ["RUB", "EUR", "USD", "KZT", "BYN"]
Updates = dict[Any, Any]


class Form:
    """The fields by question, built where it is made; hidden until the reader chooses this way in."""

    def __init__(self, language: Language) -> None:
        self._fields: list[tuple[str, Any]] = []
        self._titles: list[tuple[str, Any]] = []
        with gr.Column(visible=False, elem_id="interview") as self.panel:
            self._lead = gr.HTML(page.note("interview_lead", language), padding=False)
            self._currency = gr.Dropdown(
                CURRENCIES,
                value="RUB",
                label=WORDS["currency"][language],
                allow_custom_value=True,
                elem_id="q-currency",
            )
            for spec in steps():
                title = gr.HTML(_title(spec.key, language), padding=False)
                self._titles.append((spec.key, title))
                self._build(spec.key, language)
            self.go = gr.Button(WORDS["interview_go"][language], variant="primary", elem_id="interview-go")

    def _build(self, step: str, language: Language) -> None:
        for question in QUESTIONS:
            if question.step != step:
                continue
            if question.kind == "departments":
                for key, name in DEPARTMENTS.items():
                    level = gr.Radio(LEVELS, label=name[language], elem_id=f"q-culture-{key}")
                    self._fields.append((f"culture.{key}", level))
            else:
                field = gr.Textbox(
                    label=question.text[language],
                    info=_hint(question, language),
                    max_lines=1,
                    elem_id=f"q-{question.key}",
                )
                self._fields.append((question.key, field))

    @property
    def inputs(self) -> list[Any]:
        """The fields in the order in which `answers` takes their values."""
        return [self._currency, *(field for _, field in self._fields)]

    @property
    def shown(self) -> list[Any]:
        """Every component whose words or place an action changes."""
        return [self.panel, self._lead, self.go, *(title for _, title in self._titles), *self.inputs]

    def answers(self, values: Sequence[str | None]) -> dict[str, Any]:
        """The answers by question; an empty field is left out."""
        found: dict[str, Any] = {"currency": values[0]}
        levels: dict[str, int] = {}
        for (key, _), value in zip(self._fields, values[1:], strict=True):
            if value is None or not value.strip():
                continue
            if key.startswith("culture."):
                levels[key.removeprefix("culture.")] = int(value)
            else:
                found[key] = value
        return {**found, **({"culture": levels} if levels else {})}

    def labels(self, language: Language) -> Updates:
        """The words of the form in a language; what was typed stays."""
        questions = {question.key: question for question in QUESTIONS}
        fields: Updates = {}
        for key, field in self._fields:
            if key in questions:
                question = questions[key]
                fields[field] = gr.update(label=question.text[language], info=_hint(question, language))
            else:
                fields[field] = gr.update(label=DEPARTMENTS[key.partition(".")[2]][language])
        return {
            self._lead: page.note("interview_lead", language),
            self._currency: gr.update(label=WORDS["currency"][language]),
            self.go: gr.update(value=WORDS["interview_go"][language]),
            **{title: _title(key, language) for key, title in self._titles},
            **fields,
        }


def _title(step: str, language: Language) -> str:
    spec = next(item for item in steps() if item.key == step)
    asked = next((item for item in QUESTIONS if item.step == step and item.kind == "departments"), None)
    about = f'<p class="note">{asked.text[language]}</p>' if asked is not None else ""
    return f'<h3 class="asked">{spec.title[language]}</h3>{about}'


def _hint(question: Question, language: Language) -> str:
    return f"{expected(question, language)} · {WORDS['replaced_by'][language]}: {question.file[language]}"
