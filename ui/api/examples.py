"""Worked answers for OpenAPI (invented figures)."""

READING = {
    "id": "5f1c0a9b7e3d",
    "key": "nrr",
    "name": "Net revenue retention",
    "value": 1.042,
    "unit": "ratio",
    "status": "ok",
    "reason": None,
    "text": "104.2%",
    "n": 118,
    "window": ["2025-01-01", "2026-01-01"],
    "convention": "service_period",
    "scope": {},
    "sql": "SELECT …",
}
METRIC = {"readings": [READING]}
ANSWER = {
    "text": "Net revenue retention is 104.2%.",
    "spans": [{"start": 25, "end": 31, "reading": "5f1c0a9b7e3d"}],
    "language": "en",
    "readings": [READING],
    "cards": [],
    "tools": [{"name": "metric", "arguments": {"key": "nrr"}}],
    "written_by": "rules",
    "refused": None,
}
