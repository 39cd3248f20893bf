"""Twelve ways in which a text goes wrong about a number, in a draft with tokens and in the text as shown."""

import re
from collections.abc import Callable, Sequence
from random import Random

from tests.answers import Said
from tools.reading import Reading, Unit
from tools.render import TOKEN, Rendered, Span

MONEY = re.compile(r"₽|\$|€|£")
NEGATORS = {
    "ru": re.compile(r"(?<!\w)(?:не|нет|ни|без|нельзя)\s", re.IGNORECASE),
    "en": re.compile(r"(?<!\w)(?:not|no|without|never)\s|(?<=can)not(?!\w)", re.IGNORECASE),
}
PERIODS = {
    "ru": (("в год", "в месяц"), ("в месяц", "в год"), ("месяц", "квартал"), ("год", "месяц"), ("неделю", "день"),
           ("квартал", "год"), ("месяца", "года"), ("годовой", "месячный")),
    "en": (("a year", "a month"), ("a month", "a year"), ("month", "quarter"), ("year", "month"), ("week", "day"),
           ("quarter", "year"), ("yearly", "monthly"), ("monthly", "yearly")),
}  # fmt: skip
TURNED = {
    "ru": (
        ("рост", "снижение"),
        ("снижение", "рост"),
        ("вырос", "снизился"),
        ("упало", "выросло"),
        ("рост", "падение"),
    ),
    "en": (("rose", "fell"), ("fell", "rose"), ("rise", "fall"), ("growth", "decline"), ("increase", "decrease")),
}
AFTER = {  # said beside a number: what it is made into
    "percent": {"ru": (" %", " процентов", "%", " в долях"), "en": ("%", " percent", " per cent", " as a share")},
    "scale": {"ru": (" тыс.", " млн", " тысяч", " млрд", " миллионов"), "en": (" thousand", " million", "k", " bn", "M")},
    "points": {"ru": (" п.п.", " п. п.", " процентных пунктов", " б.п."), "en": (" pp", " percentage points", " bps", " points")},
    "currency": {"ru": (" $", " долларов", " евро", " €", " USD", " юаней"), "en": (" $", " dollars", " euros", " €", " RUB", " pounds")},
    "year": {"ru": (" в 2019 году", " год назад", " в прошлом году", " за позапрошлый год"),
             "en": (" in 2019", " a year ago", " last year", " the year before")},
    "period": {"ru": (" за прошлый месяц", " за квартал", " за неделю", " в сутки"),
               "en": (" last month", " in the quarter", " a week", " per day")},
}  # fmt: skip
BEFORE = {
    "sign": {"ru": ("−", "-", "минус ", "–"), "en": ("−", "-", "minus ", "–")},
    "rounding": {"ru": ("около ", "почти ", "примерно ", "~", "порядка ", "более ", "≥", "до каких-нибудь ", "чуть больше "),
                 "en": ("about ", "nearly ", "roughly ", "~", "almost ", "over ", "≥", "some ", "just under ")},
}  # fmt: skip
CLASSES = (
    "digit", "swap", "percent", "scale", "sign", "period", "negation", "rounding", "points", "year", "currency", "entity",
)  # fmt: skip


def mutated(kind: str, draft: str, said: Said, chance: Random) -> str | None:
    """The draft with one thing wrong of a kind; None where nothing of the kind can be done to it."""
    ways = list(DRAFTS[kind])
    chance.shuffle(ways)
    for way in ways:
        found = way(draft, said, chance)
        if found is not None and found != draft and _text(found, said) != _text(draft, said):
            return found
    return None


def _text(draft: str, said: Said) -> list[str]:
    """What is said, whatever the order of its clauses."""
    slots = said.register.slots
    text = TOKEN.sub(lambda m: said.register.shown(slots[m[1]], said.language) if m[1] in slots else m[0], draft)
    return sorted(part.strip(" .").lower() for part in re.split(r"[\n;]|(?<=[.!?])\s", text) if part.strip())


Way = Callable[[str, Said, Random], str | None]


def _after(kind: str, units: Sequence[Unit] = ()) -> Way:
    def way(draft: str, said: Said, chance: Random) -> str | None:
        return _beside(draft, said, chance, "", chance.choice(AFTER[kind][said.language]), units)

    return way


def _before(kind: str) -> Way:
    def way(draft: str, said: Said, chance: Random) -> str | None:
        return _beside(draft, said, chance, chance.choice(BEFORE[kind][said.language]), "", ())

    return way


def _beside(draft: str, said: Said, chance: Random, before: str, after: str, units: Sequence[Unit]) -> str | None:
    places = [match for match in TOKEN.finditer(draft) if match[1].startswith("F") and _fits(match[1], said, units)]
    if not places:
        return None
    match = chance.choice(places)
    return f"{draft[: match.start()]}{before}{match.group()}{after}{draft[match.end() :]}"


def _fits(token: str, said: Said, units: Sequence[Unit]) -> bool:
    slot = said.register.slots[token]
    return isinstance(slot, Reading) and slot.value is not None and (not units or slot.unit in units)


