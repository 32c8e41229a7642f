"""Provenance of a run: code, libraries and machine, gathered into its manifest."""

from __future__ import annotations

import functools
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite

import numpy as np

from capexrisk.archive.checksums import record_of_chunks
from capexrisk.archive.manifest import (
    FORMAT_VERSION,
    MOST_COUNT,
    CodeRecord,
    MachineRecord,
    Manifest,
    QuarantinedPath,
    RunRecord,
    TargetRecord,
    TimesRecord,
)
from capexrisk.code import LIBRARIES_OF_RESULTS, __version__, code_digest, revision, versions
from capexrisk.estimate.totals import Totals
from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.selftest import vector_bits
from capexrisk.lowering import LoweredScenario
from capexrisk.numeric.jit import compile_target
from capexrisk.run.plan import RunPlan
from capexrisk.run.targets import Standing
from capexrisk.run.workers.backends import worker_count
from capexrisk.scenario import Scenario, digest


@functools.cache
def code_record() -> CodeRecord:
    """The code's version and digest, as they are at the first call."""
    commit, changed = revision()
    return CodeRecord(version=__version__, revision=commit, changed=changed, digest=code_digest())


def machine() -> MachineRecord:
    """The machine that this process runs on."""
    target = compile_target()
    return MachineRecord(
        system=f"{platform.system()} {platform.release()}",
        processor=platform.processor() or platform.machine(),
        cores=os.cpu_count(),
        byte_order=sys.byteorder,
        python_implementation=platform.python_implementation(),
        libc=" ".join(platform.libc_ver()).strip(),
        llvm_triple=target.triple,
        llvm_cpu=target.cpu,
        llvm_features=target.features,
        vector_bits=vector_bits(),
    )


def target_record(standing: Standing) -> TargetRecord:
    """A target's state at the end of a run, for the manifest."""
    needed = standing.paths_needed
    return TargetRecord(
        target=str(standing.target),
        reached=standing.reached,
        value=_finite(standing.estimate.value),
        standard_error=_finite(standing.estimate.standard_error),
        paths_needed=None if standing.reached or needed > MOST_COUNT else round(needed),
    )


def build_manifest(
    scenario: Scenario,
    lowered: LoweredScenario,
    plan: RunPlan,
    totals: Totals,
    standings: Sequence[Standing] = (),
    *,
    resumed: int = 0,
    started: datetime,
    seconds: float,
) -> Manifest:
    """Manifest of a run that has just ended; `Results.write` adds checksums of the files.

    `resumed` is the number of paths computed by earlier attempts, `seconds` the time that this one
    took to simulate the others.
    """
    paths = totals.counted + totals.quarantined
    return Manifest(
        format_version=FORMAT_VERSION,
        kind="run",
        scenario=scenario,
        scenario_digest=digest(scenario),
        run=RunRecord(
            paths=paths,
            paths_asked=plan.paths,
            paths_resumed=resumed,
            paths_counted=totals.counted,
            paths_quarantined=totals.quarantined,
            quarantine=tuple(
                QuarantinedPath(path=path, quarter=lowered.quarters[quarter])
                for path, quarter in sorted(totals.broken)
            ),
            seed=plan.seed,
            sampler=plan.sampler,
            replicates=int(np.count_nonzero(totals.paths)),
            collect=plan.collect,
            chunk_paths=plan.chunk_paths,
            block_paths=BLOCK,
            jobs=worker_count(plan),
            backend=plan.backend or "joblib's choice, threads preferred",
            targets=tuple(map(target_record, standings)),
            max_seconds=plan.max_seconds,
        ),
        code=code_record(),
        versions=versions(LIBRARIES_OF_RESULTS),
        machine=machine(),
        times=TimesRecord(
            started=started.astimezone(UTC).replace(microsecond=0),
            finished=datetime.now(UTC).replace(microsecond=0),
            simulation_seconds=round(seconds, 3),
            paths_per_second=round((paths - resumed) / seconds) if seconds > 0 else None,
        ),
        chunks=record_of_chunks(totals.entries()),
    )


def _finite(number: float) -> float | None:
    return float(number) if isfinite(number) else None
