"""What a question speaks of: language, metrics, segments, accounts, period, and what it wants done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from agent.examples import vocabulary
from agent.names import Mention, known_words, mentions
from agent.own_documents import ASKS_DOCUMENTS
from agent.periods import UNREAD, asked, future
from agent.spelling import mended
from agent.topics import TOPICS
from tools.text import Language

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

#: Ways in which people name a metric besides its key, aliases and registered name; matched by word stems.
SPOKEN: Mapping[str, tuple[str, ...]] = {
    "nrr": ("retention", "удержание", "net retention", "net dollar retention", "чистое удержание", "нрр"),
    "grr": ("gross retention", "валовое удержание", "грр"),
    "logo_churn": ("churn", "churn rate", "client churn", "отток", "отток клиентов", "уровень оттока", "процент оттока"),
    "money_churn": ("revenue churn", "отток выручки", "отток денег"),
    "mrr": ("monthly revenue", "recurring revenue", "регулярная выручка", "ежемесячная выручка", "выручка в месяц"),
    "arr": ("annual revenue", "annual recurring revenue", "годовая выручка", "выручка в год"),
    "arpa": ("average revenue", "average cheque", "average check", "средний чек", "средняя выручка"),
    "revenue_per_client": ("revenue per client", "выручка на клиента"),
    "ltv": ("lifetime value", "clv", "пожизненная ценность", "ценность клиента за срок"),
    "ttv": ("time to value", "time to first value", "get the first value", "get the first benefit", "время до ценности", "время до первой пользы", "скорость первой пользы"),
    "vrs": ("value realization", "promises kept", "выполнение обещаний", "выполнение обещанного"),
    "value_gap": ("value gap", "недополученная ценность", "разрыв ценности", "разрыву ценности", "недополученная польза"),
    "chs": ("health score", "client health", "индекс здоровья", "здоровье клиентов"),
    "nps": ("promoter score", "индекс рекомендаций", "индекс лояльности"),
    "referrals": ("referrals", "referral rate", "рекомендации клиентов", "рефералы"),
    "renewals": ("renewals", "renew", "продления", "продлеваются договоры", "договор кончается", "contracts ending"),
    "overdue": ("overdue", "late payments", "debts", "просрочка", "просрочек", "долги", "долгов", "должники", "кто нам должен", "late payers", "дебиторка", "просроченная оплата"),
    "silence": ("silent clients", "silence", "gone quiet", "went quiet", "затихли", "затих", "замолчали", "молчащие клиенты", "молчат"),
    "concentration": ("concentration", "largest clients", "biggest clients", "top clients", "концентрация", "крупнейшие клиенты",
                      "топ клиентов", "крупные клиенты"),
    "indexation": ("indexation", "price rise", "индексация", "повышение цен"),
    "movements": ("bridge", "movements", "revenue move", "revenue movements", "движение выручки", "движения выручки", "мост выручки"),
    "quick_ratio": ("quick ratio", "квик рейшо", "квик ратио"),
    "cac_payback": ("cac payback", "cac", "окупаемость привлечения", "стоимость привлечения"),
    "client_roi": ("client roi", "roi", "окупаемость клиента"),
    "culture": ("culture", "культура", "культура ценности"),
    "adoption": ("adoption", "освоение", "использование функций"),
    "campaign_effect": ("campaign effect", "эффект кампании"),
    "churn_risk": ("churn risk", "chance of leaving", "риск ухода", "риск оттока", "вероятность ухода", "вероятность оттока"),
    "journey": ("client journey", "customer journey", "путь клиента", "карта пути"),
    "money_at_stake": ("money at stake", "money at risk", "деньги под угрозой", "денег под угрозой", "деньги под риском", "денег под риском"),
    "cash_per_client": ("cash per client", "деньги с клиента"),
}  # fmt: skip
SEGMENTS: Mapping[str, tuple[str, ...]] = {
    "at_risk": ("at risk", "at-risk", "зона риска", "рисковая зона", "риск", "под угрозой", "risky clients"),
    "newcomers": ("newcomers", "new clients", "новички", "новые клиенты"),
    "advocates": ("advocates", "адвокаты", "адвокаты бренда", "promoters"),
    "growth": ("growth points", "hidden growers", "точка роста", "точки роста", "скрытый рост"),
    "core": ("core clients", "опора"),
    "steady": ("steady clients", "ровные клиенты"),
    "lost": ("lost clients", "ушедшие клиенты", "потерянные клиенты"),
    "unknown": ("clients without data", "клиенты без данных"),
}
WANTS: Mapping[str, re.Pattern[str]] = {
    "injection": re.compile(
        r"ignore (?:all |any )?(?:previous|prior|the above)|system prompt|your (?:prompt|instructions)|developer mode|"
        r"игнорируй|забудь (?:все|всё|предыдущ)|системн\w+ (?:промпт|подсказк|инструкц)|(?:свои|твои) инструкц|jailbreak"
    ),
    "documents": ASKS_DOCUMENTS,
    "leavers": re.compile(
        r"(?:кто|кого|какие клиенты) (?:может |мы можем |могут |собирается |вот-вот )?(?:уй[дт]|потеря|уход)|кому (?:надо |нужно |мне )?(?:по)?звонить|"
        r"кого спасать|who (?:may|might|could|will|is about to|is going to) (?:leave|churn|cancel)|whom? (?:should (?:i|we) |to )call|who to call|"
        r"likely to (?:leave|churn)"
    ),
    "renewals": re.compile(r"продл|договор\w* (?:конча[ею]т|заканчива|истека)|renew|contracts? (?:end|expir|run)"),
    "forecast": re.compile(
        r"следующ\w+ (?:год|квартал|месяц|недел)|(?:в|на) будущ|прогноз|предска|спрогноз|сколько (?:клиентов )?(?:мы )?(?:заработаем|потеряем|будет|уйд[её]т)|"
        r"как(?:ой|ая|ое|ие) буд[еу]т|через (?:год|месяц|квартал|полгода)|forecast|predict|next (?:year|quarter|month|week)|"
        r"\b(?:вырастет|вырастут|упад[её]т|упадут|снизится|снизятся|увеличится|увеличатся|изменится|сократится|подним[её]тся|достигн[её]т|будет ли)\b|"
        r"(?:сможем|сумеем|успеем) ли|"
        r"will (?:our|we|the|churn|revenue|nrr|it|they|customers|clients)\b|in the future|by the end of next|going to (?:grow|be)"
    ),
    "competitors": re.compile(r"конкурент|competit|rivals?\b|у других компаний|средн\w+ по (?:рынку|отрасли)|market share|доля рынка"),
    "costs": re.compile(r"марж|прибыл|рентабельн|себестоим|margin|profit|\bcosts?\b|затрат|расход"),
    "market": re.compile(
        r"mckinsey|маккинз|на рынке|норм\w* (?:на рынке|в отрасл)|(?:in|on) the market|market norm|amazon|амазон|starbucks|старбакс|orange|telia|movistar|nike|sitejabber|кейс|пример\w* компан|тренд\w* (?:рынк|в |20|отрасл|cvm|на)|какие тренды|^тренды|(?<!monthly )(?<!weekly )(?<!quarterly )\btrends\b|market trend|"
        r"\bcases?\b|case stud|benchmark|бенчмарк|в статье|the article|в отрасли|(?<!by )(?<!per )(?<!across )\bindustry (?!nps|split)|on average grow|\d+\s*[–-]\s*\d+\s*%|"
        r"(?:up-?sell|cross-?sell|апселл?)\w*.*(?:даст|прин|вырас|сколько|give|bring|grow|gain)"
    ),
    "forge": re.compile(
        r"округл|нарису|подправ|приукрас|подгон|сделай.*(?:красив|побольше|выше|ровно)|скажи.*что.*равн|round (?:it |nrr |the )?|make it (?:look|higher)|"
        r"\bfudge|\bfake\b|pretend|tweak|say (?:it is|that)"
    ),
    "define": re.compile(
        r"что (?:такое|значит|означает|за показатель)|как (?:\w+ ){0,2}(?:считает|рассчит|вычисл)|по какой формуле|объясни|расшифруй|поясни|"
        r"чем (?:\w+ )?отлича\w+|разниц\w+ между|из чего (?:складыва|состо|счита|собира)\w+(?! (?:измен|рост|паден|прирост|движен))|что входит в|что за зверь|"
        r"how (?:is|are|does) \w+ differ|differen\w+ (?:between|from)|what goes into|what makes up|what(?:'s| is) (?:a |an |in )|"
        r"what (?:is|are) (?!our|my|the)|what does|meaning of|define|definition|explain|how (?:is|are|do you) \w+ (?:calculated|computed|defined)|how do you (?:calculate|compute)"
    ),
    "why": re.compile(r"\bпочему\b|\bотчего\b|\bwhy\b|из-за чего|за счет чего|what (?:made|drove|caused|is behind|was behind)|how come"),
    "advice": re.compile(
        r"что (?:нам |мне |с этим |же )?(?:делать|предпринять)|что делаем|как (?:себя )?вести|what do (?:we|i) do\b|как (?:нам |мне |лучше |быстрее )?(?:удерж|увелич|сниз|уменьш|подня|повыс|получ|верн|ускор|работать|"
        r"сделать|сократ|вырастить|улучш|помочь|начать|привле|расшир|вести)|посовет|порекоменд|рекомендуе|совет\b|план действий|"
        r"how (?:do|can|should|could|might) (?:we|i)|how to|what (?:should|can|could) (?:we|i)|what to do|advi[sc]e|suggest|recommend (?:how|what|a)|"
        r"\bimprove\b|ways to"
    ),
    "list": re.compile(r"\bкто\b|\bкого\b|\bкому\b|список|покажи|перечисли|сколько|какие|\bwho\b|\bwhom\b|\blist\b|show|which|how many|give me"),
    "own": re.compile(r"\bу нас\b|\bнаш\w*|\bмой|\bмоя|\bour\b|\bmy\b|\bwe\b|\bus\b"),
    "gaps": re.compile(
        r"(?:чего|что) (?:нельзя|не получ|невозможно|не могу|не хватает)|каких данных не|what (?:can(?:'|no)t|cannot|is missing|could not)|missing data|"
        r"can(?:'|no)t (?:you |be )?comput"
    ),
    "overview": re.compile(r"провед\w+ аудит|сделай аудит|как (?:у нас )?дела|общая картина|audit (?:our|my|the)|how are we doing|overview|big picture"),
    "mean": re.compile(r"сегмент|segments?\b|получает пользу|gets? value"),
    "report": re.compile(
        r"отчет\w* о ценности|value report|(?:подготов|сдела|собер|сформиру|выгруз|дай|нужен|нужна)\w* (?:\w+ )?отчет|отчет\w* (?:клиенту|для клиента|по клиенту|для (?=ооо|ип|ао|гбуз|«))|"
        r"(?:prepare|make|build|generate|need|give me) .*report|report for"
    ),
    "letter": re.compile(
        r"(?:напиши|напишите|состав\w+|подготов\w+|набросай\w*)\b.{0,90}\b(?:письм|сообщени|скрипт)|"
        r"\b(?:write|draft|compose|prepare)\b.{0,90}\b(?:letter|e-?mail|message|call script)"
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
    "segment": r"сегмент\w*|групп\w*|segments?|groups?",
    "plan": r"тариф\w*|план\w*|пакет\w*|plans?|tariffs?|packages?",
    "industry": r"отрасл\w*|индустри\w*|сфер\w*|industr\w+|sectors?",
    "region": r"регион\w*|област\w*|город\w*|territor\w*|regions?|cit(?:y|ies)",
    "size": r"размер\w*|величин\w*|sizes?",
    "cohort": r"когорт\w*|cohorts?",
    "owner": r"менеджер\w*|ответственн\w*|managers?|owners?",
    "month": r"месяц\w*|months?",
}
_BY = (
    r"(?:\b(?:по(?! результат)|в разрезе|в разбивке(?: по)?|с разбивкой по|разбей(?: \w+)? по|между|каждо\w+|by|per|across|between|for each|for every|each|"
    r"(?:broken|split|break|cut)(?: it| that| them)? (?:out |down |up )?by)\s+(?:\w+\s+)?)"
)
WANTS_BY: Mapping[str, re.Pattern[str]] = {
    column: re.compile(rf"{_BY}(?:{words})\b" + also)
    for column, words in GROUPINGS.items()
    for also in (
        {
            "segment": r"|в разбивке$|по группам|across segments",
            "month": r"|помесячн\w+|\bmonthly (?:trend|dynamic|series|chart)|month by month|динамик\w+.*месяц",
            "size": r"|\bкрупн\w+.*\bмелк\w+|\bмелк\w+.*\bкрупн\w+|\bбольш\w+ клиент\w*.*\b(?:мелк|маленьк)\w+|\b(?:big|large|bigger|larger)\b.*\bsmall\w*|\bsmall\w*\b.*\b(?:big|large)",
        }.get(column, ""),
    )
}
_QUOTED = re.compile(r"«[^»]*»+|“[^”]*”|\"[^\"]*\"")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Understood:
    """What was recognised in a question; ``question`` is it without its misprints, ``said`` as it was written."""

    question: str
    language: Language
    metrics: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    accounts: tuple[tuple[str, str], ...] = ()
    wants: frozenset[str] = field(default_factory=frozenset)
    stems: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    period: str | None = None
    mentions: tuple[Mention, ...] = ()
    past: bool = False
    said: str = ""

    @property
    def plain(self) -> str:
        """The question in small letters, ё as е."""
        return self.question.lower().replace("ё", "е").strip()


def understood(question: str, portfolio: "Portfolio", *, language: Language | None = None) -> Understood:
    """The question's language and everything named in it."""
    from knowledge.search import stems

    said, question = question, mended(question, {*known_words(portfolio), *_values_words(portfolio)})
    plain = question.lower().replace("ё", "е").strip()
    own = tuple(stems(question))
    named = mentions(question, portfolio, ordinary=vocabulary())
    accounts = tuple(account for mention in named for account in mention.accounts)
    wants = {name for name, pattern in WANTS.items() if pattern.search(plain)}
    wants |= {"market"} if any(word in told_of() for word in _WORD.findall(plain)) else set()
    wants |= {f"by_{column}" for column, pattern in WANTS_BY.items() if pattern.search(plain)}
    wants |= {"campaign"} if _campaigns(own, portfolio) else set()
    period = asked(_QUOTED.sub(" ", plain), portfolio.as_of)
    return Understood(
        question=question,
        language=language or spoken(question, names=_names(accounts, portfolio)),
        metrics=tuple(
            key
            for key in _named(own, _metric_names())
            if key != "indexation"
            or "indexation" in plain
            or "индексац" in plain
            or "price rise" in plain
            or "повышен" in plain
        ),
        segments=_named(own, _segment_names()),
        accounts=accounts,
        wants=frozenset(wants),
        stems=own,
        codes=tuple(dict.fromkeys(code for pattern, codes in TOPICS if pattern.search(plain) for code in codes)),
        period=period,
        mentions=named,
        past=period not in (None, UNREAD) and not future(period, portfolio.as_of),
        said=said,
    )


