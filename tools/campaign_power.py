"""What a campaign of these sizes could prove: the base's own shares, the smallest effect seen, the control that is needed.

Difference of two shares, power 80 %, two-sided 5 %, over units (a holding counts once); outcomes are those of
`campaign_effect`: still in force, or paying more, after the policy's days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tools import cohorts, formats, ledger
from tools.campaign import Campaign
from tools.metrics.campaign import CONVENTIONS
from tools.portfolio import Portfolio
from tools.reading import Reading, Unit, Window
from tools.stats import arms
from tools.text import Text

KEY = "campaign"
WIDEST = 0.5
MONTH_DAYS = 365 / 12
METHOD = Text(
    "difference of two shares over units of the draw, power 80%, two-sided 5%",
    "разность двух долей по единицам отбора, мощность 80 %, двусторонний уровень 5 %",
)
UNKNOWN = Text(
    "the base's own share is not known; one half is taken, which asks for the most clients",
    "своя доля базы неизвестна; взята половина: при ней клиентов нужно больше всего",
)


@dataclass(frozen=True, slots=True)
class Power:
    """Of one outcome: the base's share, the smallest rise seen, and for a stated rise the control and all units needed."""

    outcome: str
    title: Text
    base: Reading
    smallest: Reading
    holdout: Reading | None = None
    needed: Reading | None = None

    @property
    def readings(self) -> list[Reading]:
        """The readings there are, in order."""
        return [item for item in (self.base, self.smallest, self.holdout, self.needed) if item is not None]


def powers(portfolio: Portfolio, campaign: Campaign, *, detect: Decimal | None = None) -> list[Power]:
    """For each outcome of a campaign what its arms can show; ``detect`` is a rise to be seen, a fraction.

    The base's share is that of the clients in force the policy's days ago (in whole months), a census of the past; of
    those chosen it may differ. Arms below the policy's ``min_accounts`` are flagged ``hypothesis``.
    """
    shares = base_shares(portfolio)
    return [_power(portfolio, campaign, outcome, shares[outcome], detect) for outcome in CONVENTIONS]


def base_shares(portfolio: Portfolio) -> Mapping[str, Reading]:
    """Share of the whole base by outcome over the last months, as many as a campaign is judged by."""
    why, window = ledger.no_ledger(portfolio), None
    if why is None:
        months = max(1, round(portfolio.policy["campaign_days"] / MONTH_DAYS))
        end = ledger.last_month(portfolio).end
        window = Window(ledger.back(end, months), end)
        why = ledger.missing_rate(portfolio, ledger.source(portfolio), [window.opening])
    if why is not None or window is None:
        return {outcome: _undefined(portfolio, outcome, "base", why or UNKNOWN, window) for outcome in CONVENTIONS}
    totals = cohorts.cohort_totals(portfolio, window)
    grown = sum(closing > opening > 0 for _id, opening, closing in cohorts.cohort_accounts(portfolio, window))
    n = int(totals["n"])
    if n == 0:
        why = Text(
            "no client was in force when these months began", "к началу этих месяцев не действовал ни один клиент"
        )
        return {outcome: _undefined(portfolio, outcome, "base", why, window) for outcome in CONVENTIONS}
    events = {"retained": n - int(totals["lost"]), "expanded": grown}
    return {outcome: _share(portfolio, outcome, events[outcome], n, window) for outcome in CONVENTIONS}


def _share(portfolio: Portfolio, outcome: str, events: int, n: int, window: Window) -> Reading:
    doubt = ledger.doubt(portfolio)
    marks: dict[str, Any] = {} if doubt is None else {"status": "partial", "reason": doubt[1], "flags": (doubt[0],)}
    return Reading(
        KEY, Unit.RATIO, events / n, n=n, numerator=events, denominator=n, window=window, convention=outcome,
        scope={"kind": "base"}, snapshot=portfolio.snapshot, **marks,
    )  # fmt: skip


