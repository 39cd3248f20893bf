"""What a message says: its clients, figures, periods, filters, groupings and orders, as `understand` gathers them."""
