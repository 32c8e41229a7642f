"""Points of a net: which dimension each draw has, direction numbers, rotation."""
