"""The error tree.

* CVMError
  + UserError          the user's input is at fault: says what, which, and what to do (exit 2, HTTP 4xx)
    - BadData          a file or table cannot be read as it stands
    - UnknownName      a metric, account, step, segment or card that does not exist
    - OpenQuestion     the data leave a question that changes a result
  + BackendError       a model endpoint or a store failed (named, retryable or not)

Anything else is a bug and must crash. A reading without a value is data, never an exception.
"""

from collections.abc import Iterable, Mapping

from tools.text import Language, Text

NEAR = 60  # likeness, of 100, from which a name is offered
FEW = 12  # so many names are all told
#: How to see every metric, every column to group by and every field to filter by.
LISTED = Text("The whole list: cvm metric.", "Весь список: cvm metric.")


class CVMError(Exception):
    """Every error the product raises on purpose."""


class UserError(CVMError):
    """The user's input is at fault; ``text`` is shown as it is, in the user's language."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text

    def shown(self, language: Language) -> str:
        """The sentence for the user."""
        return self.text[language]


class BadData(UserError):
    """A file or table cannot be read as it stands."""


class OpenQuestion(UserError):
    """The data leave a question open that changes a result."""


class UnknownName(UserError):
    """A name that nothing answers to, with the nearest ones, or all of them where they are few.

    ``spoken`` gives the names behind other words for them; ``hint`` says how to list them all.
    """

    def __init__(
        self,
        kind: Text,
        name: str,
        known: Iterable[str],
        *,
        spoken: Mapping[str, str] | None = None,
        hint: Text | None = None,
    ) -> None:
        names = list(known)
        words = {item: item for item in names} | dict(spoken or {})
        near = nearest(name, words)
        said = Text(f"Unknown {kind.en} {name!r}.", f"Неизвестно: {kind.ru} «{name}».")
        if near:
            shown = ", ".join(near)
            said = Text(f"{said.en} Did you mean: {shown}?", f"{said.ru} Возможно, вы имели в виду: {shown}?")
        elif 0 < len(names) <= FEW:
            shown = ", ".join(names)
            said = Text(f"{said.en} Known: {shown}.", f"{said.ru} Есть такие: {shown}.")
        if hint is not None:
            said = Text(f"{said.en} {hint.en}", f"{said.ru} {hint.ru}")
        super().__init__(said)
        self.near = near


def one_of(kind: Text, name: str | None, known: Mapping[str, Text]) -> str | None:
    """The key that is meant: by itself, or by its name in either language; None where none is given.

    Raises `UnknownName` where a name is given that is not among the known ones.
    """
    spoken = {word.casefold(): key for key, text in known.items() for word in (text.en, text.ru)}
    if name is None or name in known:
        return name
    if name.casefold() not in spoken:
        raise UnknownName(kind, name, known, spoken=spoken)
    return spoken[name.casefold()]


def nearest(name: str, words: Mapping[str, str], limit: int = 3) -> list[str]:
    """The names whose words are most like the one given, likest first, then those it is a part of; case and _ aside."""
    from rapidfuzz import fuzz, process

    wanted = _plain(name)
    near = process.extract(name, list(words), scorer=fuzz.ratio, processor=_plain, limit=limit, score_cutoff=NEAR)
    parts = (item for item in words if len(wanted) > 2 and wanted in _plain(item))
    return list(dict.fromkeys(words[word] for word in (*(match[0] for match in near), *parts)))[:limit]


def _plain(name: str) -> str:
    return name.casefold().replace("ё", "е").replace("_", " ").replace("-", " ").strip()


class BackendError(CVMError):
    """A model endpoint or a store failed."""

    def __init__(self, backend: str, what: str, *, retryable: bool = False) -> None:
        super().__init__(f"{backend}: {what}")
        self.backend, self.what, self.retryable = backend, what, retryable
