"""Studies of the model: simulate, compare, replay, forecast, rare events."""
