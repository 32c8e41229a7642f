"""Files that are whole or not there."""

from __future__ import annotations

import os

import pandas as pd
import pytest

from capexrisk.archive.atomic import sync_tree, write_atomically, write_csv


def test_a_write_that_fails_leaves_the_file_before_it(tmp_path, monkeypatch):
    path = tmp_path / "x"
    write_atomically(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="x") as caught:
        write_atomically(path, b"half of the new")
    assert (caught.value.errno, caught.value.filename) == (28, str(path))
    assert path.read_bytes() == b"old" and [path] == list(tmp_path.iterdir())


def test_nothing_is_written_through_a_link(tmp_path):
    """Under the name that a file has until it is whole somebody may have put one."""
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "x.tmp").symlink_to(tmp_path / "victim")
    write_atomically(tmp_path / "x", b"new")
    assert (tmp_path / "x").read_bytes() == b"new"
    assert (tmp_path / "victim").read_text() == "precious"
    assert not (tmp_path / "x").is_symlink()


def test_a_pipe_holds_nobody_up(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    sync_tree(tmp_path)


def test_all_of_a_folder_is_brought_to_the_disk(tmp_path, monkeypatch):
    (tmp_path / "deep").mkdir()
    files = [tmp_path / "deep" / str(number) for number in range(20)]
    for path in files:
        path.touch()
    synced = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.fstat(file).st_ino))
    sync_tree(tmp_path)
    everything = (tmp_path, tmp_path / "deep", *files)
    assert sorted(synced) == sorted(path.stat().st_ino for path in everything)


def test_what_does_not_reach_the_disk_is_told(tmp_path, monkeypatch):
    (tmp_path / "x").touch()

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output error"):
        sync_tree(tmp_path)


def test_a_table_is_written_by_way_of_another_name(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "linesep", "\r\n")
    (tmp_path / "x.csv.tmp").write_text("left by a killed process")
    write_csv(tmp_path / "x.csv", pd.DataFrame({"issuer": ["Österreich"], "value": [0.5]}))
    assert (tmp_path / "x.csv").read_bytes() == "issuer,value\nÖsterreich,0.5\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
