"""The questions of the interview, two or three a step: what is asked, in which unit, which file would replace it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tools.text import Text

Kind = Literal["count", "money", "share", "days", "nps", "departments"]

CLIENTS = Text("a list of clients with their contracts or payments", "список клиентов с договорами или оплатами")
USAGE = Text("usage by client, day and feature", "использование по клиентам, дням и функциям")
MONEY = Text("subscriptions with prices, or invoice lines by client", "подписки с ценами или строки счетов по клиентам")
PROMISES = Text(
    "promises by client: what, from which value to which, worth how much, the value now",
    "обещания по клиентам: что, с какого значения до какого, сколько это стоит, значение сейчас",
)
LEDGER = Text("subscriptions or invoices of at least a year, with dates", "подписки или счета хотя бы за год, с датами")


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the step it serves, what its answer is, its range, an example, the file that would replace it."""

    key: str
    step: str
    subject: Text
    text: Text
    kind: Kind
    low: float
    high: float
    example: str
    file: Text


UNITS: Mapping[Kind, Text] = {
    "count": Text("a whole number", "целое число"),
    "money": Text("an amount", "сумма"),
    "share": Text("percent", "проценты"),
    "days": Text("days", "дни"),
    "nps": Text("points", "пункты"),
    "departments": Text("a level for each department", "уровень для каждого отдела"),
}
MOST = 10_000_000
MOST_MONEY = 10_000_000_000_000

