"""What people paste and never type: tags, pictures and links, calls in JSON, queries, paths. It asks for nothing."""

import re

PASTED = re.compile(
    r"<(?P<tag>\w+)\b[^<>]*>.*?</(?P=tag)\s*>|<[/!|]?\w[^<>]*>|<!--.*?-->|"
    r"!?\[[^\]\n]*\]\([^)\s]*\)|\bhttps?://\S+|"
    r"\{\s*[\"'].*[\"'\]}]\s*\}|"
    r"(?:['\"]\s*;?\s*)?\b(?:union\s+select|drop\s+table|select\s+\*|select\s+\w+(?:\s*,\s*\w+)*\s+from|insert\s+into|delete\s+from)\b.*|"
    r"(?:\.\.?/|~/|/(?:etc|var|home|usr|proc)/)\S+",
    re.IGNORECASE | re.DOTALL,
)


def without_pasted(question: str) -> str:
    """The question without what was pasted into it; as it is where nothing else would be left."""
    left = re.sub(r"\s+", " ", PASTED.sub(" ", question)).strip()
    return left if re.search(r"\w", left) else question
