"""The tool of the chat that answers by a metric: its value, of each group, of the first clients, or how it changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agent import bridge_sentences, changes, refusals, sentences, shares
from agent.reading import windows
from agent.sentences import Result
from tools.document import Claim, Name
from tools.reading import Reading, Unit, Window
from tools.spans import TIMES
from tools.text import Text

if TYPE_CHECKING:
    from agent.reading.counted import Change
    from tools.filters import Filter
    from tools.metrics import Metric
    from tools.portfolio import Portfolio
    from tools.question import Question

SHOWN_GROUPS = 12
FALLBACKS = {"logo_churn": "churn_share", "arpa": "revenue_per_client"}
#: Sums of a client over twelve months, though shown on a day.
OF_A_YEAR = ("revenue_per_client", "cash")
#: Money whose change of a client is a figure of its own.
MOVED = ("mrr", "arr", "revenue_per_client")
#: What clients are put in order by where the first figure is not known of any.
RANKED_INSTEAD = {"revenue_per_client": "mrr"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a metric: which clients, what time, and what to say besides its value."""

    period: str | None
    window: Window | None
    by: str | None
    where: "Filter | None"
    forge: bool = False
    rows: bool = False
    total: bool = False
    share: bool = False
    change: "Change | None" = None
    against: str | None = None

    @property
    def then(self) -> changes.Then:
        """The earlier days that the question sets the figure against; those just before where it names none."""
        return changes.Then(int(self.against.strip("PM")) if self.against else None, self.period is None)


def metric(
    desk: sentences.Desk, *, key: str, period: str | None = None, by: str | None = None, where: str | None = None,
    top: int | None = None, bottom: int | None = None, **more: Any,
) -> Result:  # fmt: skip
    """One metric: its value with its variants, of each group, or of the first accounts; the meaning comes last."""
    from tools.filters import parse, spelled
    from tools.metrics import metrics, resolve
    from tools.question import CONCENTRATION, Question, answer

    together = key == CONCENTRATION  # what the first make together: no order of clients
    ranks = not together and (top is not None or bottom is not None)
    if ranks and more.get("change") and key in MOVED:
        key, top, bottom = _movers(more.pop("change"), top or bottom)
    if key not in metrics() and not ranks:
        return Result(refused=refusals.REASONS["no_data"])
    condition = spelled(desk.portfolio, parse(where)) if where is not None else None
    asked = Asked(period, windows.window(desk.portfolio, period), by, condition, **more)
    if windows.before_data(desk.portfolio, asked.window):
        return Result(refused=refusals.BEFORE_DATA)
    if ranks:
        question = Question(key, None, by, condition, top, bottom)
        portfolio = _when_it_closed(desk.portfolio, asked.window)
        readings = answer(portfolio, question)
        if not readings[0].usable and key in RANKED_INSTEAD:
            instead = answer(portfolio, replace(question, key=RANKED_INSTEAD[key]))
            readings = instead if instead[0].usable else readings
        if readings[0].usable or key not in metrics():
            return _ranked(readings, asked, desk, lowest=top is None)
    elif together and top is not None:
        readings = answer(desk.portfolio, Question(key, None, None, condition, top))
    elif asked.window is not None and windows.of_a_point(period):
        readings = answer(desk.portfolio.earlier(asked.window.closing), Question(key, None, by, condition))
    else:
        readings = answer(desk.portfolio, Question(key, asked.window, by, condition))
    return _stated(readings, resolve(key), asked, desk, plain=not ranks)


def _movers(change: "Change", count: int | None) -> tuple[str, int | None, int | None]:
    """The figure by which clients are known to have grown or shrunk most, and from which end so many of them stand."""
    return ("mrr_change", None, count) if change in ("down", "worse") else ("mrr_change", count, None)


def _ranked(readings: list[Reading], asked: Asked, desk: sentences.Desk, *, lowest: bool) -> Result:
    if not readings[0].usable:
        return Result(
            _not_asked(readings, asked), refused=_sentence(readings[0].reason) if readings[0].reason else None
        )
    head = readings[0].window
    closing = head is not None and asked.window is not None and head.end == asked.window.end
    summed = readings[0].key in OF_A_YEAR
    known = asked.window == _trailing_year(_when_it_closed(desk.portfolio, asked.window)) if summed else closing
    known = known and asked.window is not None and (summed or _lies_in(head, asked.window))
    note = () if known else _not_asked(readings, asked)
    return Result((*note, *sentences.ranking(readings, desk, lowest=lowest)))


