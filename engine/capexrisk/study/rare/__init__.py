"""Rare-event probabilities of failures, by importance sampling or splitting."""
