"""What the Assistant gives back beside readings: a load, a finished audit, a client's value report."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tools.document import Audit, Telling

if TYPE_CHECKING:
    from tools.snapshot import Manifest


@dataclass(frozen=True, slots=True)
class LoadResult:
    """A source as it was read: the snapshot's id, how the files were read, and the name it answers to."""

    snapshot: str
    load: "Manifest"
    name: str | None


@dataclass(frozen=True, slots=True)
class AuditResult:
    """A finished audit: its id, the audit as data, its telling, and its files by format."""

    run: str
    audit: Audit
    telling: Telling
    folder: Path
    files: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class ReportResult:
    """A client value report: the account, whether it is frozen, its files by format, and the hash of its content."""

    account: str
    status: str
    files: Mapping[str, Path]
    hash: str
