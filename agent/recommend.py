"""Findings meet the cards that answer them: recommendations with every mandatory field, the worthiest first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from tools.document import CardRef, Finding, MetricGoal, NoCase, Recommendation, Step, Work
from tools.load import SEVERITIES
from tools.priority import least, ordered, worth
from tools.reading import Number, Reading, Unit
from tools.text import Text

if TYPE_CHECKING:
    from knowledge.cards import Card
    from tools.portfolio import Portfolio

T = TypeVar("T")
PER_STEP = 3
OTHERS = 2
COMPARABLE = (Unit.RATIO, Unit.SCORE, Unit.NPS, Unit.DAYS)
OWNERS: Mapping[str, Text] = {
    "product": Text("Product", "Продукт"),
    "marketing": Text("Marketing", "Маркетинг"),
    "support": Text("Support and customer success", "Поддержка и сопровождение клиентов"),
    "sales": Text("Sales", "Продажи"),
}
BY_POLICY = Text("the target stated in the policy", "цель, записанная в политике")
REACHED = Text(
    "the policy's target is reached; the aim is to hold today's level",
    "цель политики достигнута; задача — удержать сегодняшний уровень",
)
BY_QUARTILE = Text("the best quarter of your own groups today", "лучшая четверть ваших собственных групп сегодня")
NOT_WORSE = Text(
    "not worse than today, with a gain at the next monthly check; the policy states no target of its own",
    "не хуже сегодняшнего, при следующей ежемесячной проверке — лучше; своей цели в политике нет",
)
NO_TARGET = Text(
    "no target before the first reading: measure the metric, then set it",
    "до первого измерения цели нет: сначала измерьте показатель, затем назначьте её",
)
NO_CASE = Text("no case of the collection is close enough", "в собрании нет достаточно близкого случая")


@dataclass(frozen=True, slots=True)
class Adviser:
    """The seam to the cards and to the money: `Adviser.shipped` is the real one, tests give small functions."""

    answering: Callable[[Finding, Step, "Portfolio"], "list[Card]"]
    card: Callable[[str], "Card"]
    source: Callable[[str], str]
    effect: Callable[["Portfolio", Finding, str], tuple[Reading, Reading | None]]

    @staticmethod
    def shipped() -> "Adviser":
        """The shipped cards and `tools.effect`."""
        from knowledge.cards import answering, citations, load_cards
        from tools.effect import effect

        return Adviser(
            answering=lambda finding, step, portfolio: answering(
                finding.code,
                segment=_segment(finding),
                profile=portfolio.profile.key,
                clients=finding.accounts_total,
                fact=facts(finding, step, portfolio),
                policy=portfolio.policy,
            ),
            card=lambda slug: load_cards()[slug],
            source=lambda key: citations()[key].title,
            effect=effect,
        )


def advised(step: Step, *, portfolio: "Portfolio", adviser: Adviser) -> Step:
    """The step with at most three recommendations: one a playbook, by worth (money, evidence, hours)."""
    made: dict[str, Recommendation] = {}
    for finding in sorted(step.findings, key=_urgency):
        cards = [card for card in adviser.answering(finding, step, portfolio) if card.slug not in made]
        if cards:
            others = tuple(card.slug for card in cards[1 : 1 + OTHERS])
            found = recommendation(finding, cards[0], step=step, portfolio=portfolio, adviser=adviser)
            made[cards[0].slug] = replace(found, others=others)
    return replace(step, recommendations=tuple(ordered(made.values())[:PER_STEP]))


def facts(finding: Finding, step: Step, portfolio: "Portfolio") -> Callable[[str], float | None]:
    """The figures that conditions of cards may name: ``nps``, ``overdue.age_over``, ``segments.advocates``, ``clients``.

    A name is a metric, or a metric with a kind or a group of its readings; of this finding and step first, then of the
    whole base. None where the figure is not known or too thin to be used.
    """

    def fact(name: str) -> float | None:
        if name == "clients":
            return float(finding.accounts_total)
        key, _, part = name.partition(".")
        for readings in (finding.evidence, step.readings, _all_of(portfolio, key)):
            for item in readings:
                if item.key == key and item.usable and item.value is not None and _part(item) == part:
                    return float(item.value)
        return None

    return fact


def _part(reading: Reading) -> str | None:
    """The kind or the group that sets a reading apart, an empty word where nothing does, None where more than one does."""
    apart = [value for part, value in reading.scope.items() if part != "by"]
    return None if len(apart) > 1 else apart[0] if apart else ""


def _all_of(portfolio: "Portfolio", key: str) -> list[Reading]:
    from tools.metrics import compute, metrics

    return compute(portfolio, key) if key in metrics() else []


def recommendation(
    finding: Finding, card: "Card", *, step: Step, portfolio: "Portfolio", adviser: Adviser
) -> Recommendation:
    """One recommendation out of a finding and the playbook that answers it."""
    effect, break_even = adviser.effect(portfolio, finding, card.slug)
    work = work_of(card)
    return Recommendation(
        action=_given(card.action, card.slug),
        owner=OWNERS[_given(card.owner, card.slug)],
        tools=card.tools,
        metric=goal(_given(card.metric, card.slug), step=step, finding=finding, portfolio=portfolio),
        case=_case(card, adviser),
        trend=_reference(adviser.card(card.trends[0]), adviser),
        effect=effect,
        break_even=break_even,
        effort=_given(card.effort, card.slug),
        stage=_given(card.stage, card.slug),
        stop_rule=_given(card.stop_rule, card.slug),
        playbook=card.slug,
        why=_why(finding),
        finding=finding.code,
        step=step.key,
        work=work,
        title=card.title,
        severity=finding.severity,
        worth=worth(finding, work, portfolio.policy, otherwise=least(step.findings)),
        clients=finding.accounts_total,
        accounts=tuple(line.id for line in finding.accounts),
        stake=finding.money_at_stake,
    )


def work_of(card: "Card") -> Work:
    """What a playbook asks of its department."""
    hours = _given(card.hours, card.slug)
    return Work(
        department=_given(card.owner, card.slug),
        once=hours.once,
        client=hours.client,
        channel=_given(card.channel, card.slug),
        grade=card.grade,
    )


def goal(key: str, *, step: Step, finding: Finding, portfolio: "Portfolio") -> MetricGoal:
    """Where the metric stands for the whole base, and where it should be: by policy, else its own best quarter."""
    readings = [item for item in (*finding.evidence, *step.readings) if item.key == key]
    near = [item for item in readings if "account" not in item.scope]
    now = next((item for item in near if not item.scope), None) or _computed(portfolio, key) or next(iter(near), None)
    if now is None or now.value is None or not now.usable:
        return MetricGoal(key, now, None, NO_TARGET)
    stated = portfolio.policy.target(key)
    if stated is not None and _reached(now, stated):
        return MetricGoal(key, now, _target(now, now.value, portfolio, "hold"), REACHED)
    if stated is not None:
        return MetricGoal(key, now, _target(now, stated, portfolio, "policy"), BY_POLICY)
    quartile = _own_quartile(now, readings)
    if quartile is not None:
        return MetricGoal(key, now, _target(now, quartile, portfolio, "own_quartile"), BY_QUARTILE)
    return MetricGoal(key, now, _target(now, now.value, portfolio, "hold"), NOT_WORSE)


def _reached(now: Reading, target: float) -> bool:
    from tools.metrics import metrics

    better = metrics()[now.key].better if now.key in metrics() else "higher"
    value = float(now.value or 0)
    return value >= target if better == "higher" else better == "lower" and value <= target


def _computed(portfolio: "Portfolio", key: str) -> Reading | None:
    from tools.metrics import compute, metrics

    return compute(portfolio, key)[0] if key in metrics() else None


def _target(now: Reading, value: Number, portfolio: "Portfolio", convention: str) -> Reading:
    return Reading(
        now.key,
        now.unit,
        value,
        convention=f"target:{convention}",
        grade="stated",
        scope={"kind": "target"},
        snapshot=portfolio.snapshot,
    )


def _own_quartile(now: Reading, readings: list[Reading]) -> Number | None:
    """The value a quarter of the groups reach or pass; None for money and counts, and below four groups."""
    from tools.metrics import metrics

    if now.unit not in COMPARABLE or now.key not in metrics() or metrics()[now.key].better == "none":
        return None
    groups = [item for item in readings if set(item.scope) == {"by", "group"} and item.usable and item.unit == now.unit]
    values = sorted((item.value for item in groups if item.value is not None), key=float)
    if len(values) < 4:
        return None
    place = len(values) // 4
    return values[-1 - place] if metrics()[now.key].better == "higher" else values[place]


def _why(finding: Finding) -> tuple[Reading, ...]:
    shown = [*(item for claim in finding.claims for item in claim.readings), *finding.readings]
    if finding.money_at_stake is not None:
        shown.append(finding.money_at_stake)
    return tuple({item.id: item for item in shown}.values())


def _case(card: "Card", adviser: Adviser) -> CardRef | NoCase:
    if card.cases:
        return _reference(adviser.card(card.cases[0]), adviser)
    return NoCase(card.no_case or NO_CASE)


def _reference(card: "Card", adviser: Adviser) -> CardRef:
    source = "; ".join(adviser.source(key) for key in card.source)
    return CardRef(card.slug, card.title, _given(card.claim, card.slug), source, card.grade)


def _given(value: T | None, slug: str) -> T:
    if value is None:
        raise ValueError(f"card {slug} lacks a mandatory field")
    return value


def _segment(finding: Finding) -> str | None:
    return finding.segments[0] if finding.segments else None


def _urgency(finding: Finding) -> tuple[int, Decimal, str]:
    at_stake = finding.money_at_stake
    money = Decimal(str(at_stake.value)) if at_stake is not None and at_stake.value is not None else Decimal(0)
    return SEVERITIES.index(finding.severity), -money, finding.code
