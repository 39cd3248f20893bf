"""Faces of the product: command line, API, web chat. They drive the Assistant and render; they compute nothing."""
