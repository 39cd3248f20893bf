"""Every fixed phrase of the chat, in both languages; no digit and no number word stands in any of them."""

from collections.abc import Mapping

from tools.text import Text

REASONS: Mapping[str, Text] = {
    "forecast": Text(
        "The future cannot be computed from these files, so no figure is given. What is known is the past rate and who shows "
        "signs of leaving now; a dated history of departures with usage before them would allow a tested model.",
        "Будущее по этим файлам не посчитать, поэтому числа нет. Известны доля ушедших за прошлый период и клиенты с признаками "
        "ухода сейчас; для проверяемой модели нужна история уходов с датами и использованием до них.",
    ),
    "competitors": Text(
        "These files hold nothing about competitors or the market, so no figure is given. A file with observed prices or the "
        "answers of clients who left for a rival would help.",
        "В этих файлах нет данных о конкурентах и рынке, поэтому числа нет. Помог бы файл с наблюдаемыми ценами или ответы клиентов, "
        "ушедших к конкуренту.",
    ),
    "costs": Text(
        "Margin, profit and return need costs, and these files hold none. A file with costs or the gross margin by client or "
        "product would answer.",
        "Для маржи, прибыли и окупаемости нужны затраты, а в этих файлах их нет. Поможет файл с затратами или валовой маржой по "
        "клиентам или продуктам.",
    ),
    "no_data": Text(
        "No such figure is computed from these data; the list of metrics says what each needs.",
        "Такой показатель по этим данным не считается; в списке показателей сказано, что нужно для каждого.",
    ),
    "off_topic": Text(
        "This question is not about the loaded client data. Ask about a metric, a segment, a client, or what to do.",
        "Этот вопрос не о загруженных данных о клиентах. Спросите о показателе, сегменте, клиенте или о том, что делать.",
    ),
    "injection": Text(
        "The rules of the assistant do not change on request, and they are not part of the answer. Ask about the client data.",
        "Правила ассистента не меняются по просьбе и не входят в ответ. Спросите о данных о клиентах.",
    ),
    "ambiguous": Text("More clients than that fit the name; say which is meant:", "Под это название подходит не единственный клиент; уточните, какой:"),
    "unknown_account": Text("There is no such client in the data:", "Такого клиента нет в данных:"),
}  # fmt: skip
NOTHING_KNOWN = Text(
    "Nothing is recorded of this client but its name; invoices, usage or promises would tell more.",
    "Об этом клиенте записано только название; больше скажут счета, использование или обещания.",
)
AS_IT_STANDS = Text(
    "The figure stands as it was computed: it is rounded only when shown, by the ordinary rule, and not to look better.",
    "Число остаётся таким, каким посчитано: округляем только при показе и по обычному правилу, а не чтобы выглядело лучше.",
)
NOT_STATED = Text("{name} cannot be stated: {reason}.", "{name}: назвать нельзя — {reason}.")
RFM_LENS = Text(
    "Value segments need usage or results, which these data lack; recency, frequency and money do the sorting.",
    "Для сегментов по ценности нужны использование или результаты, а их в данных нет; сортируют давность, частота и деньги.",
)
GROUP = Text("{title}: clients — {n}, they pay {money}.", "{title}: клиентов — {n}, платят {money}.")
GROUP_NO_MONEY = Text("{title}: clients — {n}.", "{title}: клиентов — {n}.")
MORE = Text("The whole list is in the audit.", "Полный список — в аудите.")
STATED = Text("{name}: {value}.", "{name}: {value}.")
STATED_FOR = Text("{name}: {value}, from {start} to {end}.", "{name}: {value}, с {start} по {end}.")
MEANING = Text("{name} — {meaning}.", "{name} — {meaning}.")
ADVICE = Text(
    "{title}. {action}. Owner: {owner}; metric to watch: {metric}.",
    "{title}. {action}. Отвечает: {owner}; следить за показателем: {metric}.",
)
HOW = Text("{stop}. Opening words: “{phrase}”.", "{stop}. Первая фраза: «{phrase}».")
QUOTED = Text(
    "A source claims: “{quote}” — {source}; {grade}.",
    "Источник утверждает: «{quote}» — {source}; {grade}.",
)
NOT_OURS = Text(
    "This is the source's claim, not a forecast for your clients; no figure of the audit rests on it.",
    "Это утверждение источника, а не прогноз для ваших клиентов; ни одно число аудита на нём не держится.",
)
THIN_GROUPS = Text(
    "The other groups are too small for a figure that may be stated.",
    "Остальные группы слишком малы, чтобы называть число.",
)
GAP = Text("{what} — needed: {needs}.", "{what} — нужно: {needs}.")
NO_GAPS = Text("Every metric can be computed from these files.", "По этим файлам считаются все показатели.")
WHOLE_AUDIT = Text(
    "The whole audit with the steps, recommendations and plan is made by the audit command or on the audit page.",
    "Полный аудит с шагами, рекомендациями и планом делает команда аудита или страница «Аудит».",
)


def not_computable(name: Text, reason: Text, needs: Text) -> Text:
    """Why a metric has no value that may be stated, and what would help."""
    return Text(
        f"{name.en} cannot be stated: {reason.en.rstrip('.')}. What would help: {needs.en}.",
        f"{name.ru}: назвать нельзя — {reason.ru.rstrip('.')}. Поможет: {needs.ru}.",
    )
