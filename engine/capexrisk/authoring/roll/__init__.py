"""A scenario brought to a later date.

`bring` reads a scenario and what happened. `balances`, `flows`, `plans` and `market` say which
figures follow from it, `capital` brings forward what nobody reports, `forward` puts the figures of
a scenario together, and `text` writes them as a file that extends the old one.
"""
