"""Sampling: which points the paths are computed at."""
