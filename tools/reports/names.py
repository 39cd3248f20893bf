"""What a reading is called on the page: the metric's name, then what it is about."""

from collections.abc import Mapping

from tools.reading import Reading
from tools.text import Language, Text, same

OF = ("kind", "group", "account", "where")

KINDS: Mapping[str, Text] = {
    "without_indexation": Text("without price rises", "без индексации цен"),
    "without_largest": Text("without the largest client", "без крупнейшего клиента"),
    "without indexation": Text("without price rises", "без индексации цен"),
    "churn_events": Text("by churn events", "по событиям ухода"),
    "clients": Text("clients", "клиенты"),
    "retention": Text("kept", "сохранено"),
    "revenue": Text("by revenue", "по выручке"),
    "lower_bound": Text("lower bound", "нижняя граница"),
    "simple": Text("simple estimate", "простая оценка"),
    "identity": Text("clients known by name", "клиенты с названием"),
    "money": Text("by money", "по деньгам"),
    "one_order": Text("one order only", "один заказ"),
    "report_coverage": Text("clients with a report", "клиенты с отчётом"),
    "tickets": Text("requests", "обращения"),
    "usage_change": Text("change of usage", "изменение использования"),
    "green": Text("green", "зелёная зона"),
    "red": Text("red", "красная зона"),
}
SEGMENTS: Mapping[str, Text] = {
    "newcomers": Text("newcomers", "новички"),
    "at_risk": Text("at risk", "зона риска"),
    "unknown": Text("no data", "нет данных"),
    "advocates": Text("advocates", "адвокаты"),
    "growth": Text("growth", "точка роста"),
    "core": Text("core", "опора"),
    "steady": Text("steady", "ровные"),
    "lost": Text("lost", "ушедшие"),
}


def reading_name(reading: Reading, language: Language) -> str:
    """The name of the metric, with kind, group, account or filter after a dot where the reading has one."""
    about = [_about(part, reading.scope[part], language) for part in OF if reading.scope.get(part)]
    return " · ".join([metric_name(reading.key, language), *about])


def metric_name(key: str, language: Language) -> str:
    """The registry's name of a metric, or a client fact's; any other key is shown as words."""
    from tools.metrics import metrics
    from tools.reports.client_facts import CLIENT_SAFE

    found = metrics().get(key)
    name = found.name if found else CLIENT_SAFE.get(key) or OTHER.get(key)
    return name[language] if name else key.replace("_", " ").replace(".", " · ")


def rule_name(reading: Reading, language: Language) -> str:
    """The convention of a reading in words where its metric says them, else as it is called."""
    from tools.metrics import metrics

    found = metrics().get(reading.key)
    words = found.conventions.get(reading.convention) if found else None
    return words[language] if words else reading.convention


OTHER: Mapping[str, Text] = {
    "effect": Text("Expected effect", "Ожидаемый эффект"),
    "money_at_stake": Text("Money at stake", "Деньги под вопросом"),
    "segments": Text("Clients by segment", "Клиенты по сегментам"),
    "profile": Text("Business model", "Модель бизнеса"),
    "adoption": Text("Adoption", "Освоение продукта"),
    "renewals": Text("Renewals ahead", "Предстоящие продления"),
    "nps": same("NPS"),
}


PREFIXES: Mapping[str, Text] = {"by_": Text("by day", "к дню"), "top_": Text("top", "крупнейшие")}


def _about(part: str, value: str, language: Language) -> str:
    if part in ("account", "where"):
        return value
    known = KINDS.get(value) or SEGMENTS.get(value)
    if known:
        return known[language]
    for prefix, words in PREFIXES.items():
        if value.startswith(prefix) and value[len(prefix) :].isdigit():
            return f"{words[language]} {value[len(prefix) :]}"
    return value.removesuffix(".break_even").replace("_", " ") if part == "kind" else value