def _when_it_closed(portfolio: "Portfolio", window: Window | None) -> "Portfolio":
    """The base on the last day of a period that is over: clients are put in order as they stood then."""
    over = window is not None and portfolio.as_of is not None and window.closing < portfolio.as_of
    return portfolio.earlier(window.closing) if window is not None and over else portfolio


def _trailing_year(portfolio: "Portfolio") -> Window | None:
    from tools.metrics.orders import trailing_year

    return trailing_year(portfolio) if portfolio.as_of is not None else None


def _stated(
    readings: list[Reading], item: "Metric", asked: Asked, desk: sentences.Desk, *, plain: bool = True
) -> Result:
    """The readings that may be stated, with what the reader must know of them; the reason where there is none."""
    usable = [reading for reading in readings if reading.usable]
    usable = sentences.latest(usable) if asked.by is None else usable
    head = max(readings, key=lambda reading: reading.n if asked.by is not None else 0) if readings else None
    if not usable:
        return _unstated(head, item, asked, desk, plain=plain)
    claims = [*_about(asked, desk), *_not_asked(usable, asked)]
    whole = _whole(readings[0], asked, desk)
    if whole and item.key == "revenue_per_client":
        return Result((*claims, *whole, *_shares(readings[:1], item, asked, desk)))
    claims += whole
    if head is not None and not head.usable and asked.by is None and head.reason is not None:
        why = sentences.unstopped(head.reason)
        claims.append(sentences.claim(f"{item.key}.none", refusals.NOT_STATED, desk, name=item.name, reason=why))
    elif asked.change is not None and asked.by is None:
        claims += changes.told(readings, asked.change, desk, asked.where, asked.then)
        usable = [reading for reading in usable if reading.scope.get("kind") != "change"]
    elif item.key == "movements":
        grouped = asked.by is not None and asked.by not in TIMES
        claims += bridge_sentences.told(bridge_sentences.of_groups(usable) if grouped else usable, desk)
        return Result((*claims, *_notes(usable, len(readings), item, asked, desk)))
    elif asked.change is not None and asked.by is not None:
        moved, known = changes.of_groups(usable[:SHOWN_GROUPS], desk, asked.where, asked.by, asked.then)
        claims += moved
        if known:
            return Result((*claims, *_notes(usable, len(readings), item, asked, desk)))
    if asked.share and asked.by is not None:
        return Result(
            (
                *claims,
                *_shares(usable[:SHOWN_GROUPS], item, asked, desk),
                *_notes(usable, len(readings), item, asked, desk),
            )
        )
    if usable[0].status == "partial" or not any(usable[0] in claim.readings for claim in claims):
        claims.append(sentences.stated(usable[0], desk, f"{item.key}.a"))
    claims += _shares(usable[:1], item, asked, desk)
    claims += [
        sentences.variant(reading, usable[0], desk, f"{item.key}.{place}")
        for place, reading in enumerate(usable[1:SHOWN_GROUPS])
    ]
    return Result((*claims, *_notes(usable, len(readings), item, asked, desk)))


def _shares(readings: Sequence[Reading], item: "Metric", asked: Asked, desk: sentences.Desk) -> list[Claim]:
    """What share of all each reading is, where the question asks for that."""
    from tools.question import Question

    if not asked.share:
        return []
    pairs = shares.wholes(readings, Question(item.key, asked.window, asked.by, asked.where), desk)
    if item.key == "revenue_per_client":
        pairs = [(_revenue(one), _revenue(whole)) for one, whole in pairs]
    return shares.told(pairs, desk)


def _revenue(head: Reading) -> Reading:
    """All revenue behind a revenue per client."""
    return part(head, head.numerator, "revenue", Unit.MONEY) if head.numerator is not None else head


