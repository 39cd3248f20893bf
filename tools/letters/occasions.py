"""What a letter may be about: a table, the first that holds decides; each letter asks for one thing only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tools.errors import UnknownName, UserError, one_of
from tools.journeys import STAGES
from tools.letters.facts import Client
from tools.text import Text

#: What each segment is written about: the first that a third of its clients give, else the one that most do.
OF_SEGMENT: Mapping[str, tuple[str, ...]] = {
    "lost": ("left",),
    "newcomers": ("stuck", "newcomer"),
    "at_risk": ("rescue",),
    "advocates": ("advocate",),
    "growth": ("limits", "result", "goals"),
    "core": ("result", "goals"),
    "steady": ("result", "goals"),
    "unknown": ("goals", "result"),
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """One reason to write: its name for us, the finding it answers, the steps and stages it belongs to.

    ``holds`` tells whether a client gives the reason, ``needs`` what is said where none does; ``benefit_first``: never
    without something the client already has; ``despite`` are reasons of exclusion that do not stop this letter.
    """

    key: str
    title: Text
    code: str
    topics: tuple[str, ...]
    needs: Text
    holds: Callable[[Client], bool]
    benefit_first: bool = True
    despite: frozenset[str] = frozenset()


def occasion_of(client: Client) -> Occasion:
    """The first occasion that holds for a client; there is always one."""
    return next(item for item in OCCASIONS.values() if item.holds(client))


def others_of(client: Client, chosen: Occasion) -> list[Occasion]:
    """What else could be written about: left out of this letter, which asks for one thing."""
    found = [item for item in OCCASIONS.values() if item.key not in ALWAYS and item.holds(client)]
    return [item for item in found if item is not chosen]


def about(step: str) -> tuple[Occasion, ...]:
    """The occasions that belong to a step of the audit, a stage of the journey, or go by the name themselves.

    Raises `UnknownName` for another name, `UserError` for a step of the audit that has nothing to say to a client.
    """
    from tools.audit import steps

    spoken = (
        {name: item.title for name, item in OCCASIONS.items()} | {spec.key: spec.title for spec in steps()} | STAGES
    )
    key = one_of(Text("step of a letter", "шаг письма"), step, spoken)
    found = tuple(item for item in OCCASIONS.values() if key == item.key or key in item.topics)
    if key is None or not found:
        topics = dict.fromkeys(topic for item in OCCASIONS.values() for topic in item.topics)
        raise UserError(INNER.fill(step=spoken[key] if key else step, known=", ".join(topics)))
    return found


def of_segment(segment: str) -> tuple[Occasion, ...]:
    """What a segment is written about; `UnknownName` where there is no such segment."""
    from tools.segments import segmentations

    titles = segmentations()["value"].titles
    key = one_of(Text("segment", "сегмент"), segment, titles)
    if key is None or key not in OF_SEGMENT:
        raise UnknownName(Text("segment", "сегмент"), segment, list(titles))
    return tuple(OCCASIONS[item] for item in OF_SEGMENT[key])


def _owes(client: Client) -> bool:
    """A promise of the client's own is past its day, or less than half done."""
    for goal in client.own_goals:
        late = goal.due is not None and client.as_of is not None and goal.due <= client.as_of
        if goal.progress is not None and (goal.progress < 0.5 or (late and goal.progress < 1)):
            return True
    return False


def _thankful(client: Client) -> bool:
    """Recommends, and its own promises are nearly or wholly done."""
    done = [goal.progress for goal in client.own_goals if goal.progress is not None]
    kept = bool(done) and min(done) >= 0.8
    return kept and bool({"fan", "referred"} & client.signs) and "critical" not in client.signs


def _newcomer(client: Client) -> bool:
    return client.segment == "newcomers"


