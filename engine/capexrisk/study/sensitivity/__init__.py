"""Which inputs, and which draws of a path, move an answer: see `analysis.sensitivity`."""
