"""A letter as a file: its text, or for a segment a table for the mailing; a draft says on its first line that it is one."""

import os
from pathlib import Path
from typing import Any

from agent.memory import write_once
from tools.campaign import unwritable
from tools.campaign_files import table
from tools.text import Language, Text

DRAFT = Text("DRAFT — not approved, do not send", "ЧЕРНОВИК — не утверждено, не отправлять")
HEADS: dict[str, Text] = {
    "account": Text("id", "код"),
    "name": Text("client", "клиент"),
    "status": Text("status", "статус"),
    "text": Text("text", "текст"),
}
APPROVED = Text("approved", "утверждено")
RULE = "\n\n" + "—" * 40 + "\n\n"


def write(document: dict[str, Any], out: Path) -> Path:
    """Write a letter to a file: csv for a segment where the name ends so, else text. `UserError` where it cannot be."""
    content = as_table(document) if out.suffix.lower() == ".csv" and document["clients"] else as_text(document).encode()
    path = Path(os.path.abspath(out))
    try:
        write_once(path, content)
    except OSError as error:
        raise unwritable(path, error.strerror or type(error).__name__) from error
    return path


def as_text(document: dict[str, Any]) -> str:
    """The text, or the letters of all clients of a segment one after the other."""
    language: Language = document["language"]
    texts = [f"{line['name']} ({line['account']})\n\n{line['text']}" for line in document["clients"]]
    body = RULE.join(texts) if texts else document["text"]
    return (body if document["status"] == "approved" else f"{DRAFT[language]}\n\n{body}") + "\n"


def as_table(document: dict[str, Any]) -> bytes:
    """A line a client: id, name, status, its values by column, its whole text."""
    language: Language = document["language"]
    columns = document["columns"]
    status = (APPROVED if document["status"] == "approved" else DRAFT)[language]
    heads = [HEADS[name][language] for name in ("account", "name", "status")]
    rows = [
        [
            line["account"],
            line["name"],
            status,
            *(line["values"].get(item["key"], "").strip() for item in columns),
            line["text"],
        ]
        for line in document["clients"]
    ]
    return table([*heads, *(item["title"] for item in columns), HEADS["text"][language]], rows)
