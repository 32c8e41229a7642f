"""HOW a scenario is computed: chunks of paths, workers, when a run stops."""
