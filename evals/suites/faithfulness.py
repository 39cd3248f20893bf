"""A model that lies in every draft: whether a lie is shown with the guard on, and whether it would be without it."""

import re
from collections.abc import Sequence
from functools import partial

from pydantic import SecretStr

from agent.assistant import Assistant
from agent.settings import Settings
from agent.writer import numbered
from evals.case import Case, Talk, talks
from evals.lies import LIES, LyingLLM
from evals.result import Outcome
from evals.scorers import outside
from evals.stage import Stage
from tools.document import Answer
from tools.render import TOKEN

MADE_UP = re.compile(r"[<>`]|https?:|evil")


def cases() -> Sequence[Case]:
    """Every question with every kind of lie."""
    return [
        Case(f"{case.name}, {kind}", case.language, (case.given, kind))
        for case in talks("faithfulness")
        for kind in sorted(LIES)
    ]


def score(stage: Stage, case: Case) -> Outcome:
    """Whether nothing false was shown; the fact beside it is what the same draft would have shown unguarded."""
    talk, kind = case.given
    server = stage.opened("liar", partial(LyingLLM, 1))
    assistant = stage.once("lied to", lambda: _behind(server, stage))
    server.kind = kind
    before = len(server.said)
    answer = assistant.ask(_question(talk, case), stage.snapshot, language=case.language)
    drafts = [text for _, text in server.said[before:]]
    if not drafts:
        return Outcome({"asked": False}, "the model was not asked")
    shown = assistant.render_answer(answer)
    words = outside(shown["text"], shown["spans"])
    by_model = shown["written_by"] == "model"
    lied = by_model and (_changed(answer, answer.section.draft) or answer.section.draft not in drafts)
    made_up = bool(MADE_UP.search(words)) or any(letter.isnumeric() for letter in words)
    facts = {"shown_with_guard": lied or made_up, "shown_without_guard": _changed(answer, drafts[0])}
    said = answer.section.draft if lied or made_up else drafts[0]
    return Outcome({"true": not lied and not made_up}, said, facts)


def _question(talk: Talk, case: Case) -> str:
    return talk.messages(case.language)[-1]


def _behind(server: LyingLLM, stage: Stage) -> Assistant:
    home = stage.assistant.settings.home
    return Assistant.open(
        Settings(home=home, llm="openai", llm_base_url=server.url, llm_model="lying", llm_api_key=SecretStr("none"))
    )


def _changed(answer: Answer, draft: str) -> bool:
    """Whether a draft would show anything but the claims' own sentences."""
    register = numbered(answer.claims, answer.currency)
    known = TOKEN.sub(lambda match: match.group() if match[1] in register.slots else "?", draft)
    plain = " ".join(register.draft(claim, answer.language) for claim in answer.claims)
    return register.fill(known, answer.language).text != register.fill(plain, answer.language).text
