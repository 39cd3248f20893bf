"""Where the filled tokens of a text stand, by the contract."""

from typing import Any

from tools.render import Rendered


def spans_json(rendered: Rendered) -> list[dict[str, Any]]:
    """Start, end and reading of every filled token of the text."""
    return [{"start": span.start, "end": span.end, "reading": span.reading} for span in rendered.spans]
