"""The audit as an interview: questions in place of files, answers checked against each other, steps told of them."""