def _notes(usable: Sequence[Reading], count: int, item: "Metric", asked: Asked, desk: sentences.Desk) -> list[Claim]:
    """What is said after the figures: how far they may be trusted, what the metric means, where its rows are."""
    from tools import formats
    from tools.metrics.survivors import FLAG

    claims = []
    if "not_proven" in usable[0].flags:
        claims.append(Claim("not_proven", refusals.NOT_PROVEN))
    if FLAG in usable[0].flags and usable[0].window is not None:
        day = Name(formats.day(usable[0].window.opening, desk.language))
        claims.append(sentences.claim("at_opening", refusals.AT_OPENING, desk, day=day))
    if asked.by is not None and len(usable) < count:
        claims.append(Claim("thin_groups", refusals.THIN_GROUPS))
    if asked.forge:
        claims.append(Claim("as_it_stands", refusals.AS_IT_STANDS))
    if asked.by is None:
        claims.append(sentences.meaning(item.key, desk))
    if asked.rows:
        claims.append(sentences.claim(f"{item.key}.rows", refusals.ROWS, desk, key=Name(item.key)))
    return claims


def _unstated(head: Reading | None, item: "Metric", asked: Asked, desk: sentences.Desk, *, plain: bool) -> Result:
    """The figure that stands in for one without a value, or the reason, and the file that would help where one would."""
    reason = head.reason if head is not None and head.reason is not None else item.needs
    alone = asked.where is None and asked.by is None and asked.period is None
    instead = FALLBACKS.get(item.key) if alone and plain else None
    other = metric(desk, key=instead, total=asked.total) if instead is not None else Result(refused=reason)
    if other.refused is None:
        note = sentences.claim(f"{item.key}.none", refusals.NOT_STATED, desk, name=item.name, reason=reason)
        return Result((note, *other.claims))
    why = (
        refusals.unstated(item.name, reason)
        if _of_the_base(item, desk)
        else refusals.not_computable(item.name, reason, item.needs)
    )
    whole = _whole(head, asked, desk) if head is not None else []
    if head is not None and whole and item.key == "revenue_per_client":
        return Result((*_about(asked, desk), *whole, *_shares([head], item, asked, desk)))
    claims = [*_about(asked, desk), *whole]
    if not claims:
        return Result(refused=why)
    told = (*claims, sentences.claim("why", refusals.SAID, desk, said=why))
    return Result(told, refused=None if any(claim.readings for claim in claims) else why)


def _of_the_base(item: "Metric", desk: sentences.Desk) -> bool:
    """Whether the metric has a value of all clients together, so that the data it needs are there."""
    from tools.metrics import compute

    return compute(desk.portfolio, item.key, head=True)[0].value is not None


def _about(asked: Asked, desk: sentences.Desk) -> tuple[Claim, ...]:
    return (sentences.among(str(asked.where), desk),) if asked.where is not None else ()


def _not_asked(readings: Sequence[Reading], asked: Asked) -> tuple[Claim, ...]:
    """That the figure is of other days than the question asks for, where it is."""
    window = asked.window
    inside = asked.by in TIMES and window is not None
    moved = next((item.window for item in readings if asked.change and item.scope.get("kind") == "change"), None)
    if windows.of_a_point(asked.period) or moved is not None and window is not None and moved.end == window.end:
        return ()
    apart = asked.period is not None and (
        window is None
        or not any(item.window == window or (inside and _lies_in(item.window, window)) for item in readings)
    )
    return (Claim("other_period", refusals.OTHER_PERIOD),) if apart else ()


def _lies_in(part: Window | None, whole: Window) -> bool:
    return part is not None and whole.start <= part.start and part.end <= whole.end


