"""Running a scenario: chunks of paths, workers, and when to stop."""
