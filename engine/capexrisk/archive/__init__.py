"""WHAT IS KEPT of a run: its directory, manifest, tables, checkpoint; written, read and checked."""
