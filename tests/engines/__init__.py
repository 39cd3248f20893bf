"""Second engines for the metric cases: the same canonical tables in another database."""
