"""Settings of the product: the only reader of the environment."""

import locale
import os
import tempfile
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tools.errors import UserError
from tools.text import Language, Text

QUIET = {
    "LANGCHAIN_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "ANONYMIZED_TELEMETRY": "False",
    "CHROMA_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "OMP_WAIT_POLICY": "passive",  # threads of the embedding model that spin while they wait starve all other work
}


class Settings(BaseSettings):
    """Everything a user can set: ``CVM_HOME``, ``CVM_LLM_BASE_URL``, ``CVM_LLM_MODEL``, ``CVM_LLM_API_KEY``, …

    An explicit argument always wins over the environment. Without ``llm_base_url`` the product runs by rules alone.
    """

    model_config = SettingsConfigDict(env_prefix="CVM_", extra="ignore", frozen=True, populate_by_name=True)

    home: Path = Field(default_factory=lambda: Path.home() / ".cvm")
    llm_base_url: str | None = None
    llm_model: str | None = None
    llm_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("CVM_LLM_API_KEY", "OPENAI_API_KEY"), repr=False
    )
    llm_timeout: float = Field(default=120.0, gt=0, description="seconds for one call of the model, all told")
    llm_max_tokens: int = Field(default=4096, gt=0)
    api_key: SecretStr | None = Field(default=None, repr=False, description="the bearer key that the HTTP API demands")
    language: Language = Field(default_factory=lambda: locale_language())

    @property
    def has_model(self) -> bool:
        """True where a model's address is set."""
        return bool(self.llm_base_url)

    @property
    def state_path(self) -> Path:
        """The database of graph checkpoints."""
        return self.home / "state.sqlite"

    @property
    def runs_path(self) -> Path:
        """The folder of audit runs."""
        return self.home / "runs"


def read_settings() -> Settings:
    """The settings of the environment; `UserError` where a variable has a value it cannot have."""
    try:
        return Settings()
    except ValidationError as error:
        names = ", ".join(sorted({f"CVM_{item['loc'][0]}".upper() for item in error.errors() if item["loc"]}))
        raise UserError(
            Text(
                f"Not a possible value of {names}: correct it or unset it.",
                f"Недопустимое значение {names}: исправьте его или уберите.",
            )
        ) from error


def ready_home(home: Path) -> Path:
    """The home folder, made where it was not there; `UserError` where it cannot be made or written."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            return home
    except OSError as error:
        raise UserError(
            Text(
                f"The product's folder “{home}” cannot be made or written: set CVM_HOME to a folder of yours.",
                f"Папку продукта «{home}» нельзя создать или записать в неё: укажите в CVM_HOME свою папку.",
            )
        ) from error


def locale_language() -> Language:
    """``ru`` where the environment's locale is Russian, else ``en``."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "ru" if value.lower().startswith("ru") else "en"
    return "ru" if (locale.getlocale()[0] or "").lower().startswith("ru") else "en"


def quiet_libraries(home: Path) -> None:
    """Switch off the telemetry of every library that has one, and keep the page's files in the home folder."""
    os.environ.update(QUIET)
    os.environ["GRADIO_TEMP_DIR"] = str(home / "page")
