"""Routes of the interview: its questions, and an audit by answers alone, followed and fetched as any other."""

from typing import Any

from fastapi import APIRouter, Response

from tools.interview.form import expected
from tools.interview.questions import ABOUT, QUESTIONS
from tools.metrics.culture import DEPARTMENTS
from ui.api.audits import accepted
from ui.api.models import InterviewRequest, Open, RunDocument
from ui.api.responses import answers, document, problems
from ui.api.service import Served, Spoken

router = APIRouter(tags=["audits"])


class QuestionsDocument(Open):
    """The questions in their order: key, step, words, what an answer looks like, the file that would replace it."""

    about: list[dict[str, Any]]
    questions: list[dict[str, Any]]


@router.get(
    "/interviews/questions",
    operation_id="listInterviewQuestions",
    summary="What an interview asks",
    responses={**answers(QuestionsDocument, statuses=())},
)
def list_questions(language: Spoken) -> Response:
    """About fifteen questions, two or three a step."""
    return document(
        {
            "about": [{"key": key, "text": text[language]} for key, text in ABOUT.items()],
            "questions": [
                {
                    "key": item.key,
                    "step": item.step,
                    "text": item.text[language],
                    "kind": item.kind,
                    "low": item.low,
                    "high": item.high,
                    "example": item.example,
                    "expected": expected(item, language),
                    "file": item.file[language],
                    "parts": list(DEPARTMENTS) if item.kind == "departments" else [],
                }
                for item in QUESTIONS
            ],
        }
    )


@router.post(
    "/interviews",
    operation_id="startInterview",
    status_code=202,
    summary="Start an audit by answers alone",
    responses={202: {"model": RunDocument}, **problems(400)},
)
def start_interview(service: Served, language: Spoken, body: InterviewRequest) -> Response:
    """The same answers give the same audit; every figure of it is stated, each step names the file it needs."""
    run = service.runs.interview(body.model_copy(update={"language": body.language or language}))
    return accepted(service, run.id)
