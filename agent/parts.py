"""A message taken apart into its questions: «Какой у нас NRR и кто в зоне риска?» are two."""

import re

ASKS = (
    r"(?:как(?:ой|ая|ое|ие|ова|овы|ов)?|сколько|кто|кого|кому|у кого|почему|отчего|что|чего|где|когда|куда|зачем|чем|чей|чья|"
    r"покаж\w+|напиш\w+|подготов\w+|состав\w+|посчита\w+|сравни\w*|дай\w*|расскаж\w+|объясн\w+|посовет\w+|запомн\w+|перечисл\w+|назов\w+|"
    r"what|which|how|who|whom|whose|why|where|when|show|write|draft|prepare|list|compare|tell|give|explain|is|are|do|does|did|can|should)"
)
#: Ends of sentences: not the point of an abbreviation or of a number.
ENDS = re.compile(r"(?<=[?!;])\s+|(?<=[а-яёa-z%)»”\"]{2}\.)\s+(?=[A-ZА-ЯЁ«“\"])|\n+")
JOINS = re.compile(
    rf",?\s+(?:а также|а ещё|а еще|и ещё|и еще|and also|as well as|plus|плюс)\s+|,?\s+(?:и|and|then|затем|потом)\s+(?={ASKS}\b)|,\s+(?:а\s+)?(?={ASKS}\b)",
    re.IGNORECASE,
)
SHORT = re.compile(
    r"\b(?:ооо|оао|зао|пао|ао|ип|кв|г|гг|руб|тыс|млн|млрд|т|е|д|п|мес|no|inc|ltd|co|vs|e|g)\.$", re.IGNORECASE
)
#: What only opens the question after it: «Напомни, что обещали», «Посоветуй, как …», “Tell me what …”.
LEADS = re.compile(
    r"(?:\W*\w+\W+){0,2}?\W*(?:посовет\w+|подскаж\w+|скаж\w+|покаж\w+|объясн\w+|расскаж\w+|напомн\w+|отметь\w*|запомни\w*|запиши\w*|зафиксируй\w*|"
    r"знаешь|интересно|хочу (?:понять|знать)|tell(?: me)?|show(?: me)?|explain|advise|remind me|i (?:want|need) to know)(?: мне| нам)?(?:, пожалуйста)?\W*",
    re.IGNORECASE,
)
#: Whom a clause goes on to tell of: «у тех, кто поставил …», “clients, where …” is one question.
RELATIVE = re.compile(
    r"\b(?:те|тех|тем|теми|того|тому|таких|таким|всех|каждого|клиент\w*|компани\w*|аккаунт\w*|those|them|clients|customers|accounts|companies)$",
    re.IGNORECASE,
)
#: A piece that points at something and names nothing: «покажи это как есть».
POINTS = re.compile(
    r"\W*(?:покаж\w+|выведи\w*|дай\w*|скаж\w+|show|give|tell)(?: me| мне)? (?:это|его|ее|их|that|this|it|them)(?: \w+){0,2}\W*$",
    re.IGNORECASE,
)
QUOTES = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"")


def parts(message: str) -> list[str]:
    """The questions of a message in their order, each with its words; a message of one question comes back alone."""
    found = [piece for sentence in _sentences(message) for piece in _joined(sentence)]
    return [piece for piece in found if re.search(r"\w", piece)] or [message]


#: Where a list of things asked for may be cut: «отток за квартал, топ-5 должников и NPS по сегментам».
LISTED = re.compile(
    r",?\s+(?:и|and|плюс|plus|а также|as well as|и ещё|и еще|и сразу|и заодно|and also)\s+(?:отдельно |separately,? )?|"
    r"[,:;]\s+(?!(?:(?:у|на|с|со|в|во|для|о|от|по|за|из) )?котор|что\b|где\b|who\b|which\b|that\b|separately)|(?<=[?!.])\s+",
    re.IGNORECASE,
)
#: Words of a piece that ask for nothing.
POLITE = re.compile(
    r"(?:\W*(?:пожалуйста|спасибо|коллеги|друзья|команда|привет|добрый день|здравствуйте|please|pls|thanks|thank you|team|hi|hello|folks|all|quick one|двумя строками|одной строкой|по пунктам|по порядку|in two lines|two lines|one line each|by name|поимённо|поименно|коротко|кратко|в двух словах|briefly)\W*)+",
    re.IGNORECASE,
)


def listed(message: str) -> list[str]:
    """The pieces of a message cut wherever things may be listed, words of courtesy left out; the opening before a colon too."""
    head, colon, rest = message.partition(":")
    kept = rest if colon and len(head) < 60 and rest.strip() else message
    pieces = [piece.strip(" ,.;") for piece in _cut(LISTED, kept)]
    return [piece for piece in pieces if re.search(r"\w{2}", piece) and not POLITE.fullmatch(piece)]


def statement(part: str) -> bool:
    """Whether a piece of a message asks nothing by itself: a greeting, a reason, an introduction."""
    if POINTS.match(part):
        return True
    return "?" not in part and re.match(rf"\s*{ASKS}\b", part, re.IGNORECASE) is None


def _sentences(message: str) -> list[str]:
    pieces: list[str] = []
    for piece in _cut(ENDS, message):
        if pieces and SHORT.search(pieces[-1].rstrip()):
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    return pieces


def _joined(sentence: str) -> list[str]:
    ends = "?" if sentence.rstrip().endswith("?") else ""
    pieces = [piece.strip(" ,") for piece in _cut(JOINS, sentence)]
    return [piece if piece.endswith(("?", "!", ".")) else piece + ends for piece in pieces if piece]


def _cut(pattern: re.Pattern[str], text: str) -> list[str]:
    """The text cut at the pattern, never inside quotation marks."""
    inside = [match.span() for match in QUOTES.finditer(text)]
    pieces, last = [], 0
    for match in pattern.finditer(text):
        before = text[last : match.start()]
        clause = match[0].strip() == "," and RELATIVE.search(before)
        if any(start < match.start() < end for start, end in inside) or LEADS.fullmatch(before) or clause:
            continue
        pieces.append(text[last : match.start()])
        last = match.end()
    return [piece for piece in (*pieces, text[last:]) if piece.strip()]
