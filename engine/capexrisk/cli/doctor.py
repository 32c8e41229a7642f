"""``capexrisk doctor``: whether this machine computes the published random bits, and with what."""

from __future__ import annotations

import os
import platform

import click

from capexrisk.cli.verb import Verb
from capexrisk.code import LIBRARIES_OF_RESULTS, __version__, versions
from capexrisk.errors import KernelFault


@click.command(cls=Verb)
def doctor() -> None:
    """Check this machine: versions, processor, self-test."""
    from capexrisk.kernel.selftest import core_cache, known_answer_holds, vector_bits

    print(f"{'capexrisk':<12} {__version__}")
    for name, found in versions(LIBRARIES_OF_RESULTS).items():
        print(f"{name:<12} {found}")
    print(f"{'machine':<12} {platform.system()} {platform.machine()}, {os.cpu_count()} cores")
    print(f"{'vectors':<12} {vector_bits()} bits")
    print(f"{'cache':<12} {core_cache()}")
    if not known_answer_holds():
        raise KernelFault(
            "the random bits are not the published ones: do not trust results of this machine"
        )
    print(f"{'self-test':<12} ok")