INNER = Text(
    "The step “{step}” is our own work, there is nothing in it to write to a client about. Choose one of: {known}.",
    "Шаг «{step}» — наша внутренняя работа, писать о ней клиенту нечего. Выберите из: {known}.",
)
OCCASIONS: Mapping[str, Occasion] = {
    item.key: item
    for item in (
        Occasion(
            "left", Text("the client has left", "клиент ушёл"), "churn_high", ("retention",),
            Text("the client has not left", "клиент не уходил"),
            lambda client: client.segment == "lost",
            benefit_first=False, despite=frozenset({"overdue", "complaint", "critical"}),
        ),
        Occasion(
            "complaint", Text("an open complaint or critical request", "открытая жалоба или критичное обращение"),
            "nps_detractors", ("retention",),
            Text("no complaint and no critical request is open", "открытых жалоб и критичных обращений нет"),
            lambda client: "critical" in client.signs,
            benefit_first=False, despite=frozenset({"complaint", "critical", "overdue", "contacted", "no_consent"}),
        ),
        Occasion(
            "unhappy", Text("a low mark in the last survey", "низкая оценка в последнем опросе"),
            "nps_detractors", ("retention",),
            Text("the last survey holds no low mark", "низкой оценки в последнем опросе нет"),
            lambda client: "unhappy" in client.signs,
            benefit_first=False, despite=frozenset({"complaint", "critical", "overdue"}),
        ),
        Occasion(
            "stuck", Text("launched, first result still ahead", "запуск был, первого результата ещё нет"),
            "stuck_step", ("delivery", "first_value"),
            Text("no newcomer waits between launch and first result", "новичков между запуском и первым результатом нет"),
            lambda client: _newcomer(client) and "unreached" in client.signs and client.days.get("launched") is not None,
            benefit_first=False, despite=frozenset({"overdue", "contacted", "critical", "complaint"}),
        ),
        Occasion(
            "newcomer", Text("a newcomer before the launch", "новичок до запуска"), "slow_ttv", ("delivery", "launch"),
            Text("no newcomer waits for the launch", "новичков, ожидающих запуска, нет"),
            lambda client: _newcomer(client) and client.days.get("launched") is None,
            benefit_first=False, despite=frozenset({"overdue", "contacted", "critical", "complaint"}),
        ),
        Occasion(
            "renewal", Text("the contract ends soon", "скоро кончается договор"), "renewals_at_risk",
            ("retention", "renewal", "proof"),
            Text("no contract ends in the days ahead", "в ближайшие дни договор не кончается"),
            lambda client: "renews" in client.signs,
        ),
        Occasion(
            "behind", Text("a promise behind its day or less than half done", "обещание просрочено или не сделано и наполовину"),
            "value_gap", ("delivery", "proof"),
            Text("no promise is far behind", "сильно отстающих обещаний нет"), _owes,
            benefit_first=False,
        ),
        Occasion(
            "late", Text("a payment is late", "просрочена оплата"), "overdue_accounts", ("retention",),
            Text("no payment is late", "просроченной оплаты нет"),
            lambda client: client.facts.get("owed_documents") is not None and client.segment != "lost",
            benefit_first=False, despite=frozenset({"overdue", "no_consent"}),
        ),
        Occasion(
            "fallen", Text("use has fallen", "использование упало"), "low_adoption", ("delivery", "habit"),
            Text("use has not fallen", "использование не падало"), lambda client: "fallen" in client.signs,
        ),
        Occasion(
            "unused", Text("pays and does not use", "платит и не пользуется"), "unused_product", ("delivery", "habit"),
            Text("the product is in use", "продуктом пользуются"), lambda client: "unused" in client.signs,
            benefit_first=False,
        ),
        Occasion(
            "silent", Text("no talk for long", "давно не разговаривали"), "silent_accounts", ("retention",),
            Text("there was a talk lately", "разговор был недавно"), lambda client: "silent" in client.signs,
        ),
        Occasion(
            "rescue", Text("signs of leaving", "признаки ухода"), "at_risk_accounts", ("retention",),
            Text("there are no signs of leaving", "признаков ухода нет"), lambda client: client.segment == "at_risk",
        ),
        Occasion(
            "limits", Text("at the limits of the plan", "упирается в лимиты тарифа"), "limit_hitters",
            ("growth", "expansion"),
            Text(
                "the client is not at the limits of its plan, or more may not be offered to it now",
                "клиент не упирается в лимиты тарифа, либо предлагать ему большее сейчас нельзя",
            ),
            lambda client: "outgrown" in client.signs and client.facts.get("used") is not None,
        ),
        Occasion(
            "advocate", Text("a result is there and the client recommends", "результат есть, и клиент рекомендует"),
            "few_referrals", ("retention",),
            Text("no result of the client's own is proven yet, so there is nothing to ask for",
                 "собственный результат клиента ещё не доказан, просить пока не о чем"), _thankful,
        ),
        Occasion(
            "result", Text("results to be confirmed", "результаты, которые клиент подтвердит"), "report_coverage", ("proof",),
            Text("no promise to the client is on record", "обещания клиенту не записаны"),
            lambda client: bool(client.goals),
        ),
        Occasion(
            "goals", Text("goals to be agreed", "цели, о которых нужно договориться"), "report_coverage", ("proof",),
            Text("goals can always be asked about", "о целях можно спросить всегда"),
            lambda client: True, benefit_first=False,
        ),
    )
}  # fmt: skip
ALWAYS = ("result", "goals")
