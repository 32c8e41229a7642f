"""The engine's peer by hand in C: `c/model.c`, compiled for this machine by the compilers it has.

`prepare(case)` takes the first variant that is available; `available()` tells why the others are
not. A variant is a compiler, whether it is given intrinsics of x86-64, and where exp and log come
from, with the width of vectors that was fastest with AVX-512. How many paths make a block is tried:
the fastest of `BLOCKS` on this machine is kept.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.peers import contract
from benchmarks.peers.figures import Case, Figures, Simulate
from benchmarks.peers.parameters import parameters

NAME = "C"
SOURCES = Path(__file__).parent / "c"

FLAGS = (
    "-std=c11",
    "-O3",
    "-march=native",
    "-ffast-math",
    "-ffp-contract=fast",
    "-fopenmp",
    "-shared",
    "-fPIC",
)


class Variant(NamedTuple):
    """A compiler and the settings that were fastest with it."""

    compilers: tuple[str, ...]  # the first that is installed
    flags: tuple[str, ...]


GCC = ("gcc",)
CLANG = ("clang-22", "clang-21", "clang-20", "clang-19", "clang")
OWN_MATH = "-DOWN_MATH"
WIDE = "-mprefer-vector-width=512"
NARROW = "-mprefer-vector-width=256"  # clang knows no wider functions of libmvec

BLOCKS = (32, 64, 128)  # paths side by side
TRIAL_PATHS, TRIALS = 16_384, 5

PORTABLE = "-DPORTABLE"  # no intrinsics of one processor, as in the engine

VARIANTS = {
    "C, gcc, AVX intrinsics, inlined exp and log": Variant(GCC, (OWN_MATH, WIDE)),
    "C, clang, AVX intrinsics, inlined exp and log": Variant(CLANG, (OWN_MATH, WIDE)),
    "C, gcc, inlined exp and log": Variant(GCC, (PORTABLE, OWN_MATH, WIDE)),
    "C, clang, inlined exp and log": Variant(CLANG, (PORTABLE, OWN_MATH, WIDE)),
    "C, gcc, libmvec": Variant(GCC, (PORTABLE, WIDE)),
    "C, clang, libmvec": Variant(CLANG, (PORTABLE, "-fveclib=libmvec", NARROW)),
}


def compiler_of(variant: Variant) -> str | None:
    return next((found for name in variant.compilers if (found := shutil.which(name))), None)


def available() -> dict[str, str | None]:
    """Every variant with None, or with the reason why it cannot be had here."""
    return {
        name: None if compiler_of(variant) else f"no {variant.compilers[-1]}"
        for name, variant in VARIANTS.items()
    }


@functools.cache
def library(variant: Variant, block: int, issuers: int, quarters: int) -> ctypes.CDLL:
    """The compiled peer, kept under the sources, the compiler and the settings it was made from."""
    compiler = compiler_of(variant)
    if compiler is None:
        raise RuntimeError(f"no {variant.compilers[-1]}")
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True)
    shape = [f"-DISSUERS={issuers}", f"-DQUARTERS={quarters}", f"-DBLOCK={block}"]
    options = [*FLAGS, *variant.flags, *shape]
    stamp = hashlib.sha256(repr((version.stdout, options, processor())).encode())
    for source in sorted(SOURCES.glob("*.[ch]")):
        stamp.update(source.read_bytes())
    cache = Path(tempfile.gettempdir()) / f"capexrisk-peers-{os.getuid()}"
    cache.mkdir(mode=0o700, exist_ok=True)
    target = cache / f"model-{stamp.hexdigest()[:16]}.so"
    if not target.exists():
        part = target.with_suffix(f".{os.getpid()}")
        command = [compiler, *options, str(SOURCES / "model.c"), "-o", str(part), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            # The first line goes into the published table: a reason, no paths of this machine.
            reason = "the OpenMP library is missing" if "omp" in done.stderr else "see its messages"
            name = Path(compiler).name
            raise RuntimeError(f"{name}: {reason}\n{' '.join(command)}\n{done.stderr}")
        part.replace(target)
    return ctypes.CDLL(str(target))


def processor() -> str:
    """What -march=native depends on."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"^flags.*$", info.read_text(), re.MULTILINE) if info.exists() else None
    return found.group() if found else ""


