"""Deterministic tools: numbers in, numbers out. No model, no clock, no environment."""
