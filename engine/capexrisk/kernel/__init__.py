"""Compiled simulation of the equations: blocks of paths, loops over them, recorded outcomes.

Arguments of compiled functions have the same names everywhere:

- ``state``: all rows of a block of `block.BLOCK` paths, one flat array; ``state[row + p]`` is path
  p's number in the row at that offset. Rows of the market are named in `market_rows`.
- ``own``: one issuer's part of ``state``; its rows are named in `issuer_rows`.
- ``market``, ``issuer``: parameters, the same on every path (`model.parameters`).
- ``schedule``: tables of a scenario by issuer and quarter (`schedule.Schedule`).
- ``source``: where draws come from (`sources.Source`).
- ``detail``: how much is recorded, a constant of each entry point (`block`).
- ``p``, ``i``, ``k``: number of a path in its block, of an issuer, of a quarter, all from 0.
"""
