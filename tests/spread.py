"""Which worker takes which file of tests: long files first, and those about the demo on one worker while there are others."""

from collections.abc import Mapping
from typing import Any

from xdist.scheduler import LoadScopeScheduling

#: Seconds of the files that take longest. An order and nothing more: a wrong figure costs time, never a proof.
SECONDS: Mapping[str, int] = {
    "planning": 125, "real_model": 115, "cli": 100, "agent_kill": 95, "web": 80, "clickhouse": 75, "tellings": 65,
    "independent": 65, "numbers_perturbed": 60, "audit": 50, "ledger": 45, "retrieval": 40, "metrics": 36, "questions": 35,
    "chat_kill": 28, "inputs_faces": 25, "letters": 25, "chat_state": 22, "numbers": 21, "no_nonsense": 21, "postgres": 20,
    "churn": 15, "api": 15, "groups": 13, "agent_chat": 13, "shelf_faces": 12, "guard_mutations": 12, "questionnaire": 12,
    "shelf_attack": 11, "guard_lies": 11,
}  # fmt: skip
#: Files that read the demo of the session or its audit: one worker makes them, and keeps what it computed.
OF_DEMO = frozenset(
    f"tests/test_{name}.py"
    for name in (
        "agent_chat", "api", "audit", "campaign", "campaign_faces", "churn", "cli", "clickhouse", "guard_mutations", "inputs",
        "letters", "letters_kept", "planning", "postgres", "questionnaire", "questions", "rfm", "scenarios", "tellings",
        "threads", "web",
    )
)  # fmt: skip


def longest_first(path: str) -> int:
    """A key to sort files by."""
    return -SECONDS.get(path.removeprefix("tests/test_").removesuffix(".py"), 0)


class Spread(LoadScopeScheduling):
    """Whole files to workers, in the order in which they were collected; to the first worker those of the demo while any are left."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::", 1)[0]

    def _assign_work_unit(self, node: Any) -> None:
        of_demo = node is next(iter(self.registered_collections))
        mine = next((scope for scope in self.workqueue if (scope in OF_DEMO) is of_demo), None)
        if mine is not None:
            self.workqueue.move_to_end(mine, last=False)
        super()._assign_work_unit(node)
