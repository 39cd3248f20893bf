"""Work told as done, to be ticked off: «обзвон из плана закрыла, ставь галочку», “the first action is done”."""

import re

#: Orders to tick off, which say by themselves that the work is done.
ORDERED = re.compile(
    r"\b(?:отме(?:ть|чай)|поме(?:ть|чай))(?:те)?,?(?: (?!что\b)[\w-]+){0,6}? (?:выполненн|сделанн|завершенн|законченн|закрыт|исполненн|готов)(?:ым|ой|ыми|ый|ую|ое|ые)\b|"
    r"\b(?:отме(?:ть|чай)|поме(?:ть|чай))(?:те)?,? как (?:сделано|выполнено|готово|закрыто|завершено)\b|"
    r"\b(?:по)?став(?:ь|ьте|им) галочк\w+|\bгалочк\w+ (?:по)?став(?:ь|ьте|им)\b|\b(?:вычерк|зачерк)(?:ни|ивай|нем|иваем)(?:те)?\b|"
    r"\b(?:пункт|задач|действи|шаг)\w* (?:[\w-]+ ){0,2}?можно (?:закры|вычерк|зачерк|отме)\w+|\b(?:action|item|task|step) (?:can|may) be (?:closed|ticked|crossed|marked)\b|"
    r"\bзакро(?:й|йте|ем) (?:[\w-]+ ){0,2}?(?:пункт|задач|действи|шаг)\w*|"
    r"\b(?:tick|check|cross|strike) (?:(?:it|that|this|them|one|the first|the second) )?off\b|\b(?:cross|strike) (?:it|that|this|them) out\b|"
    r"\bmark (?:[\w'’-]+ ){0,9}?(?:as )?(?:done|complete|completed|finished|closed)\b|"
    r"\bclose (?:out )?(?:[\w-]+ ){0,3}?(?:action|item|task|step)\b"
)
#: Words that only ask to note, where the work is told as done beside them.
MARKED = re.compile(
    r"^\W*(?:[\w]+ )?(?:отме(?:ть|чай)(?:те)?|mark (?:it|that|this)|tick)\b\s*[:,—–-]?|[,;.—–-]\s*(?:отме(?:ть|чай)(?:те)?|mark (?:it|that|this))\W*$"
)
NOTED = re.compile(r"\b(?:запи(?:ши|шем)|запомни|зафиксируй|заметк|note|remember|record|log)(?:те|у)?\b")
ITEM = re.compile(
    r"\b(?:пункт\w*|действи[еяй]|задач[аиуе]|шаг|шаги|action|item|task|step)s?\b|\b(?:из|пункт|часть) (?:\w+ )?плана\b|\b(?:from|on|in|of) the plan\b"
)
#: A sentence that does nothing but tell an item of a plan as done.
PLAINLY = re.compile(
    r"^\W*(?:(?:так|ну|всё|все|ура|готово|ok|so|well|hey|and|and now|а|и)\W+)*(?:"
    r"(?:(?:the|this|that|our|my|наш\w*|эт\w+|мой) )?(?:[\w-]+ ){0,2}?(?:пункт|действие|задача|action|item|task|step|plan (?:item|action|step|task))\b(?! (?:котор|which|that|who))(?P<of>.*)|.*\b(?:из|пункт) (?:\w+ )?плана\b.*|.*\bfrom the plan\b.*)$|"
    r"^\W*(?:(?:we|i)(?:['’]ve| have)? )?(?:done|finished|completed|closed|выполнил[аи]?|сделал[аи]?|закрыл[аи]?|закончил[аи]?) (?:(?:with|the|a|our|мы|я|уже|сегодня) )*(?:[\w-]+ ){0,2}(?:пункт|действие|задачу|action|item|task|step)\b"
)
TOLD = re.compile(
    r"\b(?:выполнен|сделан|завершен|закончен|закрыт|исполнен)[аоы]?\b|\bготов[аоы]?\b|\b(?:выполнил|сделал|завершил|закончил|закрыл|доделал)[аи]?\b|"
    r"(?:\b(?:is|are|was|were|been|all|now|just|already|we|i|have|has|calls|emails)|['’](?:s|re|ve)|[:,—–-]) (?:all )?(?:done|closed|finished|completed?|sorted|dealt with|wrapped up|taken care of)\b|"
    r"^\W*(?:done|finished|completed|wrapped up) (?:with )?(?:the|that|this|our)\b"
)
#: The telling word closes the sentence, or opens it.
LAST = re.compile(
    rf"(?:{TOLD.pattern})(?: (?:уже|сегодня|вчера|now|already|today|yesterday|too))?\W*$|^\W*(?:\w+ ){{0,2}}(?:{TOLD.pattern})"
)
ASKS = re.compile(
    r"\?|\bли\b|^\W*(?:(?:а|и|ну|так|and|so|ok|but)\W+)*(?:что|чего|как\w*|сколько|кто|кого|кому|когда|где|чем|зачем|почему|если|покаж\w+|вывед\w+|список|дай\w*|расскаж\w+|скаж\w+|"
    r"what|which|how|who|whose|when|where|why|is|are|has|have|did|does|do|show|list|give|tell|if|once|after|can|could|should)\b"
)
ASKS_HOW = re.compile(
    r"\?|^\W*(?:(?:а|и|ну|and|so)\W+)*(?:как|где|что|можно|how|where|what|who|can|could|should|why|when)\b"
)
DENIED = re.compile(
    r"\bне\b(?! забудь)|\bпока\b|\bпочти\b|n['’]t\b|\b(?:not|never|until|unless|almost|nearly|half|если|if)\b"
)
#: Words of a piece without an order that a thing done may take, where no item of a plan is named.
FEW = 9


def ticked(said: str, *, named: bool) -> str | None:
    """The words of what is told as done, where a message asks to tick it off; ``named``: a client is named in it."""
    plain = said.lower().replace("ё", "е").strip()
    if DENIED.search(plain):
        return None
    if ORDERED.search(plain):
        return None if ASKS_HOW.search(plain) or NOTED.search(plain) else _words(said, ORDERED)
    if ASKS.search(plain) or NOTED.search(plain) or not TOLD.search(plain):
        return None
    marked = MARKED.search(plain) is not None
    if ITEM.search(plain) and (marked or not named and PLAINLY.search(plain) and LAST.search(plain)):
        return _words(said, MARKED)
    short = len(re.findall(r"\w+", plain)) <= FEW
    return _words(said, MARKED) if marked and short and not named else None


def _words(said: str, order: re.Pattern[str]) -> str:
    """The message without the order to tick off; all of it where nothing else is left."""
    small = said.lower().replace("ё", "е")
    kept = said if len(small) != len(said) else "".join(said[start:end] for start, end in _between(order, small))
    kept = re.sub(r"\s{2,}", " ", kept).strip(" ,;:.!—–-")
    return kept if len(re.findall(r"\w{3,}", kept)) > 1 else said.strip()


def _between(order: re.Pattern[str], small: str) -> list[tuple[int, int]]:
    spans = [match.span() for match in order.finditer(small)]
    return list(zip([0, *(end for _, end in spans)], [*(start for start, _ in spans), len(small)], strict=True))
