"""The embedded model: llama.cpp's server inside this process, on the loopback alone, behind a key of this run.

Started at the first call, once for a file and a length of context; stopped when the process ends.
"""

import atexit
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.errors import BackendError

CACHE_MIB = 512
_running: dict[tuple[Path, int], "Served"] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its address, the key it demands, and the engine that holds it."""

    url: str
    key: str
    engine: Any


def served(path: Path, context: int) -> Served:
    """The server of a model file, running; `BackendError` where the engine is absent or refuses the file."""
    with _lock:
        known = (path.resolve(), context)
        if known not in _running:
            if not _running:
                atexit.register(stop)
            _running[known] = _started(path, context)
        return _running[known]


def stop() -> None:
    """End every server of this process."""
    with _lock:
        _running.clear()


def _started(path: Path, context: int) -> Served:
    try:
        import xllamacpp
    except ImportError as error:
        raise BackendError(
            "embedded", f"the engine is not installed ({error}): pip install 'cvm-assistant[model]'"
        ) from error
    key = secrets.token_urlsafe(24)
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.hostnames, params.port, params.ui = ["127.0.0.1"], 0, False
    params.api_keys, params.endpoint_slots, params.verbosity = [key], False, -1
    params.n_ctx, params.n_parallel, params.cache_ram_mib = context, 1, CACHE_MIB
    try:
        engine = xllamacpp.Server(params)
        return Served(f"{engine.listening_address}/v1", key, engine)
    except (RuntimeError, ValueError, OSError) as error:
        raise BackendError("embedded", f"the engine refused {path.name} ({type(error).__name__})") from error
