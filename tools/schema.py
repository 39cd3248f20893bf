"""Canonical tables: what each column means, its type, unit and whether it may be missing.

Every snapshot holds every table with every column below (plus ``source_file`` and ``source_row``, the place in the
user's own file that a row came from); a table the user did not give is empty, a column she did not give is null.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import pyarrow as pa

from tools.text import Text

Kind = Literal["text", "money", "number", "int", "date", "bool"]

ARROW: Mapping[Kind, pa.DataType] = {
    "text": pa.string(),
    "money": pa.decimal128(18, 4),
    "number": pa.float64(),
    "int": pa.int64(),
    "date": pa.date32(),
    "bool": pa.bool_(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column."""

    name: str
    kind: Kind
    meaning: Text
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table; ``key`` columns identify a row where the user's file promises that."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which a raw table cannot be this one."""
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """The column called ``name``."""
        return next(column for column in self.columns if column.name == name)

    @property
    def arrow(self) -> pa.Schema:
        """The Arrow schema of the table in a snapshot, provenance columns last."""
        fields = [pa.field(column.name, ARROW[column.kind]) for column in self.columns]
        return pa.schema([*fields, pa.field("source_file", pa.string()), pa.field("source_row", pa.int64())])


def _c(name: str, kind: Kind, en: str, ru: str, *, required: bool = False) -> Column:
    return Column(name, kind, Text(en, ru), required)


ACCOUNT_ID = _c("account_id", "text", "the paying client", "клиент-плательщик", required=True)