def _typed(change: Callable[[str, Random], str | None]) -> Way:
    """A token replaced by what it shows, typed, and wrong."""

    def way(draft: str, said: Said, chance: Random) -> str | None:
        places = [match for match in TOKEN.finditer(draft) if match[1][0] in "FD"]
        chance.shuffle(places)
        for match in places:
            shown = said.register.shown(said.register.slots[match[1]], said.language)
            wrong = change(shown, chance)
            if wrong is not None and wrong != shown:
                return draft[: match.start()] + wrong + draft[match.end() :]
        return None

    return way


def _swapped(letters: str) -> Way:
    """Two tokens of one kind, in each other's place."""

    def way(draft: str, said: Said, chance: Random) -> str | None:
        places = [match for match in TOKEN.finditer(draft) if match[1][0] in letters]
        pairs = [(a, b) for n, a in enumerate(places) for b in places[n + 1 :]
                 if a[1] != b[1] and a[1][0] == b[1][0] and _shown(a[1], said) != _shown(b[1], said)]  # fmt: skip
        if not pairs:
            return None
        a, b = chance.choice(pairs)
        return draft[: a.start()] + b.group() + draft[a.end() : b.start()] + a.group() + draft[b.end() :]

    return way


def _replaced(letters: str) -> Way:
    """A token in the place of another of its kind."""

    def way(draft: str, said: Said, chance: Random) -> str | None:
        places = [match for match in TOKEN.finditer(draft) if match[1][0] in letters]
        known = sorted({token for claim in said.claims for token in claim.tokens if token[0] in letters})
        pairs = [(match, token) for match in places for token in known
                 if token[0] == match[1][0] and _shown(token, said) != _shown(match[1], said)]  # fmt: skip
        if not pairs:
            return None
        match, token = chance.choice(pairs)
        return f"{draft[: match.start()]}[[{token}]]{draft[match.end() :]}"

    return way


def _next_id(draft: str, said: Said, chance: Random) -> str | None:
    """A digit of a token's id, one more or one less."""
    places = list(TOKEN.finditer(draft))
    if not places:
        return None
    match = chance.choice(places)
    number = max(1, int(match[1][1:]) + chance.choice((-1, 1, 10)))
    return f"{draft[: match.start()]}[[{match[1][0]}{number}]]{draft[match.end() :]}"


def _shown(token: str, said: Said) -> str:
    return said.register.shown(said.register.slots[token], said.language)


def _words(pairs: dict[str, tuple[tuple[str, str], ...]]) -> Way:
    def way(draft: str, said: Said, chance: Random) -> str | None:
        fitting = [(old, new) for old, new in pairs[said.language] if re.search(rf"(?<!\w){old}(?!\w)", draft)]
        if not fitting:
            return None
        old, new = chance.choice(fitting)
        place = chance.choice(list(re.finditer(rf"(?<!\w){old}(?!\w)", draft)))
        return draft[: place.start()] + new + draft[place.end() :]

    return way


def _negation(draft: str, said: Said, chance: Random) -> str | None:
    found = list(NEGATORS[said.language].finditer(draft))
    if not found:
        return None
    match = chance.choice(found)
    return draft[: match.start()] + draft[match.end() :]


def _named(draft: str, said: Said, chance: Random) -> str | None:
    """The words that two claims begin with, in each other's place: segments, metrics, kinds."""
    heads = [head for claim in said.claims if (head := _head(claim.text)) and draft.count(head) == 1]
    pairs = [
        (a, b)
        for n, a in enumerate(heads)
        for b in heads[n + 1 :]
        if a.lower() != b.lower() and a not in b and b not in a
    ]
    if not pairs:
        return None
    a, b = chance.choice(pairs)
    if chance.random() < 0.5:
        return draft.replace(a, b)
    return draft.replace(a, "\0").replace(b, a).replace("\0", b)


def _head(text: str) -> str:
    head, colon, rest = text.partition(":")
    return head if colon and rest.strip() and "[[" in rest and "[[" not in head and head.strip() else ""


def _digit(shown: str, chance: Random) -> str | None:
    places = [place for place, letter in enumerate(shown) if letter.isdigit()]
    if not places:
        return None
    place = chance.choice(places)
    new = (int(shown[place]) + chance.choice((1, 9))) % 10
    return f"{shown[:place]}{new}{shown[place + 1 :]}"


def _hundredfold(shown: str, chance: Random) -> str | None:
    match = re.search(r"(\d+)([.,]\d+)?", shown)
    if "%" not in shown or match is None:
        return None
    if chance.random() < 0.5:
        return shown.replace(match.group(), match.group() + "00", 1)
    return "0" + ("." if "." in shown else ",") + match[1].zfill(2)


def _rounded(shown: str, chance: Random) -> str | None:
    match = re.search(r"\d{2,}", shown) or re.search(r"\d[.,]\d", shown)
    if match is None:
        return None
    if re.search(r"[.,]\d+", shown) and chance.random() < 0.5:
        return re.sub(r"[.,]\d+(?!\d)", "", shown, count=1)
    return shown[: match.end() - 1] + "0" + shown[match.end() :]


