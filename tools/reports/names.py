"""What a reading is called on the page: the metric's name, then what it is about."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from tools import formats
from tools.reading import Reading
from tools.reports.filter_words import column_name, filter_name, value_name
from tools.reports.kinds import BREAK_EVEN, GROUPS, KINDS, SEGMENTS
from tools.text import Language, Text

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

OF = ("kind", "group", "account", "where")

__all__ = [
    "KINDS",
    "SEGMENTS",
    "client_names",
    "column_name",
    "convention_name",
    "group_name",
    "kind_name",
    "left_out_name",
    "metric_name",
    "reading_name",
    "rule_name",
    "source_name",
    "where_name",
]


def reading_name(reading: Reading, language: Language, names: Mapping[str, str] | None = None) -> str:
    """The name of the metric, with kind, group, account or filter after a dot where the reading has one.

    ``names`` gives the shown name of a client by id.
    """
    about = [_about(part, reading, language, names or {}) for part in OF if reading.scope.get(part)]
    return " · ".join([metric_name(reading.key, language), *(words for words in about if words)])


def group_name(reading: Reading, language: Language) -> str:
    """What the group of a reading is called: a segment or stage by its name, a size by its range, else as it is."""
    by, group = reading.scope.get("by", ""), reading.scope.get("group", "")
    if "range" in reading.scope:
        return _range(reading.scope["range"], language)
    columns, values = by.split(","), group.split(",")
    if len(columns) != len(values):
        return value_name(by, group, language)
    return ", ".join(value_name(*pair, language) for pair in zip(columns, values, strict=True))


def client_names(portfolio: "Portfolio") -> Mapping[str, str]:
    """Shown name of every client by id; the id in brackets where several bear one name."""
    if "client names" not in portfolio.memo:
        times = Counter(portfolio.names.values())
        portfolio.memo["client names"] = {
            id: f"{name} ({id})" if times[name] > 1 and name != id else name for id, name in portfolio.names.items()
        }
    found: Mapping[str, str] = portfolio.memo["client names"]
    return found


def where_name(text: str, language: Language) -> str:
    """What a reading's ``where`` says in words: a filter, a stage, a day."""
    key, sign, value = text.partition("=")
    if key == "as_of" and sign:
        return f"{Text('on', 'на')[language]} {formats.day(date.fromisoformat(value), language)}"
    if key == "playbook":
        return ""
    if key in GROUPS and value in GROUPS[key]:
        return f"{column_name(key, language)}: {GROUPS[key][value][language]}"
    return filter_name(text, language) or text


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
    return convention_name(reading.key, reading.convention, language)


def convention_name(key: str, convention: str, language: Language) -> str:
    """A way of counting in words: of the metric where it says them, of RFM, of the product; else its id as words."""
    from tools.metrics import metrics
    from tools.segments.scores import RULES as SCORES

    found = metrics().get(key)
    words = found.conventions.get(convention) if found else None
    words = words or RULES.get(convention)
    words = words or (SCORES[convention].text if convention in SCORES else None)
    return words[language] if words else convention.replace("_", " ")


def left_out_name(reason: str, language: Language) -> str:
    """Why rows or clients were left out of a reading, in words."""
    words = LEFT_OUT.get(reason)
    return words[language] if words else reason


def source_name(source: str, language: Language) -> str:
    """Where a metric's definition comes from, in words."""
    words = SOURCES.get(source)
    return words[language] if words else source


OTHER: Mapping[str, Text] = {
    "effect": Text("Expected effect", "Ожидаемый эффект"),
    "effort": Text("Work", "Работа"),
    "profile": Text("Business model", "Модель бизнеса"),
    "campaign": Text("Campaign lists", "Списки кампании"),
}


PREFIXES: Mapping[str, Text] = {"by_": Text("by day", "к дню"), "top_": Text("top", "крупнейшие")}


def _about(part: str, reading: Reading, language: Language, names: Mapping[str, str]) -> str:
    value = reading.scope[part]
    if part == "account":
        return names.get(value, value)
    if part == "where":  # a what-if spells its assumptions there: they have readings of their own
        return "" if reading.convention == "whatif" else where_name(value, language)
    if part == "group":
        return group_name(reading, language)
    plain = value.removesuffix(".break_even")
    tail = f", {BREAK_EVEN[language]}" if plain != value else ""
    if reading.convention == "whatif":
        return _of_scenario(value, language)
    if plain == "centroid":
        from tools.segments.clusters import NAMES

        feature = reading.scope.get("by", "")
        return f"{KINDS[plain][language]}: {NAMES[feature][language] if feature in NAMES else feature}"
    found = kind_name(reading.key, plain)
    return (found[language] if found else plain.replace("_", " ")) + tail


def _of_scenario(kind: str, language: Language) -> str:
    """A scenario's reading in words: ``open_limits.convert.low`` is an input of a what-if at the low end."""
    from tools.plays import SCENARIOS

    key, *rest = kind.split(".")
    if key not in SCENARIOS:
        return kind.replace("_", " ")
    scenario = SCENARIOS[key]
    inputs = {item.key: item.name for item in scenario.inputs}
    parts = [scenario.title, *(inputs.get(word) or ENDS.get(word) or Text(word, word) for word in rest)]
    return ", ".join(part[language] for part in parts)


