"""The parts of `tools.conform`: recognising tables and columns, reading amounts, joining clients, reconciling."""
