"""Which code a run was made by: a digest that numbers depend on, and the commit that holds it."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from capexrisk import code

SOURCES = {
    "__init__.py": b"version = 1\n",
    "lowering/market.py": b"lowering\n",
    "kernel/block.py": b"one\ntwo\n",
    "points/data/points.npz": b"PK\r\n",
    "kernel/__pycache__/block.cpython-311.pyc": b"cache",
    "model/MODEL.md": b"words\n",
    "report/page.py": b"page\n",
    "cli/main.py": b"main\n",
    "study/comparison.py": b"comparison\n",
    "archive/lock.py": b"lock\n",
    "run/signals.py": b"signals\n",
    "run/workers/dask.py": b"dask\n",
    "scenario/files/messages.py": b"messages\n",
    "scenario/inputs.py": b"inputs\n",
    "scenario/field.py": b"field\n",
}
NO_SAY = (
    *("__init__.py", "report/page.py", "cli/main.py", "study/comparison.py", "archive/lock.py"),
    *("run/signals.py", "run/workers/dask.py", "scenario/files/messages.py"),
    "scenario/inputs.py",
)
GIT = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=a")
with_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def write(package: Path, name: str, content: bytes) -> None:
    (package / name).parent.mkdir(parents=True, exist_ok=True)
    (package / name).write_bytes(content)


def digest() -> str:
    code.code_digest.cache_clear()
    return code.code_digest()


def record() -> tuple[str | None, bool | None]:
    return code.revision()


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [*GIT, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "first")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    """No answer of another package stays behind, and no variable of a hook counts."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    yield
    code.code_digest.cache_clear()


