"""Draws given to a run: independent, supplied, or the points of a net, its order and rotation."""
