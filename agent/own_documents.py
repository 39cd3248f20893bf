"""The user's own documents in the chat: quoted with name and trust label, without figures or links, never obeyed.

What a document says enters an answer as a quoted name and nothing else: no plan is made of it, a model sees its token.
"""

import re
import unicodedata

from agent import sentences
from agent.guard import MARKUP, plain
from agent.reading.number_words import number_words
from agent.sentences import Desk, Result
from tools.document import Claim, Name
from tools.text import Language, Text

QUOTED_DOCUMENTS = 2
LONGEST_QUOTE = 500
_DOC = r"(?:документ\w*|регламент\w*|политик\w*|инструкци\w*|положени\w* об?\b|стандарт\w*|правил\w*|памятк\w*|методичк\w*)"
_OWN = r"(?:наш[а-я]{0,3}|сво[а-я]{1,3}|мо(?:й|я|е|и|его|ей|их|им|ими|ем|ему))"
_SAYS = (
    r"(?:говор\w+|сказан\w*|написан\w*|пиш\w+|указан\w*|предусм\w+|предпис\w+|требу\w+|разреша\w+|запреща\w+|глас\w+)"
)
_EN_DOC = (
    r"(?:documents?|docs?|polic(?:y|ies)|guidelines?|handbooks?|regulations?|manuals?|procedures?|rulebooks?|rules)"
)
_EN_SAYS = r"(?:says?|said|states?|tells?|gives?|sets?|promises?|requires?|allows?|forbids?|prescribes?|mentions?)"
#: A paper that somebody put here, not the data.
_NOT_DATA = r"^(?!.*(?:данн|таблиц|выгруз|эксел|csv|excel|\bdata\b|table|spreadsheet|export|клиент|client|customer|account|выручк|revenue|\bmrr\b|отток|churn)).*"
_WE_PUT = r"\b(?:i|we|i've|we've|i have|we have) (?:just |already |also )?(?:uploaded|put on the shelf|added to the shelf|(?:dropped|attached)(?= (?:here|in\b|to (?:the|this)|earlier)))\b"
_MY_PUT = r"(?:закидыва|закину|загруз|загруж|залив|залил|приклады|приложи|выложи|подгру)\w*"
#: Questions to the user's own documents, in small letters, ё as е.
ASKS_DOCUMENTS = re.compile(
    rf"\b{_SAYS}\s+(?:(?:нам|в|во|об этом|про это)\s+)*(?:{_OWN}\s+)?(?:внутренн\w+\s+)?{_DOC}|"
    rf"\b{_OWN}\s+(?:\w+\s+)?{_DOC}\s+(?:\w+\s+){{0,4}}{_SAYS}|"
    rf"\b(?:в|во|по|согласно|из)\s+{_OWN}\s+(?:\w+\s+)?{_DOC}|\bв документах\b|"
    rf"\b(?:in|from|per|by|according to|under) (?:our|my) (?:\w+ ){{0,2}}{_EN_DOC}\b|\bin the documents\b|"
    rf"\b(?:our|my) (?:\w+ ){{0,2}}{_EN_DOC} (?:\w+ ){{0,3}}{_EN_SAYS}\b|"
    rf"{_NOT_DATA}{_WE_PUT}\b.{{0,90}}\b{_EN_SAYS}|{_NOT_DATA}\b(?:what|which|how)\b.{{0,90}}\b{_WE_PUT}|{_NOT_DATA}(?:\bя|котор\w+ (?:я|мы)) (?:\w+ )?{_MY_PUT}"
)
NO_DOCUMENTS = Text(
    "There is no document of yours to look into: put one on the shelf with the command “cvm shelf add FILE” and ask again.",
    "Ваших документов пока нет: добавьте документ на полку командой «cvm shelf add ФАЙЛ» и спросите ещё раз.",
)
NOTHING_SAID = Text("Nothing about this was found in your documents.", "В ваших документах об этом ничего не нашлось.")
SAID = Text(
    "Your document “{document}” ({trust}) says: “{quote}”.",
    "В вашем документе «{document}» ({trust}) сказано: «{quote}».",
)
MORE_WITH_FIGURES = Text(
    "The document “{document}” says more, with figures or links: open it.",
    "В документе «{document}» сказано больше, с числами или ссылками: откройте его.",
)
FIGURES_ALONE = Text(
    "The document “{document}” ({trust}) speaks of this with figures or links, which are not repeated here: open it.",
    "В документе «{document}» ({trust}) об этом говорится с числами или ссылками, здесь они не повторяются: откройте его.",
)
NOT_FOLLOWED = Text(
    "These are the words of the document: quoted, not followed; no figure of the audit rests on them.",
    "Это слова документа: цитата, а не указание для ассистента; числа аудита на них не опираются.",
)
_INNER = {
    "ru": str.maketrans({"«": "„", "»": "“", "”": "“", '"': "'"}),
    "en": str.maketrans({"«": "‘", "»": "’", "“": "‘", "”": "’", "„": "‘", "‟": "‘", '"': "'"}),
}
_ADDRESS = re.compile(
    r"\w@\w|\w\.(?:com|net|org|io|ru|рф|su|info|biz)\b|\w\.\w{2,}/|\w:(?://|\w)|www\.|\w\.(?:dev|xyz|app|ai|me|ly|cc|top|site|online)\b",
    re.IGNORECASE,
)
_CYRILLIC, _LATIN = "аеорсухквмнтіј", "aeopcyxkbmhtij"
_ALIKE = (str.maketrans(_LATIN, _CYRILLIC), str.maketrans(_CYRILLIC, _LATIN))


