"""A message taken apart into its clauses: «Какой у нас NRR и кто в зоне риска?» has two."""

import re
from dataclasses import dataclass, replace

ASKS = (
    r"(?:как(?:ой|ая|ое|ие|ова|овы|ов|им|их|ую|ом)?|сколько|скольким|кто|кого|кому|кем|у кого|с кем|с кого|почему|отчего|что|чего|где|когда|куда|откуда|зачем|чем|чей|чья|"
    r"(?:на|в|по|за|с|из|через) (?:как(?:ой|ую|ом|их|им|ими)|скольк\w+|сколько)|(?:at|in|on|from|by|of|to) (?:what|which)|\w{3,} ли|насколько|на сколько|за сколько|с чего|есть ли|есть|покаж\w+|напиш\w+|подготов\w+|состав\w+|собер\w+|посчита\w+|сравни\w*|дай\w*|расскаж\w+|объясн\w+|посовет\w+|запомн\w+|"
    r"скажи\w*|подскажи\w*|запиши\w*|отметь\w*|перечисл\w+|назов\w+|напомни\w*|набросай\w*|накидай\w*|черкни\w*|выведи\w*|пришли\w*|скинь\w*|сделай\w*|"
    r"what(?:'s|’s)?|which|how(?:'s|’s)?|who(?:'s|’s)?|whom|whose|with whom|why|where(?:'s|’s)?|when|whether|is there|are there|do we|does|do they|did|can we|should we|"
    r"show|write|draft|prepare|list|compare|tell|give|explain|remind|mark|log|pull up|hand me|send|put together)"
)
#: What may stand before a question.
OPENERS = r"а|и|ну|and|so|но|but|oh|перед этим|сначала|для начала|пока|заодно|потом|затем|ещё|еще|сразу|meanwhile|before that|first|also|then"
#: Ends of sentences: not the point of an abbreviation or of a number.
ENDS = re.compile(
    r"(?<=[?!;])\s+|(?<=[а-яёa-z%)»”\"]{2}\.)\s+(?=[A-ZА-ЯЁ«“\"])|(?<=\d{4}\.)\s+(?=[A-ZА-ЯЁ«“][a-zа-яё])|(?<=[а-яёa-z]{4}\.)\s+(?=[a-zа-яё])|(?:(?<=[а-яёa-z]\s\d\.)|(?<=[а-яёa-z]\s\d\d\.))\s+(?=[A-ZА-ЯЁ«“][a-zа-яё]{2,})|\n+"
)
#: Between two things asked for, whatever the second begins with.
LINKS = (
    r"а также|а ещё|а еще|и ещё|и еще|и сразу|и заодно|а заодно|и отдельно|плюс|как и|рядом с(?= (?:перв|втор|тем же|20\d\d|H\d|Q\d))|а потом|и потом|"
    r"and also|as well as|plus|and then|next to(?= (?:the )?(?:first|second|last|same|20\d\d|Q\d|H\d))|and separately"
)
#: The same after a comma alone.
AFTER = r"ещё|еще|сразу|заодно|затем|потом|отдельно|then|also|separately"
CUTS = re.compile(
    rf"(?P<link>,?\s+(?:(?:{LINKS})\b:?|\+|&)\s+(?:отдельно |separately,? )?|,\s+(?:{AFTER})\s+)|"
    rf"(?P<weak>,?\s+(?:и|and)\s+)|(?P<comma>,\s+(?:а\s+|but\s+)?(?!(?:(?:у|на|с|со|в|во|для|о|от|по|за|из) )?котор|что(?! (?:с|у|делать|нам|мы|за|по|болит|говор\w+|дальше|еще|ещё)\b)|чтоб|that\b|separately))|"
    r"(?P<dash>\s+(?:—|–|-|\.\.\.|…)\s+)|(?P<head>:\s+)",
    re.IGNORECASE,
)
SHORT = re.compile(
    r"\b(?:ооо|оао|зао|пао|ао|ип|кв|г|гг|руб|тыс|млн|млрд|т|е|д|п|мес|no|inc|ltd|co|vs|e|g)\.$", re.IGNORECASE
)
#: What only opens the question after it: «Напомни, что обещали», «Посоветуй, как …», “Tell me what …”.
LEADS = re.compile(
    r"(?:\W*\w+\W+){0,2}?\W*(?:посовет\w+|подскаж\w+|скаж\w+|покаж\w+|объясн\w+|расскаж\w+|напомн\w+|отметь\w*|запомни\w*|запиши\w*|зафиксируй\w*|хочу|нужно|надо|"
    r"перечисл\w+|назов\w+|list|name|знаешь|интересно|хочу (?:понять|знать)|tell(?: me)?|show(?: me)?|explain|advise|remind me|i (?:want|need) to know)(?: мне| нам)?(?:, пожалуйста)?\W*",
    re.IGNORECASE,
)
#: Whom a clause goes on to tell of: «у тех, кто поставил …», “clients, where …” is one question.
RELATIVE = re.compile(
    r"\b(?:те|тех|тем|теми|того|тому|таких|таким|всех|каждого|клиент\w*|компани\w*|аккаунт\w*|those|them|clients|customers|accounts|companies)$",
    re.IGNORECASE,
)
TELLS = re.compile(
    r"(?:у|с|со|на|в|во|для|о|от|по|за|из|with|for|of|to)?\s*(?:кто|кого|кому|кем|ком|где|куда|чей|чья|чье|чьи|что|чем|who|whom|whose|where|which|that)\b",
    re.IGNORECASE,
)
#: A piece that points at something and names nothing: «покажи это как есть».
POINTS = re.compile(
    r"\W*(?:покаж\w+|выведи\w*|дай\w*|скаж\w+|show|give|tell)(?: me| мне)? (?:это|его|ее|их|that|this|it|them)(?: \w+){0,2}\W*$",
    re.IGNORECASE,
)
#: Words of a piece that ask for nothing.
POLITE = re.compile(
    r"\W*(?:(?:names|имена|фамилии|oh|ну|так|пожалуйста|спасибо|коллеги|друзья|команда|привет|добрый день|здравствуйте|please|pls|thanks|thank you|team|hi|hello|folks|all|ta|quick one|двумя строками|одной строкой|"
    r"по пунктам|по порядку|in two lines|two lines|one line each|by name|поимённо|поименно|коротко|кратко|в двух словах|briefly|списком|список|"
    r"(?:оба|обе|все|две|два|три|both|two|three|all three) (?:\w+ )?(?:числ\w+|цифр\w+|списк\w+|таблиц\w+|вещи|lists?|tables?|numbers?|figures?|things)|больше ничего|that(?:'s|’s) all|at once|can be side by side|можно рядом|"
    r"(?:можно|нужно|надо|хочу|can i (?:ask|have)|could i (?:ask|have)|i need|i want|need)\W+(?:\w+ )?(?:две|два|три|пару|two|three|a couple of) (?:вещ\w*|вопрос\w*|things|questions)|"
    r"if (?:not|so|yes)|если (?:нет|да|так)|(?:while|whilst) you(?:'re|’re| are) at it|if you can|if possible|если можно|отдельно|separately)(?!\w)\W*)+",
    re.IGNORECASE,
)
QUOTES = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"")


