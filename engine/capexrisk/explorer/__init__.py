"""The explorer: a page on which inputs are moved by hand and every figure follows."""
