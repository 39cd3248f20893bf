"""What the product knows in prose: playbooks, cases and trends, and the search over them."""
