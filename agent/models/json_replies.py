"""JSON asked of a model: the schema of a reply as the protocol wants it, and the object in what came back."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
SCHEMA_NAME = "reply"


def parse_json(text: str) -> Json | None:
    """The first JSON object of a reply: bare, fenced, in ``<tool_call>`` tags, or with junk around it; else None."""
    for match in re.finditer(r"\{", text):
        try:
            found, _ = json.JSONDecoder().raw_decode(text, match.start())
        except (json.JSONDecodeError, RecursionError):
            continue
        return found if isinstance(found, dict) else None
    return None


def reply_format(schema: Json) -> Json:
    """The option that holds a reply to a schema; strict where every object demands all its properties."""
    wrapped = {"name": SCHEMA_NAME, "strict": _whole(schema), "schema": schema}
    return {"extra_body": {"response_format": {"type": "json_schema", "json_schema": wrapped}}}


def _whole(schema: Any) -> bool:
    """Whether every object of a schema demands all its properties, as strict endpoints want it."""
    if isinstance(schema, list):
        return all(map(_whole, schema))
    if not isinstance(schema, dict):
        return True
    whole = schema.get("type") != "object" or set(schema["required"]) == set(schema["properties"])
    return whole and all(map(_whole, schema.values()))


def object_schema(properties: Mapping[str, Json], *, required: Sequence[str] | None = None) -> Json:
    """A closed JSON schema of an object."""
    names = list(required if required is not None else properties)
    return {"type": "object", "properties": dict(properties), "required": names, "additionalProperties": False}
