"""What executed instructions are: kinds, floating-point operations, bytes loaded and stored.

Rules. A flop is an addition, subtraction, multiplication, division or square root of doubles, a
fused multiply-add is two; comparisons, choices, minima, roundings and conversions are none. A
masked instruction counts with all its lanes: the machine spends them. Bytes are those that an
instruction names in memory, whichever cache they come from.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from benchmarks.trace import Trace

LINE = re.compile(r"^\s*([0-9a-f]+):\s+(?:lock |rep\w* |notrack |data16 |cs |ds )*(\S+)\s*([^#<]*)")
MEMORY = re.compile(r"\(|^0x|^[a-z]s:|^-0x")
ARITHMETIC = re.compile(r"v?(add|sub|mul|div|sqrt|fn?m(?:add|sub)(?:132|213|231))([ps])d$")
CHOICE = re.compile(r"v(cmp|min|max|blend|pblend|pcmp|ptest|pmin|pmax|rndscale|round)")
MOVE = re.compile(
    r"v(mov|broadcast|insert|extract|perm|shuf|unpck|gather|scatter|pbroadcast|pinsr)"
)
NO_ACCESS = re.compile(r"lea|nop|endbr|call|j|ret|prefetch")
ONLY_READS = re.compile(r"cmp|test|v?u?comi|bt|div|mul|push|vcmp")
STORES_ONLY = re.compile(r"v?mov|vextract|set|pop|vscatter|vst|vpextr|kmov")
SUFFIX_BYTES = {"b": 1, "w": 2, "l": 4, "q": 8}


class Instruction(NamedTuple):
    kind: str
    flops: int
    divisions: int
    loaded: int
    stored: int
    width: int  # bytes of a packed instruction's registers, 0 for a scalar one


def unavailable() -> str | None:
    """Why this machine cannot disassemble, or None."""
    return None if shutil.which("objdump") else "objdump (binutils) is not installed"


def account(trace: Trace) -> dict[str, Any]:
    """Totals over everything executed in compiled code."""
    totals: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    widths: Counter[int] = Counter()
    for (begin, end), code in trace.mappings.items():
        executed = {a: n for a, n in trace.executed.items() if begin <= a < end}
        if not executed:
            continue
        known = dict(_disassemble(begin, code))
        for address, times in executed.items():
            totals["instructions"] += times
            if address not in known:
                totals["unread"] += times
                continue
            one = known[address]
            kinds[one.kind] += times
            widths[8 * one.width] += times
            totals["flops"] += times * one.flops
            totals["divisions"] += times * one.divisions
            totals["bytes_loaded"] += times * one.loaded
            totals["bytes_stored"] += times * one.stored
    totals["elsewhere"] = sum(trace.executed.values()) - totals["instructions"]
    return {
        **{name: int(number) for name, number in totals.items()},
        "kinds": dict(kinds.most_common()),
        "widths": {str(width): number for width, number in sorted(widths.items()) if width},
    }


def _disassemble(begin: int, code: bytes) -> Iterator[tuple[int, Instruction]]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(code)
        file.flush()
        command = ["objdump", "-D", "-b", "binary", "-m", "i386:x86-64", "--no-show-raw-insn"]
        command += [f"--adjust-vma={begin:#x}", file.name]
        listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        if match := LINE.match(line):
            address, mnemonic, operands = match.groups()
            yield int(address, 16), read(mnemonic, operands.strip())


def read(mnemonic: str, operands: str) -> Instruction:
    """One instruction in AT&T syntax, destination last."""
    parts = [part.strip() for part in re.split(r",(?![^(]*\))", operands)] if operands else []
    packed = 64 if "%zmm" in operands else 32 if "%ymm" in operands else 0
    if not packed and "%xmm" in operands and not re.search(r"s[ds]$|s[ds]2|2s[ds]", mnemonic):
        packed = 16
    flops, divisions, kind = 0, 0, "scalar and control"
    if arithmetic := ARITHMETIC.match(mnemonic):
        name, packing = arithmetic.groups()
        lanes = packed // 8 if packing == "p" else 1
        divisions = lanes if name in ("div", "sqrt") else 0
        flops = lanes * (2 if name.startswith("f") else 1)
        kind = "division and root" if divisions else "double arithmetic"
        kind = ("packed " if packing == "p" else "scalar ") + kind
    elif mnemonic.startswith("k") or (packed and CHOICE.match(mnemonic)):
        kind = "packed comparison and choice"
    elif packed and MOVE.match(mnemonic):
        choice = "{%k" in operands  # only some lanes
        kind = "packed comparison and choice" if choice else "packed load, store, move"
    elif packed:
        kind = "packed integer and bits"
    loaded, stored = _bytes(mnemonic, parts, packed)
    return Instruction(kind, flops, divisions, loaded, stored, packed)


def _bytes(mnemonic: str, parts: list[str], packed: int) -> tuple[int, int]:
    places = [i for i, part in enumerate(parts) if MEMORY.search(part)]
    if not places or NO_ACCESS.match(mnemonic):
        return 0, 0
    text = parts[places[0]]
    if "{1to" in text or re.search(r"sd$|sd2|broadcastsd|broadcastq|ddup|vmovq$", mnemonic):
        size = 8
    elif packed:
        half = re.search(r"pmovzxdq|pmovsxdq|cvtdq2pd|pmovqd|cvttpd2dq", mnemonic)
        size = packed // 2 if half else packed
    elif any(re.search(r"%[re]?[a-d]l\b|%\w+b\b", part) for part in parts):
        size = 1
    elif any(re.search(r"%e|%r\d+d", part) for part in parts if "(" not in part):
        size = 4
    else:
        size = SUFFIX_BYTES.get(mnemonic[-1], 8) if len(parts) == 1 or "$" in parts[0] else 8
    is_destination = places[-1] == len(parts) - 1 and not ONLY_READS.match(mnemonic)
    if not is_destination:
        return size, 0
    return (0 if STORES_ONLY.match(mnemonic) else size), size
