"""The loader of scenario files: whatever stands in one, it is read or refused in a line, soon."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from capexrisk.errors import ScenarioError
from capexrisk.scenario import load_run_section, load_scenario
from tests.hostile.stored import SPOILERS
from tests.hostile.tables import DEFAULT, ROOT
from tests.hostile.texts import TEXTS
from tests.hostile.verdicts import check_message

CONFIGS = DEFAULT.parent
# A quick run tries a few, the slow tests many more of another seed.
few_and_many = pytest.mark.parametrize(
    ("count", "seed"), [(80, 3), pytest.param(400, 4, marks=pytest.mark.slow)]
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The library of scenarios, to spoil."""
    for path in CONFIGS.glob("*.toml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def refusal(path: Path, overrides: tuple[str, ...] = ()) -> str | None:
    """The line in which a file is refused, or nothing; anything else is a defect."""
    lines = []
    for load in (load_scenario, load_run_section):
        try:
            load(path, overrides)
        except ScenarioError as error:
            if not error.where.startswith("--set"):
                check_message(error, path.parent)
            lines.append(str(error))
    return lines[0] if lines else None


@few_and_many
def test_bytes_of_the_library(folder, count, seed):
    random = Random(seed)
    names = sorted(path.name for path in folder.iterdir())
    outcomes = set()
    for _ in range(count):
        path = folder / random.choice(names)
        content = path.read_bytes()
        path.write_bytes(random.choice(SPOILERS)(content, random))
        outcomes.add(refusal(path) is None)
        path.write_bytes(content)
    assert outcomes == {True, False}


@few_and_many
def test_noise(tmp_path, count, seed):
    random, path = Random(seed), tmp_path / "noise.toml"
    pieces = [
        b"[",
        b"]",
        b"{",
        b"}",
        b'"',
        b"'''",
        b"=",
        b".",
        b"\n",
        b"\r",
        b"\0",
        b"\xef\xbb\xbf",
    ]
    pieces += [b"market", b"issuers", b"extends", b"1e400", b"-inf", b"2026-02-30", b"\xff", b"\\u"]
    for _ in range(count):
        noise = b"".join(random.choices(pieces, k=random.randrange(60)))
        path.write_bytes(random.choice([noise, random.randbytes(random.randrange(200))]))
        assert refusal(path) is not None


CHILD = """
import resource
from capexrisk.errors import ScenarioError
from capexrisk.scenario import load_scenario
from tests.hostile.texts import TEXTS

resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
for what, text in TEXTS.items():
    with open("x.toml", "w", encoding="utf-8", newline="") as file:
        file.write(text)
    try:
        load_scenario("x.toml")
    except ScenarioError as error:
        assert str(error).isprintable() and len(str(error)) < 2000, what
        print(what)
"""


@pytest.mark.slow
def test_texts_of_a_bad_dream(tmp_path):
    """All of them within a gigabyte and three minutes; most take hundredths of a second."""
    found = subprocess.run(
        [sys.executable, "-c", CHILD],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert found.stderr == ""
    assert found.stdout.splitlines() == list(TEXTS)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_other_encodings(tmp_path, encoding):
    path = tmp_path / "x.toml"
    path.write_bytes("title = 'Zinsen, 3 % für alle'".encode(encoding))
    assert "is not UTF-8" in str(refusal(path))


def test_what_editors_add_does_not_matter(folder):
    path = folder / DEFAULT.name
    text = path.read_text("utf-8")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    found, expected = load_scenario(path), load_scenario(DEFAULT)
    assert found.model_copy(update={"description": ""}) == expected.model_copy(
        update={"description": ""}
    )


OUT = ("../base.toml", "/etc/passwd", "a/../../x", "..", "C:\\x", "\\\\host\\x", "link.toml")
NOT_THERE = ("x" * 5_000, "no.toml", "loop.toml", "a/b", "~/x", "$HOME", "x" * 255 + "/y")


@pytest.mark.parametrize("name", [*OUT, *NOT_THERE, "", "a\\u0000b", "a\\nb", "pipe", "below"])
def test_what_a_file_may_not_extend(tmp_path, name):
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    shutil.copy(DEFAULT, tmp_path / "base.toml")
    (folder / "link.toml").symlink_to(tmp_path / "base.toml")
    (folder / "loop.toml").symlink_to(folder / "loop.toml")
    os.mkfifo(folder / "pipe")
    path = folder / "x.toml"
    written = name if name.startswith("a\\") else name.replace("\\", "\\\\")
    path.write_text(f'extends = "{written}"\n', "utf-8")
    line = str(refusal(path))
    assert line.startswith(str(folder))
    if name in OUT:
        assert "leads out of the folder" in line
    if name in NOT_THERE:
        assert "there is no '" in line


def test_a_folder_that_is_a_link_outside(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "other").mkdir()
    shutil.copy(DEFAULT, tmp_path / "other" / "base.toml")
    (folder / "below").symlink_to(tmp_path / "other")
    (folder / "x.toml").write_text('extends = "below/base.toml"\n')
    assert "leads out of the folder" in str(refusal(folder / "x.toml"))
    (folder / "real").mkdir()
    shutil.copy(DEFAULT, folder / "real" / "base.toml")
    (folder / "x.toml").write_text('extends = "real/base.toml"\n')
    assert refusal(folder / "x.toml") is None


def test_circles_and_chains(folder):
    (folder / "a.toml").write_text('extends = "b.toml"\n')
    (folder / "b.toml").write_text('extends = "./a.toml"\n')
    assert "extends this file in turn; end the circle" in str(refusal(folder / "a.toml"))
    (folder / "c0.toml").write_text(f'extends = "{DEFAULT.name}"\n')
    for number in range(1, 9):
        (folder / f"c{number}.toml").write_text(f'extends = "c{number - 1}.toml"\n')
    assert refusal(folder / "c6.toml") is None
    assert "longer than 8 files" in str(refusal(folder / "c8.toml"))


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/proc/self/mem", "/", "/dev/stdin"])
def test_a_device_is_refused(path):
    assert refusal(Path(path)) is not None


OVERRIDES = ("a." * 900 + "a=1", "a." * 5_000 + "a=1", "market." + "a." * 900 + "a=1", "=", "x")
OVERRIDES += ("x=" + "[" * 5_000, "x=" + "[" * 900 + "]" * 900, "\0=1", "a\nb=1", "market.tax=\n1")
OVERRIDES += ("issuers=1", "issuers.x.y=1", "market.tax=" + "1" * 5_000, "'" * 7 + "=1", "\ud800=1")
OVERRIDES += ("name=\ud800", "events=[{}]", "extends=x", "x" * 10**6 + "=1")


def test_overrides_of_any_depth_are_refused():
    for override in OVERRIDES:
        assert refusal(DEFAULT, (override,)) is not None, override[:40]
