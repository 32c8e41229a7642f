"""The default run elsewhere: which bits are the same on other machines, Pythons and libraries.

``python -m benchmarks.elsewhere [--only NAME ...] [FOLDER]`` makes one short default run here and
the same run

- compiled for other processors, by numba's variables, and by an emulated older one;
- with NumPy's and OpenBLAS' code for older processors, by their variables;
- by other versions of Python, where ``python3.12`` and so on are found;
- on a 64-bit ARM: Debian's Python and the locked libraries' wheels for it, emulated by QEMU.

and prints how many of the figures differ from those made here, and by how much. What it downloads
stays in FOLDER, so that a second call begins sooner. Nothing is installed on the machine; it needs
Debian's or Ubuntu's apt-get and a package index. On an emulated ARM the core compiles for a quarter
of an hour or longer.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from benchmarks.markdown import table

ROOT: Final = Path(__file__).parents[1]
LOCK: Final = ROOT / "requirements.lock"
RUN: Final = ("run", str(ROOT / "configs" / "hyperscalers-2026.toml"), "--quiet", "--overwrite")
SIZE: Final = ("--paths", "8192", "--outer", "32", "--inner", "128", "--jobs", "1")
FIGURES: Final = ("value", "standard_error", "ci_low", "ci_high")
# Name: environment of the run. Of its own are numba's caches, so that each compiles for itself.
VARIABLES: Final[dict[str, dict[str, str]]] = {
    "here": {},
    "core for any x86-64": {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": ""},
    "core for AVX2, with FMA": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma"},
    "BLAS for SSE3": {"OPENBLAS_CORETYPE": "Prescott"},
    "BLAS for AVX2": {"OPENBLAS_CORETYPE": "Haswell"},
    "NumPy without AVX2 and AVX-512": {
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"
    },
}
PYTHONS: Final = ("3.12", "3.13")
ARM: Final = "emulated ARM"
DEBS: Final = ("python3.11", "libgomp1", "libstdc++6")
PLATFORMS: Final = tuple(f"manylinux_2_{minor}_aarch64" for minor in (17, 24, 26, 27, 28, 31, 34))


def simulate(folder: Path, name: str, python: list[str], variables: Mapping[str, str]) -> Path:
    """The run's directory, made by this interpreter with these variables."""
    out = folder / "runs" / name.replace(" ", "-")
    cache = {"NUMBA_CACHE_DIR": str(folder / "caches" / name.replace(" ", "-"))}
    env = {**_plain(), "PYTHONPATH": str(ROOT / "engine"), **cache, **variables}
    command = [*python, "-m", "capexrisk", *RUN, *SIZE, "--out", str(out)]
    subprocess.run(command, env=env, check=True, cwd=folder)
    return out


def _plain() -> dict[str, str]:
    """This process' environment without what changes how numbers are computed."""
    changing = ("NUMBA_", "OPENBLAS_", "NPY_", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(changing)}


def by_python(folder: Path, version: str) -> Path | None:
    """The run by another version of Python, with the locked libraries; None if it is not there."""
    python = shutil.which(f"python{version}")
    if python is None or subprocess.run([python, "-c", ""], check=False).returncode:
        return None  # a manager of versions leaves names of Pythons that it does not call
    venv = folder / f"venv-{version}"
    if not venv.exists():
        subprocess.run([python, "-m", "venv", str(venv)], check=True)
        pip = [str(venv / "bin" / "pip"), "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", str(LOCK)], check=True)
    return simulate(folder, f"Python {version}", [str(venv / "bin" / "python")], {})


def on_arm(folder: Path) -> Path:
    """The run on an emulated ARM, after the self-test."""
    root, site, qemu = folder / "arm", folder / "arm-site", folder / "qemu"
    if not root.exists():
        _unpack(folder, "arm64", DEBS, root)
    if not qemu.exists():
        _unpack(folder, "amd64", ("qemu-user-static",), qemu, alone=True)
    if not site.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(site)]
        machine = [f"--platform={platform}" for platform in PLATFORMS]
        only = ["--python-version=3.11", "--only-binary=:all:", "--require-hashes"]
        subprocess.run([*pip, *machine, *only, "-r", str(LOCK)], check=True)
    python = [
        *(str(qemu / "usr/bin/qemu-aarch64-static"), "-L", str(root)),
        *("-E", f"PYTHONPATH={site}:{ROOT / 'engine'}", str(root / "usr/bin/python3.11")),
    ]
    cache = {"NUMBA_CACHE_DIR": str(folder / "caches" / ARM.replace(" ", "-"))}
    doctor = [*python, "-m", "capexrisk", "doctor"]
    subprocess.run(doctor, env={**_plain(), **cache}, check=True, cwd=folder)
    return simulate(folder, ARM, python, {})