def spoken(question: str, *, names: frozenset[str] = frozenset()) -> Language:
    """The language the question is asked in: quoted words, acronyms and names (their stems) do not decide."""
    from knowledge.search import language_of, stems

    words = [word for word in _WORD.findall(_QUOTED.sub(" ", question)) if word.isalpha()]
    plain = [word for word in words if not (len(word) > 1 and word.isupper()) and not names & set(stems(word))]
    russian = [language_of(word) == "ru" for word in plain]
    if not plain:
        return language_of(question)
    return "ru" if russian[0] or 2 * sum(russian) >= len(plain) else "en"


def _values_words(portfolio: "Portfolio") -> frozenset[str]:
    """Stems of the words of plans, regions and industries, as far as the data have them."""
    from knowledge.search import stems
    from tools.fields import raw_values

    if "value_words" not in portfolio.memo:
        known: set[str] = set()
        for column in ("plan", "region", "industry"):
            if portfolio.has("accounts", column):
                values = {str(value) for value in raw_values(portfolio, column).values() if value is not None}
                known |= {stem for value in values for stem in stems(value)}
        portfolio.memo["value_words"] = frozenset(known)
    words: frozenset[str] = portfolio.memo["value_words"]
    return words


@cache
def told_of() -> frozenset[str]:
    """Companies of the cases and trends of the knowledge base, in small Latin letters: a question of them is to the cards."""
    from knowledge.cards import load_cards

    titles = " ".join(card.title["en"] for card in load_cards().values() if card.kind in ("case", "trend"))
    words = {word for word in re.findall(r"\b[A-Z][a-z]+[A-Za-z]{2,}\b", titles)}
    return frozenset(word.lower() for word in words if not set(_stems_of(word)) & vocabulary())


