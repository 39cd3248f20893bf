"""Messages that go on from the last answer: the last calls again with what a message names, corrects, drops or adds."""
