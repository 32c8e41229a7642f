"""The race as a game: firms choose how much they spend, the simulation says what it earns them.

`payoffs`, `equilibria`, `search`, `logit` and `solution` solve any finite game whose payoffs come
with replicates, and know nothing of the engine. `value` says what a path is worth to a firm,
`simulated` asks the engine for it, `race` puts both together, and `phase` asks from which inputs on
spending in full is no equilibrium.
"""
