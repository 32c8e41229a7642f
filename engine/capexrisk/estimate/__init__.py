"""Statistics: totals over paths, and the estimates with errors made from them."""
