"""What lies on disk of a run: read and checked, written whole or not at all."""
