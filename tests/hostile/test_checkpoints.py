"""Checkpoints with noise in them, and ones that somebody made to lead elsewhere."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest

from capexrisk.archive import checkpoint
from capexrisk.archive.job import read_job
from capexrisk.archive.manifest import sha256_of
from capexrisk.archive.results import Results
from capexrisk.archive.unfinished import resume_run
from capexrisk.errors import CapexriskError, ResultsError, RunDirectoryError
from capexrisk.run import plan
from capexrisk.study.simulation import simulate
from tests.hostile.stored import INSTEAD, LONGEST_LINE
from tests.unit.scenarios import small_scenario

CHUNK = 64
PATHS = 32 * 2 * CHUNK
NOISE = 150


class Stop(BaseException):
    pass


@pytest.fixture(scope="module", autouse=True)
def small_chunks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "CHUNK_POINTS", CHUNK)
        yield


def run(folder: Path | None, stop: bool = False) -> Results:
    """Two issuers over two quarters; stopped after three quarters of the chunks."""

    def told(done: int) -> None:
        if stop and done > 0.75 * PATHS:
            raise Stop

    scenario = small_scenario(quarters=2, issuers=("Oracle", "CoreWeave"))
    return simulate(scenario, paths=PATHS, seed=1, n_jobs=1, checkpoint=folder, progress=told)


@pytest.fixture(scope="module")
def whole() -> Results:
    return run(None)


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("kept") / "x.unfinished" / "checkpoint"
    with pytest.raises(Stop):
        run(folder, stop=True)
    return folder


def spoil(content: bytes, random: Random) -> bytes:
    """Flipped, cut, doubled, overwritten or swapped for something else."""
    at = random.randrange(len(content))
    return random.choice(
        (
            content[:at] + bytes([content[at] ^ 1 << random.randrange(8)]) + content[at + 1 :],
            content[:at],
            content[at:],
            content + content[at:],
            content[:at] + random.randbytes(9) + content[at + 9 :],
            b"",
            random.randbytes(100),
            b"{}\n",
        )
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*its chunks are computed again")
def test_noise_is_refused_in_a_line_or_changes_nothing(kept, whole, tmp_path):
    random = Random(5)
    names = sorted(path.name for path in kept.iterdir() if path.name != "lock")
    refused = 0
    for number in range(NOISE):
        folder = tmp_path / str(number)
        shutil.copytree(kept, folder)
        name = random.choice((*names, "job.json", "job.json"))
        (folder / name).write_bytes(spoil((folder / name).read_bytes(), random))
        try:
            found = run(folder)
        except CapexriskError as error:
            line = str(error)
            assert "\n" not in line and len(line) < LONGEST_LINE and str(folder) in line
            assert name == "job.json"
            refused += 1
        else:
            pd.testing.assert_frame_equal(found.summary, whole.summary, check_exact=True)
            pd.testing.assert_frame_equal(
                found.distributions, whole.distributions, check_exact=True
            )
        shutil.rmtree(folder)
    assert 3 < refused < NOISE


def places(part: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(part, dict | list):
        for key, below in part.items() if isinstance(part, dict) else enumerate(part):
            yield from places(below, (*at, key))


@pytest.mark.slow
def test_a_job_that_was_sealed_again_is_refused_in_a_line_or_is_a_job(kept, tmp_path):
    """Its checksum is right, so anything may stand in it."""
    record = json.loads((kept / "job.json").read_text())
    content = {name: record[name] for name in ("job", "identity")}
    random = Random(6)
    every = [at for at in places(content) if at]
    refused = 0
    for number in range(400):
        spoilt = copy.deepcopy(content)
        *above, last = random.choice(every)
        part = spoilt
        for key in above:
            part = part[key]
        part[last] = random.choice(INSTEAD)
        path = tmp_path / f"{number}.json"
        try:
            sealed = {"format_version": 2, "sha256": sha256_of(spoilt), **spoilt}
            path.write_text(json.dumps(sealed), "utf-8")
        except (UnicodeEncodeError, ValueError):
            continue
        try:
            read_job(path)
        except CapexriskError as error:
            line = str(error)
            assert "\n" not in line and len(line) < LONGEST_LINE and str(path) in line
            refused += 1
        path.unlink()
    assert refused > 100


def seal(record: dict[str, Any], folder: Path) -> Path:
    """A job with a right check sum."""
    path = folder / "job.json"
    content = {name: record[name] for name in ("job", "identity")}
    path.write_text(json.dumps({**record, "sha256": sha256_of(content)}))
    return path


@pytest.mark.parametrize("name", ["../../out", "/tmp/x", "a/b", "..", "<script>"])
def test_names_in_a_job_lead_nowhere(kept, tmp_path, name):
    """Issuers name figures, the scenario is shown: both are held to what a scenario may be."""
    for of_issuer in (True, False):
        record = json.loads((kept / "job.json").read_text())
        scenario = record["job"]["scenario"]
        (scenario["issuers"][0] if of_issuer else scenario)["name"] = name
        path = seal(record, tmp_path)
        with pytest.raises(ResultsError, match=r"job\.json: job\.scenario\..*; run again"):
            read_job(path)


def test_nobody_is_led_to_a_cluster_of_somebody_elses(kept, tmp_path):
    """Who answers there could send anything back."""
    record = json.loads((kept / "job.json").read_text())
    record["job"]["plan"] |= {"backend": "dask", "scheduler": "tcp://203.0.113.7:8786"}
    plan = read_job(seal(record, tmp_path))[0].plan
    assert (plan.backend, plan.scheduler) == (None, None)


@pytest.mark.parametrize("link", ["summary.csv", "paths", "checkpoint/lock", "checkpoint/x"])
def test_links_are_refused(kept, tmp_path, link):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder = tmp_path / "x.unfinished"
    shutil.copytree(kept.parent, folder)
    (folder / link).unlink(missing_ok=True)
    (folder / link).symlink_to(victim)
    with pytest.raises(RunDirectoryError, match="is a link, which may lead anywhere"):
        resume_run(tmp_path / "x").__enter__()
    assert victim.read_text() == "precious"


def test_a_lock_that_is_a_link_is_not_followed(kept, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    shutil.copytree(kept, tmp_path / "c")
    (tmp_path / "c" / "lock").unlink(missing_ok=True)
    (tmp_path / "c" / "lock").symlink_to(victim)
    with pytest.raises(RunDirectoryError, match="cannot be written"):
        run(tmp_path / "c")
    assert victim.read_text() == "precious"


def test_an_array_larger_than_the_machine_is_not_unpacked(kept, tmp_path, whole):
    """A file with a right checksum that says it unpacks to 2**60 bytes."""
    from capexrisk.archive.arrays import _checksum as checksum

    shutil.copytree(kept, tmp_path / "c")
    path = tmp_path / "c" / "totals-00.lz4"
    _, line, body = path.read_bytes().split(b"\n", 2)
    head = json.loads(line)
    head["arrays"][0][2] = [2**57]
    rest = json.dumps(head).encode() + b"\n" + body
    path.write_bytes(checksum([rest]) + b"\n" + rest)
    with pytest.warns(UserWarning, match="an array that is too large; its chunks are computed"):
        found = run(tmp_path / "c")
    pd.testing.assert_frame_equal(found.summary, whole.summary, check_exact=True)
    assert checkpoint.damaged_files(tmp_path / "c") == {}
