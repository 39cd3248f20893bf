"""Sentences of a what-if: what the data give, what the user assumes, what is taken by default, and the effect."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from agent import sentences
from agent.sentences import Desk, Result
from tools.document import Claim, Slot
from tools.effect import Range
from tools.scenarios import SCENARIOS
from tools.text import Text

if TYPE_CHECKING:
    from tools.reading import Reading
    from tools.scenarios import Outcome

TITLE = Text("A what-if by your assumptions: “{title}”.", "Сценарий по вашим допущениям: «{title}».")
MEASURED = Text("From the data: {list}.", "Из данных: {list}.")
STATED = Text("Your assumption: {list}.", "Ваше допущение: {list}.")
ALONE = Text("{name} — {value}", "{name} — {value}")
DEFAULTS: Mapping[str, Text] = {
    "margin": Text("the effect is told in revenue, no margin is applied", "эффект — в выручке, маржа не учтена"),
    "cost": Text("no costs are counted", "затраты не учтены"),
    "stay": Text("nobody leaves because of the price", "из-за цены никто не уходит"),
    "growth": Text("sales do not grow", "продажи не растут"),
}
BY_DEFAULT = Text("By default: {list}.", "По умолчанию: {list}.")
EFFECT = Text("The effect: {effect}.", "Эффект: {effect}.")
BETWEEN = Text(
    "The effect: {effect}, in a range from {low} to {high}.", "Эффект: {effect}, в пределах от {low} до {high}."
)
WHO = Text(
    "The range is of which clients it happens to: large ones or small ones.",
    "Пределы — от того, кого из клиентов это коснётся: крупных или мелких.",
)
EVEN = Text("It pays back from this on: {name} — {value}.", "Окупается начиная с такого: {name} — {value}.")
UNKNOWN = Text("The effect cannot be told: {why}.", "Эффект назвать нельзя: {why}.")
MORE = Text(
    "State what is missing in the question itself; for example: “{example}”.",
    "Допишите недостающее прямо в вопрос, например: «{example}».",
)
NOT_A_PROMISE = Text(
    "This is arithmetic on your assumptions, not a forecast: test it on a part of the clients against a control group.",
    "Это арифметика на ваших допущениях, а не прогноз: проверьте её на части клиентов против контрольной группы.",
)
NOT_MAPPED = Text(
    "No what-if is worked out for this; these are, over your data and your numbers:",
    "Такой сценарий не просчитан; вот какие есть — на ваших данных и ваших числах:",
)
LINE = Text("{title}: “{example}”.", "{title}: «{example}».")
EXAMPLES: Mapping[str, Text] = {
    "lower_churn": Text("what if churn falls by 2 points?", "что будет, если отток снизится на 2 пункта?"),
    "keep_at_risk": Text("what if we keep half of the risk zone?", "что будет, если удержим половину зоны риска?"),
    "raise_prices": Text(
        "what if we raise prices by 5% and 1% of the clients leave?",
        "что будет, если поднять цены на 5 % и потерять 1 % клиентов?",
    ),
    "discount": Text(
        "what if we give a 10% discount and sales grow by 15%?", "что будет, если дать скидку 10 % и продажи вырастут на 15 %?"
    ),
    "lose_clients": Text("what if we lose 10% of the clients?", "что будет, если потеряем 10 % клиентов?"),
    "win_clients": Text("what if we win 20 new clients?", "что будет, если привлечём 20 новых клиентов?"),
    "lower_cheque": Text(
        "what if the price falls by 10%, orders grow by 30%, margin 50%, cost 0?",
        "что будет, если снизить чек на 10 %, заказов станет на 30 % больше, маржа 50 %, затраты 0?",
    ),
    "open_limits": Text(
        "what if we lift limits: 2 free months, 25% dearer, 20% stay, 5% anyway, margin 70%, cost 3000?",
        "что будет, если снять лимиты: 2 месяца бесплатно, на 25 % дороже, останутся 20 %, и так 5 %, маржа 70 %, затраты 3000?",
    ),
    "paid_trial": Text(
        "what if we sell trials for 1500 ₽: 20% buy, after the trial 15%, anyway 5%, margin 50%, a trial costs us 400?",
        "что будет, если продавать пробные занятия за 1500 ₽: купят 20 %, после пробного 15 %, и так 5 %, маржа 50 %, нам обходится в 400?",
    ),
}  # fmt: skip


def defaults_of(play: str, given: Mapping[str, Range]) -> dict[str, Range]:
    """Inputs that play no part unless the user says otherwise."""
    return {
        one.key: Range(one.neutral, one.neutral)
        for one in SCENARIOS[play].inputs
        if one.neutral is not None and one.key not in given
    }


def told(outcome: "Outcome", given: Mapping[str, Range], desk: Desk) -> list[Claim]:
    """The outcome, told: data, assumptions, defaults, the effect with its range, where it pays back, what is missing."""
    item, effect = outcome.scenario, outcome.effect
    defaults = defaults_of(item.key, given)
    claims = [sentences.claim("title", TITLE, desk, title=item.title)]
    for id, text, chosen in (
        ("data", MEASURED, [key for key in outcome.inputs if key not in given and key not in defaults]),
        ("stated", STATED, [key for key in outcome.inputs if key in given]),
    ):
        if chosen:
            claims.append(_listed(id, text, {key: outcome.inputs[key] for key in chosen}, outcome, desk))
    if defaults:
        said = [DEFAULTS[key] for key in defaults]
        claims.append(
            Claim(
                "defaults",
                BY_DEFAULT.fill(list=Text("; ".join(one.en for one in said), "; ".join(one.ru for one in said))),
            )
        )
    if effect.usable:
        claims += _ranged(outcome, desk)
    else:
        assert effect.reason is not None
        claims.append(sentences.claim("unknown", UNKNOWN, desk, why=effect.reason))
    even = outcome.break_even
    if even.usable and even.value and item.response != "new":
        name = item.input(item.response).name
        claims.append(sentences.claim("even", EVEN, desk, name=name, value=even))
    if outcome.missing:
        claims.append(sentences.claim("more", MORE, desk, example=EXAMPLES[item.key]))
    return [*claims, Claim("no_promise", NOT_A_PROMISE)]


def _listed(id: str, text: Text, readings: "Mapping[str, Reading]", outcome: "Outcome", desk: Desk) -> Claim:
    """Inputs with their values in one sentence; a range with its ends."""
    slots: dict[str, Slot] = {}
    pieces: dict[str, list[str]] = {"en": [], "ru": []}
    for key, reading in readings.items():
        name, ends = outcome.scenario.input(key).name, _ends(reading)
        slots |= {f"name_{key}": name, f"{key}_low": ends[0], f"{key}_high": ends[-1]}
        for language, pair in (("en", "from {low} to {high}"), ("ru", "от {low} до {high}")):
            value = pair if len(ends) > 1 else "{low}"
            marks = value.replace("{low}", f"{{{key}_low}}").replace("{high}", f"{{{key}_high}}")
            pieces[language].append(f"{{name_{key}}} — {marks}")
    words = {language: "; ".join(parts) for language, parts in pieces.items()}
    return sentences.claim(
        id, Text(text.en.replace("{list}", words["en"]), text.ru.replace("{list}", words["ru"])), desk, **slots
    )


def _ends(reading: "Reading") -> "tuple[Reading, ...]":
    """A stated range as its two ends, any other reading as itself."""
    if reading.ci is None or reading.grade != "stated":
        return (reading,)
    low, high = (
        replace(reading, value=end, ci=None, ci_method=None, scope={**reading.scope, "kind": f"{reading.scope['kind']}.{side}"})
        for side, end in zip(("low", "high"), reading.ci, strict=True)
    )  # fmt: skip
    return (low, high)


def _ranged(outcome: "Outcome", desk: Desk) -> list[Claim]:
    effect = outcome.effect
    if effect.ci is None or effect.ci[0] == effect.ci[1]:
        return [sentences.claim("effect", EFFECT, desk, effect=effect)]
    low, high = _ends(effect)
    whole = sentences.claim("effect", BETWEEN, desk, effect=effect, low=low, high=high)
    return [whole, Claim("who", WHO)] if "respond" in (effect.ci_method or "") else [whole]


def not_mapped(desk: Desk) -> Result:
    """The plays that there are, each with a question that asks for it."""
    lines = [
        sentences.claim(f"play.{key}", LINE, desk, title=item.title, example=EXAMPLES[key])
        for key, item in SCENARIOS.items()
    ]
    return Result((Claim("not_mapped", NOT_MAPPED), *lines), refused=NOT_MAPPED)