def documents(desk: Desk, *, query: str) -> Result:
    """Passages of at most two documents of the user on a question, quoted without figures and links."""
    shelf = {document.slug: document for document in desk.shelf()}
    if not shelf:
        return Result(refused=NO_DOCUMENTS)
    near = desk.knowledge().search(query, kinds=["document"], limit=QUOTED_DOCUMENTS)
    hits = [hit for hit in near if hit.slug in shelf and hit.score > 0]
    if not hits:
        return Result(refused=NOTHING_SAID)
    claims: list[Claim] = []
    for hit in hits:
        document = shelf[hit.slug]
        quote, more = quoted(hit.passage, query, desk.language)
        slots = {"document": Name(inner(document.name, desk.language)), "trust": Name(document.label[desk.language])}
        if quote:
            claims.append(sentences.claim(f"said.{hit.slug}", SAID, desk, **slots, quote=Name(quote)))
        if more:
            text = MORE_WITH_FIGURES if quote else FIGURES_ALONE
            claims.append(sentences.claim(f"figures.{hit.slug}", text, desk, **slots))
    return Result((*claims, Claim("not_followed", NOT_FOLLOWED)))


def quoted(passage: str, query: str, language: Language) -> tuple[str, bool]:
    """The sentences of a passage that hold no figure and no link, and whether any does.

    Of a long passage, from the sentence nearest to the question on; what is left out between two is marked "…".
    Nothing is quoted where every sentence holds a figure or a link.
    """
    from knowledge.cutting import sentences as cut
    from knowledge.search import stems

    parts = cut(passage)
    kept = [place for place, part in enumerate(parts) if not (has_figure(part) or has_link(part))]
    more = len(kept) < len(parts)
    if not kept:
        return "", more
    if sum(len(parts[place]) for place in kept) > LONGEST_QUOTE:
        wanted = set(stems(query))
        near = max(kept, key=lambda place: len(wanted & set(stems(parts[place]))))
        kept = [place for place in kept if place >= near]
    said = _shortened(parts[kept[0]])
    last = kept[0]
    for place in kept[1:]:
        if len(said) + len(parts[place]) > LONGEST_QUOTE or said.endswith("…"):
            break
        said += (" " if said[-1] in ".!?…:;," else "; ") if place == last + 1 else " … "
        said += parts[place]
        last = place
    return inner(said, language).rstrip("."), more


def has_figure(sentence: str) -> bool:
    """Whether a sentence holds a number in any form: a digit of any script, a number word, look-alike letters in it."""
    if any(unicodedata.numeric(letter, None) is not None for letter in unicodedata.normalize("NFKC", sentence)):
        return True
    small = plain(sentence)
    mixed = " ".join(
        word for word in re.findall(r"\w+", small) if re.search("[a-z]", word) and re.search("[а-я]", word)
    )
    return any(number_words(words) for words in (sentence, small, *(mixed.translate(table) for table in _ALIKE)))


def has_link(sentence: str) -> bool:
    """Whether a sentence holds an address, a link or other markup that a page could follow or load."""
    return bool(MARKUP.search(sentence) or _ADDRESS.search(sentence))


def inner(text: str, language: Language) -> str:
    """The text on one line, with marks that cannot end the quotation it stands in."""
    return " ".join(text.split()).translate(_INNER[language])


def _shortened(sentence: str) -> str:
    if len(sentence) <= LONGEST_QUOTE:
        return sentence
    return sentence[: LONGEST_QUOTE + 1].rpartition(" ")[0] + " …"
