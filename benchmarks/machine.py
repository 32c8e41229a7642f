"""What a figure depends on besides the code: the machine, its load, versions, the revision."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = (
    "capexrisk", "numpy", "numba", "llvmlite", "scipy", "pandas", "pyarrow", "joblib",
    "jax", "jaxlib", "openturns", "open-riskpy", "monaco",
)  # fmt: skip
COMPILERS = ("gcc", "clang", *(f"clang-{number}" for number in range(17, 26)))


def describe() -> dict[str, Any]:
    """The machine, without its name."""
    return {
        "processor": processor(),
        "cores": cores(),
        "vector_bits": vector_bits(),
        "caches_kib": caches(),
        "memory_gib": round(memory_bytes() / 2**30, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "virtual": "hypervisor" in _cpu_flags(),
    }


def slug() -> str:
    """Name of the machine's results file, such as amd-epyc-2-cores."""
    plain = re.sub(r"\(.*?\)|@.*|\b(CPU|Processor|\d+-Core)\b", " ", processor())
    return re.sub(r"[^a-z0-9]+", "-", f"{plain} {cores()} cores".lower()).strip("-")


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def allowed_cores() -> list[int]:
    """Numbers of the cores this process may use; none where processes cannot be pinned."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def processor() -> str:
    for name in ("model name", "Processor"):
        if found := re.search(rf"^{name}\s*:\s*(.+)$", _cpu_info(), re.MULTILINE):
            return found[1].strip()
    if platform.system() == "Darwin":
        return _first_line("sysctl", "-n", "machdep.cpu.brand_string") or platform.machine()
    return platform.processor() or platform.machine()


def vector_bits() -> int:
    """Width of the widest vector of doubles."""
    flags = _cpu_flags()
    if "avx512f" in flags:
        return 512
    return 256 if "avx2" in flags else 128


def caches() -> dict[str, int]:
    """Size of each level of data cache that one core sees, KiB."""
    found = {}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        if (index / "type").read_text().strip() != "Instruction":
            level = "L" + (index / "level").read_text().strip()
            found[level] = int((index / "size").read_text().strip().removesuffix("K"))
    return found


def memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def load() -> list[float]:
    """Load averages over 1, 5 and 15 minutes; the benchmark's own work is in them."""
    return [round(value, 2) for value in os.getloadavg()]


def versions() -> dict[str, str]:
    """Versions of what is installed here."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    found |= {name: _first_line(name, "--version") for name in COMPILERS if shutil.which(name)}
    return found


def revision() -> dict[str, Any]:
    """Commit of the repository, and whether files differ from it."""
    commit = _first_line("git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD")
    if not commit:
        return {"commit": None}
    changed = _first_line(
        "git", "-C", str(ROOT), "status", "--porcelain", "--", "engine", "configs"
    )
    return {"commit": commit, "engine_or_configs_changed": bool(changed)}


def _first_line(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip().split("\n")[0].strip()


def _cpu_info() -> str:
    path = Path("/proc/cpuinfo")
    return path.read_text() if path.exists() else ""


def _cpu_flags() -> frozenset[str]:
    flags = re.search(r"^(?:flags|Features)\s*:\s*(.+)$", _cpu_info(), re.MULTILINE)
    return frozenset(flags[1].split()) if flags else frozenset()
