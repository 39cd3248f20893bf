"""Words of the exports for the few values the tools compare with: stage, status, grade, arm, department, priority."""

from collections.abc import Mapping

import pyarrow as pa

Words = Mapping[str, tuple[str, ...]]

VOCABULARY: Mapping[tuple[str, str], Words] = {
    ("milestones", "stage"): {
        "contract": ("договор", "подписание", "подписан договор", "signed", "signup", "contract signed", "продажа"),
        "launch": ("запуск", "внедрение", "старт", "go live", "golive", "onboarding done", "launched", "kickoff"),
        "first_value": (
            "первая ценность", "первая польза", "первый результат", "первый эффект", "first value", "value", "aha",
            "activation", "activated", "first outcome",
        ),
        "habit": ("привычка", "регулярное использование", "adopted", "adoption", "habitual"),
        "expansion": ("расширение", "expanded", "upsell"),
        "renewal": ("продление", "renewed"),
    },
    ("value_goals", "grade"): {
        "confirmed": ("подтверждено клиентом", "подтверждено", "клиент подтвердил", "customer confirmed", "confirmed by client"),
        "measured": ("измерено", "измерено в продукте", "из продукта"),
        "stated": ("заявлено", "со слов", "оценка", "estimated", "assumed"),
        "disputed": ("оспорено", "спорно", "клиент не согласен"),
    },
    ("referrals", "status"): {
        "won": ("стал клиентом", "клиент", "сделка", "выиграно", "customer", "closed won", "converted"),
        "lost": ("отказ", "проиграно", "closed lost", "rejected"),
        "lead": ("лид", "заявка", "в работе", "open", "new"),
    },
    ("touches", "arm"): {
        "target": ("цель", "целевая", "целевая группа", "тест", "test", "treatment", "treated"),
        "control": ("контроль", "контрольная", "контрольная группа", "holdout"),
    },
    ("culture", "department"): {
        "product": ("продукт", "продуктовый отдел", "отдел продукта", "r&d"),
        "marketing": ("маркетинг", "отдел маркетинга"),
        "support": (
            "поддержка", "сопровождение", "клиентский успех", "customer success", "cs", "support & cs",
            "поддержка и сопровождение", "support and customer success",
        ),
        "sales": ("продажи", "отдел продаж", "коммерческий отдел"),
    },
    ("subscriptions", "status"): {
        "active": ("действует", "активна", "активен", "активная", "open", "current"),
        "paused": ("приостановлена", "пауза", "на паузе", "заморожена", "on hold", "suspended"),
        "ended": ("завершена", "закрыта", "отменена", "cancelled", "canceled", "closed", "churned"),
        "trial": ("пробная", "пробный период", "триал", "trialing"),
    },
    ("tickets", "priority"): {
        "critical": ("критический", "критичный", "критическая", "блокер", "blocker", "urgent", "срочный", "срочно"),
        "high": ("высокий", "высокая"),
        "normal": ("обычный", "средний", "нормальный", "medium"),
        "low": ("низкий", "низкая"),
    },
}  # fmt: skip


def settle(name: str, table: pa.Table) -> pa.Table:
    """The table with its known words in the product's spelling; other words stand as they are."""
    for (owner, column), words in VOCABULARY.items():
        if owner == name:
            place = table.schema.get_field_index(column)
            table = table.set_column(place, table.schema.field(column), _settled(table[column], words))
    return table


def _settled(column: pa.ChunkedArray, words: Words) -> pa.Array:
    spelled = {spelling: word for word, spellings in words.items() for spelling in (word.replace("_", " "), *spellings)}
    return pa.array(
        [value if value is None else spelled.get(_plain(value), value) for value in column.to_pylist()], pa.string()
    )


def _plain(value: str) -> str:
    return " ".join(value.casefold().replace("ё", "е").replace("_", " ").split())
