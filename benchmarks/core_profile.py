"""Where the compiled core spends its time, by function of the kernel.

    python -m benchmarks.core_profile [everything|means] [--seconds S]

Linux on x86-64, with perf and binutils. The default scenario's core is compiled with line numbers,
which change no loop; perf interrupts it by the clock of the processor, which needs no hardware
counters, and addr2line says which functions were inlined at each address.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[1]
SCENARIO = ROOT / "configs/hyperscalers-2026.toml"
PATHS = 8_192
HERTZ = 4_000
STARTS_AFTER = 1.0  # seconds that perf may take to attach
MODULE = re.compile(r"_ZN9capexrisk6kernel(\d+)")
LENGTH = re.compile(r"\d+")
ONLY_CALL = {"simulate", "sources"}  # modules whose functions call the loops


def kernel_function(symbol: str) -> tuple[str, str] | None:
    """(module, function) of a mangled name, None outside the kernel."""
    if not (found := MODULE.match(symbol)):
        return None
    end = found.end() + int(found[1])
    length = LENGTH.match(symbol, end)
    assert length
    return symbol[found.end() : end], symbol[length.end() : length.end() + int(length[0])]


def name_of(inlined: list[tuple[str, str]]) -> str:
    """The outermost function that loops over paths, of those inlined at an address."""
    outwards = [f"{module}.{name}" for module, name in inlined if module not in ONLY_CALL]
    return outwards[-1] if outwards else "calls and what is prepared for them"


def names(code: Path, offsets: list[int]) -> list[str]:
    """The function at each offset of an object's code."""
    found = subprocess.run(
        ["addr2line", "-e", str(code), "-j", ".ltext", "-i", "-a", "-f"],
        input="\n".join(map(hex, offsets)),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return names_in(found)


def names_in(listing: str) -> list[str]:
    """The function at each address of what addr2line prints, with the functions inlined there."""
    blocks = re.split(r"^0x[0-9a-f]+$", listing, flags=re.MULTILINE)[1:]
    each = ([kernel_function(word) for word in block.split()] for block in blocks)
    return [name_of([frame for frame in frames if frame]) for frames in each]


def addresses(chunk: Any, seconds: float, file: Path) -> Counter[int]:
    """Where the processor was while chunks were simulated."""
    command = ["perf", "record", "-e", "cpu-clock", "-F", str(HERTZ), "-o", str(file)]
    perf = subprocess.Popen([*command, "-p", str(os.getpid())], stderr=subprocess.DEVNULL)
    time.sleep(STARTS_AFTER)
    begin = time.thread_time()
    while time.thread_time() - begin < seconds:
        chunk(PATHS)
    perf.send_signal(signal.SIGINT)
    perf.wait()
    listing = ["perf", "script", "-i", str(file), "-F", "ip"]
    found = subprocess.run(listing, capture_output=True, text=True, check=True).stdout
    return Counter(int(address, 16) for address in found.split())


@click.command
@click.argument("collect", type=click.Choice(["everything", "means"]), default="everything")
@click.option("--seconds", default=20.0, show_default=True, help="Of the processor.")
def main(collect: Any, seconds: float) -> None:
    """Print the share of time of each function of the kernel that loops over paths."""
    if missing := [tool for tool in ("perf", "addr2line") if not shutil.which(tool)]:
        raise click.ClickException(f"{' and '.join(missing)} not installed")
    with tempfile.TemporaryDirectory() as directory:
        os.environ |= {"NUMBA_DEBUGINFO": "1", "NUMBA_CACHE_DIR": directory}
        import capexrisk as cr
        from benchmarks.core_process import chunk_of
        from capexrisk.kernel import simulate
        from capexrisk.lowering import lower

        chunk = chunk_of(lower(cr.load_scenario(SCENARIO), collect))
        chunk(1)
        entry: Any = getattr(simulate, f"_simulate_{collect}")
        (compiled,) = entry.overloads.values()
        code = Path(directory, "core.o")
        native = compiled[compiled._fields.index("library")]  # numba's name for a function's code
        code.write_bytes(native._get_compiled_object())
        begin = native.get_pointer_to_function(compiled.fndesc.llvm_func_name)
        found = addresses(chunk, seconds, Path(directory, "perf.data"))
        inside = {a - begin: n for a, n in found.items() if 0 <= a - begin < code.stat().st_size}
        shares: Counter[str] = Counter()
        for name, number in zip(names(code, list(inside)), inside.values(), strict=True):
            shares[name] += number
    for name, number in shares.most_common():
        click.echo(f"{number / shares.total():6.1%}  {name}")
    click.echo(f"{shares.total()} samples; {1 - shares.total() / found.total():.1%} elsewhere")


if __name__ == "__main__":
    main()
