"""What a client's report can say: fixed sentences in both languages, without a digit and without a sale."""

from collections.abc import Mapping
from dataclasses import dataclass

from tools.text import Text


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence with its slots."""

    text: Text


def _p(en: str, ru: str) -> Phrase:
    return Phrase(Text(en, ru))


TITLES: Mapping[str, Text] = {
    "promised": Text("What we agreed on", "О чём договаривались"),
    "used": Text("What your team used", "Чем пользовалась ваша команда"),
    "delivered": Text("What was delivered", "Что получено"),
    "solved": Text("What was solved", "Что решено"),
    "questions": Text("Three questions about your goals", "Три вопроса о ваших целях"),
    "confirm": Text("Please confirm", "Просим подтвердить"),
    "next": Text("Next step", "Следующий шаг"),
}

COLUMNS: Mapping[str, Text] = {
    "goal": Text("Result", "Результат"),
    "base": Text("Before", "Было"),
    "target": Text("Promised", "Обещано"),
    "now": Text("Now", "Сейчас"),
    "progress": Text("Reached", "Выполнено"),
    "due": Text("Due", "Срок"),
    "evidence": Text("Evidence", "Подтверждение"),
    "feature": Text("Feature", "Функция"),
    "events": Text("Actions", "Действий"),
    "last": Text("Last time", "Последний раз"),
    "product": Text("Product", "Продукт"),
    "plan": Text("Plan", "Тариф"),
    "since": Text("Since", "С какого дня"),
    "lines": Text("Documents", "Документов"),
    "theme": Text("Theme", "Тема"),
    "requests": Text("Requests", "Обращений"),
}

GOAL_QUESTIONS: tuple[Text, ...] = (
    Text(
        "Which result should our service bring you in the coming year, and how will you see that it is there?",
        "Какой результат наш сервис должен дать вам в ближайший год и по чему вы поймёте, что он достигнут?",
    ),
    Text(
        "Where does that figure stand today, and who in your company keeps it?",
        "Каково это значение сегодня и кто в вашей компании за ним следит?",
    ),
    Text(
        "By when does the result matter to you, and what is it worth in time or money?",
        "К какому сроку результат важен и сколько он стоит для вас во времени или деньгах?",
    ),
)

SAYS: Mapping[str, Phrase] = {
    "title_used": _p("{name}: what was used, delivered and solved", "{name}: что использовано, сделано и решено"),
    "title_unmeasured": _p(
        "{name}: results are promised, their measure is still to be agreed",
        "{name}: результаты обещаны, осталось договориться, как их измерить",
    ),
    "title_promised": _p(
        "{name}: promised results are reached at {vrs} on a scale of a hundred",
        "{name}: обещанные результаты выполнены на {vrs} из ста",
    ),
    "title_confirmed": _p(
        "{name}: you confirmed {n} of {all} promised results",
        "{name}: вы подтвердили результаты: {n} из {all} обещанных",
    ),
    "no_promise": _p(
        "No promised result is on record yet: this report shows what you received and asks what you want to reach.",
        "Обещанных результатов пока не записано: отчёт показывает, что вы получили, и спрашивает о ваших целях.",
    ),
    "served": _p("Months with our service in the period: {months}.", "Месяцев с нашим сервисом за период: {months}."),
    "served_since": _p(
        "You have been with us since {start}; months with our service in the period: {months}.",
        "Вы с нами с {start}; месяцев с нашим сервисом за период: {months}.",
    ),
    "on_plan": _p("Your plan: {plan}.", "Ваш тариф: {plan}."),
    "promised": _p(
        "Results promised: {all}; measured so far: {known}.", "Обещано результатов: {all}; измерено: {known}."
    ),
    "kept": _p(
        "Promises kept (VRS): {vrs} on a scale of a hundred; a result beyond its promise counts as kept, not more.",
        "Выполнение обещаний (VRS): {vrs} из ста; результат сверх обещанного считается выполненным, не больше.",
    ),
    "not_measured": _p("not measured yet", "ещё не измерено"),
    "no_usage": _p(
        "We hold no usage record for your account. Tell us which functions your team relies on: "
        "the next report will show them.",
        "Данных об использовании по вашей компании у нас нет. Расскажите, на какие функции опирается команда: "
        "следующий отчёт их покажет.",
    ),
    "used": _p(
        "Days on which your team worked with the product: {days}; the last one was {last}.",
        "Дней, когда команда работала с продуктом: {days}; последний — {last}.",
    ),
    "features": _p("Features in use: {features}.", "Функций в работе: {features}."),
    "delivered": _p(
        "Documents issued in the period: {documents}, from {first} to {last}.",
        "Оформлено документов за период: {documents}, с {first} по {last}.",
    ),
    "delivered_once": _p(
        "Documents issued in the period: {documents}, on {last}.",
        "Оформлено документов за период: {documents}, {last}.",
    ),
    "first_value": _p("The first benefit was reached on {day}.", "Первая польза получена {day}."),
    "months": _p("Months covered by them: {months}.", "Месяцев, которые они покрывают: {months}."),
    "service": _p("Service covered: from {start} to {end}.", "Обслуживание охватывает период с {start} по {end}."),
    "invoiced": _p("In total: {sum} net of tax.", "Всего: {sum} без НДС."),
    "invoiced_plain": _p("In total: {sum}.", "Всего: {sum}."),
    "no_delivery": _p(
        "No document was issued to you in this period. If you expected one, please tell us which.",
        "За этот период документов на вас не оформлено. Если вы их ждали, напишите, каких.",
    ),
    "subscribed": _p("The subscriptions below are active.", "Действуют подписки, перечисленные ниже."),
    "subscription": _p("Subscription", "Подписка"),
    "no_tickets": _p(
        "No request from you is on record in the period. If something is in the way, now is a good time to tell us.",
        "Ваших обращений за период не записано. Если что-то мешает работе, сейчас хороший момент об этом сказать.",
    ),
    "solved": _p("Requests received: {opened}; solved: {solved}.", "Получено обращений: {opened}; решено: {solved}."),
    "solved_within": _p(
        "Half of the solved ones took {days} or less.", "Половина решённых закрыта за {days} или быстрее."
    ),
    "ask_goals": _p(
        "Your answers become the goals of the next report, in your words.",
        "Ваши ответы станут целями следующего отчёта, вашими словами.",
    ),
    "ask_confirm": _p(
        "For each result below, tell us whether the value is right; if you see it differently, we will write it so.",
        "По каждому результату ниже скажите, верно ли значение; если вы видите его иначе, мы так и запишем.",
    ),
    "all_confirmed": _p(
        "Every promised result is confirmed by you. Thank you; let us choose the next one.",
        "Все обещанные результаты вами подтверждены. Спасибо! Давайте выберем следующий.",
    ),
    "next_goals": _p(
        "We suggest a half-hour talk about your goals by {meet}; we will send the agreed goals in writing by {answer}.",
        "Предлагаем до {meet} полчаса поговорить о ваших целях; согласованные цели пришлём письменно до {answer}.",
    ),
    "next_confirm": _p(
        "We suggest to go through the results together by {meet} and to record your confirmation by {answer}.",
        "Предлагаем до {meet} вместе пройти по результатам и до {answer} записать ваше подтверждение.",
    ),
    "next_undated": _p(
        "We suggest a half-hour talk about your goals at a time that suits you.",
        "Предлагаем полчаса поговорить о ваших целях в удобное для вас время.",
    ),
    "period_ends": _p(
        "The current contract runs until {end}; the goals should be agreed before that day.",
        "Текущий договор действует до {end}; цели стоит согласовать до этого дня.",
    ),
}