def _stems_of(word: str) -> list[str]:
    from knowledge.search import stems

    return stems(word)


def _names(accounts: tuple[tuple[str, str], ...], portfolio: "Portfolio") -> frozenset[str]:
    """Stems of the words in the names of the accounts and of the campaigns."""
    from knowledge.search import stems

    _campaigns((), portfolio)
    known = [stem for name in portfolio.memo["campaign_names"] for stem in name]
    return frozenset([*known, *(stem for _, name in accounts for stem in stems(name))])


def _campaigns(own: tuple[str, ...], portfolio: "Portfolio") -> bool:
    """Whether a campaign of the data is named in the question."""
    from knowledge.search import stems

    if "campaign_names" not in portfolio.memo:
        known: list[tuple[str, ...]] = []
        if portfolio.has("touches", "campaign"):
            found = portfolio.run(portfolio.table("touches").select("campaign").distinct()).to_pylist()
            known = [tuple(stems(row["campaign"])) for row in found if row["campaign"]]
        portfolio.memo["campaign_names"] = known
    return any(name and place(own, name, set()) is not None for name in portfolio.memo["campaign_names"])


def _named(own: tuple[str, ...], names: Mapping[tuple[str, ...], str]) -> tuple[str, ...]:
    """Keys whose name stands in the question, the longest names first; a word serves one name only."""
    taken: set[int] = set()
    found: list[str] = []
    for name, key in names.items():
        at = place(own, name, taken)
        if at is not None:
            taken |= set(range(at, at + len(name)))
            if key not in found:
                found.append(key)
    return tuple(found)


