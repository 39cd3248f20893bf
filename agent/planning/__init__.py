"""Which tool calls a message asks for: by rules, by what goes on from the last answer, by nearest examples, by a model."""
