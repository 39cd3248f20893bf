"""Evaluation: question suites with expected readings and cards, and timings beside a plain scan."""
