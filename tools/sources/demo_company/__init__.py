"""The demo company: an invented Russian B2B SaaS vendor whose stories are planted, exact and listed in FACTS.md."""
