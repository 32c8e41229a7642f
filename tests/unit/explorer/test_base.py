"""Which scenarios may be laid over the one that is explored."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from capexrisk.errors import UnknownName
from capexrisk.explorer.application import Application
from capexrisk.explorer.base import Library
from capexrisk.explorer.overlay import save
from capexrisk.explorer.schedule import Moves
from capexrisk.explorer.subject import Subject
from capexrisk.scenario import digest, load_scenario
from tests.cli.command import DEFAULT


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    others = ("anchor-loss", "deepseek-moment", "hyperscalers-2026-10", "telecom-2000")
    for name in (DEFAULT.stem, *others):
        shutil.copy(DEFAULT.with_name(f"{name}.toml"), folder)
    (folder / "broken.toml").write_text("extends = 3\n", "utf-8")
    (folder / "with space.toml").write_text(f'extends = "{DEFAULT.name}"\n', "utf-8")
    file = folder / DEFAULT.name
    return Library(file, Subject(load_scenario(file)))


def test_those_with_its_issuers_and_quarters_are_listed(library):
    assert [one["name"] for one in library.listed()] == ["anchor-loss", "deepseek-moment"]
    assert library.listed()[0]["title"].startswith("The anchor customer is lost")


def test_the_page_names_the_file_that_is_laid_over(library):
    page = Application(library.file, library.base.scenario)
    assert page._named(library, "")["file"] == DEFAULT.name
    over = page._named(library, "anchor-loss")
    assert over["file"] == f"anchor-loss.toml laid over {DEFAULT.name}"
    assert over["place"] == str(library.file)  # a command goes on from the first


def test_each_is_read_as_a_run_would(library):
    subject = library.subject("anchor-loss")
    assert subject.scenario == load_scenario(library.file_of("anchor-loss"))
    assert library.subject("anchor-loss") is subject
    assert library.subject("") is library.base is library.subject(DEFAULT.stem)
    assert library.file_of("") == library.file


@pytest.mark.parametrize(
    "name",
    ["telecom-2000", "broken", "with space", "../anchor-loss", "nowhere", "/etc/passwd", "a\0b"],
)
def test_others_are_refused(library, name):
    with pytest.raises(UnknownName, match="in the address: "):
        library.subject(name)


def test_one_that_is_written_meanwhile_is_found(library):
    new = library.file_of("new")
    new.write_text(f'extends = "{DEFAULT.name}"\ntitle = "New"\n', "utf-8")
    assert library.subject("new").scenario.title == "New"
    assert {"name": "new", "title": "New"} in library.listed()
    new.unlink()


def test_one_that_is_found_by_name_has_the_others_that_come_with_it(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    scenario = load_scenario(DEFAULT.stem)
    library = Library(Path(DEFAULT.stem), Subject(scenario))
    assert {"anchor-loss", "deepseek-moment"} <= {one["name"] for one in library.listed()}
    subject = library.subject("deepseek-moment")
    changes = {"market.tax": 0.3}
    moved = subject.moved(changes, Moves())
    laid_over, link = library.file_of("deepseek-moment"), "scenario=deepseek-moment&market.tax=0.3"
    path = save(laid_over, "mine", subject.scenario, changes, moved, link, library.file)
    # Beside the first scenario again: its differences are those of the page.
    assert f"capexrisk explore {library.file} --link '?{link}'" in path.read_text("utf-8")
    assert path == Path("mine.toml") and digest(load_scenario(path)) == digest(moved)
