"""Finished runs on the explorer's page: from their files alone, without the engine."""
