"""Numerical primitives under the equations: compilation, elementary functions, random bits."""
