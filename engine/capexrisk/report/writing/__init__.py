"""Words for numbers: digits, odds, cells of a table."""
