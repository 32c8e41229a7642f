"""The shape of every plot, against a picture of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.testing.compare import compare_images

from tests.unit.report.plots.gallery import DRAWN
from tests.unit.report.plots.pictures import BASELINES, baseline, draw

# Root of the mean square of the difference, of 255. Another machine may smooth edges a little
# differently. Anything drawn that is gone makes 0.8 and more: the least is a waterfall's thin line.
TOLERANCE = 0.7
LARGEST, ALL = 30_000, 400_000  # bytes


@pytest.mark.parametrize("name", list(DRAWN))
def test_a_plot_looks_as_it_did(name: str, tmp_path: Path) -> None:
    """After a wanted change: ``python -m tests.unit.report.plots.pictures``, then look at them."""
    file = tmp_path / baseline(name).name
    draw(name, file)
    difference = compare_images(str(baseline(name)), str(file), tol=TOLERANCE)
    assert difference is None, difference


def test_pictures_are_small_and_all_of_plots() -> None:
    sizes = {file.name: file.stat().st_size for file in BASELINES.iterdir()}
    assert set(sizes) == {baseline(name).name for name in DRAWN}
    assert max(sizes.values()) < LARGEST
    assert sum(sizes.values()) < ALL
