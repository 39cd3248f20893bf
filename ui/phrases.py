"""Short texts of the faces in both languages: headings, labels, sentences of refusal."""

from collections.abc import Mapping

from tools.text import Language, Text

SEVERITY: Mapping[str, Text] = {
    "urgent": Text("urgent", "срочно"),
    "warning": Text("warning", "внимание"),
    "info": Text("note", "к сведению"),
    "good": Text("good", "хорошо"),
}
STATUS: Mapping[str, Text] = {
    "done": Text("done", "готово"),
    "partial": Text("partly", "частично"),
    "skipped": Text("skipped", "пропущен"),
}
PHRASES: Mapping[str, Text] = {
    "audit": Text("Client value audit", "Аудит клиентской ценности"),
    "as_of": Text("as of", "на"),
    "summary": Text("In short", "Главное"),
    "control_totals": Text("Control totals", "Сверка с выгрузкой"),
    "problems": Text("Remarks on the data", "Замечания к данным"),
    "questions": Text("Open questions", "Открытые вопросы"),
    "readings": Text("Key readings", "Ключевые показатели"),
    "recommendations": Text("What to do", "Что делать"),
    "not_computed": Text("Not computed", "Чего посчитать нельзя"),
    "mistakes": Text("Four classic mistakes", "Четыре типичные ошибки"),
    "report": Text("Report", "Отчёт"),
    "interview_written": Text(
        "The questions are in {path}. Write what you know, leave the rest empty, then: cvm audit --answers {path}",
        "Вопросы — в файле {path}. Впишите, что знаете, остальное оставьте пустым, затем: cvm audit --answers {path}",
    ),
    "files": Text("Files", "Файлы"),
    "reading": Text("Reading", "Показатель"),
    "value": Text("Value", "Значение"),
    "window": Text("Period", "Период"),
    "convention": Text("Convention", "Способ расчёта"),
    "n": Text("n", "n"),
    "action": Text("Action", "Действие"),
    "owner": Text("Owner", "Кто"),
    "metric": Text("Metric: now → target", "Показатель: сейчас → цель"),
    "effect": Text("Effect", "Эффект"),
    "stage": Text("Stage", "Этап"),
    "table": Text("Table", "Таблица"),
    "source": Text("In the files", "В файлах"),
    "loaded": Text("Loaded", "Загружено"),
    "difference": Text("Difference", "Расхождение"),
    "what": Text("What", "Что"),
    "rows": Text("rows", "строки"),
    "clients": Text("clients", "клиенты"),
    "documents": Text("documents", "документы"),
    "amount": Text("amount", "сумма"),
    "and_more": Text("and {n} more", "и ещё {n}"),
    "at_stake": Text("at stake", "под угрозой"),
    "needs": Text("needs", "нужно"),
    "case": Text("Example", "Пример"),
    "break_even": Text("pays off from", "окупится от"),
    "profile": Text("Business model", "Модель бизнеса"),
    "status_line": Text(
        "Numbers from the data: all · numbers from AI: none · no network needed",
        "Числа из данных: все · чисел от ИИ: нет · сеть не нужна",
    ),
    "status_line_told": Text(
        "Numbers from your answers: all · numbers from AI: none · no network needed",
        "Числа из ваших ответов: все · чисел от ИИ: нет · сеть не нужна",
    ),
    "wording": Text("Wording", "Формулировки"),
    "resumed": Text("taken up where it stopped", "продолжен с места остановки"),
    "before": Text("computed before", "посчитан раньше"),
    "seconds": Text("{n} s", "{n} с"),
    "formula": Text("Formula", "Формула"),
    "meaning": Text("Meaning", "Смысл"),
    "source_of": Text("Source", "Источник"),
    "rows_used": Text("Rows used", "Учтено строк"),
    "rows_read": Text("Rows read", "Прочитано строк"),
    "rows_left_out": Text("Left out", "Не учтено"),
    "reason": Text("Reason", "Причина"),
    "other_conventions": Text("By other conventions", "Другими способами"),
    "group": Text("Group", "Группа"),
    "key": Text("Key", "Ключ"),
    "name": Text("Name", "Название"),
    "metrics": Text("Metrics: cvm metric KEY", "Показатели: cvm metric КЛЮЧ"),
    "columns": Text("Columns: --by KEY, --where FILTER", "Столбцы: --by КЛЮЧ, --where ФИЛЬТР"),
    "flips": Text("turns the conclusion over", "меняет вывод"),
    "in_use": Text("in use", "используется"),
    "filter_unknown": Text(
        "Clients on whom the filter knows too little, left out: {n}.",
        "Клиентов, по которым для фильтра нет данных (не учтены): {n}.",
    ),
    "last_months": Text(
        "The last twelve months are shown; --json gives all of them.",
        "Показаны последние двенадцать месяцев; все — с --json.",
    ),
    "at_opening": Text(
        "Groups are those of the day before the period, {day}: today's hold only the clients who stayed.",
        "Группы взяты на день перед началом периода, {day}: в сегодняшних остались только те, кто не ушёл.",
    ),
    "interval": Text("interval", "интервал"),
    "sql": Text("SQL, for analysts", "SQL, для аналитика"),
    "segment": Text("Segment", "Сегмент"),
    "client": Text("Client", "Клиент"),
    "why": Text("Why", "Почему"),
    "segments": Text("Segments", "Сегменты"),
    "clients_of": Text("Clients", "Клиентов"),
    "money": Text("Money", "Деньги"),
    "cards": Text("Cards", "Карточки"),
    "card": Text("Card", "Карточка"),
    "score": Text("Score", "Близость"),
    "letter": Text("Letter, ready to use", "Готовое письмо"),
    "script": Text("Talk script, ready to use", "Готовый сценарий разговора"),
    "checklist": Text("Checklist, ready to use", "Готовый чек-лист"),
    "card_claim": Text("Claim", "Утверждение"),
    "card_does": Text("What it does", "Что даёт"),
    "card_sign": Text("How it shows", "Как проявляется"),
    "card_action": Text("Action", "Действие"),
    "card_instead": Text("Instead", "Что делать вместо этого"),
    "card_tools": Text("Tools", "Инструменты"),
    "card_needs": Text("What it asks for", "Что для этого нужно"),
    "card_enough": Text("When something simpler is enough", "Когда хватит простого"),
    "card_products": Text("Products", "Продукты"),
    "card_russian": Text("Russian products", "Российские продукты"),
    "card_effort": Text("Effort", "Трудоёмкость"),
    "card_stop_rule": Text("Stop rule", "Когда остановиться"),
    "card_lesson": Text("Lesson", "Вывод"),
    "card_first_phrase": Text("How to begin", "С чего начать"),
    "card_no_case": Text("Case", "Кейс"),
    "card_cases": Text("Cases", "Кейсы"),
    "card_trends": Text("Trends", "Тренды"),
    "card_playbooks": Text("Playbooks", "Что делать"),
    "grade_of": Text("Grade", "Достоверность"),
    "grade_published": Text("published, the source was opened", "опубликовано, источник открыт нами"),
    "grade_vendor": Text("a seller's own claim", "утверждение продавца"),
    "grade_reported": Text("reported by the author, not checked", "со слов автора, не проверено"),
    "grade_unverified": Text("no primary source was found", "первоисточник не найден"),
    "grade_ours": Text("our own reasoning", "наше рассуждение"),
    "from_file": Text("From", "Откуда"),
    "count": Text("Rows", "Строк"),
    "snapshot": Text("Snapshot", "Снимок данных"),
    "last_day": Text(
        "Last day of the data: {day}. Figures are counted to it, unless `--as-of` says another.",
        "Последний день данных: {day}. Показатели считаются на него, если не задан `--as-of`.",
    ),
    "on_revenue": Text(
        "No margin is given: the value is revenue, not profit.",
        "Маржа не указана: это выручка, а не прибыль.",
    ),
    "nothing_found": Text("Nothing found.", "Ничего не найдено."),
    "draft": Text("draft, to be checked before it leaves the house", "черновик: проверьте перед отправкой"),
    "approved": Text("approved and frozen", "утверждён и заморожен"),
    "verified": Text("Figures checked: {n}. All are the same.", "Проверено чисел: {n}. Расхождений нет."),
    "differs": Text(
        "Figures checked: {n}. Different: {different}.",
        "Проверено чисел: {n}. Расходятся: {different}.",
    ),
}
REFUSALS: Mapping[str, Text] = {
    "no_data": Text(
        "Which data? Give --data with a file, a folder, a name loaded before, or demo.",
        "Какие данные? Укажите --data: файл, папку, имя загруженной базы или demo.",
    ),
    "no_data_to_audit": Text(
        "Audit what? Give --data with a file, a folder, a name loaded before, or demo. Without any data, answer questions "
        "instead: `cvm interview` writes them to a file, `cvm audit --answers FILE` makes the audit of the answers.",
        "Аудит чего? Укажите --data: файл, папку, имя загруженной базы или demo. Если данных нет, ответьте на вопросы: "
        "`cvm interview` запишет их в файл, а `cvm audit --answers ФАЙЛ` сделает аудит по ответам.",
    ),
    "no_profile_here": Text(
        "--profile and --map belong to data: in an interview write “profile” into the answers.",
        "--profile и --map относятся к данным: в интервью впишите profile в ответы.",
    ),
    "file_is_there": Text(
        "{path} is there already and is not written over: name another file with --out, or remove it.",
        "Файл {path} уже есть, поверх него ничего не пишется: назовите другой в --out или удалите этот.",
    ),
    "open_questions": Text(
        "The data leave questions open that change results:\n{list}\n"
        "Write the answers to a YAML file (question id: answer) and give it with --map FILE.",
        "Остались вопросы, от которых зависит результат:\n{list}\n"
        "Запишите ответы в файл YAML (код вопроса: ответ) и укажите его: --map ФАЙЛ.",
    ),
    "bad_file": Text("{path} cannot be read.", "{path} не читается."),
    "no_file": Text("There is no file {path}.", "Нет файла {path}."),
    "no_question": Text("The question is empty: write what you want to know.", "Вопрос пуст: напишите, что узнать."),
    "not_a_day": Text(
        "{option} {given}: give a date of the calendar as YYYY-MM-DD, for example 2025-12-31.",
        "{option} {given}: укажите дату календаря как ГГГГ-ММ-ДД, например 2025-12-31.",
    ),
    "stopped": Text(
        "Stopped; what was finished is kept.",
        "Остановлено; всё, что было готово, сохранено.",
    ),
    "not_a_mapping": Text(
        "{path} must hold `key: value` lines (YAML or JSON).",
        "В файле {path} должны быть строки «ключ: значение» (YAML или JSON).",
    ),
    "half_window": Text("Give --from and --to together.", "Укажите --from и --to вместе."),
    "empty_window": Text(
        "--from {start} must be before --to {end}; the day of --to is left out.",
        "--from {start} должно быть раньше --to {end}; день --to в период не входит.",
    ),
    "two_windows": Text("Give either --as-of or --from and --to.", "Укажите либо --as-of, либо --from и --to."),
    "not_an_audit": Text(
        "{path} is no audit.json of this product; give the file that `cvm audit` wrote.",
        "{path} — не audit.json этого продукта; укажите файл, который записала команда cvm audit.",
    ),
    "missing_part": Text(
        "This installation has no {what}; see `cvm doctor`.",
        "В этой установке нет части «{what}»; подробности: cvm doctor.",
    ),
}


def phrase(key: str, language: Language, **values: object) -> str:
    """The phrase of a key in the reader's language, its marks filled."""
    return PHRASES[key].fill(**values)[language]


def table_title(name: str, language: Language) -> str:
    """The name of a canonical table as the reader calls it."""
    from tools.schema import TABLES

    return TABLES[name].title[language]


def sentence_case(text: str) -> str:
    """The text with its first letter large; the rest as it stands."""
    return text[:1].upper() + text[1:]
