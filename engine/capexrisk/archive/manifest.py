"""The manifest: what was run, by what, on what, when."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from capexrisk.archive.checksums import record_of_chunks
from capexrisk.archive.stored_manifest import FORMAT_VERSION
from capexrisk.code import code_record
from capexrisk.estimate.totals import Totals
from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.selftest import vector_bits
from capexrisk.lowering import LoweredScenario
from capexrisk.numeric.jit import compile_target
from capexrisk.run.plan import RunPlan
from capexrisk.run.targets import Standing
from capexrisk.run.workers.backends import worker_count
from capexrisk.scenario import Scenario, digest, inputs

LIBRARIES = ("capexrisk", "numpy", "numba", "llvmlite", "scipy", "pandas", "joblib", "pyarrow")


def library_versions() -> dict[str, str]:
    """Versions of Python and of every library that can change a result."""
    versions = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    return versions


def machine() -> dict[str, Any]:
    """The machine, without its name, and what decides the last bits of compiled code on it."""
    target = compile_target()
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "byte_order": sys.byteorder,
        "python_implementation": platform.python_implementation(),
        "libc": " ".join(platform.libc_ver()).strip(),
        "llvm_triple": target.triple,
        "llvm_cpu": target.cpu,
        "llvm_features": target.features,
        "vector_bits": vector_bits(),
    }


def source_records(scenario: Scenario) -> list[dict[str, Any]]:
    """Every input that a scenario gives, with its evidence; JSON-ready.

    Returns
    -------
    list of dict
        section (an issuer's name, or "market", "thresholds"), key, value, confidence ("" where
        there is no evidence), source, address.
    """
    return [
        {
            "section": given.table,
            "key": given.key,
            "value": _as_lists(given.value),
            "confidence": given.confidence,
            "source": given.source,
            "address": given.address,
        }
        for given in inputs(scenario)
    ]


def _as_lists(value: object) -> object:
    return [_as_lists(part) for part in value] if isinstance(value, tuple | list) else value


def scenario_record(scenario: Scenario, lowered: LoweredScenario) -> dict[str, Any]:
    """The scenario whole, as a manifest keeps it; JSON-ready."""
    return {
        "name": scenario.name,
        "title": scenario.title,
        "description": scenario.description,
        "as_of": scenario.as_of.isoformat(),
        "digest": digest(scenario),
        "issuers": list(lowered.issuers),
        "quarters": list(lowered.quarters),
        "years": list(lowered.years),
        "model": scenario.model_case(),
        "sources": source_records(scenario),
    }


def build_manifest(
    scenario: dict[str, Any],
    lowered: LoweredScenario,
    plan: RunPlan,
    totals: Totals,
    standings: Sequence[Standing] = (),
    *,
    resumed: int = 0,
    started: datetime,
    seconds: float,
) -> dict[str, Any]:
    """Everything needed to know, and to repeat, a run; JSON-ready.

    `scenario` is a `scenario_record`, `resumed` the number of paths that earlier sittings had kept.
    The keys are described in docs/manifest.md. `Results.write` adds check sums of the files.
    """
    paths = totals.counted + totals.quarantined
    return {
        "format_version": FORMAT_VERSION,
        "scenario": scenario,
        "run": {
            "paths": paths,
            "paths_asked": plan.paths,
            "paths_resumed": resumed,
            "seed": plan.seed,
            "sampler": plan.sampler,
            "replicates": int(np.count_nonzero(totals.paths)),
            "collect": plan.collect,
            "jobs": worker_count(plan),
            "backend": plan.backend or "joblib's choice, threads preferred",
            "chunk_paths": plan.chunk_paths,
            "block_paths": BLOCK,
            "targets": [standing.record() for standing in standings],
            "max_seconds": plan.max_seconds,
            "paths_counted": totals.counted,
            "paths_quarantined": totals.quarantined,
            "quarantine": [
                {"path": path, "quarter": lowered.quarters[quarter]}
                for path, quarter in sorted(totals.broken)
            ],
        },
        "code": code_record(),
        "versions": library_versions(),
        "machine": machine(),
        "times": {
            "started": started.astimezone(UTC).isoformat(timespec="seconds"),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "simulation_seconds": round(seconds, 3),
            "paths_per_second": round((paths - resumed) / seconds) if seconds > 0 else None,
        },
        "chunks": record_of_chunks(totals.entries()),
    }