def prepare(case: Case, variant: str | None = None, threads: int = 1) -> Simulate:
    """A function (paths, seed) -> Figures, on `threads` cores.

    Parameters
    ----------
    case : dict
        Of whole calendar years.
    variant : str, optional
        One of `VARIANTS`; the first that is available if left out.
    threads : int
        Totals do not depend on it.
    """
    if variant is None:
        variant = next(name for name, reason in available().items() if reason is None)
    found = {block: prepare_block(case, VARIANTS[variant], block, threads) for block in BLOCKS}
    seconds = dict.fromkeys(BLOCKS, inf)
    for seed in range(TRIALS):
        for block, simulate in found.items():
            clock = time.perf_counter()
            simulate(TRIAL_PATHS, seed)
            seconds[block] = min(seconds[block], time.perf_counter() - clock)
    return found[min(BLOCKS, key=seconds.__getitem__)]


def prepare_block(case: Case, variant: Variant, block: int, threads: int = 1) -> Simulate:
    """`prepare` for a variant and block of one's own."""
    issuers, quarters = len(case["issuers"]), case["quarters"]
    if quarters % 4:
        raise ValueError("the C peer takes whole calendar years")
    run = library(variant, block, issuers, quarters).simulate
    given = packed(case)
    amounts, events = len(list(contract.amounts(case))), len(list(contract.events(case)))

    def simulate(paths: int, seed: int) -> Figures:
        totals = np.zeros(2 * amounts + events)
        failed = run(
            ctypes.byref(given),
            ctypes.c_uint64(seed),
            ctypes.c_int64(paths),
            ctypes.c_int(threads),
            totals.ctypes.data_as(ctypes.c_void_p),
        )
        if failed:
            raise MemoryError("the C peer has no memory")
        sums, squares, counts = np.split(totals, [amounts, 2 * amounts])
        return contract.figures(case, sums, squares, counts, paths)

    return simulate


# ----------------------------------------------------------------------------- the scenario for C


def fields(record: str, quarters: int) -> list[tuple[str, Any]]:
    """Names and types of a record of parameters.h."""
    header = (SOURCES / "parameters.h").read_text()
    body = re.search(r"typedef struct \{([^}]*)\} " + record, header)
    assert body is not None
    lengths = {"QUARTERS": quarters}
    found = re.findall(r"^ +double (\w+)(?:\[(\w+)\])?;", body.group(1), re.MULTILINE)
    return [
        (
            name,
            ctypes.c_double * (lengths.get(length) or int(length)) if length else ctypes.c_double,
        )
        for name, length in found
    ]


def record(name: str, p: Any, *, issuer: int | None = None) -> bytes:
    """A record of parameters.h, from the parameters of the same names."""
    layout = fields(name, p.quarters)
    filled = type(name, (ctypes.Structure,), {"_fields_": layout})()
    for field, kind in layout:
        found = getattr(p, field)
        values = np.ravel(found if issuer is None else found[issuer])
        setattr(filled, field, float(values[0]) if kind is ctypes.c_double else kind(*values))
    return bytes(filled)


def packed(case: Case) -> Any:
    """The `parameters` of parameters.h, its records laid end to end."""
    p = parameters(case)
    content = b"".join(
        [
            record("market_parameters", p),
            record("market_schedule", p),
            *(record("issuer_parameters", p, issuer=i) for i in range(p.firms)),
            *(record("issuer_schedule", p, issuer=i) for i in range(p.firms)),
        ]
    )
    return ctypes.create_string_buffer(content, len(content))