def _year(shown: str, chance: Random) -> str | None:
    match = re.search(r"20\d\d", shown)
    return None if match is None else shown.replace(match.group(), str(int(match.group()) + chance.choice((-1, 1))))


def _thousandfold(shown: str, chance: Random) -> str | None:
    match = re.search(r"\d[\d\u00a0,]*", shown)
    if match is None or not MONEY.search(shown):
        return None
    return shown[: match.end()] + ("\u00a0000" if "\u00a0" in shown else ",000") + shown[match.end() :]


def _other_money(shown: str, chance: Random) -> str | None:
    match = MONEY.search(shown)
    return (
        None
        if match is None
        else shown.replace(match.group(), chance.choice([c for c in "₽$€£" if c != match.group()]))
    )


def _other_sign(shown: str, chance: Random) -> str | None:
    if not any(letter.isdigit() for letter in shown) or re.search(r"20\d\d", shown):
        return None
    return shown[1:] if shown[0] in "−+" else "−" + shown


def _as_points(shown: str, chance: Random) -> str | None:
    if "%" in shown:
        return shown.replace("%", "п.\u00a0п." if "," in shown else "pp")
    return None


def _other_period(shown: str, chance: Random) -> str | None:
    for old, new in (("в месяц", "в год"), ("в год", "в месяц"), ("per month", "per year"), ("per year", "per month")):
        if old in shown:
            return shown.replace(old, new)
    if re.fullmatch(r"\d\d\.\d\d\.\d{4}", shown):
        return f"{shown[:3]}{int(shown[3:5]) % 12 + 1:02}{shown[5:]}"
    return None


COUNTS = (Unit.RATIO, Unit.COUNT, Unit.SCORE, Unit.MONEY, Unit.MONEY_MONTH, Unit.MONEY_YEAR)
DRAFTS: dict[str, tuple[Way, ...]] = {
    "digit": (_next_id, _typed(_digit)),
    "swap": (_swapped("F"), _swapped("F"), _swapped("FD"), _replaced("F")),
    "percent": (_after("percent"), _typed(_hundredfold)),
    "scale": (_after("scale"), _typed(_thousandfold)),
    "sign": (_before("sign"), _typed(_other_sign), _words(TURNED)),
    "period": (_after("period"), _words(PERIODS), _swapped("D"), _replaced("D"), _typed(_other_period)),
    "negation": (_negation,),
    "rounding": (_before("rounding"), _typed(_rounded)),
    "points": (_after("points"), _typed(_as_points)),
    "year": (_after("year"), _typed(_year)),
    "currency": (_after("currency"), _typed(_other_money)),
    "entity": (_swapped("A"), _replaced("A"), _named),
}
SHOWN: dict[str, Callable[[str, Random], str | None]] = {
    "digit": _digit, "percent": _hundredfold, "scale": _thousandfold, "sign": _other_sign, "period": _other_period,
    "rounding": _rounded, "points": _as_points, "year": _year, "currency": _other_money,
}  # fmt: skip


def mutated_text(kind: str, shown: Rendered, draft: str, said: Said, chance: Random) -> Rendered | None:
    """The text as shown with one thing wrong of a kind; the spans go on saying what they said.

    What is wrong stands inside a span, or in the words around it, or two spans have changed places with or without
    what they say they are.
    """
    change = SHOWN.get(kind)
    spans = list(shown.spans)
    chance.shuffle(spans)
    if change is not None and chance.random() < 0.6:
        for span in spans:
            wrong = change(shown.text[span.start : span.end], chance)
            if wrong is not None and wrong != shown.text[span.start : span.end]:
                return _with(shown, {span: (wrong, span.reading)})
    if kind in ("swap", "entity") and chance.random() < 0.5:
        letters = ("name:",) if kind == "entity" else ("date:",) if chance.random() < 0.2 else ("",)
        for place, one in enumerate(spans):
            for other in spans[place + 1 :]:
                here, there = shown.text[one.start : one.end], shown.text[other.start : other.end]
                kinds = {span.reading.partition(":")[0] if ":" in span.reading else "" for span in (one, other)}
                if here != there and kinds == {letters[0].rstrip(":")}:
                    return _with(shown, {one: (there, one.reading), other: (here, other.reading)})
    wrong_draft = mutated(kind, draft, said, chance)
    if wrong_draft is None or any(token not in said.register.slots for token in TOKEN.findall(wrong_draft)):
        return None
    return said.register.fill(wrong_draft, said.language)


def _with(shown: Rendered, changed: dict[Span, tuple[str, str]]) -> Rendered:
    text, spans, last = "", [], 0
    for span in sorted(shown.spans, key=lambda item: item.start):
        text += shown.text[last : span.start]
        said, reading = changed.get(span, (shown.text[span.start : span.end], span.reading))
        spans.append(Span(len(text), len(text) + len(said), reading))
        text += said
        last = span.end
    return Rendered(text + shown.text[last:], tuple(spans))
