"""A folder as a new user has it: a scenario, a run, and files that are none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.cli.command import call, undrawn, write_small_scenario


def make(folder: Path) -> None:
    scenario = write_small_scenario(folder)
    (folder / "empty.toml").write_text("")
    (folder / "noise.toml").write_bytes(bytes(range(256)))
    (folder / "utf16.toml").write_bytes("name='x'".encode("utf-16"))
    (folder / "json.toml").write_text('{"name": "x"}')
    (folder / "crlf.toml").write_bytes(scenario.read_bytes().replace(b"\n", b"\r\n"))
    os.mkfifo(folder / "pipe")
    (folder / "empty").mkdir()
    (folder / "occupied").mkdir()
    (folder / "occupied" / "mine.txt").write_text("x")
    (folder / "empty.csv").write_text("")
    (folder / "empty.json").write_text("")
    (folder / "latin.csv").write_bytes("issuer,périod\n".encode("latin-1"))
    (folder / "dangling").symlink_to("nowhere")
    head = "issuer,period,metric,value,unit\n"
    (folder / "far.csv").write_text(f"{head}Oracle,2031Q1,capex,5,USD bn\n")
    (folder / "headings.csv").write_text(head.replace("metric", "metrc"))
    (folder / "dollars.csv").write_text(f"{head}Oracle,2026Q1,capex,14000000000,USD bn\n")
    (folder / "cr.toml").write_bytes(scenario.read_bytes().replace(b"\n", b"\r"))
    own = 'extends = "small.toml"\n'
    (folder / "escape.toml").write_text(f'{own}title = "a\\u001b[31mb"\n')
    (folder / "lookalike.toml").write_text(f'{own}[issuers."\u041eracle"]\ncash_usd_bn = 3\n')
    (folder / "case.toml").write_text(f"{own}[issuers.oracle]\ncash_usd_bn = 3\n")
    (folder / "twice.toml").write_text(f"{own}[market]\ntax = 0.2\n[market]\ntax = 0.3\n")
    (folder / "several.toml").write_text(f'{own}[[issuers]]\nname = "x"\n')
    (folder / "circle.toml").write_text('extends = "circle.toml"\n')
    (folder / "huge.csv").write_text(f"{head}Oracle,2026Q1,capex,1e308,USD bn\n")
    asked = ("--paths", "256", "--outer", "0", "--out", "run", "-q")
    with undrawn():
        found = call("run", "small.toml", *asked, cwd=folder)
    assert (found.returncode, found.stderr) == (0, "")
    for name in ("cut", "hollow", "edited", "other"):
        shutil.copytree(folder / "run", folder / name)
    with (folder / "cut" / "summary.parquet").open("r+b") as table:
        table.truncate(1_000)
    (folder / "hollow" / "chunks.parquet").write_bytes(b"")
    manifest = folder / "edited" / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"seed": 0', '"seed": 2'), "utf-8")
    (folder / "other" / "summary.parquet").unlink()
    (folder / "other" / "summary.parquet").mkdir()
    (folder / "other" / "checkpoint" / "job.json").unlink()
    (folder / "other" / "checkpoint" / "job.json").mkdir()
