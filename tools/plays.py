"""Every what-if by its key: those over the revenue in force, and the plays of the source texts as arithmetic."""

from collections.abc import Mapping

from tools.errors import UnknownName
from tools.reading import Unit
from tools.revenue_plays import REVENUE_PLAYS
from tools.scenario_inputs import cheques, leads, limited
from tools.scenario_parts import CLIENTS, MONEY, Input, Scenario
from tools.text import Text

LISTED = Text("All scenarios: cvm whatif.", "Все сценарии: cvm whatif.")


def _lower_cheque(v: Mapping[str, float]) -> float:
    before = v["orders"] * v["margin"]
    after = v["orders"] * (1 + v["more_orders"]) * (v["margin"] - v["cheque_cut"])
    return v["clients"] * (v["cheque"] * (after - before) - v["cost"])


def _open_limits(v: Mapping[str, float]) -> float:
    gain = v["money"] * v["uplift"] * v["margin"]
    given_away = gain * v["anyway"] * v["free_months"] / 12
    return gain * (v["convert"] - v["anyway"]) - given_away - v["clients"] * v["cost"]


def _paid_trial(v: Mapping[str, float]) -> float:
    lesson = v["trial_price"] - v["trial_cost"]
    return v["clients"] * v["take"] * (lesson + (v["convert"] - v["anyway"]) * v["price"] * v["margin"])


MARGIN = Input("margin", Text("gross margin", "валовая маржа"))
COST = Input("cost", Text("cost a client", "затраты на клиента"), Unit.MONEY, None)
ANYWAY = Input("anyway", Text("would have done so anyway", "сделали бы это и так"))

SCENARIOS: Mapping[str, Scenario] = {
    item.key: item
    for item in (
        *REVENUE_PLAYS,
        Scenario(
            "lower_cheque",
            Text("Lower the cheque to raise the number of orders", "Снизить чек, чтобы вырасти в числе заказов"),
            Text(
                "Clients with one large first order get a lower price for a time; is the added frequency worth it?",
                "Клиентам с одним крупным первым заказом на время снижают цену: окупит ли её рост частоты?",
            ),
            (
                CLIENTS,
                Input("cheque", Text("their mean cheque", "их средний чек"), Unit.MONEY, None),
                Input("orders", Text("orders a year without the play", "заказов в год без акции"), Unit.TIMES, None),
                MARGIN,
                Input("cheque_cut", Text("cut of the price", "снижение цены")),
                Input("more_orders", Text("added orders", "прирост числа заказов"), most=None),
                COST,
            ),
            "more_orders",
            cheques,
            _lower_cheque,
        ),
        Scenario(
            "open_limits",
            Text("Open more features to clients at their limits", "Открыть функции клиентам, упёршимся в лимиты"),
            Text(
                "Clients that keep hitting the limits get the larger plan free for a time; how many must stay on it?",
                "Клиентам, которые упираются в лимиты, на время открывают старший тариф: сколько должно на нём остаться?",
            ),
            (
                CLIENTS,
                MONEY,
                Input("uplift", Text("rise of the price on the larger plan", "рост цены на старшем тарифе"), most=None),
                MARGIN,
                ANYWAY,
                Input("free_months", Text("free months", "бесплатных месяцев"), Unit.COUNT, None),
                Input("convert", Text("stay on the larger plan", "останутся на старшем тарифе")),
                COST,
            ),
            "convert",
            limited,
            _open_limits,
        ),
        Scenario(
            "paid_trial",
            Text("Sell trial lessons to those who did not buy", "Продать пробные занятия тем, кто не купил"),
            Text(
                "People who applied and did not buy are offered a paid trial; how many must go on to the whole product?",
                "Тем, кто оставил заявку и не купил, предлагают платное пробное занятие: сколько должно купить продукт целиком?",
            ),
            (
                CLIENTS,
                Input("price", Text("price of the whole product", "цена продукта целиком"), Unit.MONEY, None),
                MARGIN,
                Input("take", Text("buy a trial", "купят пробное занятие")),
                Input("trial_price", Text("price of a trial", "цена пробного занятия"), Unit.MONEY, None),
                Input("trial_cost", Text("cost of a trial", "стоимость пробного занятия для нас"), Unit.MONEY, None),
                ANYWAY,
                Input("convert", Text("buy after the trial", "купят после пробного")),
            ),
            "convert",
            leads,
            _paid_trial,
        ),
    )
}


def scenario(key: str) -> Scenario:
    """The scenario of a key, or of its title in either language; `UnknownName` with the nearest otherwise."""
    spoken = {word.casefold(): item.key for item in SCENARIOS.values() for word in (item.title.en, item.title.ru)}
    wanted = spoken.get(key.casefold(), key)
    if wanted not in SCENARIOS:
        raise UnknownName(Text("scenario", "сценарий"), key, SCENARIOS, spoken=spoken, hint=LISTED)
    return SCENARIOS[wanted]
