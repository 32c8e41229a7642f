"""The cache of compiled code after a power cut, on a full disk, and without a compiler."""

from __future__ import annotations

import errno
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from capexrisk.numeric.cache import SealedFile, damaged_files
from tests.cli.command import ENVIRONMENT, call, write_small_scenario

STAMP = b"sources"
KEY = ("signature", "processor")
CODE = {"code": b"\x00" * 5_000}


@pytest.fixture
def kept(tmp_path) -> SealedFile:
    file = SealedFile(str(tmp_path), "simulate", STAMP)
    file.save(KEY, CODE)
    assert file.load(KEY) == CODE and file.damaged() == []
    return file


def spoil(path: Path, how: str) -> None:
    content = path.read_bytes()
    half = len(content) // 2
    path.write_bytes(
        {
            "emptied": b"",
            "cut": content[:half],
            "zeros": bytes(len(content)),
            "a bit": content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :],
            "noise": bytes(reversed(content)),
        }[how]
    )


@pytest.mark.parametrize("how", ["emptied", "cut", "zeros", "a bit", "noise"])
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_what_is_damaged_is_a_miss_that_mends_itself(kept, tmp_path, ending, how):
    (path,) = tmp_path.glob(f"*.{ending}")
    spoil(path, how)
    # An index whose first line is gone is that of other sources, for all anybody knows.
    unknown = ending == "nbi" and how in ("zeros", "noise")
    assert kept.damaged() == damaged_files(str(tmp_path), STAMP) == ([] if unknown else [path.name])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert kept.load(KEY) is None
        kept.save(KEY, CODE)
    assert [str(one.message) for one in told] == (
        [] if unknown else [f"{path}: was damaged; what it held is compiled anew"]
    )
    assert kept.load(KEY) == CODE and kept.damaged() == []


def test_other_sources_find_nothing_and_are_no_damage(kept, tmp_path):
    other = SealedFile(str(tmp_path), "simulate", b"edited")
    assert other.load(KEY) is None and other.damaged() == []


def test_code_that_cannot_be_kept_is_used_all_the_same(kept, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(kept, "_save_data", full)
    with pytest.warns(
        UserWarning, match="cannot be kept there .No space left on device.; the next"
    ):
        kept.save(KEY, CODE)


def test_doctor_names_damaged_files_of_the_cache(tmp_path, monkeypatch):
    from capexrisk.kernel import selftest

    monkeypatch.setattr(selftest, "damaged_files", lambda *_: ["x.nbc", "y.nbi"])
    found = call("doctor", cwd=tmp_path)
    assert found.returncode == 0
    (line,) = (line for line in found.stdout.splitlines() if line.startswith("cache"))
    assert line.endswith("__pycache__, damaged and compiled anew: x.nbc, y.nbi")


@pytest.mark.parametrize("verb", ["run", "doctor"])
def test_without_the_compiler_it_is_one_line(tmp_path, verb):
    """Both in one process: the first to import it, and one that finds it half imported."""
    write_small_scenario(tmp_path)
    arguments = {"run": ["run", "small.toml"], "doctor": ["doctor"]}[verb]
    found = subprocess.run(
        [sys.executable, "-m", "capexrisk", *arguments],
        cwd=tmp_path,
        env={**ENVIRONMENT, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    said = "NUMBA_DISABLE_JIT is set: without the compiler nothing can be computed; unset it"
    assert (found.returncode, found.stdout) == (2, "") and found.stderr == f"capexrisk: {said}\n"
    assert not (tmp_path / "runs").exists()


def test_every_room_that_compiles_passes_that_door():
    """No file asks numba to compile but through numeric/jit.py."""
    package = Path(__file__).parents[2] / "engine" / "capexrisk"
    for path in package.rglob("*.py"):
        text = path.read_text("utf-8")
        direct = any(line.startswith("@numba.") for line in text.splitlines())
        assert not direct or "from capexrisk.numeric" in text, path
