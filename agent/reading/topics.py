"""Questions that the audit's findings answer, by the shape of their wording."""

import re

#: What the audit's findings answer: a question of this shape is answered by the findings with these codes.
TOPICS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (
        re.compile(
            r"(?:договор|продл|renew|contract)\w*.*(?:обещ|promis|риск|угроз|risk|threat)|"
            r"(?:обещ|promis|риск|угроз|risk|threat)\w*.*(?:договор|продл|renew|contract)"
        ),
        ("renewals_at_risk",),
    ),
    (
        re.compile(
            r"(?:\bкто\b|\bу кого|\bкому\b|каки\w+ клиент|\bwho\b|whose|which clients)[^.?!]*(?:обещ|promis|proven|proof|доказан)|"
            r"(?:обещ|promis)\w*.*(?:не выполн|не сдерж|наруш|broken|not kept|unkept)|(?:look|seem)\w* healthy|благополучн|выглядят здоров"
        ),
        ("promise_broken", "no_promises"),
    ),
    (
        re.compile(r"застр[яе]|\bstuck\b|where do (?:newcomers|new clients) (?:stop|drop|get lost)|где (?:мы )?теряем новичк"),
        ("stuck_step", "no_milestones"),
    ),
    (
        re.compile(
            r"упира\w+|перерос|перераст|outgr[oe]w|hit\w* (?:the |their |its )?(?:plan |tariff )?(?:limit|ceiling)|лимит\w* тариф|"
            r"at (?:the |their )(?:plan )?limits?"
        ),
        ("hidden_growers", "limit_hitters"),
    ),
    (re.compile(r"главн\w+ бол|бол[ьи] клиент|что болит|на что (?:чаще )?(?:всего )?жалу|main pain|pain points?|complain"), ("top_pain",)),
    (
        re.compile(
            r"использовани\w* (?:\w+ )?(?:упал|пада|сниз)|(?:упал|пада|сниз)\w* использовани|перестал\w* пользоваться|"
            r"usage (?:has |have )?(?:fall|fell|drop|declin)|stopped using"
        ),
        ("low_adoption",),
    ),
    (
        re.compile(r"на каком (?:этапе|шаге)|узк\w+ (?:место|шаг)|drop-?off|bottleneck|(?:which|what) (?:stage|step)"),
        ("journey_drop", "no_milestones"),
    ),
    (re.compile(r"плат\w* и не (?:пользу|использу)|не пользуются продуктом|pay (?:and|but) do(?:n't| not) use"), ("unused_product",)),
    (
        re.compile(r"(?:готов\w*|ready) (?:к|для|for) (?:кросс|cross|допродаж)|кому (?:предложить|допродать|продать) (?:второй|ещё один|еще один|другой)|второй продукт|second product|who (?:could|might) buy another"),
        ("cross_sell_ready",),
    ),
    (re.compile(r"взгляд\w* расход|(?:сегмент|rfm).{0,30}(?:расход|разош|спор|не совпада)|lens\w* disagree|(?:segments?|rfm).{0,40}(?:disagree|diverge|differ from each)"), ("lens_disagreement",)),
    (re.compile(r"симпсон|simpson"), ("churn_mix",)),
    (re.compile(r"детрактор|(?:\bкто|какие клиент\w*).{0,30}критик|\bdetractors?\b"), ("nps_detractors",)),
    (re.compile(r"слаб\w+ (?:звено|отдел)|weakest (?:link|department|team)"), ("weakest_department", "culture_not_answered")),
    (
        re.compile(r"готов\w* (?:ли )?(?:наши |у нас )?данны|данны\w* готов|data ready|ready for ai|модел\w+ оттока|churn model"),
        ("data_ready", "identity_gaps", "no_events", "model_refused"),
    ),
    (
        re.compile(
            r"(?:\brfm\b|\bрфм\b).{0,60}(?:contradict|disagree|diverg|differ|conflict|part ways|расход|противореч|не совпада|спор)|"
            r"(?:contradict|disagree|diverg|conflict|расход|противореч|не совпада|спор)\w*.{0,60}(?:\brfm\b|\bрфм\b)"
        ),
        ("lens_disagreement",),
    ),
    (
        re.compile(
            r"\b(?:each|every|all|any|кажд\w+|все[хм]?|любо\w+)\W+(?:\w+\W+)?(?:group|segment|cut|slice|групп|сегмент|срез)\w*\b.{0,60}\b(?:total|overall|aggregate|сумм\w*|общ\w+|итог\w*|целом)\b"
        ),
        ("churn_mix",),
    ),
    (re.compile(r"разов\w+ покуп|one-?time buyers?|купил\w* (?:лишь |только )?(?:один|1) раз"), ("one_time_buyers",)),
    (re.compile(r"давно не покупа|перестал\w* покупать|stopped buying|lapsing"), ("lapsing_buyers",)),
)  # fmt: skip
#: What is asked of value reports at large, and of none.
COVERED = re.compile(
    r"\b(?:сколько|скольк\w+|дол[яюие]|част[ьи]|охват\w*|покрыти\w*|кому|кто|никто|никому|ни разу|how many|how much of|share|proportion|per ?cent\w*|part|cover\w*|процент\w*|who|whom|nobody|anyone|never|ever)\b"
)
#: What no data of clients tell, whatever time it is asked of.
ELSEWHERE = re.compile(
    r"\blawsuit\w*|\bисков\w+ заявлени\w*|\bв суд\b|\bсоседн\w+ (?:компани|фирм|организаци)\w*|\b(?:company|firm) next door\b|how (?:big|large) is the market\b|\bобъ[её]м рынка\b|\b(?:погод\w*|weather|гороскоп\w*|horoscope|курс\w* (?:доллар|евро|юан|валют|биткоин)\w*|(?:dollar|euro|exchange) rate|bitcoin|биткоин\w*|football|футбол\w*)\b"
)
