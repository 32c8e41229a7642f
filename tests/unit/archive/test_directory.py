"""Directories of results: whole or not there."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from capexrisk.archive.directory import MANIFEST, comparison_directory, put_back
from capexrisk.errors import RunDirectoryError


class Interrupt(BaseException):
    """As KeyboardInterrupt, which pytest would take for its own."""


def listing(root: Path) -> dict[str, str]:
    """Everything below a directory, hidden or not, with the contents of the files."""
    return {
        str(path.relative_to(root)): path.read_text() if path.is_file() else "directory"
        for path in sorted(root.rglob("*"))
    }


def manifest(text: str) -> str:
    return json.dumps({"format_version": 3, "kind": "comparison", "notes": [text]})


def write_comparison(out: Path, text: str = "old", *, overwrite: bool = False) -> None:
    with comparison_directory(out, overwrite=overwrite) as directory:
        (directory / MANIFEST).write_text(manifest(text))
        (directory / "figures").mkdir()
        (directory / "figures" / "fan.svg").write_text(text)


def test_it_appears_when_it_is_complete(tmp_path):
    out = tmp_path / "out"
    with comparison_directory(out) as directory:
        (directory / MANIFEST).write_text("{}")
        assert not out.exists()
        # Beside it, so that the rename stays on one file system; hidden from `ls` and globs.
        assert directory.parent == tmp_path and directory.name.startswith(".out")
    assert listing(tmp_path) == {"out": "directory", f"out/{MANIFEST}": "{}"}


def test_parents_are_made(tmp_path):
    write_comparison(tmp_path / "a" / "b" / "out")
    assert (tmp_path / "a" / "b" / "out" / MANIFEST).is_file()
    assert len(listing(tmp_path)) == 6


def fail_within(out: Path, error: type[BaseException], *, overwrite: bool = False) -> None:
    """One that writes half of its files and ends."""
    with comparison_directory(out, overwrite=overwrite) as directory:
        (directory / MANIFEST).write_text("half")
        (directory / "paths").mkdir()
        raise error


@pytest.mark.parametrize("error", [RuntimeError, Interrupt, SystemExit])
@pytest.mark.parametrize("out", ["out", "a/b/out"])
def test_after_an_error_nothing_is_left(tmp_path, error, out):
    (tmp_path / "other").mkdir()
    with pytest.raises(error):
        fail_within(tmp_path / out, error)
    assert listing(tmp_path) == {"other": "directory"}


def test_parents_that_others_use_stay(tmp_path):
    """Made here, but no longer empty when it fails."""

    def share_and_fail() -> None:
        with comparison_directory(tmp_path / "a" / "b" / "out"):
            (tmp_path / "a" / "mine.txt").write_text("x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        share_and_fail()
    assert listing(tmp_path) == {"a": "directory", "a/mine.txt": "x"}


@pytest.mark.parametrize("kind", ["comparison", "directory", "file", "dangling link"])
def test_what_exists_is_refused(tmp_path, kind):
    out = tmp_path / "out"
    make(out, kind)
    before = listing(tmp_path)
    with pytest.raises(RunDirectoryError, match="exists already; give another directory with"):
        write_comparison(out)
    assert listing(tmp_path) == before


@pytest.mark.parametrize("kind", ["directory", "file", "dangling link"])
def test_only_a_comparison_is_replaced(tmp_path, kind):
    out = tmp_path / "out"
    make(out, kind)
    before = listing(tmp_path)
    with pytest.raises(RunDirectoryError) as caught:
        write_comparison(out, overwrite=True)
    assert str(caught.value) == (
        f"{out}: is not a comparison (manifest.json is missing), so it is not replaced; "
        "give another directory with --out"
    )
    assert listing(tmp_path) == before


def make(out: Path, kind: str) -> None:
    if kind == "comparison":
        write_comparison(out)
    elif kind == "directory":
        out.mkdir()
        (out / "mine.txt").write_text("x")
    elif kind == "file":
        out.write_text("x")
    else:
        out.symlink_to(out.with_name("nowhere"))


def test_a_comparison_is_replaced_as_a_whole(tmp_path):
    out = tmp_path / "out"
    write_comparison(out, "old")
    (out / "paths").mkdir()
    write_comparison(out, "new", overwrite=True)
    assert listing(tmp_path) == {
        "out": "directory",
        f"out/{MANIFEST}": manifest("new"),
        "out/figures": "directory",
        "out/figures/fan.svg": "new",
    }


def test_overwrite_of_nothing_is_a_plain_comparison(tmp_path):
    write_comparison(tmp_path / "out", overwrite=True)
    assert (tmp_path / "out" / MANIFEST).is_file()


@pytest.mark.parametrize("error", [RuntimeError, Interrupt])
def test_an_interrupted_one_leaves_the_old_one(tmp_path, error):
    out = tmp_path / "out"
    write_comparison(out, "old")
    before = listing(tmp_path)
    with pytest.raises(error):
        fail_within(out, error, overwrite=True)
    assert listing(tmp_path) == before


@pytest.mark.parametrize("error", [OSError, Interrupt])
@pytest.mark.parametrize("renames_before", [0, 1], ids=["the old away", "the new in"])
def test_a_failure_between_the_renames_leaves_the_old_one(
    tmp_path, monkeypatch, error, renames_before
):
    """Also where the interrupt comes between moving the old one away and the new one in."""
    out = tmp_path / "out"
    write_comparison(out, "old")
    before = listing(tmp_path)
    rename, calls = Path.rename, []

    def fail_once(path: Path, target: Path) -> Path:
        calls.append(path)
        if len(calls) == renames_before + 1:
            raise error
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_once)
    with pytest.raises(error):
        write_comparison(out, "new", overwrite=True)
    assert listing(tmp_path) == before


@pytest.mark.parametrize("killed_after", [1, 2], ids=["the old away", "the new in"])
def test_after_a_kill_between_the_renames_nothing_is_lost_or_in_the_way(
    tmp_path, monkeypatch, killed_after
):
    """A kill runs no handler: what it left is put right by the next one."""
    out = tmp_path / "out"
    write_comparison(out, "old")
    (tmp_path / ".out.new").mkdir()
    (tmp_path / ".out.new" / MANIFEST).write_text(manifest("new"))
    out.rename(tmp_path / ".out.replaced")
    if killed_after == 2:
        (tmp_path / ".out.new").rename(out)
    put_back(out)
    kept = "old" if killed_after == 1 else "new"
    assert (out / MANIFEST).read_text() == manifest(kept)
    write_comparison(out, "again", overwrite=True)
    assert (out / MANIFEST).read_text() == manifest("again")
    assert not (tmp_path / ".out.replaced").exists()


def test_a_link_is_followed(tmp_path):
    (tmp_path / "disk").mkdir()
    write_comparison(tmp_path / "disk" / "large", "old")
    (tmp_path / "out").symlink_to("disk/large", target_is_directory=True)
    write_comparison(tmp_path / "out", "new", overwrite=True)
    assert (tmp_path / "out").readlink() == Path("disk/large")
    assert (tmp_path / "disk" / "large" / MANIFEST).read_text() == manifest("new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["disk", "out"]
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["large"]


def test_an_empty_folder_is_free(tmp_path):
    (tmp_path / "out").mkdir()
    write_comparison(tmp_path / "out", "new")
    assert (tmp_path / "out" / MANIFEST).read_text() == manifest("new")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_mount_point_is_refused_before_anything_is_computed(tmp_path, monkeypatch):
    """It cannot be renamed, as an empty volume of a container."""
    monkeypatch.setattr(Path, "is_mount", lambda path: path == tmp_path / "out")
    (tmp_path / "out").mkdir()
    with pytest.raises(RunDirectoryError, match=r"out: is a mount point, .* give .*out/NAME$"):
        write_comparison(tmp_path / "out")


@pytest.mark.parametrize("out", ["file/out", "file/a/b/out"])
def test_a_file_as_parent_cannot_be_written_into(tmp_path, out):
    """Root may write anywhere, so that permissions cannot be tested everywhere; this can."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunDirectoryError) as caught:
        write_comparison(tmp_path / out)
    where, _, rest = str(caught.value).partition(": ")
    assert where == str(tmp_path / out)
    assert rest == "cannot be written (Not a directory); give another directory with --out"
    assert listing(tmp_path) == {"file": "x"}


