"""Nodes of the audit graph, one file each; wiring is in `agent.graph`."""
