"""Recognising what is to be noted, recalled or marked done, and of what kind it is."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.examples import Call, call
from agent.notes import Kind
from agent.planning.note_ends import breaks
from agent.planning.ticked import ticked
from agent.reading.names import NAMELESS

if TYPE_CHECKING:
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

_POLITE = r"^\W*(?:(?:пожалуйста|а|и|ну|ок|окей|хорошо|так|да|ещ[её]|потом|затем|заодно|please|and|ok|okay|so|also|now|then|plus|oh)\W+)*"
_RU = (
    r"(?:запомни(?:те)?|запиши(?:те)?|зафиксируй(?:те)?|зафиксировать|запротоколируй(?:те)?|имей(?:те)? в виду|возьми(?:те)? на заметку|"
    r"(?:под запись|для протокола|в протокол|для истории)(?= ?[:—–-])|"
    r"(?:сделай|добавь|создай|внеси|поставь|занеси)(?:те)? (?:себе |мне |в )?(?:заметк\w+|запись|задачу)|заметка(?= ?[:—–-])|"
    r"(?:отметь|пометь|сохрани|внеси|занеси|запишем)(?:те)?(?=,? (?:что|как|в (?:заметк|запис|памят)\w*|себе|у себя|обещани|решени|действи|итог|результат|договор|исход|по )|\s?[:—–-]))"
)
_EN = (
    r"(?:remember(?=[:,]| (?:that|we|our|to|the|this|they|he|she|it|for|my)\b)|note(?= ?[:—–-]| (?:that|down|the|for|a|to|on|our|we)\b)|"
    r"(?:write|put|jot|mark|note) (?:it |this |that )?down|put (?:it|this|that)? ?on (?:the )?record|(?:please )?minute (?:this|that|it)\b|for the (?:log|record|minutes)\b|note (?:it|this)(?= ?[:—–-])|(?:make|take|add|leave) a note|keep in mind|bear in mind|"
    r"(?:log|record|save)(?=[: ]+(?:that|the|a|an|our|this|it|decision|promise|action|outcome|result|for|against)\b|:))"
)
#: «Напомни позвонить» asks to note an action; «напомни, что решили» asks what is noted.
_TO_DO = r"(?:напомни(?:те)?(?: мне| нам)?(?= (?:(?!что\b|о\b|чем\b|про\b|как)[\w-]+ ){0,3}?(?:\w{2,}(?:ить|ать|еть|ять|уть|ти|сти)(?:ся)?)\b)|remind me to)"
BEGINS = re.compile(rf"{_POLITE}(?:{_RU}|{_EN}|{_TO_DO})")
_ENDING = (
    r"(?:запиши|зафиксируй|запомни|отметь|сохрани|пометь|внеси|занеси|запротоколируй)(?:те)?(?: (?:как (?:обещание|решение|действие|итог|результат)|это|себе|в заметк\w+|результат|решение|итог|обещание|пожалуйста))*|"
    r"(?:please )?(?:write (?:it|that|this) down|put it down|(?:note|log|record|remember|save) (?:it|that|this)(?: down)?(?: (?:outcome|result|decision|promise|action|call|one))?|"
    r"(?:note|log|record|save) the (?:outcome|result|decision|promise|action)|make a note(?: of (?:it|that))?|(?:put|get) (?:it|that|this) on (?:the )?record)(?: as an? (?:promise|decision|action|outcome))?(?: please)?"
)
ENDS = re.compile(rf"\s*[,;.!…)—–-]+\s*(?:(?:и|and) )?(?:{_ENDING})\W*$")
#: What stands between the order to note and the words themselves.
_OPENING = re.compile(
    r"(?:[\s,]*(?:пожалуйста|себе|нам|мне|у себя|в заметки|в заметках|в записи|please|down|it|this)\b)*\s*(?:[:—–]|-\s|,?\s*(?:что|that)\b)?\s*"
)
_COLON = re.compile(r"^[^:?.!]{0,90}?:\s+")

KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("promise", re.compile(r"\b(?:пообещ|обещ)\w*|\bpromis\w*|\bcommit(?:ted|ment)\w*")),
    ("outcome", re.compile(r"\b(?:итог\w*|результат\w*|исход\w*|outcome|result)\b")),
    ("decision", re.compile(r"\b(?:решени\w+|решил\w*|постанов\w+|decision|decid\w+|agreed (?:on|to|that)|we agreed)\b")),
    ("action", re.compile(
        r"\b(?:действи\w+|задач\w+|напомни\w*|action|task|to-?do|remind me to|надо|нужно|необходимо|должн\w+|need to|have to|must)\b|"
        r"\b(?:по|со|об)?(?:звон|созвон|отправ|встретил|встреч|написал|провел|выслал|показал|передал|обсудил)\w*|"
        r"\b(?:called|sent|met|emailed|wrote|showed|visited|phoned|discussed|handed)\b"
    )),
    ("outcome", re.compile(
        r"\b(?:продлил|ушл[иао]|ушел|отказал|согласил|остал|оста[юе]тся|остаются|купил|оплатил|подписал|вернул|выросл|прин[её]сл|дал[аио]?\b|помогл)\w*|"
        r"\b(?:renewed|left|refused|agreed|stay(?:ed|ing|s)|bought|paid|settled|signed|returned|brought|churned|cancell?ed|grew|worked)\b"
    )),
    ("decision", re.compile(r"\bдоговорил\w*|\b(?:не )?\w{3,}(?:[аеиоуюя]ем|им)\b(?<!чем)(?<!всем)|\bwe (?!called|sent|met)(?:don'?t |do not |won'?t |will |are |only |always |never )?\w+\b")),
)  # fmt: skip
#: An action told as still to be done: «позвонить», “call them”.
TO_DO = re.compile(
    r"^(?:call|send|e?mail|write|visit|phone|check|prepare|ask|offer|meet|tell|show|invite|follow up)\b|"
    r"(?:^|[.;,] )(?:\w+ ){0,4}?\w{3,}(?:ить|ать|ять|еть|йти)(?:ся)?\b"
)
#: An action that is already done when it is noted.
PAST = re.compile(
    r"\b\w{3,}(?:ил|ал|ел|ял|ыл|ул|вел|нес)(?:и|а|о|ся|ись|ась)?\b|\b(?:called|sent|met|emailed|wrote|showed|visited|phoned|discussed|handed|held|done)\b"
)

_OF = r"(?:обещани\w*|обещанн\w+|договор[её]нност\w*|решени\w*|заметк\w*|заметок|запис(?:и|ей|ях|ям)|задач\w*|действи[йяе]\w*|дел\b|поручени\w*)"
RECALLS = re.compile(
    r"\bчто (?:же )?(?:(?:мы|я|ты|вы|уже|им|ему|ей|нам|там|было|раньше|ранее|до этого|тогда|у нас|с \w+|по \w+) )*(?:по)?обеща(?:л\w*|но)\b|"
    r"\bчто (?:(?:мы|ты|вы|я|уже|раньше|ранее|тогда|с \w+|по \w+) )*(?:решил\w*|решено|постановил\w*|договорил\w*|договаривал\w*|запомнил\w*|записал\w*|записано|зафиксировал\w*|зафиксировано)|"
    r"\bо чем (?:(?:мы|с \w+|уже) )*(?:договаривал|договорил|условил|говорил)\w*|\bчто я просил\w* (?:записать|запомнить|зафиксировать)|"
    r"\bнапомни(?:те)?\b,? (?:(?:мне|нам|пожалуйста)\b,? ?)*(?:что|о чем|про|какие|чем|каки[ем])\b|"
    rf"\b(?:покажи|выведи|дай|открой|перечисли|прочитай|назови)(?:те)? (?:(?:все|мне|мои|наши|последние|открытые|просроченные|список|по \w+) )*{_OF}|"
    rf"\bкакие (?:(?:у нас|у меня|есть|были|открыт\w*|просрочен\w*|мы|наши|мои|последние) )*{_OF}|"
    rf"\b(?:мои|наши|открыт\w+|просрочен\w+) {_OF}|\b(?:есть|были) ли (?:у нас |у меня )?{_OF}|"
    r"\bчто (?:сейчас |еще |у меня )?за (?:мной|нами)\b|\bчто (?:мне|нам|я|мы) (?:надо|нужно|должн\w+|осталось|обязан\w*) (?:сделать|выполнить)\b.*\b(?:недел|сегодня|месяц|завтра|до )|"
    r"\bwhat (?:did|have|had|has|'ve) (?:(?:we|i|you|been|already|just) )*(?:promised?|agree[d]?|decided?|noted?|recorded?|remember(?:ed)?|written down|logged)|"
    r"(?:^\W*|\b(?:me|us|and|exactly|know) )what(?: was|'s| were| is| has been| had been)? (?:(?:we|i|you|we've|i've)(?:'ve)? )?(?:have |had )?(?:agreed|decided|promised|noted|on record|recorded)\b|"
    r"\bremind me,? (?:what|which|of|about|who)\b|\beverything (?:we|i)(?:'ve| have)? (?:promised|agreed|decided|noted|asked you to (?:remember|note|record|write))|"
    r"\b(?:show|list|give|read|tell)(?: me| us)? (?:(?:all|my|our|the|open|overdue|any|last|latest) )*(?:notes|decisions|promises|actions|commitments|to-?dos)\b|"
    r"\b(?:any|open|overdue|my|our|which|what) (?:(?:open|overdue|notes?|our|my) )*(?:notes|promises|actions|decisions|commitments|to-?dos)\b(?! (?:should|can|could|would))|"
    r"^\W*recall\b|\bdo you remember\b|\bwhat(?:'s| is) on (?:my|our) (?:plate|list)\b|\bwhat (?:do|must) (?:we|i) owe\b|\bwhat am i (?:to do|supposed to)\b|"
    r"\beverything (?:i|we)(?:'ve| have)? (?:noted|asked)|\bon record\b"
)
#: What the one who asks promised.
MINE = re.compile(
    r"\b(?:что|чего|кому) (?:же )?я (?:сам[аи]? )?(?:на)?(?:по)?обещал\w*|\bwhat (?:did|have|had) i (?:\w+ )?promised?\b"
)
#: The same of a client, where it is named.
OF_CLIENT = re.compile(
    r"\bчто (?:(?:мы|уже|было) )*(?:делал|сделал|предпринимал|сделано)\w*\b|\bчем (?:все )?(?:закончил|кончил|завершил)\w*|\bистори\w+ (?:работы|общения|договор\w+)|"
    r"\bwhat (?:have|did) (?:we|i) (?:(?:already|done|do|try|tried) )+|\bhow did it (?:end|go)\b|\b(?:notes|agreements) (?:on|about|with|for)\b"
)
FINISHED = re.compile(
    r"^\W*(?:сделано|сделал[аи]?|выполнено|выполнил[аи]?|готово|закрыто|закрой(?:те)?(?= обещ| задач| действ| n[0-9a-f]{10})|"
    r"отметь(?:те)? (?:как )?(?:выполненн|сделанн|готов)\w*|отметь(?:те)?,? что (?:выполнен|сделан)\w*|"
    r"done|completed|mark (?:as )?(?:done|complete|completed)|close(?= (?:the )?(?:promise|action|task|n[0-9a-f]{10})))\b\s*[:—–,-]?\s+(?P<text>\S.*)$"
)
#: The meaning of a term, whatever order to remind stands before it.
MEANING = re.compile(
    r"\b(?:means?|meaning|stands? for|defin\w+)\b|\b(?:значит|означает|такое|расшифров\w+|считается|считают|отлича\w+|разниц\w+|складывается)\b|\bdiffer\w*|\bэто что\b|\bчто за\b"
)
#: A paper that is to be made of what was promised.
PAPER = re.compile(
    r"\b(?:нуж(?:ен|на|но)|подготов\w+|собер\w+|сдела\w+|состав\w+|need|prepare|make|put together) (?:[\w-]+ ){0,3}(?:документ|отч[её]т|справк|бумаг|сводк|report|document|paper|one-pager|summary)"
)
NOTE_ID = re.compile(r"\bn[0-9a-f]{10}\b")
REFERS = re.compile(
    r"\b(?:им|ему|ей|них|ними|ним|ней|этому клиенту|этим клиентом|them|him|her|it|this client|that client)\b"
)
THEY = re.compile(
    r"\b(?:им|ему|ей|они|он|она|их|них|ними|ним|нему|ней|него|нее|их|эт(?:им|от|ому|ого) клиент\w*|they|them|their|him|her|he|she|(?:this|that) (?:client|customer|account))\b"
)
#: Clients at large, or a part of them: a note of these is of no one client.
MANY = re.compile(
    r"\b(?:клиент(?:ы|ов|ам|ами|ах)|вс(?:е|ех|ем|еми)\b|кажд\w+|тариф\w*|сегмент\w*|отрасл\w*|регион\w*|команд\w*|clients|customers|accounts|everyone|everybody|every|plans?|segments?|industr\w+|regions?|team)\b"
)
#: To enter many at once is the workbook's affair.
ENTERS = re.compile(r"\b(?:внести|ввести|вбить|заполнить|загрузить|enter|record|fill in|upload|load)\b")
BUSY = frozenset({"injection", "documents", "promises", "report", "letter"})
WHEN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("overdue", re.compile(r"просроч|overdue|\blate\b|missed")),
    ("today", re.compile(r"\bсегодня\b|\btoday\b")),
    ("week", re.compile(r"(?:эт\w+|ближайш\w+|текущ\w+) недел|\bthis week|the week")),
    ("month", re.compile(r"(?:эт\w+|текущ\w+) месяц|\bthis month")),
    ("open", re.compile(r"открыт|\bза (?:мной|нами)\b|не (?:сделан|выполнен|закрыт)|осталось|\bopen\b|outstanding|\bowe\b|plate|to do")),
)  # fmt: skip


def asked(seen: "Understood", portfolio: "Portfolio") -> list[Call] | None:
    """The call for words to be noted, recalled or marked done; an order to break rules is none of them.

    Of a message that goes on with an order or a question only the note is told of: `rest` has the words after it.
    """
    from agent.reading.understand import understood

    if "injection" in seen.wants:
        return None
    note, after = _parted(_said(seen))
    if after:
        return asked(understood(note, portfolio, language=seen.language), portfolio)
    plain, said = seen.plain, _said(seen).strip()
    finished = FINISHED.search(_small(said))
    told = said[finished.start("text") :] if finished is not None and "?" not in said else None
    if told is None:
        told = ticked(said, named=bool(seen.accounts))
    if told is not None:
        return [call("done", **_ids(seen)[0], text=told)]
    if BEGINS.search(plain) or ENDS.search(plain) and "?" not in plain:
        return _unclear(seen) or [
            call("remember", **id, kind=kind_of(plain), text=words_of(_said(seen))) for id in _ids(seen)
        ]
    mine = MINE.search(plain) is not None and seen.wants & BUSY == {"promises"}
    if (
        seen.wants & BUSY
        and not mine
        or seen.codes
        or "advice" in seen.wants
        or ENTERS.search(plain)
        or PAPER.search(plain)
    ):
        return None
    if seen.metrics and not seen.accounts and MEANING.search(plain):
        return None
    if not RECALLS.search(plain) and not (seen.accounts and OF_CLIENT.search(plain)):
        return None
    if not seen.accounts and REFERS.search(plain):
        return None
    return _unclear(seen) or [recalled(seen, **_ids(seen)[0])]


def rest(question: str) -> str:
    """The words after a note in the same message, an order or a question of their own; empty where there are none."""
    return _parted(question)[1]


def noted_or_recalled(seen: "Understood") -> bool:
    """Whether a question is to note something or asks for what is noted."""
    return any(pattern.search(seen.plain) for pattern in (BEGINS, ENDS, RECALLS, OF_CLIENT))


def about(seen: "Understood", id: str | None, *, shown: bool = False) -> "Understood":
    """A note about «них», “them”, or any after the card of one that was ``shown``: of the client ``id`` where it names none."""
    from agent.reading.names import Mention

    note = _small(words_of(_parted(_said(seen))[0]))
    done = shown and (FINISHED.search(seen.plain) is not None or ticked(_said(seen), named=False) is not None)
    said = BEGINS.search(seen.plain) or ENDS.search(seen.plain) or done
    theirs = THEY.search(note) or shown and not (seen.segments or seen.metrics or MANY.search(note))
    if id is None or seen.accounts or not said or not theirs or NAMELESS.search(note):
        return seen
    account = (id, id)
    return replace(seen, accounts=(account,), mentions=(Mention((account,), frozenset()),))


def _parted(said: str) -> tuple[str, str]:
    """A note and the order or question after it, empty where the message is one note or none."""
    return next((pair for pair in breaks(said) if _is_note(pair[0])), (said, ""))


def _is_note(said: str) -> bool:
    """Whether words are to be noted or marked done, and hold something to note."""
    small = _small(said)
    if BEGINS.search(small) or ENDS.search(small):
        return re.search(r"\w{2}", words_of(said)) is not None
    return FINISHED.search(small) is not None or ticked(said, named=False) is not None


def went_on(seen: "Understood", last: list[Call], portfolio: "Portfolio") -> list[Call] | None:
    """«А что мы им обещали?»: the notes of the client that the last question was about."""
    wanted = RECALLS.search(seen.plain) or OF_CLIENT.search(seen.plain)
    if seen.accounts or not wanted or seen.wants & BUSY or seen.codes or PAPER.search(seen.plain):
        return None
    id = next((item["arguments"]["id"] for item in last if item["arguments"].get("id")), None)
    return [recalled(seen, **({"id": id} if id is not None else {}))]


def of_example(item: Call, seen: "Understood") -> Call:
    """The call of an example near to a question, about the client and in the words of the question itself."""
    id = _ids(seen)[0]
    if "{account}" in item["arguments"].values() and not id:
        return call("refuse", reason="off_topic")
    if item["name"] == "recall":
        return recalled(seen, **id)
    if "?" in _said(seen):
        return call("refuse", reason="off_topic")
    return call("remember", **id, kind=kind_of(seen.plain), text=words_of(_said(seen)))


def recalled(seen: "Understood", **id: str) -> Call:
    """The call that recalls what a question asks for: of a client, of a kind, by a day."""
    plain = seen.plain
    when = next((name for name, words in WHEN if words.search(plain)), None)
    wanted: tuple[tuple[Kind, str], ...] = (
        ("promise", r"обеща|promis|commitment"), ("decision", r"решени|решил|решено|decision|decided"),
        ("action", r"задач|действи|\bactions?\b|to-?dos?\b"),
    )  # fmt: skip
    kind = next((kind for kind, words in wanted if re.search(words, plain)), None)
    more: dict[str, Any] = {**({"kind": kind} if kind else {}), **({"due": when} if when else {})}
    return call("recall", **id, **more)


def kind_of(plain: str) -> Kind:
    """What kind of note the words are: a decision, a promise, an action, an outcome, else a mere note."""
    said = _unled(plain)
    found: Kind = next((kind for kind, words in KINDS if words.search(said)), "note")
    return (
        "action"
        if found in ("note", "decision") and TO_DO.search(words_of(plain)) and not KINDS[2][1].search(said)
        else found
    )


def past(plain: str) -> bool:
    """Whether an action is told as done already."""
    return PAST.search(plain) is not None and not re.search(
        r"\b(?:надо|нужно|необходимо|need to|have to|must|to do)\b", plain
    )


def words_of(question: str) -> str:
    """The user's own words without the order to note them: «Запомни: обещали скидку» is «обещали скидку»."""
    said = question.strip()
    plain = _small(said)
    tail = ENDS.search(plain)
    if tail is not None and not BEGINS.search(plain):
        return said[: tail.start()].strip() or said
    head = BEGINS.search(plain)
    if head is None:
        return said
    rest, small = said[head.end() :], plain[head.end() :]
    colon = _COLON.match(small)
    opening = _OPENING.match(small)
    end = colon.end() if colon is not None else opening.end() if opening is not None else 0
    kept = rest[end:].strip()
    return kept


def _said(seen: "Understood") -> str:
    """The message as it was written: a note is never mended."""
    return seen.said or seen.question


def _unled(plain: str) -> str:
    return re.sub(rf"{_POLITE}(?:сделай|make|take|add) (?:a )?(?:заметк\w+|note)", "", plain)


def _small(text: str) -> str:
    """Small letters of the same length, ё as е."""
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text).replace("ё", "е")


def _ids(seen: "Understood") -> list[Mapping[str, str]]:
    named = list(dict.fromkeys(mention.accounts[0][0] for mention in seen.mentions))
    return [{"id": account} for account in named[:4]] or [{}]


def _unclear(seen: "Understood") -> list[Call] | None:
    """A client named so that several fit, or that none fits."""
    several = next((mention for mention in seen.mentions if len(mention.accounts) > 1), None)
    if several is not None:
        named = several.accounts[:5]
        same = len({name for _, name in named}) < len(named)
        names = [f"{name} ({account})" if same else name for account, name in named]
        return [call("refuse", reason="ambiguous", names=names)]
    quoted = NAMELESS.search(_said(seen)) if not seen.accounts else None
    return [call("refuse", reason="unknown_account", names=[quoted.group(1)])] if quoted else None
