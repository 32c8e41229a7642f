"""The machine over the equations: blocks of paths, the loops over them, what they record."""