PLACES = (  # below the client: holding (accounts.parent_id) > client > billing account > line
    _c("billing_id", "text", "billing account of the client", "лицевой счёт клиента"),
    _c("line_id", "text", "line, SIM or licence", "линия, номер или лицензия"),
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table(
            "accounts",
            Text("clients", "клиенты"),
            (
                ACCOUNT_ID,
                _c("name", "text", "name of the client", "название клиента"),
                _c("inn", "text", "taxpayer number", "ИНН"),
                _c("crm_id", "text", "id in the CRM", "код в CRM"),
                _c("parent_id", "text", "holding the client belongs to", "холдинг клиента"),
                _c("size", "text", "size of the client as the source says it", "размер клиента по данным источника"),
                _c("plan", "text", "plan or tariff", "тариф"),
                _c("industry", "text", "industry", "отрасль"),
                _c("region", "text", "country or region", "страна или регион"),
                _c("seats", "int", "seats or employees bought for", "число мест"),
                _c("owner", "text", "role that owns the client", "ответственный"),
                _c("signup_date", "date", "first contract", "дата первого договора"),
                _c("contract_end", "date", "end of the contract in force", "окончание договора"),
                _c("status", "text", "status in the CRM", "статус в CRM"),
                _c("churned", "bool", "flag of the source: the client left", "признак ухода в источнике"),
                _c("tenure_months", "number", "months as a client (undated sources)", "стаж в месяцах"),
                _c("monthly_charge", "money", "charge a month (undated sources)", "платёж в месяц"),
                _c("total_charge", "money", "charges so far (undated sources)", "всего начислено"),
                _c("acquisition_cost", "money", "cost of winning the client", "стоимость привлечения"),
                _c("margin", "number", "gross margin, fraction", "валовая маржа, доля"),
                _c("service_cost", "money", "cost to serve, a year", "стоимость обслуживания за год"),
            ),
            ("account_id",),
        ),
        Table(
            "traits",
            Text("further traits of clients", "прочие признаки клиентов"),
            (
                ACCOUNT_ID,
                _c(
                    "name", "text", "header of the column in the source", "заголовок столбца в источнике", required=True
                ),
                _c("value", "text", "what the cell says", "что в ячейке"),
                _c("number", "number", "the cell as a number", "ячейка как число"),
                _c("day", "date", "the cell as a date", "ячейка как дата"),
            ),
        ),
        Table(
            "subscriptions",
            Text("subscriptions", "подписки"),
            (
                _c("subscription_id", "text", "subscription", "подписка"),
                ACCOUNT_ID,
                _c("product", "text", "product", "продукт"),
                _c("plan", "text", "plan", "тариф"),
                _c("start_date", "date", "first day", "первый день", required=True),
                _c("end_date", "date", "day after the last paid one; empty: open", "окончание; пусто: действует"),
                _c("mrr", "money", "recurring price, a month", "цена в месяц", required=True),
                _c("currency", "text", "currency code", "валюта"),
                _c("seats", "int", "seats", "число мест"),
                _c("status", "text", "active, paused, trial", "статус"),
                _c("is_trial", "bool", "trial", "пробный период"),
                _c("churned", "bool", "flag of the source: cancelled", "признак отмены в источнике"),
                *PLACES,
            ),
            ("subscription_id",),
        ),
        Table(
            "invoices",
            Text("invoice lines", "строки счетов"),
            (
                ACCOUNT_ID,
                _c("document", "text", "document number", "номер документа"),
                _c("date", "date", "date of the document", "дата документа", required=True),
                _c("amount", "money", "line amount net of tax, credits negative", "сумма строки", required=True),
                _c("tax", "money", "tax within or on top", "налог"),
                _c("currency", "text", "currency code", "валюта"),
                _c("product", "text", "product", "номенклатура"),
                _c("description", "text", "text of the line", "содержание"),
                _c("quantity", "number", "quantity", "количество"),
                _c("unit_price", "money", "unit price", "цена"),
                _c("service_start", "date", "first day of service", "начало периода услуги"),
                _c("service_end", "date", "last day of service, included", "конец периода услуги"),
                _c("due_date", "date", "payment due", "срок оплаты"),
                _c("paid_date", "date", "paid on", "дата оплаты"),
                *PLACES,
            ),
        ),
        Table(
            "usage",
            Text("product usage", "использование"),
            (
                ACCOUNT_ID,
                _c("date", "date", "day", "день", required=True),
                _c("feature", "text", "feature", "функция"),
                _c("quantity", "number", "events or units", "количество"),
                _c("is_key", "bool", "a key feature", "ключевая функция"),
                *PLACES,
            ),
        ),
        Table(
            "limits",
            Text("plan limits", "лимиты тарифа"),
            (
                ACCOUNT_ID,
                _c("date", "date", "month or day of the measure", "дата замера", required=True),
                _c("name", "text", "what is limited", "что ограничено"),
                _c("used", "number", "used", "использовано", required=True),
                _c("allowed", "number", "allowed", "разрешено", required=True),
            ),
        ),
        Table(
            "tickets",
            Text("support tickets", "обращения"),
            (
                _c("ticket_id", "text", "ticket", "обращение"),
                ACCOUNT_ID,
                _c("opened", "date", "opened on", "открыто", required=True),
                _c("closed", "date", "closed on", "закрыто"),
                _c("priority", "text", "priority", "приоритет"),
                _c("theme", "text", "theme", "тема"),
                _c("csat", "number", "satisfaction, 1-5", "удовлетворённость, 1-5"),
                _c("text", "text", "text of the client", "текст обращения"),
            ),
            ("ticket_id",),
        ),
        Table(
            "surveys",
            Text("NPS answers", "ответы NPS"),
            (
                ACCOUNT_ID,
                _c("date", "date", "answered on", "дата ответа", required=True),
                _c("score", "int", "0-10", "оценка 0-10", required=True),
                _c("comment", "text", "comment", "комментарий"),
            ),
        ),
        Table(
            "milestones",
            Text("milestones", "вехи"),
            (
                ACCOUNT_ID,
                _c("date", "date", "reached on", "дата", required=True),
                _c("stage", "text", "stage: contract, launch, first_value, habit", "этап", required=True),
                _c("is_value", "bool", "the first promised benefit", "первая обещанная польза"),
            ),
        ),
        Table(
            "value_goals",
            Text("promised value", "обещанная ценность"),
            (
                _c("account_id", "text", "the client; empty: every client of the plan", "клиент; пусто: весь тариф"),
                _c("plan", "text", "plan the promise is made to", "тариф, которому обещано"),
                _c("goal", "text", "what was promised", "что обещано", required=True),
                _c("unit", "text", "unit of the goal", "единица"),
                _c("base", "number", "value before", "исходное значение"),
                _c("target", "number", "value promised", "обещанное значение", required=True),
                _c("current", "number", "value now", "текущее значение"),
                _c("value", "money", "money value of the promise, a year", "ценность обещания в деньгах за год"),
                _c("due", "date", "due on", "срок"),
                _c("grade", "text", "confirmed, measured, stated, disputed", "степень подтверждения"),
            ),
        ),
        Table(
            "referrals",
            Text("referrals", "рекомендации"),
            (
                ACCOUNT_ID,
                _c("date", "date", "recommended on", "дата", required=True),
                _c("status", "text", "lead, won, lost", "статус"),
                _c("referred_id", "text", "client won by it", "приведённый клиент"),
            ),
        ),
        Table(
            "touches",
            Text("contacts and campaigns", "контакты и кампании"),
            (
                ACCOUNT_ID,
                _c("date", "date", "date", "дата", required=True),
                _c("channel", "text", "channel", "канал"),
                _c("two_way", "bool", "the client took part", "двусторонний контакт"),
                _c("campaign", "text", "campaign", "кампания"),
                _c("arm", "text", "target or control", "группа: цель или контроль"),
                _c("cost", "money", "cost of the contact", "стоимость контакта"),
            ),
        ),
        Table(
            "culture",
            Text("culture questionnaire", "анкета культуры"),
            (
                _c("department", "text", "product, marketing, support, sales", "отдел", required=True),
                _c("statement", "int", "number of the statement, 1-5", "номер утверждения, 1-5", required=True),
                _c("score", "int", "0-4", "оценка 0-4", required=True),
                _c("artefact", "text", "link that proves a 3 or 4", "подтверждение оценки 3-4"),
            ),
        ),
        Table(
            "rates",
            Text("exchange rates", "курсы валют"),
            (
                _c("date", "date", "day", "день", required=True),
                _c("currency", "text", "currency code", "валюта", required=True),
                _c(
                    "rate",
                    "number",
                    "reporting currency for one unit",
                    "единиц валюты отчёта за единицу",
                    required=True,
                ),
            ),
            ("date", "currency"),
        ),
        Table(
            "churn_events",
            Text("churn events of the source", "события ухода в источнике"),
            (
                ACCOUNT_ID,
                _c("date", "date", "left on", "дата ухода", required=True),
                _c("reason", "text", "reason", "причина"),
            ),
        ),
    )
}


@cache
def arrow_schema(table: str) -> pa.Schema:
    """Arrow schema of a canonical table."""
    return TABLES[table].arrow
