"""A finished run against what happened.

`scores` knows numbers alone. `actual` reads what happened, `matching` finds it in a run, `rivals`
says what anyone could have said without a model. `amounts` scores figures, `failures` scores who
failed and who did not, and `against` puts them together.
"""
