"""Client value reports: a marked draft until approved; an approved one stands as it is."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from agent.memory import digest
from agent.results import ReportResult
from tools.text import Language

if TYPE_CHECKING:
    from tools.portfolio import Portfolio


def value_report(
    portfolio: "Portfolio",
    account_ref: str,
    *,
    language: Language,
    formats: tuple[str, ...],
    folder: Path,
    approve: bool,
) -> ReportResult:
    """The report of one client written to ``folder``; what was approved with the same content stays approved."""
    from tools.reports import renderer
    from tools.reports import value as content
    from tools.reports.write import write_files

    report = content.value_report(portfolio, account_ref)
    stem = f"value-report-{_safe(report.account)}-{report.hash}"
    frozen = folder / f"{stem}.approved"
    if approve or frozen.is_file():
        report = content.approve(report)
    texts = {f"{stem}-{language}.{name}": renderer("client", name)(report, language=language) for name in formats}
    if approve and not frozen.is_file():
        texts[frozen.name] = f"{report.hash}\n"
    files = write_files(texts, folder)
    return ReportResult(report.account, report.status, {name: files[name] for name in formats}, report.hash)


def _safe(account: str) -> str:
    """An account's id as part of a file name; one with other characters is hashed, so that no two clash."""
    return account if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", account) else digest(account)[:16]
