"""Claims as a model sees them, and the reasons for which a draft of them is rejected."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from tools.document import Claim, Direction
from tools.reading import Reading
from tools.render import TOKEN, Register
from tools.text import Language


@dataclass(frozen=True, slots=True)
class Violation:
    """One reason to reject a draft: a code, and what was seen."""

    code: str
    what: str


@dataclass(frozen=True, slots=True)
class Told:
    """A claim as a model sees it: the sentence with tokens, its direction, and the metric behind each token."""

    text: str
    direction: Direction = "none"
    urgent: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of the sentence, in order."""
        return tuple(TOKEN.findall(self.text))

    @property
    def own(self) -> str:
        """The sentence without its tokens, lower case, ё as е."""
        return plain(TOKEN.sub(" ", self.text))


def told(claim: Claim, *, register: Register, language: Language, urgent: bool = False) -> Told:
    """The claim as a model may see it."""
    text = register.draft(claim, language)
    keys = {token: slot.key for token in TOKEN.findall(text) if isinstance(slot := register.slots[token], Reading)}
    return Told(text, claim.direction, urgent, keys)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Lower case, ё as е, compatibility forms resolved, stress marks and invisible characters gone."""
    wide = unicodedata.normalize("NFD", text)
    kept = "".join(c for c in wide if c not in "\u0300\u0301" and unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", kept).lower().replace("ё", "е")
