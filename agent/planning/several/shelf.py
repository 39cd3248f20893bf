"""The user's own documents beside what the data say: two questions of one message."""

import re

from agent.examples import Call, call
from agent.planning.carry import FIGURES
from agent.planning.several.clause import Reader
from agent.planning.several.outweigh import MOST_CALLS
from agent.planning.several.parts import Clause
from agent.reading.understand import Understood

#: The user's own documents, in words that say that they were handed over.
SHELF = re.compile(
    r"\bзагруж\w+ (?:\w+ )?(?:документ|файл|регламент|инструкц|политик|договор|положени)\w*|"
    r"\b(?:documents?|files?|polic(?:y|ies)|rules|contracts?) (?:that )?(?:i|we)(?:'ve| have)? uploaded\b|\buploaded (?:documents?|files?|polic\w+)\b"
)
#: What is asked of the data and not of the documents.
OF_DATA = re.compile(
    r"\b(?:really|actually|in fact|in practice|in reality|our data|на деле|на самом деле|фактически|реально|в действительности|по факту|у нас|по данным)\b|"
    r"^\W*(?:(?:и|а|and|then|also|потом|заодно)\W+)*(?:дай|покажи|выведи|перечисли|назови|give|show|list|pull up)\w*\b",
    re.IGNORECASE,
)
#: Clients or their number asked for.
CLIENTS = re.compile(
    r"^\W*(?:(?:и|а|and|then|also)\W+)*(?:кто|у кого|кого|сколько (?:у нас )?клиент\w*|как\w+ (?:\w+ )?клиент\w*|who|(?:which|what|how many) (?:\w+ ){0,2}(?:clients|customers|accounts|newcomers))\b"
)


def beside_documents(pieces: list[Clause], reader: Reader) -> list[Call]:
    """What the user's own documents say and, beside it, the lists and figures of the data that later clauses ask for."""
    shelved = [place for place, piece in enumerate(pieces) if of_documents(reader.understood(piece.text))]
    if not shelved:
        return []
    of_data = [piece for piece in pieces[shelved[-1] + 1 :] if piece.asks and _of_data(piece.text, reader)]
    read = [part for part in (reader.read(piece, []) for piece in of_data) if part is not None]
    found = [item for part in read for item in part.calls if item["name"] in (*FIGURES, "segment", "findings")]
    query = reader.message.question
    return [call("documents", query=query), *found][:MOST_CALLS] if found else []


def _of_data(text: str, reader: Reader) -> bool:
    """Whether a question after that of the documents is of the data: it says so, or asks for clients that it names."""
    seen = reader.understood(text)
    clients = CLIENTS.search(seen.plain) is not None and bool(seen.metrics or seen.codes or seen.segments)
    return OF_DATA.search(text) is not None or clients


def of_documents(seen: Understood) -> bool:
    """Whether words ask what the user's own documents say."""
    return "documents" in seen.wants or SHELF.search(seen.plain) is not None
