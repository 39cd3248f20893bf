"""The one request of each letter, by occasion: its subject and opening, and the request as a letter, on the phone, in a messenger."""

from collections.abc import Mapping

from tools.letters.ask import Ask
from tools.letters.troubles import TROUBLES
from tools.text import Text

ASKS: Mapping[str, Ask] = {
    **TROUBLES,
    "stuck": Ask(
        Text("Your first result: the next step together", "Ваш первый результат: следующий шаг вместе"),
        Text(
            "You have been with us since {since}, and we want our work to bring you a benefit soon.",
            "Вы с нами с {since}, и мы хотим, чтобы наша работа скорее начала приносить вам пользу.",
        ),
        Text("I am calling to help you to your first result.", "Звоню, чтобы помочь вам прийти к первому результату."),
        Text(
            "May we call by {soon} and take this step with you, on your own data? [who is responsible] will join and see it "
            "through. Please write when it suits you and who leads this work on your side.",
            "Давайте до {soon} созвонимся и сделаем этот шаг вместе, на ваших данных: подключится [кто отвечает] и доведёт дело до "
            "результата. Напишите, пожалуйста, когда вам удобно и кто ведёт эту работу у вас.",
        ),
        Text(
            "What stands in the way of the next step? Let us take it together by {soon}, [who is responsible] will join. Who leads this work on your side?",
            "Что мешает сделать следующий шаг? Давайте до {soon} пройдём его вместе, подключится [кто отвечает]. Кто ведёт эту работу у вас?",
        ),
        Text(
            "May we call by {soon} and take this step together, on your own data? When does it suit you?",
            "Давайте созвонимся до {soon} и сделаем этот шаг вместе, на ваших данных. Когда вам удобно?",
        ),
    ),
    "newcomer": Ask(
        Text("Your launch: what is left and who helps", "Ваш запуск: что осталось и кто поможет"),
        Text(
            "You have been with us since {since}, and we want the launch to be quick and without extra work for you.",
            "Вы с нами с {since}, и мы хотим, чтобы запуск прошёл быстро и без лишней работы для вас.",
        ),
        Text("I am calling to help with your launch.", "Звоню, чтобы помочь вам с запуском."),
        Text(
            "Who leads the launch on your side, and what stands in the way? By {soon} [who is responsible] will send a short "
            "plan: who does what, and when.",
            "Подскажите, пожалуйста, кто ведёт запуск с вашей стороны и что ему мешает? До {soon} [кто отвечает] пришлёт короткий "
            "план: кто, что и когда делает.",
        ),
        Text(
            "Who leads the launch on your side, and what stands in the way? I will send a plan by {soon}.",
            "Кто ведёт запуск с вашей стороны и что ему мешает? До {soon} пришлю план.",
        ),
        Text(
            "Who leads the launch on your side, and what stands in the way? We will send a short plan by {soon}.",
            "Кто ведёт запуск с вашей стороны и что мешает? До {soon} пришлём короткий план.",
        ),
    ),
    "renewal": Ask(
        Text("What our work has given you: please check", "Что дала наша работа: проверьте, пожалуйста"),
        Text(
            "Our contract runs until {end}. Before anyone speaks of terms, we want to check with you what it has given you.",
            "Наш договор действует до {end}. До разговора об условиях хотим вместе с вами проверить, что он вам дал.",
        ),
        Text(
            "Our contract runs until {end}, and before the terms I want to check with you what it has given you.",
            "Наш договор действует до {end}, и до разговора об условиях хочу сверить с вами, что он вам дал.",
        ),
        Text(
            "May we meet by {meet} and go through it? Correct what you see differently, and we will settle what must be done "
            "before the contract ends. A report with the calculations will come beforehand; the terms come after. Which day suits you?",
            "Давайте встретимся до {meet} и пройдём по этим пунктам: вы поправите то, что видите иначе, и решим, что успеть до конца "
            "договора. Отчёт с расчётами пришлём заранее, об условиях поговорим после. Какой день вам удобен?",
        ),
        Text(
            "Where do you see it differently? What must be done before the contract ends? Let us meet by {meet}; I will send the report beforehand.",
            "С чем вы не согласны? Что обязательно успеть до конца договора? Давайте встретимся до {meet}, отчёт пришлю заранее.",
        ),
        Text(
            "May we send you a report and meet by {meet}? Which day suits you?",
            "Пришлём отчёт и встретимся до {meet}? Какой день вам удобен?",
        ),
    ),
    "limits": Ask(
        Text("Room for your work", "Запас для вашей работы"),
        Text(
            "We want your work to go on without stops.",
            "Хотим, чтобы ваша работа шла без остановок.",
        ),
        Text(
            "I am calling so that your work does not stop at the limit of the plan.",
            "Звоню, чтобы ваша работа не остановилась из-за лимита тарифа.",
        ),
        Text(
            "So that it does not run out on a busy day, we suggest lifting this limit until {answer} at no extra charge to see whether work "
            "becomes easier. Then you decide: keep the extra room or go back to the present terms. Shall we switch it on for you?",
            "Чтобы запас не кончился в горячий день, предлагаем до {answer} снять этот лимит без доплаты и посмотреть, станет ли "
            "работать свободнее. Потом решите сами: оставить больший запас или вернуться к нынешним условиям. Включить?",
        ),
        Text(
            "What happens on your side when the limit runs out? Shall we lift it until {answer} at no extra charge and see whether it helps?",
            "Что происходит у вас, когда лимит кончается? Давайте до {answer} снимем его без доплаты и посмотрим, поможет ли это?",
        ),
        Text(
            "Shall we lift this limit until {answer} at no extra charge? Afterwards you decide whether to keep it so.",
            "Снять этот лимит до {answer} без доплаты? Потом решите сами, оставлять ли так.",
        ),
    ),
    "advocate": Ask(
        Text("Thank you, and a small request", "Спасибо и небольшая просьба"),
        Text(
            "Thank you for our work together: what has come of it is above all your team's doing.",
            "Спасибо за нашу общую работу: то, что получилось, прежде всего заслуга вашей команды.",
        ),
        Text(
            "I want to thank your team for what has come of our work together.",
            "Хочу поблагодарить вашу команду за то, что у нас вместе получилось.",
        ),
        Text(
            "We have a request that is easy to refuse: would you tell a company with a similar task about your experience, in a talk or a "
            "short story? We will show you the text beforehand and publish nothing without your consent; a refusal changes nothing in our work.",
            "У нас просьба, от которой легко отказаться: расскажите о своём опыте компании с похожей задачей — в разговоре или "
            "короткой историей. Текст покажем заранее, без вашего согласия ничего не опубликуем; отказ ничего не изменит в нашей "
            "работе. Подойдёт ли вам это?",
        ),
        Text(
            "What helped you most? Would you tell a company with a similar task about it? It is quite all right to refuse.",
            "Что помогло вам больше всего? Рассказали бы вы об этом компании с похожей задачей? Отказаться можно спокойно.",
        ),
        Text(
            "Would you tell a company with a similar task about your experience? We will show you the text beforehand, and it is quite all right to refuse.",
            "Рассказали бы вы о своём опыте компании с похожей задачей? Текст покажем заранее, отказаться можно спокойно.",
        ),
    ),
    "result": Ask(
        Text("What you have received: please check", "Что вы получили: проверьте, пожалуйста"),
        Text(
            "In short: what our work has given you so far. There is no offer in this letter.",
            "Коротко о том, что дала вам наша работа. Предложений в этом письме нет.",
        ),
        Text(
            "I want to check with you what our work has given you, and I have nothing to offer.",
            "Хочу сверить с вами, что дала наша работа; предложений у меня нет.",
        ),
        Text(
            "Would you check these figures? You know best whether they are right: a plain “right” or your own figure is enough, and we will "
            "correct ours. And which result do you expect next?",
            "Проверьте, пожалуйста, эти цифры: вам виднее, верны ли они. Достаточно ответить «верно» или назвать свою — исправим. "
            "И какого результата вы ждёте следующим?",
        ),
        Text(
            "Are these figures right? Which would you put differently? Which result do you expect next?",
            "Верны ли эти цифры? Какую вы назвали бы иначе? Какого результата ждёте следующим?",
        ),
        Text(
            "Is that right? If you see it differently, send us your figure. And which result do you expect next?",
            "Всё верно? Если видите иначе, пришлите свою цифру. И какого результата ждёте следующим?",
        ),
    ),
    "goals": Ask(
        Text("Which results you expect", "Каких результатов вы ждёте"),
        Text(
            "We want our work to bring you exactly what you need. There is no offer in this letter.",
            "Хотим, чтобы наша работа приносила именно то, что вам нужно. Предложений в этом письме нет.",
        ),
        Text(
            "I want to ask what you expect of our work, and I have nothing to offer.",
            "Хочу спросить, чего вы ждёте от нашей работы; предложений у меня нет.",
        ),
        Text("Would you answer, however briefly:", "Ответьте, пожалуйста, хотя бы коротко:"),
        Text(
            "Which result should our work bring you within a year? How will you see that it is there? By when does it matter?",
            "Какой результат наша работа должна дать вам за год? По чему вы поймёте, что он есть? К какому сроку он важен?",
        ),
        Text(
            "Which result should our work bring you within a year, and how will you see that it is there?",
            "Какой результат наша работа должна дать вам за год и по чему вы поймёте, что он есть?",
        ),
    ),
}
