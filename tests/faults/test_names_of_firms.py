"""Legal names of firms, in every verb, file and figure; labels that tell them apart."""

from __future__ import annotations

import json
import tomllib

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.figure import Figure

import capexrisk as cr
from capexrisk.archive.why import file_name
from capexrisk.report.plots import fonts
from capexrisk.report.plots.canvas import panels
from capexrisk.report.plots.svg import svg_text
from capexrisk.report.writing.words import LONGEST_LABEL, told_apart
from capexrisk.scenario.issuer import usable_name
from capexrisk.scenario.section import Refused
from tests.cli.command import call, write_small_scenario

NAMES = (
    *("AT&T", "Moody's", "International Business Machines Corporation", "台積電"),
    "Amazon.com, Inc.",
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """All of them, four quarters; drawn, with every file."""
    folder = tmp_path_factory.mktemp("names")
    head, body = write_small_scenario(folder).read_text("utf-8").split("\n[issuers.Oracle]")
    for key, amount in (("demand0", 12), ("demand_saturation", 67)):
        old, new = (f"\n{key}_usd_bn_per_year = {n}" for n in (amount, amount * len(NAMES)))
        head = head.replace(old, new)
    tables = (f"\n[issuers.{json.dumps(name, ensure_ascii=False)}]{body}" for name in NAMES)
    (folder / "all.toml").write_text(head + "".join(tables), "utf-8")
    asked = ("--paths", "256", "--outer", "0", "--out", "run", "-q", "--overwrite")
    fonts._family_with.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fonts, "WIDE_FAMILIES", ())
        with pytest.warns(UserWarning, match=r"^no font of this machine has") as told:
            found = call("run", "all.toml", *asked, cwd=folder)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")
    assert len(told) == 1  # and not one for every letter and figure
    return folder


def test_files_and_tables_have_them(run):
    figures = {path.name for path in (run / "run" / "figures").iterdir()}
    page = (run / "run" / "report.html").read_text("utf-8")
    for name in NAMES:
        assert f"{name}-fan.svg" in figures
        assert name.replace("&", "&amp;").replace("'", "&#39;") in page
    table = pd.read_csv(run / "run" / "summary.csv")
    assert set(table["issuer"]) == {*NAMES, "system"}
    results = cr.load_results(run / "run")
    for name in NAMES:
        assert results.estimate(f"funding_failure/{name}").n == 256


@pytest.mark.parametrize("name", NAMES)
def test_verbs_take_them(run, name):
    path = call("replay", "run", "--path", "3", "--issuer", name, cwd=run)
    assert path.returncode == 0 and f"  {name}: " in path.stdout
    key = f"issuers.{json.dumps(name, ensure_ascii=False)}.cash_usd_bn"
    changed = call("validate", "all.toml", "--set", f"{key}=5", cwd=run)
    assert changed.returncode == 0, changed.stderr
    placed = call("quarters", "run", "--place", f"capex/{name}/2026Q1=10", cwd=run)
    assert placed.returncode == 0, placed.stderr


def test_a_list_of_players_finds_the_comma_that_is_a_name_s(run):
    from capexrisk.cli.game import _names

    assert _names("Amazon.com, Inc., AT&T", NAMES) == ("Amazon.com, Inc.", "AT&T")
    assert _names("Meta, Oracle", NAMES) == ("Meta", "Oracle")


def test_a_copy_in_toml_keeps_them(run):
    again = cr.load_scenario(run / "all.toml")
    assert tuple(issuer.name for issuer in again.issuers) == NAMES
    assert list(tomllib.loads((run / "all.toml").read_text("utf-8"))["issuers"]) == list(NAMES)


@pytest.mark.parametrize("name", ["NA", "N/A", "nan", "NULL", "None"])
def test_what_reads_as_no_value_is_refused(name):
    with pytest.raises(Refused):
        usable_name(name)


@pytest.mark.parametrize(
    "names",
    [
        ("Brookfield Renewable Corporation", "Brookfield Infrastructure Corporation"),
        tuple(f"Nebulous Compute Holdings {number}" for number in range(1, 65)),
        ("First Solar Power Partners Europe", "First Sonar Power Partners Europe"),
        ("A" * 30 + "x" + "B" * 20, "A" * 30 + "y" + "B" * 20, "A" * 40 + "z" + "B" * 10),
        ("Meta", "Oracle"),
    ],
)
def test_labels_of_one_figure_differ(names):
    found = told_apart(names)
    assert len(set(found)) == len(names)
    assert max(map(len, found)) <= LONGEST_LABEL


def test_files_of_two_long_names_have_a_name_of_their_own():
    one, other = "台" * 60, "積" * 60
    first = file_name("reverse", f"failure_with:{one}/{other}/2028Q4")
    second = file_name("reverse", f"failure_with:{other}/{one}/2028Q4")
    assert first != second and max(len(first.encode()), len(second.encode())) < 255


@pytest.fixture
def another_font(monkeypatch):
    """DejaVu's own mathematical font stands for one of the system that has a letter."""
    monkeypatch.setattr(fonts, "WIDE_FAMILIES", ("DejaVu Sans Mono",))
    ascii_letters = frozenset(map(chr, range(128)))
    letters = {"DejaVu Sans": ascii_letters, "DejaVu Sans Mono": frozenset("台")}
    monkeypatch.setattr(fonts, "_letters", letters.__getitem__)
    fonts._family_with.cache_clear()
    yield "DejaVu Sans Mono"
    fonts._family_with.cache_clear()


def test_a_font_that_has_the_letters_is_taken(another_font):
    figure = Figure()
    text = figure.text(0.5, 0.5, "台")
    assert another_font in svg_text(figure, "of-a-firm")  # drawn again, with the letters
    assert text.get_fontfamily() == ["sans-serif", another_font]
    assert mpl.rcParams["font.family"] == ["sans-serif"]


def test_names_beside_an_axis_take_that_font_too(another_font):
    figure, (ax,) = panels(1)
    ax.set_yticks([0.0, 1.0], ["Aster", "台"], parse_math=False)
    assert svg_text(figure, "of-firms").count(another_font) == 2  # on each label of that axis