def _unpack(
    folder: Path, machine: str, packages: tuple[str, ...], into: Path, *, alone: bool = False
) -> None:
    """Unpack Debian packages for a machine, with all that they depend on unless they are alone."""
    state, kept = folder / f"apt-{machine}", into.with_suffix(".unfinished")
    for part in ("lists/partial", "archives/partial"):
        (state / part).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    options = {
        "APT::Architecture": machine,
        "APT::Architectures": machine,
        "Dir::State": state,
        "Dir::State::status": state / "status",
        "Dir::Cache": state,
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "",
        "APT::Install-Recommends": "0",
    }
    get = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
    subprocess.run([*get, "update"], check=True)
    if alone:
        subprocess.run([*get, "download", *packages], check=True, cwd=state / "archives")
    else:
        subprocess.run([*get, "-y", "--download-only", "install", *packages], check=True)
    for deb in (state / "archives").glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", str(deb), str(kept)], check=True)
    kept.rename(into)


def compared(name: str, here: Path, there: Path) -> tuple[str, ...]:
    """A row: how many chunks and figures differ from those made here, and by how much at most."""
    chunks = [_checksums(run) for run in (here, there)]
    differ = int((chunks[0] != chunks[1]).sum())
    tables = [_figures(run) for run in (here, there)]
    one, other = tables
    if one.shape != other.shape:
        raise SystemExit(f"{name}: {other.shape} figures, and here {one.shape}")
    known = ~np.isnan(one) & ~np.isnan(other)
    apart = known & (one != other)
    scale = np.maximum(np.abs(one), np.abs(other))[apart]
    most = float((np.abs(one - other)[apart] / scale).max()) if apart.any() else 0.0
    share = f"{100 * apart.mean():.3g} %" if apart.any() else "none"
    alone = int((np.isnan(one) != np.isnan(other)).sum())  # an end whose rank is on the verge
    unknown = f", {alone} told by one alone" if alone else ""
    return name, f"{differ} of {len(chunks[0])}", share + unknown, f"{most:.1e}" if most else "-"


def _checksums(run: Path) -> np.ndarray:
    """Of every chunk of the paths, and of those at the points of the inputs."""
    files = ("chunks.parquet", "inputs_chunks.parquet")
    return np.concatenate([pd.read_parquet(run / name)["checksum"].to_numpy() for name in files])


def _figures(run: Path) -> np.ndarray:
    """Every number of the summary and of the tables over the inputs."""
    found = []
    for path in ("summary.parquet", "inputs.parquet"):
        frame = pd.read_parquet(run / path)
        numbers = frame.select_dtypes("float")
        assert set(FIGURES) <= set(numbers.columns)
        found.append(numbers.to_numpy().ravel())
    return np.concatenate(found)


def main() -> None:
    """Make the runs, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="may be given several times"
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path("elsewhere"))
    given = parser.parse_args()
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    here_too = [sys.executable]
    made: dict[str, Callable[[], Path | None]] = {
        **{name: partial(simulate, folder, name, here_too, VARIABLES[name]) for name in VARIABLES},
        **{f"Python {version}": partial(by_python, folder, version) for version in PYTHONS},
        ARM: partial(on_arm, folder),
    }
    wanted = ["here", *(given.only or [name for name in made if name != "here"])]
    unknown = [name for name in wanted if name not in made]
    if unknown:
        raise SystemExit(f"--only: {unknown[0]!r} is none of {', '.join(made)}")
    here = made["here"]()
    assert here is not None
    rows = []
    for name in wanted[1:]:
        run = made[name]()
        rows.append(compared(name, here, run) if run else (name, "not found", "", ""))
        print(*rows[-1], sep=" | ", flush=True)
    head = ("the same run", "chunks that differ", "figures that differ", "by, of their value")
    print("\n" + table(head, rows))


if __name__ == "__main__":
    main()
