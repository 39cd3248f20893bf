"""Models behind the gateway of `agent.backends`: requests, faults, budgets, masking, and the embedded model."""
