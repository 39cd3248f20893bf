"""One question to one metric: where in the base, by what, of which level, or which accounts come first."""

from dataclasses import dataclass, replace
from datetime import date

from tools.errors import UnknownName, UserError
from tools.fields import fields, find_field, plain
from tools.filters import Filter, Selection, fields_of, select, spelled, strangers
from tools.metrics import MEANS, SUMS, Ask, compute, resolve, survivors, within_span
from tools.metrics.orders import of_largest
from tools.portfolio import Portfolio
from tools.ranking import ranked
from tools.reading import Reading, Rows, Window
from tools.spans import TIMES, spans, timed
from tools.text import Text, same

#: Of it a number of first clients asks what these make together, not for their names.
CONCENTRATION = "concentration"
UNKNOWN = "client unknown to the filter"
NOT_THEN = Text(
    "losses are counted over those whom the filter chose before the period began, and the data do not say of any client "
    "what it asks as of that day",
    "потери считаются по тем, кто подходил под фильтр накануне периода, а на тот день данных, о которых он спрашивает, "
    "нет ни по одному клиенту",
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a metric; at most one of ``by``, ``top`` and ``bottom``."""

    key: str
    window: Window | None = None
    by: str | None = None
    where: Filter | None = None
    top: int | None = None
    bottom: int | None = None
    level: str = "account"
    convention: str | None = None

    @property
    def ranks(self) -> bool:
        """Whether accounts are asked for, in order."""
        return self.top is not None or self.bottom is not None


def answer(portfolio: Portfolio, question: Question) -> list[Reading]:
    """The readings that answer: one with its variants, one a group, or one an account in order.

    A filter leaves out accounts on which it knows too little: ``rows.left_out`` counts them, and the flag
    ``filter_unknown`` says so. Rates of fewer accounts than the policy names are withheld, the accounts named (§9).
    """
    _check(question)
    if question.where is not None:
        question = replace(question, where=spelled(portfolio, question.where))
    ahead = question.window is not None and portfolio.as_of is not None and question.window.start > portfolio.as_of
    if question.by in TIMES and not ahead and _at_opening(portfolio, question):
        each = spans(portfolio, question.by, question.window)
        return [found for span in each for found in _in(portfolio, question, question.by, span)]
    part, selection = within(portfolio, question)
    if selection is not None and not selection.ids:
        return [_nobody(part, question, selection)]
    if (why := _refused(part, question)) is not None:
        return [Ask(part, resolve(question.key), question.window, question.convention or "").undefined(why)]
    if question.key == CONCENTRATION and question.top is not None:
        found = of_largest(Ask(part, resolve(CONCENTRATION)), (question.top,))
    elif question.ranks:
        count = question.top if question.top is not None else question.bottom
        found = ranked(
            part, question.key, count=count or 0, lowest=question.top is None, convention=question.convention
        )
    else:
        by = None if question.by is None else _column(question.by)
        found = compute(part, question.key, window=question.window, by=by, convention=question.convention)
        found = [named(part, reading) for reading in found]
    return [_marked(reading, selection) for reading in found] if selection is not None else found


def within(portfolio: Portfolio, question: Question) -> tuple[Portfolio, Selection | None]:
    """The portfolio at the level and inside the filter, and what the filter selected.

    Of losses, a filter that a departure would change selects as of the day before the window (`tools.metrics.survivors`).
    """
    part = portfolio.leveled(question.level)
    if question.where is None:
        return part, None
    on = _opening(part, question) if _at_opening(portfolio, question) else None
    selection = select(part, question.where) if on is None else replace(select(part.earlier(on), question.where), on=on)
    memo = ("within", question.where, on)
    if memo not in part.memo:
        part.memo[memo] = part.narrowed(selection.narrow(question.where))
    inside: Portfolio = part.memo[memo]
    return inside, selection


def _moving(portfolio: Portfolio, question: Question) -> bool:
    """True where a departure changes what the filter asks about."""
    if question.where is None or question.ranks:
        return False
    return survivors.moved_by(portfolio, fields_of(question.where.condition))


def _at_opening(portfolio: Portfolio, question: Question) -> bool:
    """True where the filter chooses as of the day before the window: of its clients today only those who stayed are left."""
    if not _moving(portfolio, question):
        return False
    counts = survivors.at_opening(portfolio, resolve(question.key).key, question.convention)
    return counts and _refused(portfolio, question) is None


def _refused(part: Portfolio, question: Question) -> Text | None:
    if question.where is None or not _moving(part, question):
        return None
    asked = fields_of(question.where.condition)
    return survivors.refused(part, resolve(question.key).key, question.convention, asked)


def _opening(part: Portfolio, question: Question) -> date | None:
    """The day before the window of the metric; None where it has none."""
    found = compute(part, question.key, window=question.window, convention=question.convention, head=True)[0]
    return found.window.opening if found.window is not None else None


def _in(portfolio: Portfolio, question: Question, by: str, span: Window) -> list[Reading]:
    """The answer of one span of time, of the clients that the filter chose when its window opened."""
    own = replace(question, by=None, window=within_span(question.key, span))
    return [timed(item, portfolio, by, span) for item in answer(portfolio.earlier(span.closing), own)[:1]]


def named(portfolio: Portfolio, reading: Reading) -> Reading:
    """A rate of a handful of accounts is withheld and the accounts named; any other reading as it is."""
    few = int(portfolio.policy["names_only_below"])
    filters = {narrow.group for narrow in portfolio.narrows if narrow.by == "where"}
    part = ("group" in reading.scope or reading.scope.get("where") in filters) and _of_accounts(reading)
    rate = reading.unit not in SUMS or reading.key in MEANS
    if not part or not rate or reading.value is None or not 0 < reading.n < few:
        return reading
    names = [name for _id, name in _members(portfolio, reading)]
    listed = f": {', '.join(names)}" if 0 < len(names) <= 2 * few else ""
    reason = Text(
        "fewer than {few} clients: too few for a rate{names}", "клиентов меньше {few}, для доли этого мало{names}"
    ).fill(few=few, names=same(listed) if listed else "")
    return replace(reading, value=None, status="undefined", reason=reason, ci=None, ci_method=None)


def _of_accounts(reading: Reading) -> bool:
    """False where the group is one of time or of other things than accounts (grades of promises, products)."""
    from tools.groups import names

    by = reading.scope.get("by")
    return "where" in reading.scope if by is None else by not in TIMES and by in names()


def _members(portfolio: Portfolio, reading: Reading) -> list[tuple[str, str]]:
    by, group = reading.scope.get("by"), reading.scope.get("group")
    if by is None or group is None:
        return portfolio.accounts()
    from tools.groups import groups

    at_opening = "segment_at_opening" in reading.flags and reading.window is not None
    seen = portfolio.earlier(reading.window.opening) if at_opening and reading.window else portfolio
    found = next((part for part in groups(seen, by) if part.group == group), None)
    return portfolio.narrowed(found).accounts() if found is not None else []


def _column(by: str) -> str:
    """The column meant: a name of `tools.groups`, or another word for one (тариф); any other is left for its error."""
    from tools.groups import names

    wanted = plain(by)
    if wanted in names():
        return wanted
    try:
        found = find_field(by).key
    except UnknownName:
        return by
    return found if found in names() else by


def _check(question: Question) -> None:
    if question.by is not None and question.ranks:
        raise UserError(
            Text(
                "Give either by, or top or bottom.",
                "Укажите либо разбивку (by), либо первых или последних (top, bottom).",
            )
        )
    if question.top is not None and question.bottom is not None:
        raise UserError(Text("Give either top or bottom.", "Укажите либо top, либо bottom."))
    count = question.top if question.top is not None else question.bottom
    if count is not None and count < 1:
        raise UserError(
            Text(
                "top and bottom count clients: give 1 or more.", "top и bottom — число клиентов: укажите 1 или больше."
            )
        )
    if question.ranks and question.window is not None:
        raise UserError(
            Text(
                "Clients are ranked on one day: give it as as-of, without from and to.",
                "Клиенты упорядочиваются на один день: укажите его как as-of, без from и to.",
            )
        )


def _nobody(part: Portfolio, question: Question, selection: Selection) -> Reading:
    from tools.ranking import figure

    reason = _why_nobody(part, question, selection)
    rows = Rows(0, {UNKNOWN: selection.unknown} if selection.unknown else {})
    flags = ("filter_unknown",) if selection.unknown else ()
    if question.ranks:
        item = figure(question.key)
        scope = {"where": str(question.where)}
        return Reading(
            item.key, item.unit, None, "undefined", reason, scope=scope, rows=rows, flags=flags, snapshot=part.snapshot
        )
    return Ask(part, resolve(question.key), question.window, question.convention or "").undefined(
        reason, rows=rows, flags=flags
    )


def _why_nobody(part: Portfolio, question: Question, selection: Selection) -> Text:
    if selection.of and selection.unknown == selection.of:
        return (
            NOT_THEN
            if selection.on is not None
            else Text(
                "the data do not say of any client what the filter asks",
                "ни по одному клиенту нет данных, о которых спрашивает фильтр",
            )
        )
    reason = Text("no client matches the filter", "под фильтр не подходит ни один клиент")
    assert question.where is not None
    strange = strangers(part.whole or part, question.where)
    if not strange:
        return reason
    (field, value), known = next(iter(strange.items()))
    if not known:
        return reason
    return Text(
        "no client matches the filter: {field} is never “{value}”; there are {known}",
        "под фильтр не подходит ни один клиент: нет такого значения «{value}» в поле «{field}»; есть {known}",
    ).fill(field=fields()[field].name, value=same(value), known=same(", ".join(known)))


def _marked(reading: Reading, selection: Selection) -> Reading:
    marks = {survivors.FLAG} if selection.on is not None else set()
    reading = replace(reading, flags=(*reading.flags, *(marks - set(reading.flags))))
    if not selection.unknown:
        return reading
    rows = Rows(reading.rows.used, {**reading.rows.left_out, UNKNOWN: selection.unknown})
    return replace(reading, rows=rows, flags=(*reading.flags, "filter_unknown"))
