"""Judgement: the audit and chat graphs, the writer and its guard, and the Assistant, the only door for ui and evals."""
