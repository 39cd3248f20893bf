"""HTTP ``/v1``: the same doors as the command line, for programs."""
