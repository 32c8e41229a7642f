"""Scenario files: reading, overlays, one-line error messages, the schema for editors."""
