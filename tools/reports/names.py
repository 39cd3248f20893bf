"""What a reading is called on the page: the metric's name, then what it is about."""

from collections.abc import Mapping

from tools.metrics.retention import ANSWERS
from tools.reading import Reading
from tools.text import Language, Text, same

OF = ("kind", "group", "account", "where")

KINDS: Mapping[str, Text] = {
    **ANSWERS,
    "churn_answers": Text("different answers to who left", "разные ответы, кто ушёл"),
    "departments": Text("departments asked", "отделы в анкете"),
    "lapsing_buyers": Text("lapsing buyers", "остывающие покупатели"),
    "one_time_buyers": Text("ordered once in the year", "заказали лишь однажды за год"),
    "rows_without_client": Text("rows without a client", "строки без клиента"),
    "without_indexation": Text("without price rises", "без индексации цен"),
    "without_largest": Text("without the largest client", "без крупнейшего клиента"),
    "without indexation": Text("without price rises", "без индексации цен"),
    "churn_events": Text("by churn events", "по событиям ухода"),
    "clients": Text("clients", "клиенты"),
    "retention": Text("kept", "сохранено"),
    "revenue": Text("by revenue", "по выручке"),
    "lower_bound": Text("lower bound", "нижняя граница"),
    "simple": Text("simple estimate", "простая оценка"),
    "upper_bound": Text("upper bound", "верхняя граница"),
    "promised": Text("promised", "обещано"),
    "unknown": Text("outcome not known", "итог неизвестен"),
    "realised": Text("realised", "выполнено"),
    "target": Text("target", "цель"),
    "start": Text("at the start", "на начало"),
    "end": Text("at the end", "на конец"),
    "new": Text("new", "новые"),
    "won": Text("won", "приведены"),
    "leads": Text("leads", "обращения по рекомендации"),
    "expansion": Text("expansion", "расширение"),
    "contraction": Text("contraction", "сокращение"),
    "churn": Text("lost", "уход"),
    "reactivation": Text("returned", "возврат"),
    "promoters": Text("promoters", "промоутеры"),
    "detractors": Text("detractors", "критики"),
    "orders": Text("orders", "заказы"),
    "recency": Text("days since the last order", "дней с последнего заказа"),
    "chs": Text("health score", "индекс здоровья"),
    "tenure_days": Text("days as a client", "дней с начала работы"),
    "receives_value": Text("value confirmed", "польза подтверждена"),
    "at_risk_accounts": Text("clients at risk", "клиенты в зоне риска"),
    "at_risk_money": Text("money at risk", "деньги в зоне риска"),
    "clients_in_force": Text("active clients", "действующие клиенты"),
    "hidden_growers": Text("hidden growers", "скрытый рост"),
    "lens_disagreement": Text("views disagree", "взгляды расходятся"),
    "limit_hitters": Text("at the limits of the plan", "упёрлись в лимиты"),
    "low_adoption": Text("low adoption", "слабое освоение"),
    "model_refused": Text("model refused", "модель не строится"),
    "events_needed": Text("events needed", "нужно событий"),
    "newcomers_waiting": Text("newcomers waiting", "новички ждут пользы"),
    "nrr_leans": Text("retention leans on few", "удержание держится на немногих"),
    "overdue_accounts": Text("late payers", "задержка оплаты"),
    "promise_broken": Text("promise not kept", "обещание не выполнено"),
    "renewals_at_risk": Text("renewals at risk", "продления под угрозой"),
    "rfm_accounts": Text("clients in RFM", "клиенты в RFM"),
    "rfm_rows_without_client": Text("lines without a client", "строки без клиента"),
    "silent_accounts": Text("silent clients", "молчащие клиенты"),
    "sources_joined": Text("sources joined", "источники связаны"),
    "sources_known": Text("sources known", "источники известны"),
    "stuck_step": Text("stuck step", "застряли на шаге"),
    "top_pain": Text("main pain", "главная боль"),
    "value_gap": Text("value gap", "недополученная ценность"),
    "weakest_department": Text("weakest department", "слабое звено"),
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
    "churn_risk": Text("Sign of risk", "Признак риска"),
    "journey": Text("Journey of the client", "Путь клиента"),
    "money_at_stake": Text("Money at stake", "Деньги под вопросом"),
    "segments": Text("Clients by segment", "Клиенты по сегментам"),
    "profile": Text("Business model", "Модель бизнеса"),
    "adoption": Text("Adoption", "Освоение продукта"),
    "renewals": Text("Renewals ahead", "Предстоящие продления"),
    "nps": same("NPS"),
}


PREFIXES: Mapping[str, Text] = {"by_": Text("by day", "к дню"), "top_": Text("top", "крупнейшие")}


BREAK_EVEN = Text("break-even", "окупаемость")


def _about(part: str, value: str, language: Language) -> str:
    if part in ("account", "where"):
        return value
    plain = value.removesuffix(".break_even")
    tail = f", {BREAK_EVEN[language]}" if plain != value else ""
    known = KINDS.get(plain) if part == "kind" else SEGMENTS.get(plain)
    if known:
        return known[language] + tail
    for prefix, words in PREFIXES.items():
        if value.startswith(prefix) and value[len(prefix) :].isdigit():
            return f"{words[language]} {value[len(prefix) :]}"
    return plain.replace("_", " ") + tail if part == "kind" else value
