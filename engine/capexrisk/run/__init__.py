"""HOW a scenario is run: chunks, workers, totals, and the directory that keeps the results."""
