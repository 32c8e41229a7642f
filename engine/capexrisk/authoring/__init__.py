"""Scenario files that are written: a firm's table, a scenario from nothing, one brought forward."""
