"""A second implementation of the metrics for tests alone, in plain Python, written from the specification.

It reads rows (lists of dicts), counts money in whole ten-thousandths, walks over accounts one by one, and shares no line
with `tools`. A value it gives is a number, or None where the formula has none.
"""
