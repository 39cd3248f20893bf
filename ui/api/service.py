"""What the routes share: the Assistant, the audits under way, the key; reached by dependency, never by path."""

import hmac
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from agent.assistant import Assistant
from agent.results import ReportResult
from tools.errors import BackendError
from tools.text import Language, Text
from ui.api.asks import Asks
from ui.api.problems import Refusal, language_of
from ui.api.runs import Runs


@dataclass(frozen=True, slots=True)
class Service:
    """One Assistant behind all faces of one process."""

    assistant: Assistant
    runs: Runs
    asks: Asks = field(default_factory=Asks)
    scratch: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="cvm-")))

    @property
    def home(self) -> Path:
        """The folder of everything that is kept."""
        return self.assistant.settings.home

    @property
    def api_key(self) -> str | None:
        """The key that callers must bear, or None where the service is open (bound to this machine)."""
        key = getattr(self.assistant.settings, "api_key", None)
        secret = getattr(key, "get_secret_value", None)
        return (secret() if secret else key) or None

    def keep_report(self, result: ReportResult) -> str:
        """The id under which the files of a report can be fetched, after a restart too: the report's hash."""
        identity = "".join(letter for letter in result.hash if letter.isalnum())[:40]
        folder = self.home / "shared" / identity
        folder.mkdir(parents=True, exist_ok=True)
        for kind, path in result.files.items():
            shutil.copyfile(path, folder / f"report.{kind}")
        return identity

    def report_file(self, report: str, kind: str) -> Path | None:
        """The file of a report by its id, or None."""
        path = self.home / "shared" / report / f"report.{kind}"
        return path if path.is_file() else None

    def check_home(self) -> None:
        """Raises `BackendError` where the home folder cannot be written."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.home):
                pass
        except OSError as error:
            raise BackendError("home", str(error.strerror), retryable=True) from error

    def close(self) -> None:
        """Stop what runs and remove what only this process handed out."""
        self.runs.close()
        self.asks.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


def service_of(request: Request) -> Service:
    """The service of the application that got the request."""
    service: Service = request.app.state.service
    return service


_bearer = HTTPBearer(auto_error=False, description="the key set as CVM_API_KEY; not asked for where none is set")


def authorised(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """Let in who bears the key; everyone where no key is set. Raises a 401 `Refusal`."""
    key = service_of(request).api_key
    given = credentials.credentials if credentials else ""
    if key is not None and not hmac.compare_digest(given.encode(), key.encode()):
        raise Refusal(
            401,
            Text("Send the header Authorization: Bearer <key>.", "Передайте заголовок Authorization: Bearer <ключ>."),
            kind="key",
            headers={"WWW-Authenticate": "Bearer"},
        )


Served = Annotated[Service, Depends(service_of)]
Spoken = Annotated[Language, Depends(language_of)]
