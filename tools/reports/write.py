"""Writes an audit's files: all of them whole, or none."""

import os
import uuid
from collections.abc import Mapping
from pathlib import Path

from tools.document import Audit, Telling
from tools.errors import BadData
from tools.reports import contract, renderer
from tools.text import Language, Text

TEXT_FORMATS = ("html", "md")


def write_audit(audit: Audit, telling: Telling, folder: Path, *, language: Language) -> Mapping[str, Path]:
    """``audit.html``, ``audit.md`` and ``audit.json`` in ``folder``, by format; same audit, same bytes."""
    files = {name: renderer("audit", name)(audit, telling, language=language) for name in TEXT_FORMATS}
    files["json"] = contract.dumps(contract.audit_json(audit, telling, language=language)) + "\n"
    return write_files({f"audit.{name}": text for name, text in files.items()}, folder)


def write_files(files: Mapping[str, str | bytes], folder: Path) -> Mapping[str, Path]:
    """Each file written beside its place and then moved there; returns the paths by suffix."""
    written: dict[str, Path] = {}
    pending: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            place = folder / name
            beside = folder / f".{name}.{os.getpid()}.{uuid.uuid4().hex}.part"
            pending.append((beside, place))
            beside.write_bytes(content.encode() if isinstance(content, str) else content)
        for beside, place in pending:
            beside.replace(place)
            written[place.suffix[1:]] = place
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BadData(
            Text(f"Cannot write to {folder}: {reason}.", f"Не удалось записать в {folder}: {reason}.")
        ) from error
    finally:
        for beside, _ in pending:
            beside.unlink(missing_ok=True)
    return written
