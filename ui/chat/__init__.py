"""The web chat: the first screen, the seven steps as they finish, questions, reports."""
