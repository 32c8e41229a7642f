"""The NumPy twin of the model: an independent reading of ``engine/capexrisk/model/MODEL.md``."""
