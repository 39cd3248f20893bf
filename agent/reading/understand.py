"""What a question speaks of: language, metrics, segments, accounts, period, and what it wants done."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from agent.examples import vocabulary
from agent.markup import without_pasted
from agent.reading import plans
from agent.reading.against import PRESENT, against, level, one_comparison
from agent.reading.ahead import ahead
from agent.reading.bounds import cut, spans
from agent.reading.headers import headed
from agent.reading.left_out import left_out_first
from agent.reading.name_index import WORD
from agent.reading.names import Mention, known_words, mentions
from agent.reading.periods import asked
from agent.reading.spelled import in_figures
from agent.reading.spelling import mended
from agent.reading.tenure import since_when
from agent.reading.topics import TOPICS
from agent.reading.windows import UNREAD, future, upcoming
from agent.reading.words import SEGMENTS, SPOKEN, WANTS, WANTS_BY
from tools.text import Language

if TYPE_CHECKING:
    from tools.portfolio import Portfolio

_QUOTED = re.compile(r"«[^»]*»+|“[^”]*”|\"[^\"]*\"")
#: Contracts that are to end, and what is said of those that have ended.
COMING = re.compile(
    r"\b(?:ends?|ending|due|expir(?:e|es|ing)|run(?:s|ning)? out|comes? up|coming|upcoming|lapses?|pipeline|заканчива\w+|кончаются|кончается|истека\w+|предсто\w+|подход\w+|продлева\w+)\b"
)
PAST = re.compile(
    r"\b(?:закончил\w*|кончил\w*|продлил\w*|итог\w*|дол[яюие]|процент\w*|ended|expired|ran out|renewed|lapsed|were|was|did|rate|share|closed|retention)\b"
)
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
    left_out: tuple[str, ...] = ()
    against: str | None = None

    @property
    def plain(self) -> str:
        """The question in small letters, ё as е."""
        return self.question.lower().replace("ё", "е").strip()


def understood(question: str, portfolio: "Portfolio", *, language: Language | None = None) -> Understood:
    """The question's language and everything named in it."""
    from agent.reading.values import EXCEPT, plans_compared
    from knowledge.search import stems

    said, values = question, _values_words(portfolio)
    question = left_out_first(
        one_comparison(in_figures(without_pasted(question))),
        lambda those: bool(set(stems(those)[:1]) & values or segments_in(those.lower().replace("ё", "е"))),
    )
    question = mended(question, {*known_words(portfolio), *values})
    plain = question.lower().replace("ё", "е").strip()
    own = tuple(stems(question))
    named = mentions(question, portfolio, ordinary=vocabulary())
    named, left_out = _without(plain, named)
    accounts = tuple(account for mention in named for account in mention.accounts)
    wants = {name for name, pattern in WANTS.items() if pattern.search(plain)}
    wants |= {"market"} if any(word in told_of() for word in _WORD.findall(plain)) else set()
    wants |= {f"by_{column}" for column, pattern in WANTS_BY.items() if pattern.search(plain)}
    wants |= {f"by_{column}" for column in headed(plain, portfolio)}
    wants -= (
        {"competitors"} if accounts and not re.search(r"конкурент|competit|rivals?\b|рынк|market", plain) else set()
    )
    wants |= {"by_plan"} if plans_compared(plain, portfolio) else set()
    wants |= {"campaign"} if _campaigns(own, portfolio) else set()
    named_plans = [(item.start, item.end) for item in plans.named(question, portfolio)]  # «month-to-month» is no time
    timely = _QUOTED.sub(" ", cut(plain, [*spans(plain), *named_plans, *since_when(plain, portfolio)[1]]))
    then = against(timely)
    timely = timely if then is None else PRESENT.sub(" ", cut(timely, [then.span]))
    period = asked(timely, portfolio.as_of)
    if period in (None, UNREAD):
        period = (then.unit if then is not None else level(timely)) or period
    if portfolio.as_of is not None and "renewals" in wants and not PAST.search(plain):
        period = ahead(timely, portfolio.as_of) or period
    if period is not None and portfolio.as_of is not None and "renewals" in wants and not PAST.search(plain):
        period = upcoming(period, timely, portfolio.as_of, coming=COMING.search(plain) is not None)
    metrics = _in_money(tuple(key for key in _named(own, _metric_names()) if _meant(key, plain, wants)), plain)
    meant = segments_in(cut(plain, [match.span() for match in EXCEPT.finditer(plain)]))
    segments = tuple(key for key in meant if not _of_a_figure(key, metrics, plain))
    metrics = tuple(key for key in metrics if key != "segments" or not segments)
    return Understood(
        question=question,
        language=language or spoken(question, names=_names(accounts, portfolio)),
        metrics=metrics,
        segments=segments,
        accounts=accounts,
        wants=frozenset(wants),
        stems=own,
        codes=tuple(dict.fromkeys(code for pattern, codes in TOPICS if pattern.search(plain) for code in codes)),
        period=period,
        mentions=named,
        past=period not in (None, UNREAD) and not future(period, portfolio.as_of),
        said=said,
        left_out=left_out,
        against=then.text if then is not None else None,
    )


