"""What a reading is called on the page: the metric's name, then what it is about."""

from collections.abc import Mapping

from tools.reading import Reading
from tools.reports.kinds import BREAK_EVEN, GROUPS, KINDS, SEGMENTS
from tools.text import Language, Text

OF = ("kind", "group", "account", "where")

__all__ = ["KINDS", "SEGMENTS", "kind_name", "metric_name", "reading_name", "rule_name"]


def reading_name(reading: Reading, language: Language) -> str:
    """The name of the metric, with kind, group, account or filter after a dot where the reading has one."""
    about = [_about(part, reading, language) for part in OF if reading.scope.get(part)]
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
    "profile": Text("Business model", "Модель бизнеса"),
}


PREFIXES: Mapping[str, Text] = {"by_": Text("by day", "к дню"), "top_": Text("top", "крупнейшие")}


def _about(part: str, reading: Reading, language: Language) -> str:
    value = reading.scope[part]
    if part == "account":
        return value
    if part == "where":
        stage = GROUPS["stage"].get(value.removeprefix("stage="))
        return stage[language] if stage else value
    plain = value.removesuffix(".break_even")
    tail = f", {BREAK_EVEN[language]}" if plain != value else ""
    if part == "kind":
        found = kind_name(reading.key, plain)
        return (found[language] if found else plain.replace("_", " ")) + tail
    known = GROUPS.get(reading.scope.get("by", ""), SEGMENTS).get(plain)
    return known[language] + tail if known else value


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
