"""What the system refuses, in words."""

from __future__ import annotations

import errno
import os

import pytest

from capexrisk.archive.system_errors import line_of, placed


def test_a_real_file_in_the_way(tmp_path):
    (tmp_path / "x").touch()
    for place in (tmp_path / "x", tmp_path / "x" / "y"):
        with pytest.raises(OSError) as refused:
            place.mkdir()
        said = "a file is in the way, where a folder should be; move it away"
        assert line_of(refused.value).endswith(f": {said}")
    with pytest.raises(OSError) as refused:
        tmp_path.write_text("")
    said = "is a folder, where a file should be; move it away"
    assert line_of(refused.value) == f"{tmp_path}: {said}"


@pytest.mark.parametrize("code", sorted(errno.errorcode))
def test_every_code_has_a_place_a_problem_and_a_mend(code):
    place, said = line_of(OSError(code, "raw", "a")).split(": ", 1)
    problem, mend = said.split("; ", 1)
    assert place == "a" and problem and mend and "raw" not in problem


def test_the_words_of_a_library_are_left_out(tmp_path):
    """Arrow says twice that the disk is full, and not where."""
    with pytest.raises(OSError) as refused, placed(tmp_path):
        raise OSError(errno.ENOSPC, "Error writing bytes to file. Detail: [errno 28] No space left")
    system = os.strerror(errno.ENOSPC)
    assert line_of(refused.value) == f"{tmp_path}: {system}; make room there, or take another place"


def test_an_error_that_names_its_file_keeps_it(tmp_path):
    with pytest.raises(OSError) as refused, placed(tmp_path):
        (tmp_path / "none").read_text()
    assert refused.value.filename == str(tmp_path / "none")
