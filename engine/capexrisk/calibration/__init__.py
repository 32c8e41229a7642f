"""What histories tell of inputs: estimates with their errors, and in words what they do not tell.

`spreads` fits the market's spread process to a credit-spread series, `firms` growth and volatility
to quarters of many firms. Both write the table ``[uncertainty]`` of a scenario.
"""
