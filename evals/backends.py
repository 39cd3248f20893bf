"""Back ends that are compared: rules, the embedded model, a scripted strong model, the model that the user has set."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from pydantic import SecretStr

from agent.assistant import Assistant
from agent.settings import Settings, read_settings
from tools.errors import UnknownName
from tools.text import Text, same


class Absent(Exception):
    """A back end that is not here, and why."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


@contextmanager
def rules(home: Path) -> Iterator[Assistant]:
    """The product without a model."""
    yield Assistant.open(Settings(home=home, llm="rules", llm_base_url=None))


@contextmanager
def embedded(home: Path) -> Iterator[Assistant]:
    """The model inside the process, where it was fetched into the user's own home."""
    from agent.models.model_file import missing_model, model_path

    try:
        import xllamacpp  # noqa: F401
    except ImportError as error:
        raise Absent(same(f"pip install 'cvm-assistant[model]' ({error})")) from error
    found = read_settings()
    path = model_path(found)
    if path is None:
        raise Absent(same(str(missing_model(found))))
    yield Assistant.open(Settings(home=home, llm="embedded", llm_gguf=path, llm_base_url=None))


@contextmanager
def scripted(home: Path) -> Iterator[Assistant]:
    """A strong model behind the real protocol: it plans as the cases expect and words the claims as they stand."""
    from evals.strong import StrongLLM

    with StrongLLM() as server:
        yield Assistant.open(_behind(server.url, home))


@contextmanager
def model(home: Path) -> Iterator[Assistant]:
    """The model that the user's settings name."""
    found = read_settings()
    if found.backend != "openai":
        raise Absent(Text("no endpoint is set (CVM_LLM_BASE_URL)", "адрес модели не задан (CVM_LLM_BASE_URL)"))
    yield Assistant.open(found.model_copy(update={"home": home}))


BACKENDS: Mapping[str, Callable[[Path], AbstractContextManager[Assistant]]] = {
    "rules": rules,
    "embedded": embedded,
    "scripted": scripted,
    "model": model,
}


def backend(name: str) -> Callable[[Path], AbstractContextManager[Assistant]]:
    """The back end of a name; `UnknownName` where there is none."""
    if name not in BACKENDS:
        raise UnknownName(Text("backend", "модель"), name, BACKENDS)
    return BACKENDS[name]


def _behind(url: str, home: Path) -> Settings:
    return Settings(home=home, llm="openai", llm_base_url=url, llm_model="scripted", llm_api_key=SecretStr("none"))
