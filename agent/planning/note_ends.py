"""Where a note ends and the next order or question of the same message begins."""

import re

_JOIN = r"(?:(?:и|а|ну|ещ[её]|потом|затем|заодно|также|теперь|сразу|да|плюс|and|then|also|plus|now|so|oh|please|пожалуйста)\b,?\s+)"
#: Orders to the assistant by their own form: a to-do told in a note stands in another one.
_RU = (
    r"(?:(?:покажи|дай)(?:те)?\b(?! (?:им|ему|ей|клиент\w*)\b)|(?:выведи|открой|скажи|расскажи|напиши|черкни|составь|подготовь|набросай|набросайте|накидай|посчитай|сравни|объясни|"
    r"напомни|перечисли|назови|отметь|отмечай|запиши|запомни|зафиксируй|вычеркни|вычеркивай|собери|подними|выгрузи|глянь|посмотри)(?:те)?\b|(?:по)?ставь(?:те)? галочк)"
)
_EN = (
    r"(?:(?:show|give|tell|send) (?:me|us)\b|remind (?:me|us)\b(?! to\b)|(?:pull|bring) up\b|let(?: me|['’]s) see\b|list\b|compare\b|explain\b|(?:mark|tick|check|cross) [^.]{0,60}?\b(?:done|complete|completed|finished|closed|off|out)\b|"
    r"(?:note|log|record|remember)(?:[:,]| (?:that|it)\b))"
)
#: What may begin an order only where a sentence begins.
_EN_SENTENCE = r"(?:show (?:the|their|his|its|our|all|everything|who|which|what)\b|open (?:up )?(?:the|their|his|its) (?:card|profile|page)|(?:draft|compose|write|prepare|make|knock up|put together) (?:[\w-]+ ){0,4}?(?:letter|e-?mail|message|report|script|text)\b|i(?:['’]d like| want| need) to (?:see|know)\b)"
_ASK = (
    r"(?:как\w*|сколько|кто|кого|кому|у кого|почему|что|чего|чем|где|когда|есть ли|в чем|"
    r"what|which|how|who|whom|whose|where|when|why|is|are|do|does|did|have|has|any|can|could|should|shall)\b"
)
#: Of these a sentence after “and” is a question though no mark stands at its end.
_OWN = r"(?:как(?:ой|ая|ое|ие|ов|ова)|сколько|кто|what|how (?:much|many)|which|who)\b"
_STOP = r"(?:[.!;?…]+[»”\"]?|[»”\"]|\n)\s*(?<=\s)"
BREAK = re.compile(
    rf"{_STOP}(?={_JOIN}{{0,4}}(?:{_RU}|{_EN}|{_EN_SENTENCE}|{_ASK}[^.!;?]*\?|(?:[^.!;?]*\?\W*)$|{_JOIN}{{1,4}}{_OWN}))|"
    rf"\s*[,;—–-]?\s+(?={_JOIN}{{1,4}}(?:{_RU}|{_EN}))|,\s+(?=(?:{_RU}|{_EN}))",
    re.IGNORECASE,
)
_OPENS = re.compile(rf"^{_JOIN}+", re.IGNORECASE)
#: An order that only closes the words before it: «…, отметь как сделано», “…, tick it off”.
CLOSES = re.compile(
    r"(?:(?:отметь|отмечай|запиши|зафиксируй|запомни|занеси|внеси|вычеркни|вычеркивай)(?:те)?(?: (?:как (?:обещание|решение|действие|итог|результат)|это|его|ее|их|себе|как|пожалуйста))*(?: (?:сделано|выполнено|готово|закрыто))?|(?:по)?ставь(?:те)? галочк\w+|"
    r"(?:please )?(?:mark|tick|check|cross|note|log|record|remember) (?:it|that|this|them)(?: down)?(?: as)?(?: (?:off|out|done|complete|completed|finished|closed))?(?: please)?)\W*"
)
QUOTES = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"")


def breaks(said: str) -> list[tuple[str, str]]:
    """Every way to take a message as a piece and the order or question after it, the shortest piece first."""
    inside = [match.span() for match in QUOTES.finditer(said)]
    places = [
        match.span() for match in BREAK.finditer(said) if not any(at < match.start() < end - 1 for at, end in inside)
    ]
    found = [
        (said[:start] + said[start:end].strip(" ,—–-"), _OPENS.sub("", said[end:]).strip()) for start, end in places
    ]
    return [
        (head.strip(), tail)
        for head, tail in found
        if re.search(r"\w", head) and re.search(r"\w", tail) and not CLOSES.fullmatch(tail.lower().replace("ё", "е"))
    ]
