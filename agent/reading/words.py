"""How people name metrics, segments and groupings, and the shapes of what they want: the words that `agent.reading.understand` looks for."""

import re
from collections.abc import Mapping

from agent.own_documents import ASKS_DOCUMENTS

#: Ways in which people name a metric besides its key, aliases and registered name; matched by word stems.
SPOKEN: Mapping[str, tuple[str, ...]] = {
    "nrr": ("retention", "удержание", "net retention", "net dollar retention", "чистое удержание", "нрр"),
    "grr": ("gross retention", "валовое удержание", "грр"),
    "logo_churn": ("логочурн", "лого чурн", "logo churn", "чурн", "логотипный чурн", "логотипный отток", "отток по числу клиентов", "churn", "churn rate", "client churn", "отток", "отток клиентов", "уровень оттока", "процент оттока"),
    "money_churn": ("churned mrr", "lost mrr", "dollar churn", "revenue churn", "отток выручки", "отток денег", "денежный отток", "денежный чурн", "отток по деньгам", "чурн по деньгам", "отток в деньгах", "чурн в деньгах", "churn in money", "отток по выручке"),
    "mrr": ("мрр", "monthly revenue", "абонентка", "абонплата", "subscription revenue", "recurring revenue", "регулярная выручка", "ежемесячная выручка", "выручка в месяц"),
    "arr": ("арр", "annual revenue", "annual recurring revenue", "годовая выручка", "выручка в год"),
    "arpa": ("арпа", "average bill", "average fee", "средняя абонентка", "средняя абонплата", "средний счет", "average revenue", "revenue per account", "revenue per customer", "average cheque", "average check", "средний чек", "средняя выручка"),
    "revenue_per_client": ("revenue per client", "выручка на клиента"),
    "ltv": ("лтв", "lifetime value", "clv", "пожизненная ценность", "ценность клиента за срок"),
    "ttv": ("ттв", "time to value", "time to first value", "get the first value", "get the first benefit", "время до ценности", "время до первой пользы", "скорость первой пользы"),
    "vrs": ("врс", "value realization", "value realisation", "реализация ценности", "показатель реализации ценности", "оценка реализации ценности", "promises kept", "выполнение обещаний", "выполнение обещанного"),
    "value_gap": ("value gap", "недополученная ценность", "разрыв ценности", "разрыву ценности", "недополученная польза"),
    "chs": ("unhealthiest", "healthiest", "sickest", "нездоровые", "самые больные", "самые здоровые", "хелс-скор", "хелс скор", "хелс", "балл здоровья", "health score", "health", "здоровье", "client health", "индекс здоровья", "здоровье клиентов"),
    "nps": ("эн пи эс", "энпиэс", "promoter score", "нпс", "индекс рекомендаций", "индекс лояльности"),
    "referrals": ("referrals", "referral rate", "рекомендации клиентов", "рефералы"),
    "renewals": ("renewals", "renew", "продления", "продлеваются договоры", "договор кончается", "contracts ending"),
    "overdue": ("пдз", "past-due", "past due", "просроченная дебиторка", "overdue", "late payments", "debts", "просрочка", "просрочек", "долги", "долгов", "должники", "кто нам должен", "late payers", "debtors", "неплательщики", "дебиторка", "просроченная оплата"),
    "silence": ("inactive clients", "inactive customers", "inactive accounts", "неактивные клиенты", "клиенты без активности", "без активности", "без движения", "dormant accounts", "dormant clients", "dormant customers", "дормант", "спящие клиенты", "silent clients", "silent accounts", "silent customers", "quiet accounts", "quiet clients", "silence", "молчуны", "gone quiet", "went quiet", "gone silent", "went silent", "fell silent", "затихли", "затих", "замолчали", "молчащие клиенты", "молчат"),
    "concentration": ("concentration", "largest clients", "biggest clients", "top clients", "концентрация", "крупнейшие клиенты",
                      "топ клиентов", "крупные клиенты"),
    "indexation": ("indexation", "price rise", "индексация", "повышение цен"),
    "movements": ("net new mrr", "new mrr", "expansion mrr", "contraction mrr", "reactivation", "reactivation mrr", "чистый новый mrr", "чистый прирост mrr", "новый mrr", "бридж", "бридж mrr", "mrr walk", "revenue walk", "waterfall", "mrr waterfall", "revenue waterfall", "водопад выручки", "водопад mrr", "bridge", "mrr bridge", "revenue bridge", "мост mrr", "мост", "movements", "revenue move", "revenue movements", "mrr movements", "движения mrr", "движение mrr", "движение выручки", "движения выручки", "мост выручки"),
    "quick_ratio": ("quick ratio", "квик рейшо", "квик ратио"),
    "cac_payback": ("cac payback", "cac", "окупаемость привлечения", "стоимость привлечения"),
    "client_roi": ("client roi", "отдача", "roi", "окупаемость клиента"),
    "culture": ("culture", "культура", "культура ценности"),
    "adoption": ("адопшн", "адопшен", "adoption", "product usage", "использование продукта", "освоение", "использование функций"),
    "campaign_effect": ("campaign effect", "эффект кампании"),
    "churn_risk": ("propensity", "propensity to churn", "churn propensity", "склонность к оттоку", "риск чурна", "churn risk", "risk of leaving", "risk of churn", "leaving risk", "chance of leaving", "риск ухода", "риск оттока", "вероятность ухода", "вероятность оттока"),
    "journey": ("client journey", "customer journey", "путь клиента", "карта пути"),
    "money_at_stake": ("money on the line", "revenue on the line", "сумма в зоне риска", "сумма денег в зоне риска", "деньги в зоне риска", "money at stake", "money at risk", "amount at risk", "revenue at risk", "revenue at stake", "amount at stake", "сумма под угрозой", "выручка под угрозой", "выручка под риском", "деньги под угрозой", "денег под угрозой", "деньги под риском", "денег под риском"),
    "cross_sell": ("whitespace", "кросс сейл", "кросс селл", "cross sell"),
    "upsell": ("апсейл", "апселл"),
    "cash_per_client": ("поступления на клиента", "поступлений на клиента", "cash per customer", "cash per account", "cash per client", "деньги с клиента"),
}  # fmt: skip
SEGMENTS: Mapping[str, tuple[str, ...]] = {
    "at_risk": ("at risk", "at-risk", "зона риска", "рисковая зона", "риск", "под угрозой", "risky clients"),
    "newcomers": ("newcomers", "new clients", "новички", "новые клиенты", "новенькие"),
    "advocates": ("advocates", "сторонники", "сторонник", "адвокаты", "адвокаты бренда", "promoters"),
    "growth": (
        "growth points",
        "hidden growers",
        "growth segment",
        "growth group",
        "точка роста",
        "точки роста",
        "скрытый рост",
        "сегмент роста",
        "группа роста",
    ),
    "core": ("core clients", "core customers", "core accounts", "опора"),
    "steady": ("steady clients", "steady customers", "steady accounts", "ровные клиенты"),
    "lost": (
        "lost clients",
        "ушедшие клиенты",
        "потерянные клиенты",
        "тех кто ушел",
        "тем кто ушел",
        "теми кто ушел",
        "those who left",
        "those who have left",
    ),
    "unknown": ("clients without data", "клиенты без данных"),
}
WANTS: Mapping[str, re.Pattern[str]] = {
    "injection": re.compile(
        r"(?:\.\./){2,}|/etc/\w+|\b\w+\.(?:sqlite|parquet)\b|\b(?:отправь|перешли|вышли|скинь|send|forward|e-?mail|mail)\b.{0,60}\S@\w|"
        r"\bна (?:каждый|любой|все) вопрос\w* отвеча\w+|\b(?:to|on) (?:every|any|all|each) questions? (?:answer|reply|say)|\balways (?:answer|reply) (?:that|with)\b|"
        r"(?:правил|ограничени)\w* (?:\w+ )?(?:для тебя |больше )(?:нет|не существует)|нет (?:никаких )?(?:правил|ограничений)|(?:no|without any|free of) (?:rules|restrictions|limits)\b|"
        r"(?:придумай|выдумай|сочини)\w* (?:\w+ ){0,2}(?:цифр|числ|показател|данны|nrr|mrr|отток|выручк)\w*|\b(?:make up|invent|fabricate) (?:a |some |me )?(?:\w+ )?(?:number|figure|data|nrr|mrr|churn|revenue)|"
        r"ignore (?:all |any )?(?:previous|prior|the above)|system prompt|your (?:prompt|instructions)|developer mode|"
        r"игнорируй|(?:забудь|отбрось|нарушь) (?:все|всё|предыдущ|правил|свои правил|про правил|инструкц)|(?:disregard|forget|bypass|override) (?:all |any |your |the |previous |these )*(?:rules|instructions|guard|guidelines|restrictions|limits|limitations)|забудь\w* (?:\w+ ){0,3}(?:ограничени|правил|инструкци)\w*|"
        r"\bты (?:—|-)? ?dan\b|\byou are (?:now )?dan\b|(?:без|without|no) (?:ограничений|limits\b)|представь,? что ты\b|(?:pretend|imagine|act as (?:if|though)) (?:that )?you(?:'re| are)\b|"
        r"переменн\w+ окружени|environment variables|\b(?:прочитай|открой|read|open) (?:этот|this|the) (?:файл|file)\b|рабоч\w+ пространств|\bworkspaces?\b|(?:друг|чуж)\w+ снимок|(?:other|another) snapshot|системн\w+ (?:промпт|подсказк|инструкц)|(?:свои|твои) инструкц|jailbreak"
    ),
    "documents": ASKS_DOCUMENTS,
    "leavers": re.compile(
        r"(?:вероятн|скор)\w+ всего (?:уйд|отвал|откаж)\w+|(?:кто|кого|какие клиенты) (?:может |мы можем |могут |собирается |вот-вот )?(?:уй[дт]|потеря|уход)|кому (?:надо |нужно |мне )?(?:по)?звонить|"
        r"кого спасать|who (?:may|might|could|will|is about to|is going to) (?:leave|churn|cancel)|whom? (?:should (?:i|we) |to )call|who to call|"
        r"likely to (?:leave|churn)"
    ),
    "renewals": re.compile(r"продл|(?:договор|контракт|соглашени|подписк)\w* (?:конча[ею]т|заканчива|истека|подход)|(?:конча[ею]тся|заканчива[ею]тся|истека[ею]т) (?:\w+ )?(?:договор|контракт|соглашени|подписк)|renew|contracts? (?:end|expir|run)"),
    "forecast": re.compile(
        r"экстраполир|extrapolat|\b(?:quarters|months|years|weeks) ahead\b|следующ\w+ (?:\w+ )?(?:год|квартал|месяц|недел)|(?:в|на) будущ|прогноз(?!н\w+ модел)|предска|спрогноз|сколько (?:клиентов )?(?:мы )?(?:заработаем|потеряем|будет|уйд[её]т)|"
        r"как(?:ой|ая|ое|ие) буд[еу]т|через (?:год|месяц|квартал|полгода)|forecast|predict|next (?:year|quarter|month|week)|"
        r"\b(?:вырастет|вырастут|упад[её]т|упадут|снизится|снизятся|увеличится|увеличатся|изменится|сократится|подним[её]тся|достигн[её]т|будет ли)\b|"
        r"(?:сможем|сумеем|успеем) ли|сколько\b(?!.*\bесли\b).{0,40}\b(?:прид[её]т|придут|уйд[её]т|уйдут|появится|добавится|получим|продадим|прибавится)\b|"
        r"\b(?:как(?:ой|ая|ое|им|ими)|сколько)\b(?!.*\bесли\b).{0,40}\b(?:будет|будут|станет|станут)\b|what (?!if\b)(?!.*\bif\b).{0,50}\bwill be\b|\bwill be in (?:a|the|one|two|\d+|20\d\d)\b|"
        r"will (?:our|we|the|churn|revenue|nrr|it|they|customers|clients)\b|in the future|by the end of next|going to (?:grow|be)"
    ),
    "competitors": re.compile(r"конкурент|competit|\bбитрикс|\bbitrix|\bhubspot\b|\bsalesforce\b|\bamocrm\b|\bамо ?срм\b|\bмегафон|\bбилайн|\bbeeline\b|\bмтс\b|\bgainsight\b|\btotango\b|rivals?\b|у других компаний|чем у нас(?! (?:в|за) )|than (?:ours|us|we (?:have|do))\b|средн\w+ по (?:рынку|отрасли)|market share|доля рынка"),
    "costs": re.compile(r"марж|прибыл|рентабельн|себестоим|зарплат|\bфот\b|\bпреми[ияюй]\b|сколько (?:получа[ею]т|зарабатыва[ею]т) (?:наш\w* |у нас )?менеджер|сколько (?:мы )?платим (?:\w+ )?менеджер|\bsalar(?:y|ies)\b|\bbonus(?:es)?\b|\bpayroll\b|margin|profit|\bcosts?\b|затрат|расход"),
    "market": re.compile(
        r"\bкак (?:это )?(?:(?:у|в) )?(?:других|остальных)\b(?! (?:клиент|регион|отрасл|тариф|менеджер|сегмент|план))|\bкак (?:\w+ )?(?:другие|остальные|чужие) (?:компани|фирм|бизнес|организаци|игрок|команд)\w*|\b(?:how|what) (?:do|did|have|are) (?:the )?(?:other|others|similar)\b(?! (?:clients|customers|accounts|plans|regions|industries|managers|segments))|mckinsey|маккинз|на рынке|норм\w* (?:на рынке|в отрасл)|(?:in|on|for) the (?:market|industry|sector)\b|across the industry|market norm|amazon|амазон|starbucks|старбакс|orange|telia|movistar|nike|sitejabber|кейс|пример\w* компан|тренд\w* (?:рынк|в |20|отрасл|cvm|на)|какие тренды|^тренды|(?<!monthly )(?<!weekly )(?<!quarterly )\btrends\b|market trend|"
        r"\bcases?\b|case stud|benchmark|бенчмарк|в статье|the article|в отрасли|(?<!by )(?<!per )(?<!across )\bindustry (?:averages?|norms?|standards?|benchmarks?|levels?|median|peers|trends?|practices?)|on average grow|\d+\s*[–-]\s*\d+\s*%|"
        r"(?:up-?sell|cross-?sell|апселл?)\w*.*(?:даст|прин|вырас|сколько|give|bring|grow|gain)"
    ),
    "forge": re.compile(
        r"округл|нарису|подправ|приукрас|подгон|сделай.*(?:красив|побольше|выше|ровно)|скажи.*что.*равн|round (?:it |nrr |the )?|make it (?:look|higher)|"
        r"\bfudge|\bfake\b|pretend|tweak|say (?:it is|that)"
    ),
    "define": re.compile(
        r"что (?:у (?:вас|нас) )?(?:такое|значит|означает|за показатель)|what (?:on earth|the hell|the heck) (?:is|are|does)\b|\bэто (?:что|что вообще|вообще что)(?: такое)?\W*$|^\W*(?:а |и )?что за \w+\W*$|\bпонима\w+ под\b|под этим понима|формулу (?:дай|покаж|назов|напиш)\w*|(?:дай|покаж|назов|напиш)\w* формулу|give me the formula|\b(?:is|are) .{0,40}\b(?:worked out|calculated|computed)\b|как (?:\w+ ){0,2}(?:считает|посчитан|рассчит|вычисл)|по какой формуле|(?:what|which) formula|how did you (?:get|calculate|compute|count|arrive at)|объясни|расшифруй|поясни|"
        r"\bформул\w+\b|\bопределение (?!\w+ приоритет)|\bв чем смысл\b|\bкакой смысл\b|\b(?:the )?(?:idea|logic|meaning|point) (?:behind|of)\b|\bformula\b|\bконвенци\w+|\bconventions?\b|\bс ндс\b|\b(?:net|gross) of vat\b|\b(?:with|without|including|excluding) vat\b|\bпороги?\?|\bthresholds?\?|\b(?:classed|classified|counted) as an?\b|как определя\w+,? (?:что|кто)\b|"
        r"по как(?:им|ому) (?:признак|критери|правил)\w*|\bкого (?:вы |мы |ты )?(?:относ\w+|счита\w+|зовете|зовем|называете|называем)|\bwhat (?:qualifies|counts as|makes (?:someone|somebody|a client|a customer|an account))\b|\bwhat(?:'s| is) the rule\b|\bby what (?:rule|criteri)\w*|"
        r"чем (?:\w+ )?отлича\w+|разниц\w+ между|из чего (?:складыва|состо|счита|собира)\w+(?! (?:измен|рост|паден|прирост|движен))|что входит в|что за зверь|"
        r"how (?:is|are|does|do)? ?\w+ (?:and \w+ )?differ|differen\w+ (?:between|from)|what (?:on earth |exactly |really |actually )?goes into|what makes up|\bhow (?:exactly |precisely )?(?:is|are) .{0,40}\b(?:determined|derived|defined)\b|(?:каким образом|как именно|как) .{0,20}(?:определя[ею]тся|выводится|складыва[ею]тся)|what(?:'s| is) (?:a |an |in )|"
        r"what (?:is|are) (?!.{0,40}\blike\b)(?!our\b|my\b|the\b|they\b|their\b|there\b|its\b|his\b|her\b|this\b|that\b|these\b|those\b)|what does|meaning of|define|definition|explain|how (?:is|are|do you) \w+ (?:calculated|computed|defined)|how do you (?:calculate|compute)"
    ),
    "why": re.compile(r"\bпочему\b|\bотчего\b|\bwhy\b|из-за чего|за счет чего|what (?:made|drove|caused|is behind|was behind)|how come"),
    "advice": re.compile(
        r"\bрычаг\w*\b|\blevers?\b|\bplaybooks?\b|\bплейбук\w*|что (?:нам |мне |с этим |же )?(?:делать|предпринять)|что делаем|как (?:себя )?вести|what do (?:we|i) do\b|как (?:нам |мне |лучше |быстрее )?(?:удерж|увелич|сниз|уменьш|подня|повыс|получ|верн|ускор|работать|"
        r"сделать|сократ|вырастить|улучш|помочь|начать|привле|расшир|вести)|как (?:(?!посч|рассч|понять|узнать|увид|посмотр|считать|назва|открыть|найти|работа\w+ ваш|читать|измер|вычисл|определ)\w+ ){0,2}?(?!посч|рассч|понять|узнать|увид|посмотр|считать|назва|открыть|найти|читать|измер|вычисл|определ|быть|интерпрет)\w{3,}(?:ать|ить|еть|оть|уть|ять|сти|зти|йти|чь)(?:ся)?\b|\bwhat plays?\b|\bприем(?:ы|ами)?\b|посовет|порекоменд|рекомендуе|(?<!завтра )(?<!сегодня )(?<!перед )(?<!к )(?<!для )\bсовет\b(?! (?:директ|акционер|учредит)\w+| (?:\w+ )?(?:спросил|спрашива|просит|попросил|хоч|хотят|требу|потребов|жд[её]т|интересу|собира)\w*)|план действий|"
        r"how (?:do|can|should|could|might) (?:we|i)|how to|what (?:should|can|could) (?:we|i)|what to do|advi[sc]e|suggest|recommend (?:how|what|a)|"
        r"\bimprove\b|ways to"
    ),
    "list": re.compile(r"\bкто\b|\bкого\b|\bкому\b|список|покажи|перечисли|сколько|какие|\bwho\b|\bwhom\b|\blist\b|show|which|how many|give me"),
    "own": re.compile(r"\bу нас\b|\bнаш\w*|\bмой|\bмоя|\bour\b|\bmy\b|\bwe\b|\bus\b"),
    "gaps": re.compile(
        r"(?:чего|что) (?:нельзя|не получ|невозможно|не могу|не хватает)|каких данных не|what (?:can(?:'|no)t|cannot|is missing|could not)|missing data|"
        r"can(?:'|no)t (?:you |be )?comput"
    ),
    "overview": re.compile(r"провед\w+ аудит|сделай аудит|как (?:у нас )?дела|общая картина|executive summary|саммари\b|audit (?:our|my|the)|how are we doing|overview|big picture"),
    "mean": re.compile(r"сегмент|segments?\b|получает пользу|gets? value"),
    "report": re.compile(
        r"\b(?:документ|doc(?:ument)?)\b.{0,80}(?:обеща|promis).{0,40}(?:сдела|получ|выполн|\bdid\b|\bdone\b|\bgot\b|deliver)|"
        r"отчет\w* о ценности|value report|(?:подготов|сдела|собер|сформиру|выгруз|дай|нужен|нужна)\w* (?:\w+ ){0,3}отчет|отчет\w* (?:клиенту|для клиента|по клиенту|для (?=ооо|ип|ао|гбуз|«))|"
        r"(?:prepare|make|build|generate|need|give me) .*report(?!.{0,12}\b(?:boss|board|ceo|cfo|director|management|owner|investor|chief|friday|monday|week|month|quarter|meeting))|"
        r"report for (?!(?:the |my |our |a )?(?:boss|board|ceo|cfo|director|management|owner|investor|meeting|team|chief|head|friday|monday|week|month|quarter))"
    ),
    "letter": re.compile(
        r"(?:напиш\w+|состав\w+|подготов\w+|набросай\w*|сочини\w*|накидай\w*|нужен|нужно|дай\w*|сделай\w*)\b.{0,90}\b(?:письм|сообщени|скрипт|мессендж|телеграм|ватсап|смс\b)(?!.*\b(?:питон|python|javascript|java|bash|sql)\w*)|"
        r"\b(?:write|draft|compose|prepare|i'd like|i need|give me|make)\b.{0,90}\b(?:letter|e-?mail|message\b|messenger|call script|telegram|whatsapp|sms\b|text (?:for|to|asking))"
    ),
    "campaign": re.compile(r"контрольн\w+ групп|control group|\bкампани[яию]\b.*(?:сработ|эффект|дала|принес)|(?:эффект|сработ)\w*.*\bкампани|"
                           r"campaign\w*.*(?:work|effect|pay off|bring)|(?:effect|result)\w*.*campaign"),
    "promises": re.compile(
        r"обещ\w*.{0,40}(?:выполн|сдела|сдерж|получ)|(?:выполн|сдерж)\w*.{0,40}обещ|promis\w*.{0,40}(?:kept|keep|deliver|fulfil|done|met\b)|"
        r"(?:kept|keep|deliver|fulfil)\w*.{0,30}promis"
    ),
    "rows": re.compile(r"покажи\w* (?:\w+ )?строки|со строками|show (?:me )?(?:the )?rows|with (?:the )?rows"),
}  # fmt: skip
#: Columns by which a question may want its figure, as people call them.
GROUPINGS: Mapping[str, str] = {
    "segment": r"сегмент\w*|segment|групп\w*|segments?|groups?",
    "plan": r"тариф\w*|plan|план\w*|пакет\w*|plans?|tariffs?|packages?",
    "industry": r"отрасл\w*|индустри\w*|сфер\w*|вертикал\w*|industr\w+|sectors?|verticals?|trades?|lines? of (?:business|work)",
    "region": r"регион\w*|district\w*|област\w*|город\w*|territor\w*|стран(?:ам|ах|ы|е|а)?|regions?|cit(?:y|ies)|countr(?:y|ies)",
    "size": r"размер\w*|величин\w*|sizes?",
    "cohort": r"когорт\w*|cohorts?",
    "owner": r"(?:аккаунт-?|клиентск\w+ |персональн\w+ )?менеджер\w*|ответственн\w*|куратор\w*|аккаунт-?менеджер\w*|владельц\w*|кам\b|камам\b|ka?ms?\b|ams\b|csms?|(?:account |customer success |success )?(?:managers?|owners?)|reps?\b|account execs?",
    "month": r"месяц\w*|months?",
    "quarter": r"квартал(?:ам|ов|ы)|quarters",
    "year": r"годам|years",
}
#: Spans of time of which a figure is wanted each; “quarter over quarter” is a change, “per year” an amount.
_SPANS: Mapping[str, str] = {
    "quarter": r"\b(?:по|до|на|в разбивке по|в разрезе) (?:\w+ми? )?квартал(?:ам|ов|ы)\b(?! (?:прихода|подключ|перв|регистр|начала|старта|привлеч))|\bпоквартальн\w+|"
    r"\bежеквартальн\w+ (?:динамик|разбив|данн|цифр|ряд|график|значени|показател)\w*|\bквартал за кварталом\b|\b(?:за|в) кажд(?:ый|ом) (?:из \w+ )?квартал\w*|"
    r"\bкажд(?:ый|ого) квартал\w*|\bв каком (?:из )?квартал\w+|"
    r"\b(?:by|per|each|every|split by|into|across|to|for all|in all)(?: the| calendar| single| four| of the)* quarters?\b(?!-| of \d|[ -]end| (?:of|they|that|when|in which))|"
    r"\bquarter[ -](?:by|after)[ -]quarter\b|\bquarterly\b(?! (?:business|review|meeting|report|call|plan|target|payment|invoice|fee|billing|bonus))|\b(?:which|what) quarter\b",
    "year": r"\b(?:по|в разбивке по) (?:\w+ми? )?годам\b(?! (?:прихода|подключ|перв|регистр|начала|старта|привлеч))|\bгод за годом\b|\bв каком году\b|\bза каждый год\b|\bпогодов\w+|"
    r"\bby (?:calendar )?year\b(?!-| of|[ -]end| (?:they|that|when|in which))|\byear by year\b|\byearly (?:trend|breakdown|split|series|figures)\b|\b(?:which|what) year\b|\bfor each year\b",
}
_BY = (
    r"(?:\b(?:по(?! результат)|группировка(?: по)?|сгруппируй\w*(?: по)?|разбивка(?: по| на)?|в разрезе|в разбивке(?: по| на)?|с разбивкой (?:по|на)|разбей(?: \w+)? по|между|кажд\w+(?: из)?|by|per|across|between|for each|for every|each of|each|grouped by|group by|"
    r"(?:broken|split|break|cut)(?: it| that| them)? (?:out |down |up )?by|(?:на|в|у) разн\w+|(?:in|on|for) (?:different|various|all)|compare(?: across)?|сравни\w*|сопостав\w*|раскидай\w* по|spread (?:it |that )?across|vs\.?)\s+(?:\w+[\s-]+)?)"
)
#: “In which region …?” wants the figure of each region.
_WHICH = r"\b(?:(?:в|у|на|по|из|какие|какой|какая)\s+)?(?:как(?:ой|ом|ому|их|ая|ие|ого)|which|what)(?: (?:of (?:our|the)|именно|наш\w*|our))?\s+"