@pytest.mark.parametrize("call", ["mkdir", "exists"])
def test_a_directory_without_permission(tmp_path, monkeypatch, call):
    """Making a directory and asking for one both need permission."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, call, refuse)
    with pytest.raises(RunDirectoryError, match=r"out: cannot be written \(Permission denied\)"):
        write_comparison(tmp_path / "a" / "out")


def test_an_error_that_names_no_file_gets_the_place(tmp_path):
    """As a full disk, which does not say which it was."""
    out = tmp_path / "out"
    with pytest.raises(OSError, match="No space left") as caught, comparison_directory(out):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.filename == str(out)


def test_a_parent_that_cannot_be_made_leaves_no_other(tmp_path):
    """The last name is longer than a file system allows; the parents it made are gone again."""
    with pytest.raises(RunDirectoryError, match="cannot be written"):
        write_comparison(tmp_path / "a" / "b" / ("x" * 255))
    assert listing(tmp_path) == {}


def test_relative_places(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_comparison(Path("runs/small"))
    assert (tmp_path / "runs" / "small" / MANIFEST).is_file()


def test_what_appears_at_the_place_during_the_run_is_not_replaced(tmp_path):
    """Neither somebody's file nor a second run that was faster."""
    out = tmp_path / "out"

    def run_while_it_appears() -> None:
        with comparison_directory(out):
            out.mkdir()
            (out / "precious.txt").write_text("mine", "utf-8")

    with pytest.raises(RunDirectoryError, match="exists already"):
        run_while_it_appears()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "precious.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize("place", [".", ".."])
def test_the_folder_one_stands_in_is_refused_at_once(tmp_path, monkeypatch, place):
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    with (
        pytest.raises(RunDirectoryError, match="you stand in"),
        comparison_directory(Path(place), overwrite=True),
    ):
        pytest.fail("the run began")
