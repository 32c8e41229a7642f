"""What people see of a run: figures, tables in a terminal, the page."""
