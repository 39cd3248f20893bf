"""Settings of the product: the only reader of the environment."""

import json
import locale
import os
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

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

    An explicit argument always wins over the environment. Without ``llm_base_url`` the product runs by rules alone,
    unless ``llm`` says ``embedded``. Settings of models are told one by one in docs/models.
    """

    model_config = SettingsConfigDict(env_prefix="CVM_", extra="ignore", frozen=True, populate_by_name=True)

    home: Path = Field(default_factory=lambda: Path.home() / ".cvm")
    llm: Literal["auto", "rules", "embedded", "openai"] = "auto"
    llm_base_url: str | None = None
    llm_model: str | None = None
    llm_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("CVM_LLM_API_KEY", "OPENAI_API_KEY"), repr=False
    )
    llm_timeout: float | None = Field(default=None, gt=0, description="seconds for one call of the model, all told")
    llm_idle_timeout: float = Field(default=30.0, gt=0, description="seconds between two pieces of an answer")
    llm_max_tokens: int = Field(default=4096, gt=0)
    llm_tools: Literal["auto", "native", "json"] = "auto"
    llm_gguf: Path | None = Field(default=None, description="a model file of the user's own for the embedded back end")
    llm_context: int | None = Field(default=None, ge=2048, description="tokens that the embedded model holds")
    llm_ca_bundle: Path | None = None
    llm_headers: Annotated[dict[str, str], NoDecode] = Field(default_factory=dict, repr=False)
    llm_proxy: str | None = Field(default=None, repr=False)
    llm_local: bool | None = Field(default=None, description="an endpoint inside the company needs no masking")
    llm_answer_tokens: int = Field(default=40_000, gt=0, description="the budget of one answer")
    llm_run_tokens: int = Field(default=200_000, gt=0, description="the budget of one audit")
    llm_price_in: Decimal | None = Field(default=None, ge=0, description="the price of a thousand tokens read")
    llm_price_out: Decimal | None = Field(default=None, ge=0, description="the price of a thousand tokens written")
    llm_currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    api_key: SecretStr | None = Field(default=None, repr=False, description="the bearer key that the HTTP API demands")
    language: Language = Field(default_factory=lambda: locale_language())
    thread_days: int = Field(default=365, ge=0, description="conversations older than so many days are erased; 0: none")
    thread_wait: float = Field(default=30.0, ge=0, description="seconds a message waits for the one before it")

    @field_validator("llm_headers", mode="before")
    @classmethod
    def _headers(cls, given: object) -> object:
        """``Name: value`` pairs divided by semicolons or lines, or a JSON object."""
        if not isinstance(given, str):
            return given
        if given.lstrip().startswith("{"):
            return json.loads(given)
        pairs = [item.partition(":") for item in given.replace("\n", ";").split(";") if item.strip()]
        if not all(name.strip() and value.strip() for name, _, value in pairs):
            raise ValueError("a header is written as Name: value")
        return {name.strip(): value.strip() for name, _, value in pairs}

    @property
    def backend(self) -> str:
        """``rules``, or the row of `BACKENDS` that is used: what was chosen, else an address that is set, else rules."""
        if self.llm == "auto":
            return "openai" if self.llm_base_url else "rules"
        return "rules" if self.llm == "openai" and not self.llm_base_url else self.llm

    @property
    def has_model(self) -> bool:
        """True where a model is used."""
        return self.backend != "rules"

    @property
    def models_path(self) -> Path:
        """The folder of model files."""
        return self.home / "models"

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
