"""``capexrisk notebooks``: what is copied, and that a full disk leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import call


def test_all_of_them_or_nothing(tmp_path):
    found = call("notebooks", "mine", cwd=tmp_path)
    assert found.returncode == 0
    assert found.stdout.startswith("mine/notebooks/01-first-run.ipynb: open it in Jupyter\n")
    names = {path.name for path in (tmp_path / "mine").rglob("*")}
    assert {"hyperscalers-2026.toml", "oracle.json"} <= names and "__pycache__" not in names
    written: list[Path] = []

    def write(path: Path, content: bytes) -> None:
        if len(written) == 12:
            raise OSError(28, "No space left on device")
        written.append(path)
        path.touch()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "write_bytes", write)
        full = call("notebooks", "other", cwd=tmp_path)
    assert (full.returncode, full.stdout) == (1, "")
    assert full.stderr == (
        "capexrisk: other: No space left on device; make room there, or take another place\n"
    )
    assert len(written) == 12 and not (tmp_path / "other").exists()
