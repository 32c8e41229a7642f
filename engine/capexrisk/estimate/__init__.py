"""Numbers with their errors: totals over paths, and what is estimated from them."""
