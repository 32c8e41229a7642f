"""Workers that run chunks: threads, processes, machines of a cluster."""
