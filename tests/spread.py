"""Which worker takes which file of tests: long files first, and those about the demo on one worker while there are others."""

from collections.abc import Mapping
from typing import Any

from xdist.scheduler import LoadScopeScheduling

#: Seconds of the files that take longest. An order and nothing more: a wrong figure costs time, never a proof. The cases of
#: `metrics` go right after `postgres`, which compiles the same questions.
SECONDS: Mapping[str, int] = {
    "real_model": 115, "cli": 85, "web": 80, "independent": 55, "agent_chat": 45, "audit": 45, "postgres": 45,
    "metrics": 44, "numbers_perturbed": 30, "planning": 30, "tellings": 28, "evals": 25, "groups": 25, "clickhouse": 22,
    "churn": 21, "knowledge": 20, "rfm": 18, "agent_audit": 17, "chat_kill": 17, "questionnaire": 17,
    "shelf_attack": 16, "identities": 15, "inputs_faces": 15, "bench": 13, "letters_kept": 13, "questions": 13,
    "api": 12, "chat_effects": 12, "ledger": 12, "agent_kill": 11, "faults": 11, "numbers": 10, "retrieval": 10,
    "chat_state": 9, "inputs": 9, "lifetime_spread": 9, "reference_gaps": 8, "traps": 8, "guard_mutations": 7,
    "models_orders": 7, "notes": 7, "scenarios": 7, "shelf": 7,
}  # fmt: skip
#: Files that read the demo of the session or its audit: one worker makes them, and keeps what it computed.
OF_DEMO = frozenset(
    f"tests/test_{name}.py"
    for name in (
        "agent_chat", "api", "audit", "campaign", "campaign_faces", "churn", "cli", "clickhouse", "guard_mutations", "inputs",
        "letters", "letters_kept", "planning", "questionnaire", "questions", "rfm", "scenarios", "tellings",
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
