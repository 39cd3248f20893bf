"""Several calls as one answer: nothing said twice, nothing lost, each question's refusal in its place."""

from agent.gathering import about, gathered
from agent.sentences import Result
from tools.document import Claim, Name
from tools.text import Text

NO = Text("That is not known.", "Это неизвестно.")
FIGURES = Text("Needs 12 months of invoices.", "Нужны счета за 12 месяцев.")


def claim(id: str, words: str) -> Claim:
    return Claim(id, Text(words, words))


def call(part: int = 0) -> dict[str, object]:
    return {"name": "metric", "arguments": {}, "part": part}


def texts(claims: tuple[Claim, ...]) -> list[str]:
    return [item.text.en for item in claims]


def test_claims_of_one_id_that_say_different_things_are_both_kept() -> None:
    results = [
        Result((claim("nrr", "A."),)),
        Result((claim("nrr", "B."), claim("x", "C."))),
        Result((claim("x", "C."),)),
    ]
    found = gathered([call(), call(), call()], results, "en")
    assert texts(found.claims) == ["A.", "B.", "C."] and len({item.id for item in found.claims}) == 3


def test_a_refusal_among_calls_of_one_question_counts_where_all_are_refused() -> None:
    some = gathered([call(), call()], [Result(refused=NO), Result((claim("a", "A."),))], "en")
    assert some.refused is None and texts(some.claims) == ["A."]
    none = gathered([call(), call()], [Result(refused=NO), Result(refused=NO)], "en")
    assert none.refused == NO and none.claims == ()


def test_a_question_that_alone_is_refused_says_so_in_its_place() -> None:
    calls = [call(0), call(1), call(2)]
    found = gathered(calls, [Result((claim("a", "A."),)), Result(refused=NO), Result((claim("c", "C."),))], "ru")
    assert found.refused is None and texts(found.claims) == ["A.", NO.en, "C."]
    first = gathered(calls, [Result(refused=NO), Result((claim("b", "B."),)), Result((claim("c", "C."),))], "ru")
    assert texts(first.claims) == [NO.en, "B.", "C."]
    numbers = gathered(calls[:2], [Result((claim("a", "A."),)), Result(refused=FIGURES)], "ru")
    assert numbers.claims[1].slots == {"why": Name(FIGURES.ru)}


def test_what_is_sure_is_not_taken_back() -> None:
    calls = [call(0), call(1), call(2)]
    results = [Result(refused=NO), Result((claim("b", "B."),)), Result(refused=FIGURES)]
    sure: list[str] = []
    for count in range(1, 4):
        now = texts(gathered(calls, results[:count], "en").sure)
        assert now[: len(sure)] == sure
        sure = now
    assert sure == texts(gathered(calls, results, "en").claims)


def test_what_an_answer_was_about() -> None:
    named = Claim("a", Text("{client}.", "{client}."), {"client": Name("Ромашка", account="C4")})
    found = about([call()], [named, named])
    assert found.accounts == ("C4",) and found.keys == () and found.calls[0]["name"] == "metric"
