"""How chunks reach workers: threads, processes, machines of a cluster."""
