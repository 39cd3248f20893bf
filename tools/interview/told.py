"""Figures out of answers: stated, covering no row, without an interval, naming the file that would replace them."""

from collections.abc import Mapping
from dataclasses import replace

from tools.audit import Draft
from tools.document import Step
from tools.interview.answers import Interview
from tools.interview.questions import BY_KEY, of_step
from tools.reading import Number, Reading, Unit
from tools.text import Text

CONVENTION = "interview"
TOLD = Text(
    "stated in an interview and not seen in rows; to be replaced by: {file}",
    "со слов, в строках данных не проверено; заменит: {file}",
)
NOT_ANSWERED = Text("the question of the interview is not answered", "на вопрос интервью не ответили")
ONLY_ROWS = Text("answers do not hold it, only rows of data do", "этого нет в ответах, только в строках данных")
STEP_TOLD = Text(
    "by your answers alone, no data were read; the step will be computed from: {files}",
    "только по вашим ответам, данных нет; шаг посчитают файлы: {files}",
)
STEP_SKIPPED = Text(
    "none of the questions of this step is answered; it will be computed from: {files}",
    "ни на один вопрос этого шага не ответили; шаг посчитают файлы: {files}",
)


def stated(
    draft: Draft,
    question: str,
    key: str,
    unit: Unit,
    value: Number,
    *,
    kind: str | None = None,
    numerator: Number | None = None,
    denominator: Number | None = None,
    n: int = 0,
) -> Reading:
    """A figure that an answer states or gives by plain arithmetic: ``partial``, coverage nought, no interval."""
    return Reading(
        key,
        unit,
        value,
        status="partial",
        reason=TOLD.fill(file=BY_KEY[question].file),
        n=n,
        numerator=numerator,
        denominator=denominator,
        convention=CONVENTION,
        coverage=0.0,
        grade="stated",
        scope={} if kind is None else {"kind": kind},
        snapshot=draft.portfolio.snapshot,
    )


def count(draft: Draft, question: str, value: int, *, kind: str) -> Reading:
    """A count that an answer states."""
    return stated(draft, question, "segments", Unit.COUNT, value, kind=kind, n=value)


def restated(reading: Reading, question: str) -> Reading:
    """A figure that a metric gave out of answers, marked as those are; one without a value stays as it is."""
    if reading.value is None:
        return reading
    return replace(
        reading,
        status="partial",
        reason=TOLD.fill(file=BY_KEY[question].file),
        convention=CONVENTION,
        coverage=0.0,
        grade="stated",
        ci=None,
        ci_method=None,
        sql=None,
    )


def concerning(draft: Draft, clients: int) -> None:
    """How many clients the last finding is about, where the answers count them and cannot name them."""
    draft.findings[-1] = replace(draft.findings[-1], accounts_total=clients)


def finished(draft: Draft, found: Interview, *, rows: Mapping[str, tuple[Text, Text]]) -> Step:
    """The step: partial where anything was answered, else skipped, with the files that would replace the answers.

    Left out are the questions without an answer, and what no answer can hold (``rows``), each with its file.
    """
    asked = of_step(draft.spec.key)
    for question in asked:
        if not found.known(question.key):
            draft.lack(question.subject, NOT_ANSWERED, question.file)
    if draft.spec.key in rows:
        what, needs = rows[draft.spec.key]
        draft.lack(what, ONLY_ROWS, needs)
    files = list({question.file.en: question.file for question in asked}.values())
    listed = Text("; ".join(item.en for item in files), "; ".join(item.ru for item in files))
    if any(found.known(question.key) for question in asked):
        return draft.step("partial", STEP_TOLD.fill(files=listed))
    return draft.step("skipped", STEP_SKIPPED.fill(files=listed))
