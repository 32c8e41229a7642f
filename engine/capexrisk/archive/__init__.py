"""Runs on disk: directory, manifest, tables and checkpoint, written, read and checked."""
