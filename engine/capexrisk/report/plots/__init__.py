"""Plots: functions of results and, if wanted, of axes that are already there; they return the axes.

Without `ax` a plot makes its own figure, in the project's style, with pyplot, so that a notebook
shows it. With `ax` it draws there, in whatever style and layout that figure has; without a layout
engine the axes give way to title and legend. No global setting is touched.
A plot is added to the `registry` by a decorator, in any module of this room.
"""

from importlib import import_module
from pkgutil import iter_modules

# A module registers its plots when it is imported.
for _module in iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)
