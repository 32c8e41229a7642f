"""A finished run against what happened.

`scores` knows numbers alone. `matching` finds in a run what happened, `rivals`
says what anyone could have said without a model. `amounts` scores figures, `failures` scores who
failed and who did not, and `against` puts them together.
"""

FIXED, DRAWN = "as they stand", "drawn"  # the inputs, for a chance or a distribution