def place(own: tuple[str, ...], name: tuple[str, ...], taken: set[int]) -> int | None:
    """Where the stems of a name stand in those of a question, outside the places taken; None where nowhere."""
    for at in range(len(own) - len(name) + 1):
        if own[at : at + len(name)] == name and not taken & set(range(at, at + len(name))):
            return at
    return None


@cache
def _metric_names() -> Mapping[tuple[str, ...], str]:
    from tools.metrics import metrics

    names: dict[str, list[str]] = {key: list(words) for key, words in SPOKEN.items()}
    for key, metric in metrics().items():
        shown = [re.sub(r"\s*\(.*?\)", "", metric.name[language]) for language in ("en", "ru")]
        names.setdefault(key, []).extend([key, key.replace("_", " "), *metric.aliases, *shown])
    return _by_length(names)


@cache
def _segment_names() -> Mapping[tuple[str, ...], str]:
    return _by_length({key: list(words) for key, words in SEGMENTS.items()})


def _by_length(names: Mapping[str, list[str]]) -> Mapping[tuple[str, ...], str]:
    from knowledge.search import stems

    pairs = [(tuple(stems(word)), key) for key, words in names.items() for word in words]
    return dict(sorted(((name, key) for name, key in pairs if name), key=lambda pair: -len(pair[0])))
