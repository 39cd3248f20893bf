"""Sentences that letters share: what the client got, what is not done yet, greetings and endings. No digit, no sale.

A mark in square brackets is for the sender to fill. ``{n:one|few|many}`` shows the figure and the form that goes with it.
"""

from collections.abc import Mapping

from tools.text import Text

#: Benefits: what the client already has. A line each, in this order.
BENEFITS: Mapping[str, Text] = {
    "all_reached": Text(
        "Every result we promised you is reached ({all}).", "Все обещанные вам результаты достигнуты ({all})."
    ),
    "some_reached": Text(
        "Of the results we promised you ({all}), {reached} reached in full.",
        "Из обещанных вам результатов ({all}) достигнуто полностью: {reached}.",
    ),
    "goal_reached": Text(
        "“{goal}”: from {base} to {current}{unit}; we had agreed on {target}.",
        "«{goal}»: было {base}, договаривались о {target}, сейчас {current}{unit}.",
    ),
    "goal_confirmed": Text(
        "“{goal}”: from {base} to {current}{unit}; we had agreed on {target}, and you confirmed it.",
        "«{goal}»: было {base}, договаривались о {target}, сейчас {current}{unit}; вы это подтвердили.",
    ),
    "goal_moved": Text(
        "“{goal}”: from {base} to {current}{unit} so far.", "«{goal}»: было {base}, сейчас {current}{unit}."
    ),
    "first": Text("You had your first result on {first}.", "Первый результат вы получили {first}."),
    "launched": Text("The launch took place on {launched}.", "Запуск состоялся {launched}."),
    "solved_all": Text(
        "All your requests since {start} are solved ({opened}), half of them within {days}.",
        "Все ваши обращения с {start} решены ({opened}), половина — не дольше чем за {days}.",
    ),
    "solved_quick": Text(
        "All your requests since {start} are solved: {opened}.",
        "Все ваши обращения с {start} решены: {opened}.",
    ),
    "solved_some": Text(
        "Your requests solved since {start}: {solved} of {opened}.",
        "Решено ваших обращений с {start}: {solved} из {opened}.",
    ),
    "used": Text(
        "Your team relies on “{feature}” most: {events:action|actions} since {start}.",
        "Чаще всего ваша команда пользуется возможностью «{feature}»: {events:действие|действия|действий} с {start}.",
    ),
    "together": Text("We have worked together since {since}.", "Мы работаем вместе с {since}."),
    "billed_once": Text(
        "You have received a delivery or service document of {billed}.",
        "{billed} мы оформили для вас документ о поставке или услуге.",
    ),
    "billed": Text(
        "You have received {documents:delivery or service document|delivery and service documents} since {start}, the last on {billed}.",
        "С {start} мы оформили для вас {documents:документ|документа|документов} о поставках и услугах, последний — {billed}.",
    ),
}  # fmt: skip
#: What is not done yet, named by us before the client has to.
UNDONE: Mapping[str, Text] = {
    "goal_due": Text(
        "“{owed_goal}”: the agreed {owed_target}{owed_unit} is still ahead, due {owed_due}.",
        "«{owed_goal}»: осталось дойти до {owed_target}{owed_unit}, срок — {owed_due}.",
    ),
    "goal_late": Text(
        "“{owed_goal}”: we agreed on {owed_target}{owed_unit} by {owed_due} and did not manage it.",
        "«{owed_goal}»: к {owed_due} договаривались о {owed_target}{owed_unit} и в срок не успели.",
    ),
    "goal_open": Text(
        "“{owed_goal}”: the agreed {owed_target}{owed_unit} is still ahead.",
        "«{owed_goal}»: осталось дойти до {owed_target}{owed_unit}.",
    ),
    "goal_unmoved": Text(
        "“{owed_goal}”: we agreed on {owed_target}{owed_unit}, it was {owed_base} and is now {owed_current}.",
        "«{owed_goal}»: договаривались о {owed_target}{owed_unit}, было {owed_base}, сейчас {owed_current}.",
    ),
    "goal_unmeasured": Text(
        "“{owed_goal}”: the result is not measured yet, we need your figure.",
        "«{owed_goal}»: результат ещё не измерен, нужно ваше значение.",
    ),
    "goal_disputed": Text(
        "“{owed_goal}”: you see the result differently from us; we will check the calculation with you.",
        "«{owed_goal}»: вы видите результат иначе, чем мы; расчёт сверим вместе.",
    ),
    "open_themes": Text(
        "Still in work: {open:request of yours|requests of yours}, on “{theme}” and “{theme_b}”.",
        "Ещё в работе {open:ваше обращение|ваших обращения|ваших обращений}: «{theme}» и «{theme_b}».",
    ),
    "open_one": Text("Still in work: your request on “{theme}”.", "Ещё в работе ваше обращение на тему «{theme}»."),
    "open_theme": Text(
        "Still in work: {open:request of yours|requests of yours}, on “{theme}”.",
        "Ещё в работе {open:ваше обращение|ваших обращения|ваших обращений} на тему «{theme}».",
    ),
    "open": Text(
        "Still in work: {open:request of yours|requests of yours}.",
        "Ещё в работе {open:ваше обращение|ваших обращения|ваших обращений}.",
    ),
    "unreached": Text(
        "The first result for which you chose us is still ahead.",
        "Первый результат, ради которого вы нас выбрали, ещё впереди.",
    ),
    "unlaunched": Text("The launch is still ahead.", "Запуск ещё впереди."),
}
#: What the request rests on, said just before it.
GROUNDS: Mapping[str, Text] = {
    "owed_one": Text(
        "Now to the paperwork: invoice {document} for {owed} including tax was due on {due}, and we do not see the payment yet.",
        "Теперь о документах: по счёту {document} на {owed} с НДС срок оплаты был {due}, оплаты мы пока не видим.",
    ),
    "owed_plain": Text(
        "Now to the paperwork: invoice {document} was due on {due}, and we do not see the payment yet.",
        "Теперь о документах: по счёту {document} срок оплаты был {due}, оплаты мы пока не видим.",
    ),
    "owed_many": Text(
        "Now to the paperwork: we do not see the payment of {owed_documents:invoice|invoices} for {owed} including tax; the earliest, {document}, was due on {due}.",
        "Теперь о документах: мы пока не видим оплаты по {owed_documents:счёту|счетам|счетам} на {owed} с НДС; самый ранний — {document}, срок был {due}.",
    ),
    "owed_many_plain": Text(
        "Now to the paperwork: we do not see the payment of {owed_documents:invoice|invoices}; the earliest, {document}, was due on {due}.",
        "Теперь о документах: мы пока не видим оплаты по {owed_documents:счёту|счетам|счетам}; самый ранний — {document}, срок был {due}.",
    ),
    "fallen": Text(
        "We see that your team has worked in the service noticeably less of late.",
        "Мы видим, что в последние недели ваша команда работает в сервисе заметно меньше обычного.",
    ),
    "unused": Text(
        "We have not seen your team in the service of late.",
        "В последнее время мы не видим вашей команды в сервисе.",
    ),
    "plan": Text(
        "Your plan promises {owed_target}{owed_unit} instead of {owed_base} in “{owed_goal}”; only you know where you stand now.",
        "По цели «{owed_goal}» ваш тариф обещает {owed_target}{owed_unit} вместо {owed_base}; сколько это сейчас у вас, знаете только вы.",
    ),
    "limit": Text(
        "Of the limit “{limit}” you now use {used} of {allowed}.",
        "По лимиту «{limit}» вы сейчас используете {used} из {allowed}.",
    ),
}  # fmt: skip
COMMENT = Text("You wrote: “{comment}”.", "Вы написали: «{comment}».")
REFERRED = Text("And a separate thank-you for recommending us.", "И отдельное спасибо за то, что рекомендовали нас.")
ANSWERABLE = Text(
    "[who is responsible] answers for this and will write to you by {meet} about what has been done.",
    "За это отвечает [кто отвечает]: до {meet} напишем вам, что сделано.",
)
GREETING = Text("Dear [name],", "Здравствуйте, [имя].")
SIGNED = Text("Kind regards,\n[your name, position, phone]", "С уважением,\n[ваше имя, должность, телефон]")
BENEFIT_HEAD = Text("What you already have:", "Что уже есть:")
#: Other words over the benefits where the letter begins with an apology, or the client has left.
HEADS: Mapping[str, Text] = {
    "left": Text("What we achieved together:", "Что у нас вместе получилось:"),
    "complaint": Text("What has already been fixed:", "Что уже исправлено:"),
    "unhappy": Text("What is already done:", "Что уже сделано:"),
}
UNDONE_HEAD = Text("What is not done yet:", "Что ещё не сделано:")
SUBJECT = Text("Subject: {subject}", "Тема: {subject}")
CALL_OPEN = Text(
    "Begin: “Good day, [name], this is [your name]. {opening} Is this a good moment?”",
    "Начните: «[Имя], здравствуйте, это [ваше имя]. {opening} Вам удобно сейчас говорить?»",
)
CALL_BENEFIT = Text("Say what is already there:", "Скажите, что уже есть:")
CALL_UNDONE = Text("Name what is not done yet before the client does:", "Сами назовите, что ещё не сделано:")
CALL_GROUND = Text("Say: “{ground}”", "Скажите: «{ground}»")
CALL_ASK = Text("Then: “{ask}” Hear the answer out to the end.", "Затем: «{ask}» Выслушайте ответ до конца.")
CALL_CLOSE = Text(
    "End: “I will send you a summary by {soon}; please correct me if I have misunderstood anything.”",
    "Завершите: «Итог разговора пришлю до {soon}; поправьте, если что-то понято неверно».",
)
CHAT_GREETING = Text("Good day, [name]!", "Здравствуйте, [имя]!")
CHAT_LEAD = Text("In short, what you already have.", "Коротко о том, что уже есть.")
CHAT_SIGNED = Text("[your name]", "[ваше имя]")
QUESTIONS_CLOSE = Text(
    "Your answers become the goals we report on, in your own words.",
    "Ваши ответы станут целями, о которых мы будем отчитываться, вашими словами.",
)
A_DAY = Text("[date]", "[дата]")
#: What stands in a letter to many clients where each gets its own value.
LABELS: Mapping[str, Text] = {
    "all": Text("results promised", "обещано результатов"),
    "reached": Text("results reached", "достигнуто результатов"),
    "goal": Text("goal", "цель"),
    "base": Text("before", "было"),
    "target": Text("agreed on", "договаривались"),
    "current": Text("now", "сейчас"),
    "unit": Text("unit", "единица"),
    "first": Text("day of the first result", "день первого результата"),
    "launched": Text("day of the launch", "день запуска"),
    "start": Text("start of the period", "начало периода"),
    "opened": Text("requests sent", "обращений получено"),
    "solved": Text("requests solved", "обращений решено"),
    "days": Text("half solved within", "половина решена за"),
    "feature": Text("feature", "возможность"),
    "events": Text("actions", "действий"),
    "since": Text("client since", "клиент с"),
    "documents": Text("documents", "документов"),
    "billed_once": Text(
        "You have received a delivery or service document of {billed}.",
        "{billed} мы оформили для вас документ о поставке или услуге.",
    ),
    "billed": Text("day of the last document", "день последнего документа"),
    "owed_goal": Text("goal not reached", "недостигнутая цель"),
    "owed_base": Text("before, of the goal not reached", "было (недостигнутая)"),
    "owed_target": Text("agreed on, of the goal not reached", "договаривались (недостигнутая)"),
    "owed_current": Text("now, of the goal not reached", "сейчас (недостигнутая)"),
    "owed_unit": Text("unit of the goal not reached", "единица (недостигнутая)"),
    "owed_due": Text("due", "срок"),
    "open": Text("requests in work", "обращений в работе"),
    "theme": Text("theme of the request", "тема обращения"),
    "theme_b": Text("second theme", "вторая тема"),
    "document": Text("document past due", "счёт с прошедшим сроком"),
    "owed": Text("past due, with tax", "к оплате, с НДС"),
    "owed_documents": Text("documents past due", "счетов с прошедшим сроком"),
    "due": Text("was due on", "срок оплаты"),
    "limit": Text("limit", "лимит"),
    "used": Text("used of the limit", "использовано из лимита"),
    "allowed": Text("limit of the plan", "лимит тарифа"),
    "comment": Text("the client's words", "слова клиента"),
    "answered": Text("day of the answer", "день ответа"),
    "end": Text("end of the contract", "окончание договора"),
    "contact": Text("last talk", "последний разговор"),
    "soon": Text("by when we answer", "ответим до"),
    "meet": Text("meet by", "встреча до"),
    "answer": Text("offer until", "предложение до"),
}
