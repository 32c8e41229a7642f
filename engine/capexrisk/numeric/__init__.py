"""Numerical primitives: compilation, elementary functions, random bits."""
