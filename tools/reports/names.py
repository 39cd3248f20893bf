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
    "one_time_buyers": Text("ordered once in the period", "заказали лишь однажды за период"),
    "rows_without_client": Text("rows without a client", "строки без клиента"),
    "without_indexation": Text("without price rises", "без индексации цен"),
    "without_largest": Text("without the largest client", "без крупнейшего клиента"),
    "without indexation": Text("without price rises", "без индексации цен"),
    "churn_events": Text("by churn events", "по событиям ухода"),
    "clients": Text("clients", "клиенты"),
    "retention": Text("kept", "сохранено"),
    "monthly": Text("a month", "в пересчёте на месяц"),
    "net": Text("net of growth", "за вычетом роста"),
    "fx": Text("exchange rates", "изменение курсов"),
    "late_renewals": Text("late renewals", "продления с опозданием"),
    "committed_loss": Text("losses already agreed", "уже согласованные потери"),
    "intra_period": Text("came and left inside the period", "пришли и ушли внутри периода"),
    "invoice_month": Text("by month of invoice", "по месяцу счёта"),
    "if_monthly": Text("if billed monthly", "если счета ежемесячные"),
    "if_quarterly": Text("if billed quarterly", "если счета квартальные"),
    "if_annual": Text("if billed yearly", "если счета годовые"),
    "rate": Text("share renewed", "доля продлённых"),
    "rate_money": Text("share of money renewed", "доля продлённых денег"),
    "age_30": Text("up to a month late", "просрочка до месяца"),
    "age_60": Text("one to two months late", "просрочка от месяца до двух"),
    "age_90": Text("two to three months late", "просрочка от двух до трёх месяцев"),
    "age_over": Text("over three months late", "просрочка больше трёх месяцев"),
    "late_against_habit": Text("later than they usually pay", "платят позже обычного"),
    "month_to_date": Text("month to date", "с начала месяца"),
    "same_days_before": Text("same days of last month", "те же дни прошлого месяца"),
    "per_line": Text("a line", "на линию"),
    "quantity_changes": Text("months with a changed quantity", "месяцы с другим количеством"),
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
    "profit": Text("profit a year", "прибыль за год"),
    "recency_median": Text("median days since the last order", "медиана дней с последнего заказа"),
    "orders_mean": Text("orders per client", "заказов на клиента"),
    "money_mean": Text("revenue per client", "выручка на клиента"),
    "money_median": Text("median revenue of a client", "медианная выручка клиента"),
    "typical_gap": Text("typical days between orders", "обычный перерыв между заказами"),
    "recency_score": Text("score of recency", "балл давности"),
    "orders_score": Text("score of orders", "балл числа заказов"),
    "money_score": Text("score of money", "балл денег"),
    "full_frozen": Text("whole aim reached, former bounds", "цель достигнута целиком, прежние границы"),
    "full_moving": Text("whole aim reached, moved bounds", "цель достигнута целиком, новые границы"),
    "recency_frozen": Text("recency is the best, former bounds", "лучшая давность, прежние границы"),
    "recency_moving": Text("recency is the best, moved bounds", "лучшая давность, новые границы"),
    "orders_frozen": Text("orders one score up, former bounds", "заказы на балл выше, прежние границы"),
    "orders_moving": Text("orders one score up, moved bounds", "заказы на балл выше, новые границы"),
    "money_frozen": Text("money one score up, former bounds", "деньги на балл выше, прежние границы"),
    "money_moving": Text("money one score up, moved bounds", "деньги на балл выше, новые границы"),
    "cash_before": Text("revenue per client a year ago", "выручка на клиента год назад"),
    "cash_after": Text("revenue per the same client now", "выручка на того же клиента сейчас"),
    "newcomer_days": Text("days of a newcomer", "срок новичка"),
    "vrs_advocate": Text("promises kept by an advocate", "обещания у адвоката"),
    "vrs_growth": Text("promises kept for growth", "обещания для роста"),
    "chs_red": Text("red health below", "красная зона здоровья ниже"),
    "chs_green": Text("green health above", "зелёная зона здоровья выше"),
    "usage_drop": Text("fall of usage", "падение использования"),
    "contraction_drop": Text("fall of payment", "падение оплаты"),
    "overdue_days": Text("days overdue", "дни просрочки"),
    "limit_share": Text("share of a limit", "доля лимита"),
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
    "best": Text("best by RFM", "лучшие по RFM"),
    "good": Text("regular by RFM", "постоянные по RFM"),
    "once": Text("one order long ago", "один заказ давно"),
    "lapsing": Text("lapsing", "остывающие"),
    "rare": Text("rare and small", "редкие и мелкие"),
    "inactive": Text("no orders", "без заказов"),
    "six_lost": Text("lost", "ушедшие"),
    "six_new": Text("new", "новые"),
    "six_risk": Text("at risk", "в зоне риска"),
    "six_valuable": Text("of high value", "высокоценные"),
    "six_growing": Text("growing", "развивающиеся"),
    "six_steady": Text("steady", "ровные"),
    "true_friends": Text("true friends", "верные друзья"),
    "butterflies": Text("butterflies", "бабочки"),
    "barnacles": Text("barnacles", "прилипалы"),
    "strangers": Text("strangers", "чужие"),
    "not_placed": Text("not placed", "не размещены"),
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
    name = found.name if found else CLIENT_SAFE.get(key) or OTHER.get(key) or _figure(key)
    return name[language] if name else key.replace("_", " ").replace(".", " · ")


def _figure(key: str) -> Text | None:
    """The name of an account-level reading that no metric bears."""
    from tools.fields import account_readings

    found = account_readings().get(key)
    return found.name if found else None


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
