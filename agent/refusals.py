"""Every fixed phrase of the chat, in both languages; no digit and no number word stands in any of them."""

from collections.abc import Mapping

from tools.text import Text

REASONS: Mapping[str, Text] = {
    "nothing_waits": Text(
        "Nothing waits for a decision here: ask for a letter or a report in a conversation, then decide about it.",
        "Здесь нечего решать: сначала попросите в беседе письмо или отчёт.",
    ),
    "bound": Text(
        "The bound in this question could not be read for sure, so no figure is given: put the number right after its figure, as in "
        "“health below so many points” or “MRR above so much”; days rather than months for silence.",
        "Границу в этом вопросе не удалось прочитать наверняка, поэтому ответа числом нет: поставьте число сразу после показателя, как в "
        "«здоровье ниже стольких-то баллов» или «MRR выше такой-то суммы»; для молчания — в днях, а не в месяцах.",
    ),
    "forecast": Text(
        "The future cannot be computed from these files, so no figure is given. What is known is the past rate and who shows "
        "signs of leaving now; a dated history of departures with usage before them would allow a tested model. What would follow "
        "from your own assumptions is worked out by the command cvm whatif.",
        "Будущее по этим файлам не посчитать, поэтому числа нет. Известны доля ушедших за прошлый период и клиенты с признаками "
        "ухода сейчас; для проверяемой модели нужна история уходов с датами и использованием до них. Что выйдет при ваших допущениях, посчитает "
        "команда cvm whatif.",
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
    "not_counted": Text(
        "Such a figure is not counted here, and no other is given in its place; what is counted is on the list of metrics. Asked for:",
        "Такой показатель здесь не считается, а другой вместо него не подставляется; что считается — в списке показателей. Спросили:",
    ),
    "off_topic": Text(
        "This question is not about the loaded client data. Ask about a metric, a segment, a client, or what to do.",
        "Этот вопрос не о загруженных данных о клиентах. Спросите о показателе, сегменте, клиенте или о том, что делать.",
    ),
    "injection": Text(
        "The rules of the assistant do not change on request, and they are not part of the answer. Ask about the client data.",
        "Правила ассистента не меняются по просьбе и не входят в ответ. Спросите о данных о клиентах.",
    ),
    "ambiguous": Text(
        "This name could mean different clients. Which of these do you have in mind:",
        "Такое название подходит разным клиентам. Кого из них вы имеете в виду:",
    ),
    "which_client": Text(
        "A report or a letter is made for somebody: name the client by its title or id; a letter may be for a segment too.",
        "Отчёт и письмо готовятся для кого-то: назовите клиента или его код; письмо можно написать и сегменту.",
    ),
    "unknown_split": Text(
        "Figures are split by segment, plan, industry, region, size, owner, cohort or span of the calendar, as far as the data have them. Not by this:",
        "Показатели делятся по сегментам, тарифам, отраслям, регионам, размеру, ответственным, когортам и отрезкам календаря, если это есть в данных. По этому — нет:",
    ),
    "unknown_part": Text(
        "The data name no such clients; a figure can be had for a region, an industry, a plan, a size, an owner or a segment of the data. Not found:",
        "Таких клиентов данные не выделяют; показатель можно взять по региону, отрасли, тарифу, размеру, ответственному или сегменту из данных. Не найдено:",
    ),
    "unknown_account": Text("There is no such client in the data:", "Такого клиента нет в данных:"),
}  # fmt: skip
AT_OPENING = Text(
    "Clients are taken as they stood before the period, on {day}: today's groups hold only those who stayed.",
    "Клиенты взяты такими, какими были перед началом периода, {day}: в сегодняшних группах остались только те, кто не ушёл.",
)
NOTHING_KNOWN = Text(
    "Nothing is recorded of this client but its name; invoices, usage or promises would tell more.",
    "Об этом клиенте записано только название; больше скажут счета, использование или обещания.",
)
AS_IT_STANDS = Text(
    "The figure stands as it was computed: it is rounded only when shown, by the ordinary rule, and not to look better.",
    "Число остаётся таким, каким посчитано: округляем только при показе и по обычному правилу, а не чтобы выглядело лучше.",
)
NOT_PROVEN = Text(
    "The difference from the control group is not proven: it may be chance.",
    "Отличие от контрольной группы не доказано: оно может быть случайным.",
)
BEFORE_DATA = Text(
    "The data begin later than the period in the question, so it has no figure: this is not a nought.",
    "Данные начинаются позже периода из вопроса, поэтому числа за него нет: это не ноль.",
)
OTHER_PERIOD = Text(
    "This is not the figure of the period in the question: it is of the days named with it, or of the last day of the data.",
    "Это число не за период из вопроса: оно за указанные рядом дни или на последний день данных.",
)
NOT_STATED = Text("{name} cannot be stated: {reason}.", "{name}: назвать нельзя — {reason}.")
LOST_OF = Text(
    "Clients lost: {lost} of {base}, from {start} to {end}.", "Ушло клиентов: {lost} из {base}, с {start} по {end}."
)
INVOICED = Text(
    "Revenue by invoice lines, returns subtracted: {value}, from {start} to {end}.",
    "Выручка по строкам счетов за вычетом возвратов: {value}, с {start} по {end}.",
)
RECEIVED = Text(
    "Money received, refunds subtracted, without VAT: {value}, from {start} to {end}.",
    "Получено денег за вычетом возвратов, без НДС: {value}, с {start} по {end}.",
)
CLIENTS_IN_ALL = Text("Clients in the data: {n}.", "Всего клиентов в данных: {n}.")
CLIENTS_PAYING = Text("Of them paying on {end}: {n}.", "Из них платят на {end}: {n}.")
CLIENTS_PAYING_ON = Text("Clients paying on {end}: {n}.", "Платящих клиентов на {end}: {n}.")
PAYING_IN = Text("{name}: paying clients — {n}.", "{name}: платящих клиентов — {n}.")
RFM_LENS = Text(
    "Value segments need usage or results, which these data lack; recency, frequency and money do the sorting.",
    "Для сегментов по ценности нужны использование или результаты, а их в данных нет; сортируют давность, частота и деньги.",
)
GROUP = Text("{title}: clients — {n}, they pay {money}.", "{title}: клиентов — {n}, платят {money}.")
GROUP_NO_MONEY = Text("{title}: clients — {n}.", "{title}: клиентов — {n}.")
MORE = Text("The whole list is in the audit.", "Полный список — в аудите.")
STATED = Text("{name}: {value}.", "{name}: {value}.")
STATED_FOR = Text("{name}: {value}, from {start} to {end}.", "{name}: {value}, с {start} по {end}.")
STATED_ON = Text("{name}: {value}, on {end}.", "{name}: {value}, на {end}.")
RANKED = Text("{name}, clients from the highest", "{name}, клиенты по убыванию")
RANKED_LOWEST = Text("{name}, clients from the lowest", "{name}, клиенты по возрастанию")
AMONG = Text(" ({where})", " ({where})")
IN_ALL = Text(
    "Such clients in all: {n}; the rest follow in this order.",
    "Всего таких клиентов: {n}; остальные идут дальше в этом же порядке.",
)
FROM_TO = Text(", from {start} to {end}", ", с {start} по {end}")
ON = Text(", on {end}", ", на {end}")
FOR_CLIENTS = Text("For these clients only — {where}.", "Только по клиентам — {where}.")
RANK_LINE = Text("{client}: {value}.", "{client}: {value}.")
MEANING = Text("{name} — {meaning}.", "{name} — {meaning}.")
SAID = Text("{said}", "{said}")
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
GAP = Text("{what}: {why}. Needed: {needs}.", "{what}: {why}. Нужно: {needs}.")
STAKE = Text("Money at stake: {money}.", "Под угрозой: {money}.")
PAYS = Text("They pay {money}.", "Платят {money}.")
ON_EACH_LIST = Text("On each of these lists:", "В каждом из этих списков:")
NO_FINDING = Text(
    "The audit found nothing of this kind in these data.",
    "Ничего такого аудит в этих данных не нашёл.",
)
NO_EVIDENCE = Text(
    "These data cannot show it: there is no table “{table}”. Load a file with it, and the audit will answer.",
    "По этим данным ответить нельзя: в них нет таблицы «{table}». Загрузите такой файл — и аудит ответит.",
)
NO_SEGMENTS = Text(
    "Who gets value and who is at risk cannot be told from these files: {why}. What would help: a file of invoices with dates "
    "and periods paid for, or of product use by day, with the client in every row.",
    "Кто получает пользу и кто в зоне риска, по этим файлам не определить: {why}. Поможет файл счетов с датами и оплаченными "
    "периодами или использование по дням, с клиентом в каждой строке.",
)
ROWS = Text(
    "Definition, rows and query behind the figure: the command “cvm metric {key} --explain”.",
    "Определение, строки и запрос за этим числом показывает команда «cvm metric {key} --explain».",
)
REPORT_GAP = Text("Promised and not received yet: {gap}.", "Обещано и пока не получено: {gap}.")
REPORT_CONFIRM = Text("The client is to confirm:", "Клиенту предстоит подтвердить:")
REPORT_GOALS = Text(
    "The client is to name its goals: the report ends with questions about them.",
    "Клиенту предстоит назвать цели: вопросы о них стоят в конце отчёта.",
)
REPORT_COMMAND = Text(
    "The report itself is written by the command “{command}” or by the button on the client's card; it stays a draft "
    "until you approve it.",
    "Сам отчёт напишет команда «{command}» или кнопка в карточке клиента; до вашего утверждения это черновик.",
)
NO_GAPS = Text("Every metric can be computed from these files.", "По этим файлам считаются все показатели.")
TOLD_FOR = Text("The audit {reader}.", "Аудит {reader}.")
TOLD_WHOLE = Text("The whole telling is made by the command {command}.", "Изложение целиком делает команда {command}.")
NOTHING_TO_PLAN = Text(
    "The audit of these data advises no action, so there is nothing to plan.",
    "Аудит этих данных не советует ни одного действия, планировать нечего.",
)
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


def unstated(name: Text, reason: Text) -> Text:
    """Why a figure cannot be stated of a part, where the whole has one: no file would help."""
    return Text(
        f"{name.en} cannot be stated: {reason.en.rstrip('.')}.",
        f"{name.ru}: назвать нельзя — {reason.ru.rstrip('.')}.",
    )
