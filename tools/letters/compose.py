"""Writes a letter: what the client already has, what is not done yet and by when, one request, the ending."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from tools.document import Name
from tools.errors import UserError
from tools.formats import NBSP
from tools.letters import phrases
from tools.letters.asks import ASKS
from tools.letters.facts import Client, Goal
from tools.letters.letter import Form, Letter, Line, Part, line
from tools.letters.occasions import OCCASIONS, Occasion, occasion_of, others_of
from tools.letters.phrases import BENEFITS, GROUNDS, UNDONE
from tools.reports.client_facts import Mark
from tools.reports.client_phrases import GOAL_QUESTIONS
from tools.text import Text

SOON_DAYS, MEET_DAYS, ANSWER_DAYS = 3, 14, 30
FRESH_DAYS, QUICK_DAYS = 365, 5
SHOWN_GOALS = 3
WEEKEND = 5
#: Letters of trouble speak of results and requests, not of how busy the client's team is.
PLAIN = frozenset({"complaint", "unhappy", "left", "newcomer"})
#: Their request already says who answers and by when.
ANSWERED = frozenset({"complaint", "behind", "stuck", "newcomer", "left", "unhappy"})
#: They speak of one thing only: what the client still waits for besides it is for another letter.
GOALS_ASIDE = frozenset({"left", "stuck", "newcomer", "late", "complaint"})
#: Messages that begin with their reason: an apology, a day, a step; others begin with the benefit.
REASON_FIRST = frozenset({"left", "complaint", "unhappy", "stuck", "newcomer", "renewal", "behind"})
INNER_EN, INNER_RU = str.maketrans("“”", "‘’"), str.maketrans("«»", "„“")
Marks = Mapping[str, Mark | None]
NO_GROUND = Text(
    "There is no ground for this letter to {client}: {why}. Asked without a subject, the letter follows what is going on at the client.",
    "Повода для такого письма клиенту {client} нет: {why}. Если тему не задавать, письмо будет о том, что у клиента происходит сейчас.",
)


def letter(
    client: Client, *, form: Form = "letter", among: Sequence[Occasion] | None = None, goals: int = SHOWN_GOALS
) -> Letter:
    """The draft to one client about the first occasion that holds, or the first of ``among`` that does.

    Where nothing is known that the client already has, a letter that must not go without it asks about goals instead.
    `UserError` where none of ``among`` holds.
    """
    chosen = occasion_of(client) if among is None else next((item for item in among if item.holds(client)), None)
    if chosen is None:
        assert among
        raise UserError(NO_GROUND.fill(client=client.name, why=among[0].needs))
    benefit = benefits(client, chosen, goals=goals)
    if chosen.benefit_first and not benefit:
        chosen = OCCASIONS["goals"]
    marks = _marks(client)
    undone = _undone(client, chosen, marks, goals=goals)
    parts = {"letter": _letter, "call": _call, "messenger": _messenger}[form]
    lines = parts(client, chosen, marks, benefit, undone)
    return Letter(client.id, client.name, form, chosen, tuple(lines), tuple(others_of(client, chosen)))


def benefits(client: Client, occasion: Occasion, *, goals: int = SHOWN_GOALS) -> list[Line]:
    """What the client already has, the strongest first."""
    facts, days, words = client.facts, client.days, client.words
    marks: dict[str, Mark | None] = {**facts, **days, **{name: Name(word) for name, word in words.items()}}
    asked, worked, billed = ({**marks, "start": days.get(name)} for name in ("asked_from", "used_from", "billed_from"))
    found = _reached(client, marks, goals=goals)
    first = days.get("first")
    if first is not None and client.as_of is not None and (client.as_of - first).days <= FRESH_DAYS:
        found.append(_benefit("first", marks))
    elif first is None and days.get("launched") is not None and occasion.key == "stuck":
        found.append(_benefit("launched", marks))
    found += _solved(client, asked)
    dated, loud = client.window is not None, occasion.key not in PLAIN
    events, documents = facts.get("events"), facts.get("documents")
    if events is not None and (events.reading.value or 0) > 0 and dated and loud:
        found.append(_benefit("used", worked))
    if not found and documents is not None and dated and loud:
        found += [_benefit("together", marks)] if days.get("since") is not None else []
        found.append(_benefit("billed_once" if documents.reading.value == 1 else "billed", billed))
    return found


def _reached(client: Client, marks: Marks, *, goals: int) -> list[Line]:
    own = [goal for goal in client.own_goals if goal.progress and goal.grade != "disputed"]
    own.sort(key=lambda goal: (-(goal.progress or 0), goal.title))
    reached, every = client.facts.get("reached"), client.facts.get("all")
    found = []
    if reached is not None and every is not None and reached.reading.value and int(every.reading.value or 0) > 1:
        whole = reached.reading.value == every.reading.value
        found.append(_benefit("all_reached" if whole else "some_reached", marks))
    for goal in own[:goals]:
        whole = (goal.progress or 0) >= 1
        kind = "goal_moved" if not whole else "goal_confirmed" if goal.grade == "confirmed" else "goal_reached"
        found.append(_goal(kind, "benefit", BENEFITS[kind], goal))
    return found


def _solved(client: Client, marks: Marks) -> list[Line]:
    opened, solved, days = (client.facts.get(name) for name in ("opened", "solved", "days"))
    if opened is None or solved is None or client.window is None or int(opened.reading.value or 0) < 2:
        return []
    if opened.reading.value != solved.reading.value:
        return [_benefit("solved_some", marks)]
    known = days is not None and 1 <= float(days.reading.value or 0) <= QUICK_DAYS
    return [_benefit("solved_all" if known else "solved_quick", marks)]


def _undone(client: Client, occasion: Occasion, marks: Marks, *, goals: int) -> list[Line]:
    """What is not done yet: requests in work, promises not reached, the next stage of a newcomer; then who answers."""
    found = []
    still = client.facts.get("open")
    if still is not None and occasion.key != "left":
        key = "open_themes" if "theme_b" in client.words else "open_theme" if "theme" in client.words else "open"
        key = "open_one" if key == "open_theme" and still.reading.value == 1 else key
        found.append(_bullet(key, "undone", UNDONE[key], marks))
    if occasion.key == "stuck":
        found.insert(0, _bullet("unreached", "undone", UNDONE["unreached"], marks))
    if occasion.key == "newcomer":
        found.insert(0, _bullet("unlaunched", "undone", UNDONE["unlaunched"], marks))
    if occasion.key not in GOALS_ASIDE:
        behind = [goal for goal in client.own_goals if (goal.progress or 0) < 1 or goal.grade == "disputed"]
        behind.sort(key=lambda goal: (goal.progress is None, goal.progress or 0, goal.title))
        found += [_owed(client, goal) for goal in behind[:goals]]
    sure = any(item.key not in ("goal_unmeasured", "goal_disputed") for item in found)
    if sure and occasion.key not in ANSWERED:
        found.append(line("answerable", "undone", phrases.ANSWERABLE, marks))
    return found


def _owed(client: Client, goal: Goal) -> Line:
    """How a promise that is not reached is named; what it stands at is said among the benefits, unless it did not move."""
    if goal.grade == "disputed":
        key = "goal_disputed"
    elif goal.progress is None:
        key = "goal_unmeasured"
    elif goal.progress <= 0:
        key = "goal_unmoved"
    elif goal.due is None:
        key = "goal_open"
    else:
        key = "goal_late" if client.as_of is not None and goal.due <= client.as_of else "goal_due"
    return _goal(key, "undone", UNDONE[key], goal, prefix="owed_")


def _goal(key: str, part: Part, text: Text, goal: Goal, *, prefix: str = "") -> Line:
    unit = "{" + prefix + "unit}"
    worded = text if goal.unit else Text(text.en.replace(unit, ""), text.ru.replace(unit, ""))
    marks: dict[str, Mark | None] = {
        "goal": Name(goal.title), "base": goal.base, "target": goal.target, "current": goal.current, "due": goal.due,
        "unit": Name(NBSP + goal.unit) if goal.unit else None,
    }  # fmt: skip
    return _bullet(key, part, worded, {prefix + name: mark for name, mark in marks.items()})


def _benefit(key: str, marks: Marks) -> Line:
    return _bullet(key, "benefit", BENEFITS[key], marks)


def _bullet(key: str, part: Part, text: Text, marks: Marks) -> Line:
    return line(key, part, text, marks, bullet=True)


def _marks(client: Client) -> dict[str, Mark | None]:
    """Values that openings and requests may use; a day that nothing in the data gives is for the sender to fill."""
    marks: dict[str, Mark | None] = {**client.facts, **client.days}
    marks |= {name: Name(word) for name, word in client.words.items()}
    soon, meet = _workday(client.as_of, SOON_DAYS), _workday(client.as_of, MEET_DAYS)
    end = client.days.get("end")
    if end is not None and isinstance(meet, date) and isinstance(soon, date) and soon < end <= meet:
        meet = soon
    marks |= {"soon": soon, "meet": meet, "answer": _workday(client.as_of, ANSWER_DAYS)}
    return marks


def _workday(day: date | None, days: int) -> date | Text:
    """The day so many days later, moved on from a weekend to Monday."""
    if day is None:
        return phrases.A_DAY
    found = day + timedelta(days=days)
    return found + timedelta(days=7 - found.weekday()) if found.weekday() >= WEEKEND else found


def _opening(key: str, text: Text, marks: Marks) -> Line:
    """The opening, or the general one where the data lack a day that it speaks of."""
    try:
        return line(f"{key}.opening", "opening", text, marks)
    except ValueError:
        return line("goals.opening", "opening", ASKS["rescue"].opening, marks)


def _letter(client: Client, occasion: Occasion, marks: Marks, benefit: list[Line], undone: list[Line]) -> list[Line]:
    ask = ASKS[occasion.key]
    subject = Text(
        phrases.SUBJECT.en.replace("{subject}", ask.subject.en), phrases.SUBJECT.ru.replace("{subject}", ask.subject.ru)
    )
    found = [
        line(f"{occasion.key}.subject", "subject", subject),
        line("greeting", "greeting", phrases.GREETING),
        _opening(occasion.key, ask.opening, marks),
        *_asides(client, occasion, marks),
        *_headed("benefit", phrases.HEADS.get(occasion.key, phrases.BENEFIT_HEAD), benefit),
        *_headed("undone", phrases.UNDONE_HEAD, undone),
        *_grounds(client, occasion, marks),
        line(f"{occasion.key}.ask", "ask", ask.letter, marks),
    ]
    if occasion.key == "goals":
        found += [
            line(f"question_{place}", "ask", text, bullet=True)
            for place, text in zip("abc", GOAL_QUESTIONS, strict=True)
        ]
        found.append(line("questions_close", "ask", phrases.QUESTIONS_CLOSE))
    return [*found, line("signed", "close", phrases.SIGNED)]


def _call(client: Client, occasion: Occasion, marks: Marks, benefit: list[Line], undone: list[Line]) -> list[Line]:
    ask = ASKS[occasion.key]
    hello = _opening(occasion.key, ask.hello, marks)
    grounds = [_framed(item, phrases.CALL_GROUND, "ground") for item in _grounds(client, occasion, marks)]
    return [
        _framed(hello, phrases.CALL_OPEN, "opening"),
        *_headed("benefit", phrases.CALL_BENEFIT, benefit),
        *_headed("undone", phrases.CALL_UNDONE, [item for item in undone if item.key != "answerable"]),
        *(replace(item, alone=True) for item in grounds),
        replace(_framed(line(f"{occasion.key}.ask", "ask", ask.call, marks), phrases.CALL_ASK, "ask"), alone=True),
        line("call_close", "close", phrases.CALL_CLOSE, marks),
    ]


def _messenger(client: Client, occasion: Occasion, marks: Marks, benefit: list[Line], undone: list[Line]) -> list[Line]:
    """A greeting, the reason where it comes first, the strongest benefit, what must be named as not done, the request."""
    ask = ASKS[occasion.key]
    own = [item for item in undone if item.key != "answerable"] if occasion.key in ANSWERED else []
    reason = occasion.key in REASON_FIRST
    said = [_opening(occasion.key, ask.opening, marks)] if reason else []
    lead = [line("chat_lead", "benefit", phrases.CHAT_LEAD)] if benefit and not reason else []
    return [
        line("greeting", "greeting", phrases.CHAT_GREETING),
        *said,
        *lead,
        *(replace(item, bullet=False) for item in benefit[:1]),
        *(replace(item, bullet=False) for item in own[:1]),
        *_grounds(client, occasion, marks),
        line(f"{occasion.key}.ask", "ask", ask.messenger, marks),
        line("signed", "close", phrases.CHAT_SIGNED),
    ]


def _headed(key: str, head: Text, lines: list[Line]) -> list[Line]:
    return [line(f"{key}_head", lines[0].part, head), *lines] if lines else []


def _framed(item: Line, frame: Text, slot: str) -> Line:
    """A line inside words for the one who calls; quotation marks within it become the inner ones."""
    mark = "{" + slot + "}"
    said = item.raw.en.translate(INNER_EN), item.raw.ru.translate(INNER_RU)
    return replace(item, raw=Text(frame.en.replace(mark, said[0]), frame.ru.replace(mark, said[1])))


def _asides(client: Client, occasion: Occasion, marks: Marks) -> list[Line]:
    """The client's own words from the survey; thanks for a recommendation."""
    if occasion.key == "unhappy" and "comment" in client.words:
        return [line("comment", "opening", phrases.COMMENT, marks)]
    return (
        [line("referred", "opening", phrases.REFERRED)]
        if occasion.key == "advocate" and "referred" in client.signs
        else []
    )


def _grounds(client: Client, occasion: Occasion, marks: Marks) -> list[Line]:
    """The fact that the request rests on."""
    if occasion.key in ("fallen", "unused", "limits"):
        key = "limit" if occasion.key == "limits" else occasion.key
        return [line(key, "ask", GROUNDS[key], marks)]
    if occasion.key in ("result", "renewal"):
        return [
            replace(_goal("plan", "ask", GROUNDS["plan"], goal, prefix="owed_"), bullet=False)
            for goal in _of_plan(client)[:1]
        ]
    if occasion.key != "late":
        return []
    documents, owed = client.facts.get("owed_documents"), client.facts.get("owed")
    several = documents is not None and int(documents.reading.value or 0) > 1
    key = ("owed_many" if several else "owed_one") + ("" if owed is not None else "_plain")
    key = "owed_plain" if key == "owed_one_plain" else key
    return [line(key, "ask", GROUNDS[key], marks)]


def _of_plan(client: Client) -> list[Goal]:
    """Promises to every client of the plan: what came of them at this client is for the client to say."""
    return [
        goal for goal in client.goals if goal.grade == "by plan" and goal.base is not None and goal.target is not None
    ]