def kind_name(key: str, kind: str) -> Text | None:
    """What a kind of a metric's readings is called: of this metric, of any, or by its prefix (``by_30``)."""
    known = KINDS.get(f"{key}.{kind}") or KINDS.get(kind)
    if known:
        return known
    for prefix, words in PREFIXES.items():
        number = kind.removeprefix(prefix)
        if number != kind and number.isdigit():
            return Text(f"{words.en} {number}", f"{words.ru} {number}")
    return None


def _range(bounds: str, language: Language) -> str:
    """The bounds ``low..high`` of a band of monthly payments, in words; the low one is outside, the high one inside."""
    low, high = (formats.decimal(float(end), language) if end else "" for end in bounds.split(".."))
    a_month = Text(" a month", " в месяц")[language]
    if not low:
        return Text("up to ", "до ")[language] + high + a_month
    return (f"{low}–{high}" if high else Text("over ", "больше ")[language] + low) + a_month


ENDS: Mapping[str, Text] = {
    "break_even": BREAK_EVEN,
    "low": Text("at the low end", "на нижней границе"),
    "high": Text("at the high end", "на верхней границе"),
}
#: Ways of counting that no metric declares.
RULES: Mapping[str, Text] = {
    "cost": Text("against the cost stated", "против указанных затрат"),
    "stated_share": Text("a stated share", "по указанной доле"),
    "policy": Text("the policy", "политика"),
    "answers": Text("stated by people beside the data", "со слов, помимо данных"),
    "interview": Text("answers of an interview", "ответы интервью"),
    "target:hold": Text("today's level held", "сегодняшний уровень"),
    "target:own_quartile": Text("the best quarter of one's own groups", "лучшая четверть своих групп"),
    "capacity": Text("hours of the playbook, within the capacity", "часы на действие в пределах возможностей команды"),
    "trial": Text("two equal groups, power of four in five", "две равные группы, мощность четыре пятых"),
    "whatif": Text("what-if on stated assumptions", "сценарий на указанных допущениях"),
    "client_rows": Text("the client's own rows", "строки самого клиента"),
    "target:policy": Text("target of the policy", "цель из политики"),
    "account_flag": Text("flag of leaving in the source", "признак ухода в источнике"),
    "own_history": Text("from the history of the same clients", "по истории этих же клиентов"),
    "one_client": Text("one client as the measure", "в пересчёте на одного клиента"),
    "monthly_charge": Text("charge a month of the source", "платёж в месяц из источника"),
    "net_of_returns": Text("net of returns", "за вычетом возвратов"),
    "contract_run_rate": Text("prices in force, from subscriptions", "действующие цены по подпискам"),
    "recognised_month": Text("revenue recognised in the month", "выручка, признанная в месяце"),
}
#: Why rows or clients do not count.
LEFT_OUT: Mapping[str, Text] = {
    "no client": Text("no client in the row", "в строке нет клиента"),
    "trial": Text("trial", "пробный период"),
    "paused": Text("paused", "подписка на паузе"),
    "no price": Text("no price", "нет цены"),
    "no cost": Text("no acquisition cost", "нет стоимости привлечения"),
    "cost not given": Text("cost not given", "стоимость не указана"),
    "no value": Text("no value known", "значение неизвестно"),
    "not a score": Text("not a score", "это не оценка"),
    "start unknown": Text("start unknown", "начало неизвестно"),
    "flag unknown": Text("flag of leaving unknown", "признак ухода неизвестен"),
    "outside the window": Text("outside the period", "вне периода"),
    "in both arms": Text("in both groups", "в обеих группах"),
    "not in force at the start": Text("not in force at the start", "не действовали в начале"),
    "no amount, or a day of returns alone": Text(
        "no amount, or a day of returns alone", "нет суммы или день одних возвратов"
    ),
    "client unknown to the filter": Text("clients unknown to the filter", "для фильтра нет данных о клиенте"),
}
#: Parts of the product's own definitions of metrics.
SOURCES: Mapping[str, Text] = {
    key: Text(f"definitions of the product, {en}", f"определения продукта, {ru}")
    for key, en, ru in (
        ("metrics-1.1", "recurring revenue", "регулярная выручка"),
        ("metrics-1.2", "movements of revenue and retention", "движение выручки и удержание"),
        ("metrics-2.1", "lifetime value", "пожизненная ценность"),
        ("metrics-3", "recency, frequency and money", "давность, частота и деньги"),
        ("metrics-4", "segments by value", "сегменты по ценности"),
        ("metrics-5", "client health", "здоровье клиента"),
        ("metrics-6", "value for the client", "ценность для клиента"),
        ("metrics-7", "voice of the client and culture", "голос клиента и культура"),
        ("metrics-8", "churn, growth and campaigns", "отток, рост и кампании"),
        ("users", "daily work with clients", "ежедневная работа с клиентами"),
    )
}
