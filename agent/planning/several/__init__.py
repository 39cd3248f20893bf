"""Messages that ask several things: cut into clauses, each read for itself, with what its neighbours name for it."""