def made_up(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = root / "engine" / "capexrisk"
    for name, content in SOURCES.items():
        write(package, name, content)
    monkeypatch.setattr(code, "PACKAGE", package)
    return package


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    return made_up(tmp_path / "checkout", monkeypatch)


def test_the_digest_is_of_the_lines_of_sha256sum(package):
    lines = [
        f"{hashlib.sha256(SOURCES[name]).hexdigest()}  {name}\n"
        for name in (
            *("kernel/block.py", "lowering/market.py", "points/data/points.npz"),
            "scenario/field.py",
        )
    ]
    assert digest() == hashlib.sha256("".join(lines).encode()).hexdigest()


@pytest.mark.parametrize("name", SOURCES)
def test_what_makes_numbers_has_a_say_and_nothing_else(package, name):
    before = digest()
    (package / name).write_bytes(SOURCES[name] + b"x")
    silent = name in NO_SAY or Path(name).suffix in (".pyc", ".md")
    assert (digest() == before) is silent


@pytest.mark.parametrize("name", ["kernel/new.py", "room/new.py", "new.py", "estimate/new.npz"])
def test_a_new_file_counts_by_itself(package, name):
    before = digest()
    write(package, name, b"new\n")
    assert digest() != before


def test_a_name_counts_and_a_place_does_not(package, tmp_path, monkeypatch):
    before = digest()
    made_up(tmp_path / "elsewhere", monkeypatch)
    assert digest() == before
    (code.PACKAGE / "lowering/market.py").rename(code.PACKAGE / "lowering/lowered.py")
    assert digest() != before


def test_ends_of_lines_do_not_count_in_text(package):
    before = digest()
    (package / "kernel" / "block.py").write_bytes(b"one\r\ntwo\r\n")
    assert digest() == before
    (package / "points" / "data" / "points.npz").write_bytes(b"PK\n")
    assert digest() != before


def test_the_engine_has_no_file_of_a_kind_that_is_not_looked_at():
    """One that does not end in .py or .npz is documentation, a marker or a cache."""
    rooms = [p for p in code.PACKAGE.iterdir() if p.is_dir() and p.name not in code.WITHOUT_A_SAY]
    files = [p for room in rooms for p in room.rglob("*") if p.is_file()]
    others = [p for p in files if p.suffix not in code.KINDS and p.parent.name != "__pycache__"]
    assert {p.suffix for p in others} <= {".md"}


def test_the_files_are_those_that_a_run_computes_with():
    """Found by an import: all that a run's numbers pass through, less what only carries them."""
    program = (
        "import sys, capexrisk.run.stopping, capexrisk.estimate.input_table; print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    carries = re.compile(
        r"(code|errors|run\.(measurement|signals|speed|workers)|scenario\.(changes|files|inputs|words))\b"
    )
    names = [name.partition(".")[2] for name in done.stdout.split() if "capexrisk." in name]
    found = {
        ".".join(path.relative_to(code.PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        for _, path in code._files(code.WITHOUT_A_SAY)
        if path.suffix == ".py"
    }
    assert found == {name for name in names if not carries.match(name)}


def test_a_comment_in_each_file_of_the_engine(tmp_path, monkeypatch):
    """It changes the digest, unless the file cannot change a number. Every third is tried."""
    copy = tmp_path / "capexrisk"
    shutil.copytree(code.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code, "PACKAGE", copy)
    counted = {path for _, path in code._files(code.WITHOUT_A_SAY)}
    found = [digest()]
    for path in sorted(counted & set(copy.rglob("*.py")))[::3]:
        path.write_bytes(path.read_bytes() + b"# a comment\n")
        found.append(digest())
    assert len(set(found)) == len(found) > 30
    before = digest()
    silent = set(copy.rglob("*.py")) - counted
    for path in silent:
        path.write_bytes(path.read_bytes() + b"# a comment\n")
    assert digest() == before and len(silent) > 60
    entries = [copy / entry for entry in code.WITHOUT_A_SAY]
    assert all(any(path.is_relative_to(entry) for entry in entries) for path in silent)


def test_every_file_without_a_say_exists():
    names = (*code.WITHOUT_A_SAY, *code.ABOVE_QUESTIONS)
    assert all((code.PACKAGE / name).exists() for name in names)


def test_what_answers_questions_is_what_makes_numbers_and_more():
    counted = dict(code._files(code.ABOVE_QUESTIONS))
    assert counted.keys() > dict(code._files(code.WITHOUT_A_SAY)).keys()
    more = {"study/mechanisms.py", "study/game/value.py", "estimate/shapley.py", "run/session.py"}
    assert more <= counted.keys() and "report/content/causes.py" not in counted


def test_every_file_that_names_the_version_names_this_one():
    root = Path(__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == code.__version__
    cited = (root / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {code.__version__}" in cited


@with_git
def test_the_commit_and_whether_the_engine_differs_from_it(package):
    root = package.parents[1]
    assert record() == (None, None)
    write(root, "notes.txt", b"notes")
    assert record() == (None, None)
    first = commit(root)
    assert record() == (first, False) and len(first) == 40
    write(root, "notes.txt", b"other notes")
    write(package, "draft.txt", b"not tracked")
    assert record() == (first, False)
    write(package, "report/page.py", b"another page\n")
    assert record() == (first, True)


@with_git
def test_a_repository_without_a_commit(package):
    git(package.parents[1], "init")
    assert record() == (None, None)


@with_git
def test_never_of_another_repository(package, tmp_path, monkeypatch):
    """One that it lies in, or to which a variable points."""
    other = commit(tmp_path)
    assert other and record() == (None, None)
    (package.parents[1] / ".git").mkdir()  # an empty one: git would look above it
    assert record() == (None, None)
    (package.parents[1] / ".git").rmdir()
    own = commit(package.parents[1])
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    assert record() == (own, False)


@with_git
def test_not_of_a_repository_in_which_it_is_installed(tmp_path, monkeypatch):
    site = tmp_path / "lib" / "capexrisk"
    write(site, "lowering.py", b"")
    commit(tmp_path)
    monkeypatch.setattr(code, "PACKAGE", site)
    assert record() == (None, None)


@with_git
def test_without_git_or_with_one_that_does_not_answer(package, tmp_path, monkeypatch):
    commit(package.parents[1])
    slow = tmp_path / "bin" / "git"
    late = f"import time; time.sleep(5); print('# branch.oid {'0' * 40}')"
    write(tmp_path, "bin/git", f'#!/bin/sh\nexec {sys.executable} -c "{late}"\n'.encode())
    slow.chmod(0o755)
    with monkeypatch.context() as changed:
        changed.setenv("PATH", "/nowhere")
        assert record() == (None, None)
    monkeypatch.setattr(code, "MOST_SECONDS", 0.05)
    monkeypatch.setenv("PATH", f"{slow.parent}:/usr/bin:/bin")
    assert record() == (None, None)


@pytest.mark.parametrize(
    ("told", "revision"),
    [
        (b'{"url": "x", "vcs_info": {"vcs": "git", "commit_id": "abc"}}', "abc"),
        (b'{"url": "x", "dir_info": {"editable": true}}', None),
        (b'{"vcs_info": {"commit_id": 7}}', None),
        (b"[]", None),
        (b"{", None),
        (None, None),
    ],
)
def test_the_commit_of_an_installed_package(tmp_path, monkeypatch, told, revision):
    site = tmp_path / "site"
    write(site, "capexrisk/lowering.py", b"")
    write(site, "capexrisk-9.dist-info/METADATA", b"Metadata-Version: 2.1\nName: capexrisk\n")
    if told is not None:
        write(site, "capexrisk-9.dist-info/direct_url.json", told)
    monkeypatch.syspath_prepend(site)
    monkeypatch.setattr(code, "PACKAGE", site / "capexrisk")
    assert record() == (revision, None)
    monkeypatch.setattr(code, "PACKAGE", tmp_path / "another" / "capexrisk")  # not what is run
    write(code.PACKAGE, "lowering.py", b"")
    assert record() == (None, None)
