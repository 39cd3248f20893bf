"""Requests where something went wrong: a client that left, complains, waits for a promise, pays late, or is hardly seen."""

from collections.abc import Mapping

from tools.letters.ask import Ask
from tools.text import Text

TROUBLES: Mapping[str, Ask] = {
    "left": Ask(
        Text("What was missing for you", "Чего вам не хватило"),
        Text(
            "You no longer work with us, and we respect that decision. We are not going to offer you anything.",
            "Вы больше не работаете с нами, и мы уважаем это решение. Ничего предлагать не будем.",
        ),
        Text(
            "I am not calling to sell anything: I want to understand what we should have done differently.",
            "Звоню не с предложением: хочу понять, что нам стоило сделать иначе.",
        ),
        Text(
            "Would you tell us what was missing for you to stay? A short answer is enough, and we will not trouble you again. "
            "If you need your data or closing documents, write to us and we will prepare them.",
            "Скажите, пожалуйста, чего вам не хватило, чтобы остаться? Хватит короткого ответа, больше мы вас не побеспокоим. "
            "Если нужны ваши данные или закрывающие документы, напишите: подготовим.",
        ),
        Text(
            "What was missing for you to stay? Can I help with your data or with documents?",
            "Чего вам не хватило, чтобы остаться? Могу ли я помочь с данными или документами?",
        ),
        Text(
            "What was missing for you to stay? A short answer is enough.",
            "Чего вам не хватило, чтобы остаться? Хватит короткого ответа.",
        ),
    ),
    "complaint": Ask(
        Text("Your open requests", "Ваши открытые обращения"),
        Text(
            "We are writing about your open requests: they hold up your work, and we apologise for the wait.",
            "Пишем о ваших открытых обращениях: они мешают вашей работе, и мы просим прощения за ожидание.",
        ),
        Text(
            "I am calling about your open requests, and first of all I apologise for the wait.",
            "Звоню по вашим открытым обращениям и прежде всего прошу прощения за ожидание.",
        ),
        Text(
            "By {soon} [who is responsible] will write to you about each of them: the cause, what is done, and when we finish. "
            "Which of them holds you up most? We will start with it.",
            "До {soon} [кто отвечает] напишет вам о каждом из них: в чём причина, что сделано и когда закончим. "
            "Подскажите, пожалуйста, какое мешает сильнее всего: с него и начнём.",
        ),
        Text(
            "Which of them holds you up most? By {soon} [who is responsible] will call you with the cause and a date.",
            "Какое из них мешает вам сильнее всего? До {soon} вам позвонит [кто отвечает], назовёт причину и срок.",
        ),
        Text(
            "By {soon} [who is responsible] will write to you with the cause and a date. Which request holds you up most?",
            "До {soon} [кто отвечает] напишет вам причину и срок. Какое обращение мешает сильнее всего?",
        ),
    ),
    "unhappy": Ask(
        Text("Thank you for your honest answer", "Спасибо за честный ответ"),
        Text(
            "Thank you for answering our survey of {answered} honestly. We are sorry that we let you down.",
            "Спасибо, что честно ответили на наш опрос {answered}. Нам жаль, что мы вас подвели.",
        ),
        Text(
            "Thank you for your honest answer to our survey. I am not asking you to change the mark, I want to understand it.",
            "Спасибо за честный ответ на наш опрос. Менять оценку не прошу, хочу понять, что за ней стоит.",
        ),
        Text(
            "Please help us put right what matters to you: what happened, and how should it have been? [who is responsible] will "
            "call at a time that suits you by {soon}, and by {meet} we will write what we have changed, even if not everything can be.",
            "Помогите нам исправить то, что важно именно вам: что случилось и как всё должно было быть? До {soon} в удобное время "
            "вам позвонит [кто отвечает], а к {meet} напишем, что изменили, даже если исправить удастся не всё.",
        ),
        Text(
            "What happened, and how should it have been? When will you consider the matter closed?",
            "Что случилось и как всё должно было быть? Когда вы сочтёте вопрос закрытым?",
        ),
        Text(
            "What happened, and how should it have been? We can call you by {soon}.",
            "Что случилось и как всё должно было быть? Можем созвониться до {soon}.",
        ),
    ),
    "behind": Ask(
        Text("What we promised and have not done yet", "Что мы обещали и чего ещё не сделали"),
        Text(
            "We promised you a result and have not brought it about in full. We would rather say so ourselves.",
            "Мы обещали вам результат и пока довели его не до конца. Хотим сказать об этом сами.",
        ),
        Text(
            "We promised you a result that is not there in full yet, and I want to speak about it openly.",
            "Мы обещали вам результат, которого в полной мере пока нет, и хочу поговорить об этом прямо.",
        ),
        Text(
            "By {soon} [who is responsible] will send you a plan: the steps, the dates, and what we need from you. Do you see it the same way? "
            "If your goal has changed, name the new one and we will rewrite the promise together.",
            "До {soon} [кто отвечает] пришлёт вам план: шаги, сроки и что нужно от вас. Согласны ли вы с такой картиной? Если ваша цель изменилась, назовите "
            "новую: перепишем обещание вместе.",
        ),
        Text(
            "Do you see it the same way? Is the goal still the right one? I will send a plan with dates by {soon}.",
            "Согласны ли вы с такой картиной? Эта цель по-прежнему важна? До {soon} пришлю план со сроками.",
        ),
        Text(
            "By {soon} [who is responsible] will send you a plan with dates. Is the goal still the right one for you?",
            "До {soon} [кто отвечает] пришлёт вам план со сроками. Эта цель для вас по-прежнему важна?",
        ),
    ),
    "late": Ask(
        Text("Your documents: do you have everything", "Ваши документы: всё ли у вас есть"),
        Text("Thank you for working with us.", "Спасибо, что работаете с нами."),
        Text(
            "I am calling about your documents: I want to be sure that you have everything you need.",
            "Звоню по документам: хочу убедиться, что у вас есть всё нужное.",
        ),
        Text(
            "If the payment is on its way, please disregard this. If something is missing, write to us and we will send it the "
            "same day. If another date suits you better, which one?",
            "Если оплата уже в пути, ничего делать не нужно. Если чего-то не хватает, напишите: пришлём в тот же день. "
            "Если нужен другой срок, какая дата вам удобна?",
        ),
        Text(
            "Has the accounts department got the invoice? Is the work itself as you expected? Which day do you plan to pay?",
            "Дошёл ли счёт до бухгалтерии? Идёт ли сама работа так, как вы рассчитывали? На какой день планируете оплату?",
        ),
        Text(
            "Do you have everything you need? If the payment is on its way, there is nothing to do.",
            "Всё ли у вас есть? Если оплата уже в пути, ничего делать не нужно.",
        ),
    ),
    "fallen": Ask(
        Text("What has changed in your work", "Что изменилось в вашей работе"),
        Text(
            "We have nothing to offer in this letter: we only want to be sure that the service suits your work.",
            "Предложений в этом письме нет: хотим убедиться, что сервис удобен для вашей работы.",
        ),
        Text(
            "I am not calling to offer anything: I want to be sure that the service suits your work.",
            "Звоню не с предложением: хочу убедиться, что сервис удобен для вашей работы.",
        ),
        Text(
            "If that is as you planned, all is well. If something is in the way, tell us, and by {soon} [who is responsible] will "
            "look into it and suggest how to put it right. What has changed for you?",
            "Если так и задумано, всё в порядке. Если что-то мешает, расскажите: до {soon} [кто отвечает] разберётся и предложит, как "
            "это исправить. Что у вас изменилось?",
        ),
        Text(
            "What has changed for you? Which task would you like to have running again first?",
            "Что у вас изменилось? Какую задачу важнее всего наладить?",
        ),
        Text(
            "What has changed for you? If something is in the way, [who is responsible] will look into it by {soon}.",
            "Что у вас изменилось? Если что-то мешает, [кто отвечает] разберётся до {soon}.",
        ),
    ),
    "unused": Ask(
        Text("Do you need help with the service", "Нужна ли вам помощь с сервисом"),
        Text(
            "We have nothing to offer in this letter: we want what you pay for to be of use to you.",
            "Предложений в этом письме нет: хотим, чтобы то, за что вы платите, приносило вам пользу.",
        ),
        Text(
            "I am calling because what you pay for should be of use to you.",
            "Звоню, потому что то, за что вы платите, должно приносить вам пользу.",
        ),
        Text(
            "What stands in the way? By {soon} [who is responsible] will help your team to start again; and if you need less than you "
            "pay for, we will settle together what to keep.",
            "Подскажите, пожалуйста, что мешает? До {soon} [кто отвечает] поможет команде возобновить работу, а если нужно не всё, что "
            "вы оплачиваете, вместе решим, что оставить.",
        ),
        Text(
            "What stands in the way? Is everything you pay for still needed?",
            "Что мешает? Всё ли из того, что вы оплачиваете, вам нужно?",
        ),
        Text(
            "What stands in the way? We will help your team to start again, or settle together what to keep.",
            "Что мешает? Поможем команде возобновить работу или вместе решим, что вам оставить.",
        ),
    ),
    "silent": Ask(
        Text("What matters to you now", "Что для вас сейчас важно"),
        Text(
            "We have not spoken for a while, and we want our work to go on bringing you what you need.",
            "Мы давно не разговаривали, и нам важно, чтобы наша работа и дальше давала то, что вам нужно.",
        ),
        Text(
            "We have not spoken for a while, and I want to know what matters to you now.",
            "Мы давно не разговаривали, и хочу узнать, что для вас сейчас важно.",
        ),
        Text(
            "Which result of our work matters most to you now? A short answer is enough. If a colleague of yours deals with this "
            "now, please give us the name: nothing will have to be told anew.",
            "Какой результат нашей работы для вас сейчас важнее всего? Хватит короткого ответа. Если этим теперь занимается ваш "
            "коллега, подскажите, пожалуйста, его имя: рассказывать всё заново не придётся.",
        ),
        Text(
            "Which result matters most to you now? Who deals with this on your side today?",
            "Какой результат для вас сейчас важнее всего? Кто теперь занимается этим у вас?",
        ),
        Text(
            "Which result of our work matters most to you now? A short answer is enough.",
            "Какой результат нашей работы для вас сейчас важнее всего? Хватит короткого ответа.",
        ),
    ),
    "rescue": Ask(
        Text("How we can be of more use to you", "Как нам быть вам полезнее"),
        Text(
            "We have nothing to offer in this letter: we want to understand how to be of more use to you.",
            "Предложений в этом письме нет: хотим понять, как нам быть вам полезнее.",
        ),
        Text(
            "I am not calling to sell anything: I want to understand how we can be of more use to you.",
            "Продавать ничего не собираюсь: хочу понять, как нам быть вам полезнее.",
        ),
        Text(
            "May we have a short talk by {soon}? You say what you need most and what is in the way; we say what we will do, and by "
            "when. Which time suits you?",
            "Давайте коротко поговорим до {soon}: вы скажете, что нужнее всего и что мешает, а мы — что сделаем и к какому сроку. Когда "
            "вам удобно?",
        ),
        Text(
            "What do you need most now, and by when? What is in the way? By which sign will you see that things are moving?",
            "Что сейчас нужнее всего и к какому сроку? Что мешает? По какому признаку вы поймёте, что дело пошло?",
        ),
        Text(
            "What do you need most from our work now, and what is in the way? We can talk by {soon}.",
            "Что вам сейчас нужнее всего от нашей работы и что мешает? Можем поговорить до {soon}.",
        ),
    ),
}