def _power(portfolio: Portfolio, campaign: Campaign, outcome: str, base: Reading, detect: Decimal | None) -> Power:
    share = WIDEST if base.value is None else float(base.value)
    target, control = campaign.target.units, campaign.control.units
    small = min(target, control) < portfolio.policy["min_accounts"]
    scope = {"where": campaign.where, "group": campaign.name}
    common: dict[str, Any] = {
        "n": target + control, "window": portfolio.day, "convention": outcome, "snapshot": portfolio.snapshot,
        "flags": ("hypothesis",) if small else (), "grade": base.grade,
    }  # fmt: skip
    if base.value is None:
        common |= {"status": "partial", "reason": UNKNOWN}

    def made(kind: str, unit: Unit, value: float | int | None, why: Text) -> Reading:
        here = {**common, "scope": {**scope, "kind": kind}}
        return Reading(
            KEY, unit, value, **(here if value is not None else {**here, "status": "undefined", "reason": why})
        )

    rise = arms.smallest_rise(share, target, control)
    smallest = made("smallest", Unit.RATIO, rise, _never(share))
    if detect is None:
        return Power(outcome, CONVENTIONS[outcome], base, smallest)
    after, step = share + float(detect), _shown(float(detect))
    if after > 1 + 1e-12:
        why = Text("{share} cannot rise by {step} pp", "{share} не может вырасти на {step} п. п.")
        why = why.fill(share=_percent(share), step=step)
        both = (made("holdout", Unit.COUNT, None, why), made("needed", Unit.COUNT, None, why))
        return Power(outcome, CONVENTIONS[outcome], base, smallest, *both)
    after = min(after, 1.0)
    needed = arms.units_needed(share, after, float(campaign.control_share))
    kept = arms.holdout(share, after, target + control)
    why = Text(
        "of {n} no control is large enough; a half of {even} would be",
        "из {n} не хватит никакого контроля; хватило бы половины от {even}",
    ).fill(n=_count(target + control), even=_count(arms.units_needed(share, after, WIDEST)))
    both = (made("holdout", Unit.COUNT, kept, why), made("needed", Unit.COUNT, needed, why))
    return Power(outcome, CONVENTIONS[outcome], base, smallest, *both)


def _undefined(portfolio: Portfolio, outcome: str, kind: str, why: Text, window: Window | None) -> Reading:
    return Reading(
        KEY, Unit.RATIO, None, "undefined", why, window=window, convention=outcome, scope={"kind": kind},
        snapshot=portfolio.snapshot,
    )  # fmt: skip


def _never(share: float) -> Text:
    return Text(
        "even a rise from {share} to everyone could not be told from chance",
        "даже рост с {share} до всех не отличить от случайности",
    ).fill(share=_percent(share))


def verdict(power: Power, campaign: Campaign) -> Text:
    """What the lists can prove of an outcome; of small arms that it stays a hypothesis, of an assumed share that it is."""
    told = _verdict(power, campaign)
    why = power.smallest.reason
    if power.smallest.status != "partial" or why is None:
        return told
    return Text(f"{told.en} ({_capital(why).en}.)", f"{told.ru} ({_capital(why).ru}.)")


def _verdict(power: Power, campaign: Campaign) -> Text:
    sizes = {"target": _count(campaign.target.units), "control": _count(campaign.control.units)}
    n = _count(campaign.target.units + campaign.control.units)
    if power.smallest.value is None:
        return Text(
            "{what}: a hypothesis only: with {n} clients no effect can be told from chance.",
            "{what}: только гипотеза: при {n} клиентах в списках никакой эффект не отличить от случайности.",
        ).fill(what=_capital(power.title), n=n)
    least = _shown(float(power.smallest.value))
    if "hypothesis" in power.smallest.flags:
        return Text(
            "{what}: a hypothesis only: with {n} clients an effect below {least} pp cannot be told from chance.",
            "{what}: только гипотеза: при {n} клиентах в списках эффект меньше {least} п. п. не отличить от случайности.",
        ).fill(what=_capital(power.title), n=n, least=least)
    return Text(
        "{what}: target {target} and control {control} show a rise of {least} pp or more four times of five; a smaller "
        "one cannot be told from chance.",
        "{what}: целевая группа ({target}) и контрольная ({control}) покажут рост от {least} п. п. в четырёх случаях из пяти; меньший не "
        "отличить от случайности.",
    ).fill(what=_capital(power.title), least=least, **sizes)


def _capital(text: Text) -> Text:
    return Text(text.en[0].upper() + text.en[1:], text.ru[0].upper() + text.ru[1:])


def _count(n: int) -> Text:
    return Text(formats.count(n, "en"), formats.count(n, "ru"))


def _percent(share: float) -> Text:
    return Text(formats.percent(share, "en"), formats.percent(share, "ru"))


def _shown(step: float) -> Text:
    """A difference of shares in points, without sign and unit."""
    return Text(formats.decimal(100 * step, "en", digits=1), formats.decimal(100 * step, "ru", digits=1))
