"""What-ifs over the revenue in force: churn, the risk zone, prices, a discount, clients lost and clients won."""

from collections.abc import Mapping

from tools.reading import Unit
from tools.revenue_inputs import paying, risky, typical
from tools.scenario_parts import CLIENTS, MONEY, Input, Scenario
from tools.text import Text


def _lower_churn(v: Mapping[str, float]) -> float:
    return v["money"] * v["points"] * v["margin"] - v["clients"] * v["cost"]


def _keep_at_risk(v: Mapping[str, float]) -> float:
    return v["money"] * v["kept"] * v["margin"] - v["clients"] * v["cost"]


def _raise_prices(v: Mapping[str, float]) -> float:
    return v["money"] * (v["stay"] * (v["margin"] + v["rise"]) - v["margin"])


def _discount(v: Mapping[str, float]) -> float:
    return v["money"] * ((1 + v["growth"]) * (v["margin"] - v["cut"]) - v["margin"])


def _lose_clients(v: Mapping[str, float]) -> float:
    return -v["money"] * v["lost"] * v["margin"]


def _win_clients(v: Mapping[str, float]) -> float:
    return v["new"] * (v["price"] * v["margin"] - v["cost"])


#: With this margin an effect is told in revenue.
REVENUE = Input("margin", Text("gross margin", "валовая маржа"), neutral=1.0)
SPENT = Input("cost", Text("cost a client", "затраты на клиента"), Unit.MONEY, None, neutral=0.0)

REVENUE_PLAYS: tuple[Scenario, ...] = (
    Scenario(
        "lower_churn",
        Text("Lower churn", "Снизить отток"),
        Text(
            "A smaller share of the clients leaves in a year; what do those who stay bring?",
            "За год уходит меньшая доля клиентов: сколько приносят те, кто остался?",
        ),
        (
            CLIENTS,
            MONEY,
            Input("points", Text("churn lower by (share of all clients)", "отток ниже на (доля всех клиентов)")),
            REVENUE,
            SPENT,
        ),
        "points",
        paying("lower_churn"),
        _lower_churn,
        chance=True,
    ),
    Scenario(
        "keep_at_risk",
        Text("Keep clients of the risk zone", "Удержать клиентов из зоны риска"),
        Text(
            "A share of the clients at risk stays thanks to the work with them; how much money is that?",
            "Часть клиентов из зоны риска остаётся благодаря работе с ними: сколько это денег?",
        ),
        (
            CLIENTS,
            MONEY,
            Input("kept", Text("stay thanks to the work", "останутся благодаря работе")),
            REVENUE,
            SPENT,
        ),
        "kept",
        risky("keep_at_risk"),
        _keep_at_risk,
        chance=True,
    ),
    Scenario(
        "raise_prices",
        Text("Raise prices", "Поднять цены"),
        Text(
            "Everyone pays more; what share of the clients must stay for it to pay?",
            "Все платят больше: какая доля клиентов должна остаться, чтобы это окупилось?",
        ),
        (
            CLIENTS,
            MONEY,
            Input("rise", Text("rise of prices", "рост цен"), most=None),
            Input("stay", Text("stay at the new price", "останутся при новой цене"), neutral=1.0),
            REVENUE,
        ),
        "stay",
        paying("raise_prices"),
        _raise_prices,
        chance=True,
    ),
    Scenario(
        "discount",
        Text("Give a discount", "Дать скидку"),
        Text(
            "Everyone pays less; how much more must be sold to make up for it?",
            "Все платят меньше: насколько больше надо продать, чтобы это окупилось?",
        ),
        (
            CLIENTS,
            MONEY,
            Input("cut", Text("discount", "скидка")),
            Input("growth", Text("growth of sales", "рост продаж"), most=None, neutral=0.0),
            REVENUE,
        ),
        "growth",
        paying("discount"),
        _discount,
    ),
    Scenario(
        "lose_clients",
        Text("Lose a part of the clients", "Потерять часть клиентов"),
        Text(
            "A share of the clients leaves; how much money goes with it?",
            "Часть клиентов уходит: сколько денег уйдёт с ними?",
        ),
        (CLIENTS, MONEY, Input("lost", Text("leave", "уйдут")), REVENUE),
        "lost",
        paying("lose_clients"),
        _lose_clients,
        chance=True,
        loss=True,
    ),
    Scenario(
        "win_clients",
        Text("Win new clients", "Привлечь новых клиентов"),
        Text(
            "New clients come and pay as the present ones do on average; what do they bring a year?",
            "Приходят новые клиенты и платят как нынешние в среднем: сколько они принесут за год?",
        ),
        (
            CLIENTS,
            Input(
                "price",
                Text("what one client pays a year", "сколько платит один клиент в год"),
                Unit.MONEY_YEAR,
                None,
            ),
            Input("new", Text("new clients", "новых клиентов"), Unit.COUNT, None),
            REVENUE,
            Input(
                "cost",
                Text("cost of winning a client", "затраты на привлечение клиента"),
                Unit.MONEY,
                None,
                neutral=0.0,
            ),
        ),
        "new",
        typical,
        _win_clients,
    ),
)