def _apart(column: str, words: str) -> str:
    """A grouping said without “by”: «тариф за тарифом», «тарифы отдельно», «…, отрасли»; of many, never of one plan."""
    show = r"(?:(?:смотрим|покаж\w+|дай\w*|show) )?"
    many = {"plan": r"тарифы|пакеты|plans|tariffs|packages"}.get(column, words)
    return (
        rf"|\b(?:{many}) (?:compared|side by side|against (?:each other|one another)|между собой|рядом)\b"
        rf"|\b(?P<one_{column}>{words}) (?:за|after|by) (?P=one_{column})\w*\b"
        rf"|[.?,:—–-]\s+{show}(?:{many}) (?:отдельно|separately|apart)"
        rf"|[.,:—–-]\s+{show}(?:{many})(?: (?:please|pls|пожалуйста))?\W*$"
    )


WANTS_BY: Mapping[str, re.Pattern[str]] = {
    column: re.compile(
        rf"{_BY}(?:{words})\b"
        + ("" if column == "month" else _apart(column, words))
        + (rf"|{_WHICH}(?:{words})\b" if column not in ("segment", "owner") else "")
        + (
            rf"|,? (?:с|with) (?:the |a )?(?:{words})(?: (?:разрез|разбивк|split|breakdown|view)\w*)?\W*$"
            if column in ("region", "industry")
            else ""
        )
        + also
    )
    for column, words in GROUPINGS.items()
    if column not in _SPANS
    for also in (
        {
            "month": r"|\b(?:do|show|give|have|see|get) (?:me )?(?:it|that|this|them) monthly\b|\bmonthly,|\bмесяц (?:за|к) месяц\w*|\bmonth (?:after|on|over) month\b|(?:месячн|помесячн)\w+.*\b(?:тренд|динамик)|\bmonthly\b.{0,30}\b(?:trend|dynamics)|(?:тренд|динамик)\w*.*\bмесячн|(?:months|quarters|year|half),? monthly\b|помесячн\w+|\bmonthly\b(?! (?:recurring|revenue|fee|payment|report|plan|meeting)).*\b(?:year|months|quarters|20\d\d)|ежемесячн\w+.*\b(?:год|месяцев|кварталов)\w*|\bmonthly (?:trend|dynamic|series|chart)|\bmonthly\b.{0,30}\b(?:bridge|movements?|walk|waterfall)\b|month by month|динамик\w+.*месяц",
            "region": r"|where in the country|(?:which|what) parts? of the country|\bby (?:place|location|geography|branch)|\bпо (?:местам|географии|филиалам)\b|\bregional (?:branch|office)\w*|\bregional (?:split|breakdown|view|cut)|\bрегиональн\w+ (?:разрез|срез)\w*|\b(?:топ|top)[\s-]*\d{1,2}\s+(?:регион|област|город|region|cit(?:y|ies))\w*",
            "industry": r"|\b(?:by|per|across|vs) (?:the )?(?:trade|niche|field)s?\b|\bотраслев\w+ (?:разрез|срез)\w*|\b(?:топ|top)[\s-]*\d{1,2}\s+(?:отрасл|industr)\w*",
            "plan": r"|\b(?:топ|top)[\s-]*\d{1,2}\s+(?:тариф|plan)\w*",
            "cohort": r"|\bпо (?:месяц|квартал|год|дат)\w* (?:прихода|подключени|первой оплат|первого платеж|начала работ|старта работ|регистрац|привлечени)\w*|\bпо тому,? когда приш\w+|\bby (?:month|quarter|year|date|when|time)s? (?:of |that |in which )?(?:they |clients |customers )?(?:joined|signed|sign-?ups?|joining|started|first payment|acquisition|onboarded)|\bby (?:signup|sign-up|joining|acquisition) (?:month|quarter|year|date)|\bпо винтажам|\bby vintage|\bкогорт\w*|\bcohorts?\b",
            "segment": r"|(?:across|by) (?:the )?value segments|в разбивке$|по группам|across segments|(?:в|на|у) каком сегменте|(?:in )?(?:which|what) (?:value )?segment (?:has|is|do|does|shows|holds?|gives?|brings?|pays?|owes?|loses?|suffers?|drives?|leads?|carries|makes?)\b|как(?:ой|ие) сегмент\w* (?:дает|дают|принос|плат|держ|теря|должн|долж|сильнее|больше|меньше|хуже|лучше)\w*",
            "owner": r"|\bby (?:who(?:ever)? (?:is|looks|runs|owns|holds|manages|handles)|who['’]s)\b|\b(?:for|by|per) each of (?:my|our|the) (?:people|guys|reps|team|staff|colleagues)|\b(?:по|у) кажд\w+ (?:из )?(?:мо\w+ |наш\w+ )?(?:сотрудник|подчин[её]нн|человек из команд)\w*|\bпо тому,? кто (?:их )?вед[её]т|(?:у кого|кто|кого|чьи|на ком) из (?:наших |наши )?(?:ребят|сотрудник|людей|коллег|менеджер|ответственн|продавц|продажник)\w*|\b(?:who|which) (?:one )?of (?:the|our) (?:staff|guys|people|team|reps|managers|lads|colleagues)\b|\bу чьих клиент|\bwhose (?:clients|customers|accounts)\b|(?:у|на|под) как(?:их|ом|ого|им|ими) (?:из )?(?:менеджер|ответственн|куратор)\w*|на ком из (?:менеджер|ответственн)\w*|\b(?:under|with|at|by|for) which (?:account |success )?(?:owners?|managers?)|\bwhich (?:account |success |of (?:our|the) )?(?:owner|manager)s? (?:has|have|is|are|holds?|owns?|loses?|lost)\b|\bwhose (?:account manager|manager|portfolio|book)|у какого (?:из )?(?:менеджер|ответственн)\w*|\b(?:по портфелю|в портфеле|портфель) как(?:ого|их) (?:менеджер|ответственн)\w*|\b(?:топ|top)[\s-]*\d{1,2}\s+(?:менеджер|manager|owner)\w*|у кого из (?:менеджер|ответственн)\w*|which (?:owner|manager)(?:'s|s)?\b.{0,40}\b(?:clients|book|portfolio|accounts|has|have)",
            "size": r"|\bкрупн\w+.*\bмелк\w+|\bмелк\w+.*\bкрупн\w+|\bбольш\w+ клиент\w*.*\b(?:мелк|маленьк)\w+|\b(?:big|large|bigger|larger)\b.*\bsmall\w*|\bsmall\w*\b.*\b(?:big|large)",
        }.get(column, ""),
    )
} | {column: re.compile(words) for column, words in _SPANS.items()}
