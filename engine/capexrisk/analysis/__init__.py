"""What is found out from finished runs: how they differ."""
