"""Scenario files: read, laid over each other, and every error told in one line."""
