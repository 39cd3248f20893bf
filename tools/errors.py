"""The error tree.

* CVMError
  + UserError          the user's input is at fault: says what, which, and what to do (exit 2, HTTP 4xx)
    - BadData          a file or table cannot be read as it stands
    - UnknownName      a metric, account, step, segment or card that does not exist
    - OpenQuestion     the data leave a question that changes a result
  + BackendError       a model endpoint or a store failed (named, retryable or not)

Anything else is a bug and must crash. A reading without a value is data, never an exception.
"""

from collections.abc import Iterable

from tools.text import Language, Text


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
    """A name that nothing answers to, with the nearest ones."""

    def __init__(self, kind: Text, name: str, known: Iterable[str]) -> None:
        from rapidfuzz import process

        near = [match[0] for match in process.extract(name, list(known), limit=3, score_cutoff=50)]
        hint = ", ".join(near)
        super().__init__(
            Text(
                f"Unknown {kind.en} {name!r}." + (f" Did you mean: {hint}?" if hint else ""),
                f"Неизвестно: {kind.ru} «{name}»." + (f" Возможно, вы имели в виду: {hint}?" if hint else ""),
            )
        )
        self.near = near


class BackendError(CVMError):
    """A model endpoint or a store failed."""

    def __init__(self, backend: str, what: str, *, retryable: bool = False) -> None:
        super().__init__(f"{backend}: {what}")
        self.backend, self.what, self.retryable = backend, what, retryable
