"""Wordings of questions that go on from the last one."""

import re

#: What may stand before a question that goes on.
LEAD = r"^\W*(?:(?:а|и|ну|но|так|ок|хорошо|тогда|теперь|ой|ого|погоди(?:те)?|постой(?:те)?|подожди(?:те)?|стоп|слушай(?:те)?|кстати|and|but|so|ok|okay|well|then|now|oh|hang on|hold on|wait|sorry|right|hm+|btw|by the way)\W+)*"
WHY = re.compile(
    LEAD + r"(?:почему|отчего|с чего|из-за чего|в чем причина|why|how come|what is the reason|what drove it)\b"
)
WHO = re.compile(
    LEAD
    + r"(?:кто (?:они|это|именно)|покажи (?:их|список)|перечисли|назови|список|поимённо|поименно|по имен\w+|по клиентам|by name|by client|какие именно|кто$|who(?: are they| exactly)?\W*$|"
    r"list them|show them|which ones|name them)"
)
MEANT = re.compile(
    LEAD
    + r"(?:(?:переведи|скажи|объясни|поясни|расскажи)(?:те)? (?:это |мне |нам )*(?:на человеческ\w+|по-человечески|по-русски|простыми словами|простым языком)|(?:translate|put) (?:that|it|this) (?:in|into) (?:plain|human|simple) \w+|(?:in )?plain (?:english|words)(?:,? please)?\W*$|(?:это |он |она |они )?как (?:это |вы это |ты это |ее |его |их )?(?:по|рас|вы)?(?:счита|счит)\w+|"
    r"(?:(?:spell out|explain|tell me|расшифруй\w*|поясни\w*|объясни\w*|растолкуй\w*|раскрой\w*|напомни\w*|уточни\w*)(?: мне| нам| for me)?,? )?(?:а )?(?:что|what)(?: именно| точно| exactly| all)? (?:сюда |туда |тут |там |в него |в нее |в это |в них )?"
    r"(?:входит|входят|включен\w*|включа\w+|учитыва\w+|учтен\w*|goes into|(?:is|gets) (?:counted|included) in|counts towards|makes up)(?:[ -]то)?(?: (?:it|that|this|them|there|here|сюда|туда|в него|в нее|в это))?(?: exactly)?\W*$|"
    r"how (?:did|do) (?:you|we) (?:get|come|arrive|work|figure|count|calculate|compute) ?(?:out|to|at|up with|by)? (?:that|this|it)\b|where (?:did|does|do) (?:that|this|it|you get (?:that|this|it))(?: number| figure)?(?: come)?(?: from)?\W*$|"
    r"откуда (?:эта |такая |это |такие |эти |взял\w+ )*(?:цифр\w*|числ\w*|значени\w*|показател\w*|взял\w+)|how did (?:you|we) (?:calculate|get|compute|count|work out|arrive at) (?:that|this|it)|что (?:это |он |она |оно |они )?(?:вообще |такое )?(?:такое|за показател\w+|за метрик\w+|за зверь|значит|означает)|что это (?:такое|вообще)|как (?:это|он|она|они) (?:вообще )?(?:считается|считаются|понимать)|"
    r"(?:напомни\w*,? |поясни\w*,? |объясни\w*,? |remind me,? |explain,? )?(?:как (?:именно |точно )?(?:он|она|оно|это|они) (?:\w+ )?(?:рас)?считыва\w+|что (?:именно |точно )?(?:в нее|в него|в это|в этот показатель|в эту цифру)?\s?входит|how (?:exactly )?(?:(?:is|are) (?:it|that|they|this)|(?:it|that|this) is|they are) (?:calculated|computed|counted|worked out)|what (?:exactly )?goes into (?:it|that|this|them)|what (?:kind of|sort of) \w+ is (?:it|that|this))|это (?:что|что вообще|вообще что)(?: вообще)?(?: за \w+)?\W*$|what (?:on earth )?(?:does|do) (?:that|it|this|they) (?:\w+ )?mean|"
    r"what(?:'s| is| does) (?:that|this|it|they)(?: metric| figure| number| thing)?(?: anyway| even| exactly| mean)*\W*$|how is (?:it|that|this) (?:calculated|computed|counted|defined))"
)
#: Words that ask for the meaning or the way of counting of what was told last, and what may stand beside them.
MEANS = re.compile(
    r"\b(?:(?:рас|по|под)?(?:счита|считыва|счит)\w*|вычисл\w+|(?:о(?:бо)?)?знач(?:ит|ает|ают)|понимать|формул\w+|расшифр\w+|считаете|calculat\w+|comput\w+|means?|meant|formula|defin\w+|worked out|work (?:it|that|this) out|stands? for)\b"
)
BESIDE_MEANT = re.compile(
    r"\b(?:объясни\w*|поясни\w*|напомни\w*|расскажи\w*|штук[аиу]|термин\w*|слов\w+|explain|remind|thing|term|word|stuff)\b"
)
#: The meaning of a term that is named beside the last figure: «а NRR — это что вообще?».
TERM = re.compile(
    r"\bэто (?:что|вообще что|что-то)\b|\bэто что за\b|\bчто (?:за|такое|значит|означает)\b|\bчто это (?:такое|значит)|\bwhat(?:['’]s| is| does| do| are) .{0,40}\b(?:mean|stand for|again)\b|\bremind me what .{0,40}\b(?:means|is)\b"
)
#: What the last answer is, whatever stands between the words, and what makes it a question of a figure after all.
WHAT_IS = re.compile(
    r"\bчто (?:это|такое|за (?:зверь|штука|показатель|метрика))\b|\bэто (?:\w+ )?что\b|\bчто (?:\w+ )?это\b|\bwhat(?:['’]?s| is| was| are) (?:that|this|it|those|these)\b|\bwhat (?:that|this|it) (?:is|are)\b"
)
NOT_MEANT = re.compile(r"\b(?:now|today|currently|ours?|there|in|for|by|сейчас|сегодня|теперь|у нас|там|в|по|для|за)\b")
#: What other companies do about the last figure.
ELSEWHERE = re.compile(
    LEAD
    + r"(?:как )?(?:(?:(?:дела|обстоят дела|обстоит|это) )?(?:у|в) (?:других|остальных|чужих|прочих)(?: компани\w+| фирм\w*| бизнес\w*)?(?: на рынке)?|другие(?: компании)?|остальные|(?:what|how) (?:about|do|are|is) (?:other|others|other companies|other firms|everyone else)|other companies|elsewhere)\b(?:,? (?:как|с этим|это|делают|решают|поступают|тут|там|дела|это|обычно|do|doing|handle|it|this|that|with|about|on|these|usually))*\W*$"
)
#: Those of the last answer: «сколько из них в Москве?».
AMONG = re.compile(r"\b(?:из|среди|между) (?:них|этих|тех|таких)\b|\b(?:of|among|amongst) (?:them|those|these)\b")
#: Growth left out of the figure, or put back into it.
WITHOUT_GROWTH = re.compile(
    r"\b(?:без|не считая|исключая|without|excluding|leaving out|minus|before|no|net of|ignoring) (?:\w+ )?(?:рост\w*|расширен\w+|допродаж\w*|доп\w* продаж\w*|апсейл\w*|апселл\w*|upsell\w*|up-sell\w*|expansion\w*|growth)"
)
WITH_GROWTH = re.compile(
    r"\b(?:с|со|с уч[её]том|включая|with|including|counting|plus) (?:\w+ )?(?:рост\w*|расширен\w+|допродаж\w*|апсейл\w*|апселл\w*|upsell\w*|up-sell\w*|expansion\w*|growth)"
)
#: Clients on whom the last figure falls short.
FAILED = re.compile(
    r"\b(?:сорв|не выполн|не сдерж|провал|наруш|обманул|подвел|не дотянул|fail|broke|let down|missed|not kept|unkept|slipp)\w*"
)
BROKEN = {"vrs": ("promise_broken",), "value_gap": ("value_gap",)}
WHOM = re.compile(
    r"\b(?:кто|у кого|кому|кого|(?:по |у |на |для )?каки[мехй]\w* (?:именно )?(?:клиент|компани)\w*|who|whom|whose|(?:which|what) (?:clients|customers|accounts|ones)|for whom)\b"
)
#: The segment that a finding is about.
ABOUT_SEGMENT = {
    "at_risk_accounts": "at_risk", "at_risk_money": "at_risk", "renewals_at_risk": "at_risk", "newcomers_waiting": "newcomers",
    "slow_ttv": "newcomers", "stuck_step": "newcomers", "few_referrals": "advocates", "limit_hitters": "growth", "hidden_growers": "growth",
}  # fmt: skip
#: Everything on the one client that the last answer was about.
CARD = re.compile(
    r"\b(?:карточк\w+|профил\w+|по всем фронтам|вс[её] (?:о|про|по|что)|что у (?:них|него|нее)|как (?:у )?(?:них|него|нее|они|он|она)(?: дела)?\W*$|card|profile|account page|everything (?:on|about)|the (?:full|whole) picture|how are they|how(?:['’]s| is) (?:it|he|she) doing)\b"
)
THEY = re.compile(r"\b(?:its|они|он|она|их|им|ему|ей|ними|ним|ней|них|него|нее|нему|they|them|their|him|her)\b")
IN_MONEY = re.compile(
    r"\bв (?:деньгах|рублях|выручке)|\b(?:деньгами|рублями)\b|\bin (?:money|roubles|rubles|revenue|cash)\b|\bсколько это (?:денег|в деньгах)"
)
#: The same asked in money, or in clients.
TWINS: "tuple[tuple[re.Pattern[str], dict[str, str]], ...]" = (
    (
        IN_MONEY,
        {"logo_churn": "money_churn", "churn_share": "money_churn", "clients": "mrr"},
    ),
    (
        re.compile(r"\bв (?:клиентах|абонентах|штуках)|\bin (?:clients|customers|accounts|logos)\b"),
        {"money_churn": "logo_churn"},
    ),
)
NOW = re.compile(LEAD + r"(?:сейчас|на сегодня|сегодня|now|today|currently|as of today)\W*$")
OVERALL = re.compile(
    LEAD + r"(?:в целом|по всем(?: клиентам)?|по всей базе|всего|overall|in total|for (?:all|everyone)|in all)\W*$"
)
HOW_MANY = re.compile(
    r"\b(?:сколько (?:их|таких|всего)(?: всего)?|как много(?: их)?|how many(?: (?:are there|of them|is that|are they|in all))*)\b"
)
THE_FIRST = re.compile(
    r"\b(?:кто|who)(?: (?:там|у нас|is|comes|['’]s))* (?:на первом месте|самый первый|первый|first|number one|on top|лидер\w*|лидирует)\b"
)
#: What a client pays or owes, as its card tells.
PAYS = re.compile(
    r"\bкак у (?:них|него|нее) (?:с|со|дела с|обстоит с) \w+|\bhow(?:['’]?s| is| are) (?:their|its|his|her) \w+|\b(?:плат(?:ит|ят)|принос(?:ит|ят)|долж(?:ен|на|ны)|pay(?:s|ing)?|owe(?:s|d)?|bring(?:s|ing)?)\b"
)
NEXT = re.compile(
    LEAD
    + r"(?:что|какой|какая|какое|how about|what(?:['’]?s| is| comes)?|which)\b.{0,20}\b(?:дальше|следующ\w+|потом|затем|next|after that)\b"
)
OUR_OWN = re.compile(r"\bours?\b|\bу нас\b|\bнаш\w*")
OURS = re.compile(
    LEAD
    + r"(?:как(?:ой|ая|ое|ие|ов|ова|ово) (?:он|она|оно|они|это|сейчас|тогда)?\s?у нас|сколько (?:он|она|это|у нас)|(?:what|how)(?:'s| is| are| about)? (?:ours|it for us|our own)|what do we have)"
)
WHAT_TO_DO = re.compile(
    LEAD
    + r"(?:что (?:с (?:этим|ними|ним|ней) )?(?:нам |мне )?(?:делать|делаем)|what do (?:we|i) do|как (?:это )?(?:исправить|улучшить)|what (?:should|can) (?:we|i) do|what to do|(?:and )?(?:what|which) (?:actions?|steps?) (?:should|do|can) (?:we|i) take|как (?:с (?:этим|ними) )(?:быть|поступить|бороться)|how (?:do|can) we fix)"
)
MORE = re.compile(
    r"^\W*(?:а |и )?(?:подробнее|подробней|детали|покажи строки|ещё|еще|more|details|in more detail|show (?:me )?(?:the )?rows)\W*$"
)
#: The state of the business told again, for one reader.
RETOLD = re.compile(
    r"\b(?:переска\w+|перефраз\w+|переведи|излож\w+|расскаж\w+|то же|словами|версию|для|words|retell|rephrase|explain|tell|translate|version|same|for)\b"
)
AGAIN = re.compile(
    r"\b(?:переска\w+|перефраз\w+|(?:своими|простыми|другими) словами|put (?:it|that) into (?:\w+ )?words|retell|rephrase|in (?:plain|simple|other) words)\b"
)
SAME_TIME = re.compile(
    r"\b(?:это|тот|то|этот) же (?:время|период|срок|квартал|месяц|год)|за это время|(?:in|over|during|for) (?:that|the same) (?:time|period|quarter|month|year)"
)
#: An order to write to those of the last answer: «напиши им», “drop them a line”.
WRITES = re.compile(
    r"\b(?:напиш\w+|черкн\w+|отпиш\w+|набросай\w*) (?:им|ему|ей|туда)\b|\b(?:им|ему|ей) (?:напиш\w+|черкн\w+)\b|\bwrite (?:to )?(?:them|him|her)\b|\b(?:drop|send|shoot) (?:them|him|her) a (?:line|note|message)\b"
)
#: A report on the client of the last answer.
PAPER = re.compile(r"\b(?:отчет\w*|reports?)\b")
#: Clients of its own that a message is for.
OTHERS = re.compile(
    r"\b(?:всем|кажд\w+|клиентам|тем,? (?:кто|у кого)|(?:этому|эт\w+) клиент\w*|everyone|everybody|all|each|those (?:who|that|with)|(?:this|that) (?:client|customer|account))\b"
)
#: One of several clients by its place.
NTH = re.compile(
    r"\b(?:(?P<one>перв|first)|(?P<two>втор|second)|(?P<three>трет|third)|(?P<four>четверт|fourth))(?:(?<=[а-я])(?:ый|ого|ому|ым|ом|ой|ая|ую|ий|ьего|ьему|ьим))?(?: one| client| company)?\b"
    r"(?=\W*$|[,.;:?!]| (?:сделай|подготовь|собери|напиши|набросай|дай|покажи|нуж(?:ен|но|на)|отч[её]т|письмо|скрипт|make|write|prepare|draft|report|letter|one|client|company|customer|account|клиент\w*|из них|of them|and|и|or|или|тоже|too|as well)\b)"
)
#: What stands in the documents that were quoted last.
IN_THERE = re.compile(
    r"\b(?:там|тут|оттуда|в (?:них|нем|ней|этих|этом|тех)|in (?:there|it|them|that|those)|there|it say|they say|that one)\b"
)
ON_WHAT = re.compile(
    LEAD + r"(?:что |а |what |and |anything |есть )*(?:про|насчет|на счет|о|об|по|about|on|regarding)\s+\w"
)
#: The file that would hold what is missing.
FILE = re.compile(
    r"\b(?:файл\w*|шаблон\w*|анкет\w*|табличк\w*|таблиц\w*|форм[ау]\b|бланк\w*|files?|templates?|workbooks?|spreadsheets?|form)\b"
)
#: The same asked by any words for what is to be done, where none of its own stands beside them.
DO = re.compile(
    r"\b(?:что|чего|как)\b.*\b(?:делать|делаем|быть|поступ\w+|предпринять|исправ\w+|помочь|реагировать)\b|"
    r"\b(?:what|how)\b.{0,25}\b(?:i|we|one|to)\b(?: \w+)? (?:do|fix|handle|deal|treat|approach|help)\b"
)
DOING = re.compile(
    r"\b(?:делать|делаем|быть|поступ\w+|предпринять|исправ\w+|помочь|реагировать|do|fix|handle|deal|treat|approach|help)(?:-то)?\b"
)
#: Those of the last answer by name.
NAMES = re.compile(r"\b(?:имена|поименно|пофамильно|фамили\w+|названия|списком|список|names?|namely|list)\b")
#: Work of the plan told as done.
DID = re.compile(
    r"\b(?:сделал|выполнил|закончил|завершил|закрыл|доделал)[аи]?\b|\b(?:сделано|выполнено|готово|закрыто)\b|\b(?:did|done|finished|completed)\b"
)
BESIDE_DID = re.compile(
    r"\b(?:отме[тч]\w+|пометь\w*|вычерк\w+|пункт\w*|задач\w+|шаг\w*|mark|tick|cross|item|task|step|action)\b"
)
#: The client of the last answer, without a pronoun.
SAME_CLIENT = re.compile(
    r"\b(?:(?:тот|тому|того|том|эт\w+) же (?:клиент|заказчик|аккаунт)\w*|туда же|(?:the )?same (?:client|customer|account|company)|to go with (?:it|that))\b"
)
#: One client beside another.
BESIDE = re.compile(
    r"\bсравн|\bрядом\b|\bбок о бок\b|\bcompar|\bчем у\b|\bversus\b|\bvs\b|\bпротив\b|\bagainst\b|\bnext to\b|\bbeside\b|\balongside\b|\bside by side\b"
)
