"""``capexrisk runs``: what lies in a folder."""

from __future__ import annotations

import json
import shutil

from tests.cli.command import call, undrawn, write_small_scenario


def test_what_lies_in_a_folder(tmp_path):
    write_small_scenario(tmp_path)
    (tmp_path / "glut.toml").write_text('extends = "small.toml"\nname = "glut"\nquarters = 3\n')
    for arguments in (
        (
            "run",
            "small.toml",
            "--paths",
            "1024",
            "--seed",
            "7",
            "--out",
            "runs/a",
            "-q",
            "--set",
            "market.tax=0.2",
        ),
        ("compare", "small.toml", "glut.toml", "--paths", "1024", "--out", "runs/b", "-q"),
    ):
        with undrawn():
            assert call(*arguments, cwd=tmp_path).returncode == 0
    shutil.copytree(tmp_path / "runs/a", tmp_path / "runs/moved/here")  # a copy still works
    shutil.copytree(tmp_path / "runs/a", tmp_path / "runs/red\x1b[31m\nnext")
    spoilt = tmp_path / "runs/spoilt"
    spoilt.mkdir()
    (spoilt / "manifest.json").write_text("{")
    newer = json.loads((tmp_path / "runs/a/manifest.json").read_text()) | {"format_version": 99}
    (tmp_path / "runs/newer").mkdir()
    (tmp_path / "runs/newer/manifest.json").write_text(json.dumps(newer))
    (tmp_path / "runs/.hidden").mkdir()
    (tmp_path / "runs/.hidden/manifest.json").write_text("{}")

    found = call("runs", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    lines = [line.split() for line in found.stdout.splitlines()]
    by_name = {line[0]: line[1:] for line in lines if line}
    assert by_name["a"][:3] == ["finished", "hyperscalers-2026", "1,024"]
    assert "market.tax=0.2" in by_name
    assert by_name["moved/here"][:3] == by_name["a"][:3]
    assert by_name["b"][:3] == ["finished", "comparison", "of"]
    assert by_name["b/runs/glut"][1] == "glut"
    assert by_name["red\\x1b[31m\\nnext"] == by_name["a"] and "\x1b" not in found.stdout
    assert by_name["spoilt"] == ["cannot", "be", "read"]
    assert by_name["newer"] == ["of", "another", "version"]
    assert ".hidden" not in found.stdout

    assert call("runs", ".", cwd=tmp_path).stdout.count("hyperscalers-2026") >= 3
    (tmp_path / "empty").mkdir()
    assert call("runs", "empty", cwd=tmp_path).stdout == "empty: no runs\n"
    missing = call("runs", "missing", cwd=tmp_path)
    assert (missing.returncode, missing.stdout) == (2, "")
    assert missing.stderr == "capexrisk: missing: is no folder; give one that holds runs\n"
