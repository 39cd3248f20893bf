"""The store of graph checkpoints: SQLite with a write-ahead log, strict decoding, every damage a typed error."""

import sqlite3
from asyncio import to_thread
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from agent.conversation import BadState
from agent.locks import write_ahead
from tools.errors import BackendError
from tools.text import Text

BUSY_SECONDS = 60.0
_looked_over: set[tuple[str, int]] = set()

DAMAGED = Text(
    "The file of conversations and unfinished audits “{path}” is damaged. Move it away and ask again: a new one is "
    "begun; loaded data, finished audits, letters and reports stay as they are.",
    "Файл бесед и незаконченных аудитов «{path}» повреждён. Уберите его в сторону и повторите запрос: будет начат "
    "новый; загруженные данные, готовые аудиты, письма и отчёты останутся как есть.",
)
NO_ROOM = Text(
    "The file of conversations “{path}” cannot be written: check free space and rights of the folder.",
    "Файл бесед «{path}» не записывается: проверьте свободное место и права на папку.",
)


@contextmanager
def connected(path: Path, *, synced: bool = True) -> Iterator[sqlite3.Connection]:
    """The state file, open: a write-ahead log, erased rows overwritten, a patient busy timeout.

    With ``synced`` a commit is on disk before it returns; without, it outlives the process but not a power cut.
    Raises `BadState` where the file is damaged or cannot be written, a retryable `BackendError` where it stays locked.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with typed_errors(path):
        connection = sqlite3.connect(path, check_same_thread=False, timeout=BUSY_SECONDS)
        try:
            write_ahead(connection, seconds=BUSY_SECONDS)
            connection.execute(f"PRAGMA synchronous={'FULL' if synced else 'NORMAL'}")
            connection.execute("PRAGMA secure_delete=ON")
            _look_over(connection, path)
            yield connection
        finally:
            connection.close()


@contextmanager
def typed_errors(path: Path) -> Iterator[None]:
    """What SQLite raises, as the product's own errors."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise BackendError(path.name, "another process keeps it locked", retryable=True) from error
        raise BadState(NO_ROOM.fill(path=path)) from error
    except sqlite3.DatabaseError as error:
        raise BadState(DAMAGED.fill(path=path)) from error


def _look_over(connection: sqlite3.Connection, path: Path) -> None:
    """One look over the whole file per process, before anything is written into what a power cut may have left."""
    seen = (str(path), path.stat().st_ino)
    if seen in _looked_over:
        return
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise BadState(DAMAGED.fill(path=path))
    _looked_over.add(seen)


class _Serializer(JsonPlusSerializer):
    """Plain values only; bytes that are no checkpoint of ours are a `BadState`, never a half-read one."""

    def __init__(self, path: Path) -> None:
        super().__init__(allowed_msgpack_modules=[])
        self.path = path

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        try:
            return super().loads_typed(data)
        except (ValueError, TypeError, KeyError, NotImplementedError, EOFError) as error:
            raise BadState(DAMAGED.fill(path=self.path)) from error


@contextmanager
def saver_at(path: Path) -> Iterator["StateSaver"]:
    """The checkpoint store of a file."""
    with connected(path) as connection:
        yield StateSaver(connection, path)


def _is_checkpoint(found: object) -> bool:
    """Whether decoded bytes have the shape of a checkpoint; anybody can write rows into a file."""
    tables = ("channel_values", "channel_versions", "versions_seen")
    return isinstance(found, dict) and all(isinstance(found.get(name), dict) for name in tables) and "v" in found


class StateSaver(SqliteSaver):
    """The SQLite saver with the rest of the interface: copies, erasure by run, pruning, and the same for async callers.

    No channel of our graphs keeps deltas, so the newest checkpoint of a namespace is whole without its ancestors.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(connection, serde=_Serializer(path))
        self._path = path

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The newest checkpoint of a thread, or the one named; `BadState` where what stands there is none."""
        try:
            found = super().get_tuple(config)
        except (ValueError, TypeError, KeyError) as error:
            raise BadState(DAMAGED.fill(path=self._path)) from error
        if found is not None and not _is_checkpoint(found.checkpoint):
            raise BadState(DAMAGED.fill(path=self._path))
        return found

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Erase the checkpoints, and their writes, whose metadata name one of the runs."""
        with self.cursor() as cursor:
            for run in run_ids:
                for table in ("writes", "checkpoints"):
                    cursor.execute(
                        f"DELETE FROM {table} WHERE (thread_id, checkpoint_ns, checkpoint_id) IN (SELECT thread_id, "
                        "checkpoint_ns, checkpoint_id FROM checkpoints WHERE json_extract(CAST(metadata AS TEXT), "
                        "'$.run_id') = ?)",
                        (run,),
                    )

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy every checkpoint and write of a thread to another."""
        with self.cursor() as cursor:
            for table in ("checkpoints", "writes"):
                columns = [row[1] for row in cursor.execute(f"PRAGMA table_info({table})") if row[1] != "thread_id"]
                names = ", ".join(columns)
                cursor.execute(
                    f"INSERT OR REPLACE INTO {table} (thread_id, {names}) SELECT ?, {names} FROM {table} WHERE thread_id = ?",
                    (target_thread_id, source_thread_id),
                )

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Keep the newest checkpoint of each namespace with its writes; with the strategy ``delete``, none."""
        if strategy == "delete":
            for thread in thread_ids:
                self.delete_thread(thread)
            return
        with self.cursor() as cursor:
            for thread in thread_ids:
                for table in ("writes", "checkpoints"):
                    cursor.execute(
                        f"DELETE FROM {table} WHERE thread_id = ? AND (checkpoint_ns, checkpoint_id) NOT IN (SELECT "
                        "checkpoint_ns, max(checkpoint_id) FROM checkpoints WHERE thread_id = ? GROUP BY checkpoint_ns)",
                        (thread, thread),
                    )

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """`get_tuple` in a thread."""
        return await to_thread(self.get_tuple, config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """`list` in a thread."""
        for item in await to_thread(lambda: [*self.list(config, filter=filter, before=before, limit=limit)]):
            yield item

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """`put` in a thread."""
        return await to_thread(self.put, config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """`put_writes` in a thread."""
        await to_thread(self.put_writes, config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        """`delete_thread` in a thread."""
        await to_thread(self.delete_thread, thread_id)

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        """`delete_for_runs` in a thread."""
        await to_thread(self.delete_for_runs, run_ids)

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """`copy_thread` in a thread."""
        await to_thread(self.copy_thread, source_thread_id, target_thread_id)

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """`prune` in a thread."""
        await to_thread(lambda: self.prune(thread_ids, strategy=strategy))
