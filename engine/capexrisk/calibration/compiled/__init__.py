"""Loops over quarters, compiled: the likelihood of a history, and histories of the process."""