#: What numbers the items of a list, in order.
NUMBERED = (
    tuple(rf"(?:(?<=[\s,;:.?!])|^)\(?{number}\)\s*(?=\S)" for number in range(1, 9)),
    tuple(rf"(?:(?<=[\s,;:.?!])|^){number}\.\s+(?=\D)" for number in range(1, 9)),
    tuple(rf"(?:(?<=[.;:,?!]\s)|^)(?:{word})\s*[:,—–-]+\s+" for word in (
        "one|first(?:ly)?|перв(?:ое|ый|ая)|во-первых|раз", "two|second(?:ly)?|втор(?:ое|ой|ая)|во-вторых|два",
        "three|third(?:ly)?|трет(?:ье|ий|ья)|в-третьих|три", "four|fourth(?:ly)?|четверт(?:ое|ый|ая)|в-четвертых|четыре",
    )),
)  # fmt: skip
#: Ties of what stands for itself: a sentence, an item of a list.
STANDS = frozenset({"end", "item"})


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a message, how it is tied to the one before (end, item, link, weak, comma, dash, head), whether it asks.

    ``head`` are the words that name for it and its neighbours whom or what they are about.
    """

    text: str
    tied: str = "end"
    asks: bool = False
    head: str = ""


def clauses(message: str) -> list[Clause]:
    """The clauses of a message in their order, words of courtesy left out."""
    opening, *items = _items(message)
    found = [clause for sentence in _sentences(opening) for clause in _cut(sentence)]
    for item in items:
        first, *more = [clause for sentence in _sentences(item) for clause in _cut(sentence)] or [Clause("")]
        found += [replace(first, tied="item"), *more]
    return [clause for clause in found if re.search(r"\w", clause.text) and not POLITE.fullmatch(clause.text)]


def sentences(message: str) -> list[str]:
    """The sentences and numbered items of a message in their order, words of courtesy left out."""
    found = [sentence for piece in _items(message) for sentence in _sentences(piece)]
    return [text for text in found if re.search(r"\w", text) and not POLITE.fullmatch(text.rstrip(".!?"))]


def linked(message: str) -> list[str]:
    """The sentences of a message, each cut where “and” or the like ties two stretches, or a comma stands before a question."""
    found: list[str] = []
    for sentence in sentences(message):
        last = 0
        for match in CUTS.finditer(sentence):
            before, after = sentence[last : match.start()], sentence[match.end() :]
            relative = RELATIVE.search(before) is not None and TELLS.match(after) is not None
            asks = match["comma"] is not None and begins(after) and not relative and not LEADS.fullmatch(before)
            if (match["link"] or match["weak"] or asks) and not _kept(sentence, match):
                found.append(before)
                last = match.end()
        found.append(sentence[last:])
    return [text for text in found if re.search(r"\w", text)]


def _items(message: str) -> list[str]:
    """What stands before a numbered list, then its items without their numbers; the message alone where it has none."""
    for marks in NUMBERED:
        places, last = [], 0
        for mark in marks:
            match = re.compile(mark, re.IGNORECASE).search(message, last)
            if match is None:
                break
            places.append(match.span())
            last = match.end()
        if len(places) > 1:
            ends = [start for start, _ in places[1:]] + [len(message)]
            items = [message[at:end].strip(" ,;\n") for (_, at), end in zip(places, ends, strict=True)]
            return [message[: places[0][0]].rstrip(" :,—-\n"), *items]
    return [message]


def begins(text: str) -> bool:
    """Whether words open like a question or an order."""
    return re.match(rf"\W*(?:(?:{OPENERS})\W+)*{ASKS}\b", text, re.IGNORECASE) is not None


def _sentences(message: str) -> list[str]:
    pieces: list[str] = []
    for piece in _split(ENDS, message):
        if pieces and SHORT.search(pieces[-1].rstrip()):
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    return pieces


def _cut(sentence: str) -> list[Clause]:
    """The clauses of a sentence; each of a question's is a question where it begins like one."""
    ends = "?" if sentence.rstrip().endswith("?") else ""
    found: list[tuple[str, str]] = []
    tied, last = "end", 0
    for match in CUTS.finditer(sentence):
        before = sentence[last : match.start()]
        if not before.strip(" ,.;-—") or _kept(sentence, match) or LEADS.fullmatch(before):
            continue
        if match[0].strip() == "," and RELATIVE.search(before) and TELLS.match(sentence, match.end()):
            continue
        found.append((before.strip(" ,"), tied))
        tied, last = next(name for name, said in match.groupdict().items() if said is not None), match.end()
        tied = "link" if tied == "weak" and match[0][0] == "," and [tie for _, tie in found[1:]] == ["weak"] else tied
    found.append((sentence[last:].strip(" ,"), tied))
    return [_clause(text, tied, ends) for text, tied in found if text]


def _clause(text: str, tied: str, ends: str) -> Clause:
    opens = begins(text)
    asks = not POINTS.match(text) and (opens or tied == "end" and text.endswith("?"))
    return Clause(text + ends if opens and text[-1] not in "?!." else text, tied, asks)


def _kept(text: str, match: re.Match[str]) -> bool:
    """Whether a cut would fall inside quotation marks."""
    return any(start < match.start() < end for start, end in (quote.span() for quote in QUOTES.finditer(text)))


def _split(pattern: re.Pattern[str], text: str) -> list[str]:
    pieces, last = [], 0
    for match in pattern.finditer(text):
        if not _kept(text, match):
            pieces.append(text[last : match.start()])
            last = match.end()
    return [piece for piece in (*pieces, text[last:]) if piece.strip()]