QUESTIONS: tuple[Question, ...] = (
    Question(
        "clients", "segments", Text("Size of the base", "Размер базы"),
        Text("How many paying clients do you have now?", "Сколько у вас сейчас платящих клиентов?"),
        "count", 1, MOST, "240", CLIENTS,
    ),
    Question(
        "receiving", "segments", Text("Value received", "Полученная польза"),
        Text(
            "For how many of them do you know for sure that they got the result they came for?",
            "О скольких из них вы точно знаете, что они получили результат, за которым пришли?",
        ),
        "count", 0, MOST, "90", Text("usage, first-value dates and promises by client", "использование, даты первой пользы и обещания по клиентам"),
    ),
    Question(
        "at_risk", "segments", Text("Clients at risk", "Клиенты в зоне риска"),
        Text(
            "How many clients worry you: they complain, use less, pay late?",
            "Сколько клиентов вызывают тревогу: жалуются, пользуются меньше, задерживают оплату?",
        ),
        "count", 0, MOST, "30", Text("usage, tickets and payments by client", "использование, обращения и оплаты по клиентам"),
    ),
    Question(
        "at_risk_revenue", "segments", Text("Money at risk", "Деньги под угрозой"),
        Text("How much do these worrying clients pay a month in all?", "Сколько такие клиенты платят в месяц все вместе?"),
        "money", 0, MOST_MONEY, "900000", MONEY,
    ),
    Question(
        "ttv", "delivery", Text("Time to value", "Время до первой пользы"),
        Text(
            "How many days after the contract does a typical client get the first benefit?",
            "Через сколько дней после договора типичный клиент получает первую пользу?",
        ),
        "days", 0, 3650, "45", Text("contract and first-value dates by client", "даты договора и первой пользы по клиентам"),
    ),
    Question(
        "adoption", "delivery", Text("Adoption of what was sold", "Использование проданного"),
        Text(
            "What share of the clients uses the key features of the product?",
            "Какая доля клиентов пользуется ключевыми функциями продукта?",
        ),
        "share", 0, 100, "60", USAGE,
    ),
    Question(
        "revenue", "growth", Text("Recurring revenue", "Регулярная выручка"),
        Text("How much do all clients pay a month now?", "Сколько все клиенты платят в месяц сейчас?"),
        "money", 0, MOST_MONEY, "8000000", MONEY,
    ),
    Question(
        "revenue_then", "growth", Text("Revenue a year ago", "Выручка год назад"),
        Text(
            "How much did the clients of a year ago pay a month then?",
            "Сколько в месяц платили год назад тогдашние клиенты?",
        ),
        "money", 0.01, MOST_MONEY, "7000000", LEDGER,
    ),
    Question(
        "revenue_same", "growth", Text("Revenue of last year's clients", "Выручка прошлогодних клиентов"),
        Text(
            "How much do those same clients pay a month now? Those that left pay nothing.",
            "Сколько те же самые клиенты платят в месяц сейчас? Ушедшие не платят ничего.",
        ),
        "money", 0, MOST_MONEY, "6500000", LEDGER,
    ),
    Question(
        "identity", "personalisation", Text("Known clients", "Опознанные клиенты"),
        Text(
            "What share of payments can be tied to a client without guessing?",
            "Какую долю оплат можно без догадок отнести к конкретному клиенту?",
        ),
        "share", 0, 100, "95", Text("invoices with the client's id in each line", "счета с кодом клиента в каждой строке"),
    ),
    Question(
        "joined", "personalisation", Text("Joined signals", "Сведённые сигналы"),
        Text(
            "How many of these eight signals are kept by client: usage, tickets, surveys, milestones, promises, contacts, "
            "referrals, limits?",
            "Сколько из восьми сигналов хранится с привязкой к клиенту: использование, обращения, опросы, вехи, обещания, "
            "контакты, рекомендации, лимиты?",
        ),
        "count", 0, 8, "3", Text("the exports themselves, with the client's id in each", "сами выгрузки с кодом клиента в каждой"),
    ),
    Question(
        "clients_then", "retention", Text("Clients a year ago", "Клиенты год назад"),
        Text("How many paying clients did you have a year ago?", "Сколько платящих клиентов было у вас год назад?"),
        "count", 1, MOST, "220", LEDGER,
    ),
    Question(
        "lost", "retention", Text("Clients lost", "Ушедшие клиенты"),
        Text("How many of those clients left within the year?", "Сколько из тогдашних клиентов ушло за год?"),
        "count", 0, MOST, "33", LEDGER,
    ),
    Question(
        "nps", "retention", Text("Recommendation index", "Индекс рекомендаций"),
        Text("What was your NPS in the last survey?", "Какой NPS показал последний опрос?"),
        "nps", -100, 100, "25", Text("survey answers by client and day", "ответы опросов по клиентам и дням"),
    ),
    Question(
        "culture", "culture", Text("Culture of value", "Культура ценности"),
        Text(
            "How far does each department work by the value for the client: nought (not at all) to four (always, and it "
            "can be shown)?",
            "Насколько каждый отдел работает от ценности для клиента: от нуля (никак) до четырёх (всегда, и это можно "
            "показать)?",
        ),
        "departments", 0, 4, "3", Text("the questionnaire of four departments, five statements each", "анкета четырёх отделов, по пять утверждений"),
    ),
    Question(
        "promised", "proof", Text("Promises on record", "Записанные обещания"),
        Text(
            "For how many clients is it written down what result they were promised?",
            "Для скольких клиентов записано, какой результат им обещан?",
        ),
        "count", 0, MOST, "70", PROMISES,
    ),
    Question(
        "kept", "proof", Text("Promises kept", "Выполнение обещаний"),
        Text(
            "What share of the promised result has been reached so far?",
            "Какая часть обещанного результата уже достигнута?",
        ),
        "share", 0, 100, "55", PROMISES,
    ),
)  # fmt: skip
BY_KEY: Mapping[str, Question] = {item.key: item for item in QUESTIONS}
#: What may stand in the answers beside the questions: how money is called, how clients pay, the hours of the team.
ABOUT: Mapping[str, Text] = {
    "currency": Text(
        "Currency of all sums, three letters (RUB, EUR, USD)", "Валюта всех сумм, три буквы (RUB, EUR, USD)"
    ),
    "profile": Text(
        "How clients pay: subscription, repeat (orders) or usage (metered)",
        "Как платят клиенты: subscription (подписка), repeat (заказы) или usage (по потреблению)",
    ),
}


def of_step(step: str) -> tuple[Question, ...]:
    """The questions of a step, in order."""
    return tuple(item for item in QUESTIONS if item.step == step)
