"""Timings without a peer: the graph's own cost with its checkpoint store, and retrieval without the embedding."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict

import numpy as np

from evals.bench.races import Race

CHUNKS, QUESTIONS, FOUND = 5_000, 200, 8


def run_small(home: Path) -> list[Race]:
    """Milliseconds against their aims, and the recall of retrieval against the exact scan."""
    graph = nine_steps(home / "graph.sqlite")
    p95, recall = retrieval(home / "retrieval")
    return [
        Race(
            "LangGraph, nine steps, SQLite saver",
            "cvm",
            graph,
            None,
            None,
            "<= 30 ms",
            graph <= 0.030,
            f"{graph * 1000:.1f} ms",
        ),
        Race(
            f"retrieval, {CHUNKS:,} chunks, without embedding",
            "cvm",
            p95,
            None,
            None,
            "p95 <= 5 ms, recall@8 >= 0.99",
            p95 <= 0.005 and recall >= 0.99,
            f"p95 {p95 * 1000:.1f} ms, recall@{FOUND} {recall:.3f}",
        ),
    ]


class _State(TypedDict):
    hashes: dict[str, str]


def nine_steps(path: Path, *, runs: int = 20) -> float:
    """Median seconds of one run of nine nodes that each add one hash to the state, every step kept (sync)."""
    from langgraph.graph import END, START, StateGraph

    from agent.saver import saver_at

    builder = StateGraph(_State)
    before = START
    for place in range(9):
        name = f"step {place}"

        def node(state: _State, name: str = name) -> dict[str, Any]:
            return {"hashes": {**state["hashes"], name: "0" * 64}}

        builder.add_node(name, node)
        builder.add_edge(before, name)
        before = name
    builder.add_edge(before, END)
    seconds = []
    with saver_at(path) as saver:
        graph: Any = builder.compile(checkpointer=saver)
        for run in range(runs):
            began = time.perf_counter()
            graph.invoke({"hashes": {}}, {"configurable": {"thread_id": str(run)}}, durability="sync")
            seconds.append(time.perf_counter() - began)
    return float(np.median(seconds))


def retrieval(home: Path) -> tuple[float, float]:
    """95th percentile of seconds of one dense question over the index, and recall@8 against the exact scan."""
    from knowledge.embed import Vectors
    from knowledge.index import open_index
    from knowledge.passages import Passage

    made = np.random.default_rng(42)
    vectors: Vectors = made.normal(size=(CHUNKS, 384)).astype("float32")
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    class Planted:
        """An embedder that gives the planted vectors in order."""

        name = "planted"

        def embed(self, texts: Sequence[str], kind: Literal["query", "passage"] = "query") -> Vectors:
            return vectors[: len(texts)]

    items = [Passage(f"chunk-{n}", "en", f"chunk {n}", f"chunk {n}") for n in range(CHUNKS)]
    index = open_index(home, items, Planted())
    seconds, hits = [], 0
    for question in range(QUESTIONS):
        asked = vectors[question] + 0.3 * made.normal(size=384).astype("float32") / np.sqrt(384)
        began = time.perf_counter()
        found = index.similarity(asked, "en")
        seconds.append(time.perf_counter() - began)
        best = {items[place].key for place in np.argsort(-(vectors @ asked))[:FOUND]}
        hits += len(best & set(sorted(found, key=lambda key: -found[key])[:FOUND]))
    index.close()
    return float(np.quantile(seconds, 0.95)), hits / (FOUND * QUESTIONS)
