"""Letters, call scripts and messages to clients: benefit before the request, nothing internal, every figure bound."""
