"""Draws of a run: independent, supplied, or Sobol points with their order and rotation."""
