"""What an occasion says: the shape of a request."""

from dataclasses import dataclass

from tools.text import Text


@dataclass(frozen=True, slots=True)
class Ask:
    """What one occasion says: ``opening`` of a letter, ``hello`` of a call; then the request in each form."""

    subject: Text
    opening: Text
    hello: Text
    letter: Text
    call: Text
    messenger: Text