def _whole(head: Reading, asked: Asked, desk: sentences.Desk) -> list[Claim]:
    """What a share or a mean is made of, where the question asks for that: clients lost, or all revenue.

    A count may be stated where the share of so few clients may not.
    """
    if not asked.total or asked.by is not None or head.numerator is None or head.window is None:
        return []
    days = {"start": head.window.start, "end": head.window.closing}
    if head.key == "revenue_per_client":
        value = part(head, head.numerator, "revenue", Unit.MONEY)
        return [sentences.claim("revenue.all", refusals.INVOICED, desk, value=value, **days)]
    if head.key == "cash_per_client":
        value = part(head, head.numerator, "received", Unit.MONEY)
        return [sentences.claim("cash.all", refusals.RECEIVED, desk, value=value, **days)]
    if head.denominator is None or head.unit is not Unit.RATIO:
        return []
    lost, base = part(head, head.numerator, "churn"), part(head, head.denominator, "start")
    return [sentences.claim("clients.lost", refusals.LOST_OF, desk, lost=lost, base=base, **days)]


def part(head: Reading, value: Any, kind: str, unit: Unit = Unit.COUNT) -> Reading:
    """What a reading was made of (its numerator, its clients) as a reading of its own; a count of few is a count."""
    thin = head.status in ("insufficient", "undefined")
    sure: dict[str, Any] = {"status": "ok", "reason": None} if thin else {}
    return replace(
        head, value=value, unit=unit, numerator=None, denominator=None, ci=None, ci_method=None, sql=None,
        scope={**head.scope, "kind": kind}, **sure,
    )  # fmt: skip


def _sentence(reason: Text) -> Text:
    """A reason as a sentence of its own."""
    return Text(*(f"{words[:1].upper()}{words[1:].rstrip('.')}." for words in (reason.en, reason.ru)))


def clients(
    desk: sentences.Desk, *, period: str | None = None, by: str | None = None, where: str | None = None,
    share: bool = False,
) -> Result:  # fmt: skip
    """How many clients are in the data and how many pay on the last day, or on that of a period, or in each group."""
    from tools.filters import parse, spelled
    from tools.question import Question, answer, within
    from tools.reports.names import group_name

    condition = spelled(desk.portfolio, parse(where)) if where is not None else None
    asked = Asked(period, windows.window(desk.portfolio, period), by, condition)
    if windows.before_data(desk.portfolio, asked.window):
        return Result(refused=refusals.BEFORE_DATA)
    question = Question("mrr", asked.window, None, condition)
    inside, selection = within(desk.portfolio, question)
    number = len(inside.accounts()) if selection is None or selection.ids else 0
    scope = {"kind": "clients"} | ({"where": str(condition)} if condition is not None else {})
    every = Reading(
        "segments",
        Unit.COUNT,
        number,
        n=number,
        window=desk.portfolio.day,
        scope=scope,
        snapshot=desk.portfolio.snapshot,
    )
    paying = answer(desk.portfolio, question)[0]
    known = paying.usable and paying.window is not None
    claims = [*_about(asked, desk)]
    if known and asked.period is not None:
        claims += _not_asked([paying], asked)
    if not known or asked.window is None:
        claims.append(sentences.claim("clients.all", refusals.CLIENTS_IN_ALL, desk, n=every))
    if not number and paying.reason is not None:
        claims.append(sentences.claim("clients.why", refusals.SAID, desk, said=_sentence(paying.reason)))
    if known and paying.window is not None:
        text = refusals.CLIENTS_PAYING if asked.window is None else refusals.CLIENTS_PAYING_ON
        now = part(paying, paying.n, "clients")
        claims.append(sentences.claim("clients.paying", text, desk, n=now, end=paying.window.closing))
    if share and by is None and known:
        claims += _of_clients([paying], question, desk)
    groups = answer(desk.portfolio, replace(question, by=by)) if by is not None and known else []
    if share and groups:
        return Result((*claims, *_of_clients([item for item in groups if item.usable], replace(question, by=by), desk)))
    claims += [
        sentences.claim(
            f"clients.{place}", refusals.PAYING_IN, desk,
            name=Name(group_name(item, desk.language)), n=part(item, item.n, "clients"),
        )
        for place, item in enumerate(groups)
        if item.usable
    ]  # fmt: skip
    return Result(tuple(claims))


def _of_clients(readings: Sequence[Reading], question: "Question", desk: sentences.Desk) -> list[Claim]:
    """What share of the paying clients pay in each reading."""
    pairs = shares.wholes(readings, question, desk)
    return shares.told([(part(one, one.n, "clients"), part(whole, whole.n, "clients")) for one, whole in pairs], desk)