def _without(plain: str, named: tuple[Mention, ...]) -> tuple[tuple[Mention, ...], tuple[str, ...]]:
    """The clients named but for those whom a question of a figure leaves out, and the ids of these: “MRR excluding Acme”."""
    from agent.reading.values import EXCEPT

    words = [match.span() for match in WORD.finditer(plain)]
    left = [match.span() for match in EXCEPT.finditer(plain)]
    gone = [
        mention
        for mention in named
        if mention.places
        and len(mention.accounts) == 1
        and any(start <= words[min(mention.places)][0] and words[max(mention.places)][1] <= end for start, end in left)
    ]
    return tuple(mention for mention in named if mention not in gone), tuple(item.accounts[0][0] for item in gone)


def _of_a_figure(segment: str, metrics: Collection[str], plain: str) -> bool:
    """Whether the name of a segment is part of a figure's: “promoter score”, «риск ухода»."""
    if segment == "advocates":
        return re.search(r"\bpromoters? (?:score|index)", plain) is not None
    return segment == "at_risk" and _risk_alone(metrics, plain)


def _risk_alone(metrics: Collection[str], plain: str) -> bool:
    """Whether risk is a figure and no segment: «риск ухода», «деньги под риском», not «зона риска»."""
    if "money_at_stake" in metrics:
        return True
    return "churn_risk" in metrics and not re.search(r"зон|at[- ]risk|под угроз|рисков", plain)


def _in_money(metrics: tuple[str, ...], plain: str) -> tuple[str, ...]:
    """Churn is counted in money where the question says so, and in both where it says both."""
    money = re.search(r"\bв (?:деньгах|рублях|выручке)\b|\bin (?:money|roubles|rubles|revenue)\b", plain)
    if money is None or "logo_churn" not in metrics or "money_churn" in metrics:
        return metrics
    both = re.search(
        r"\bв (?:клиентах|абонентах|штуках|головах)|\bin (?:clients|customers|accounts|logos|heads)\b", plain
    )
    return tuple(
        part
        for key in metrics
        for part in ((key,) if key != "logo_churn" else ("logo_churn", "money_churn") if both else ("money_churn",))
    )


def _meant(key: str, plain: str, wants: Collection[str]) -> bool:
    """Whether a metric's name stands for it: “by segment” groups, and an index is no indexation."""
    if key == "indexation":
        return re.search(r"indexation|индексац|price rise|повышен", plain) is not None
    if key == "mrr" and re.search(
        r"\bмост\b|\bбридж\b|\bbridge\b|\bwalk\b|\bводопад\b|\bwaterfall\b|\bwhat (?:made|makes) up .{0,20}change|\bиз чего (?:сложил|склады|состо)\w* .{0,20}изменени",
        plain,
    ):
        return False
    return key != "segments" or "by_segment" not in wants


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


def within_longer(seen: Understood, key: str) -> bool:
    """Whether a metric's name stands in the question as a part of the longer name of another: MRR in «движение MRR»."""
    names = (name for name, owner in _metric_names().items() if owner == key)
    return key not in seen.metrics and any(place(seen.stems, name, set()) is not None for name in names)


def segments_in(text: str) -> tuple[str, ...]:
    """Keys of the value segments that a text names."""
    from knowledge.search import stems

    return _named(tuple(stems(text)), _segment_names())


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
    from tools.reports.names import SEGMENTS as TITLES

    shapes = ("{} сегмент", "{} segment", "сегмент {}", "segment {}")
    called = {key: (key.replace("_", " "), TITLES[key].en, TITLES[key].ru) for key in SEGMENTS}
    return _by_length(
        {
            key: [*words, *(shape.format(name) for shape in shapes for name in called[key])]
            for key, words in SEGMENTS.items()
        }
    )


def _by_length(names: Mapping[str, list[str]]) -> Mapping[tuple[str, ...], str]:
    from knowledge.search import stems

    pairs = [(tuple(stems(word)), key) for key, words in names.items() for word in words]
    return dict(sorted(((name, key) for name, key in pairs if name), key=lambda pair: -len(pair[0])))
