"""Provenance of a run: how it was computed, and how to repeat it."""

from __future__ import annotations

import shlex

from capexrisk.archive.results import Results
from capexrisk.report.writing.words import listed
from capexrisk.scenario import overrides_of

MOST_CHANGES = 6
COMMAND = "To repeat it"


def facts(results: Results) -> list[tuple[str, str]]:
    """Scenario, paths, sampler, targets, seed, machine, code, versions; each with its heading."""
    manifest = results.manifest
    scenario, run, machine = manifest.scenario, manifest.run, manifest.machine
    versions = ", ".join(f"{name} {version}" for name, version in manifest.versions.items())
    left_out = f"{run.paths_quarantined:,} left out because they were not finite"
    hardware = f"{machine.system}, {machine.processor}, {machine.cores} cores"
    return [
        ("Scenario", f"{scenario.name}, as of {scenario.as_of}"),
        *(("Changed", line) for line in [changes(results)] if line),
        ("Digest of the scenario", manifest.scenario_digest),
        ("Horizon", f"{results.quarters[0]} to {results.quarters[-1]}"),
        ("Paths", f"{run.paths:,}, of which {left_out}"),
        ("Sampler", sampler(results)),
        *(("Target", line) for line in results.targets),
        ("Seed", str(run.seed)),
        ("Workers", f"{run.jobs or 'those of a cluster'}; they never change a number"),
        ("Started", manifest.times.started.isoformat()),
        ("Simulation", f"{manifest.times.simulation_seconds:,.1f} s"),
        ("Machine", f"{hardware}, compiled for {machine.llvm_cpu}"),
        ("Code", str(manifest.code)),
        ("Versions", versions),
        (COMMAND, command(results)),
    ]


def sampler(results: Results) -> str:
    """How its paths were sampled, in words."""
    run = results.manifest.run
    if run.sampler == "plain":
        return "independent paths"
    return (
        f"{run.replicates} Sobol nets of {run.paths // run.replicates:,} points, scrambled "
        "independently; errors come from how they differ"
    )


def changes(results: Results) -> str:
    """What was set beside the scenario's file; "" for a run of the file as it is."""
    found = [text.replace("=", " = ", 1) for text in overrides_of(results.manifest.scenario)]
    return listed(found, MOST_CHANGES)


def command(results: Results) -> str:
    """The command that gives the same figures again, from the scenario's file."""
    run = results.manifest.run
    options = [f"--paths {run.paths} --seed {run.seed} --sampler {run.sampler}"]
    if results.manifest.scenario.uncertainty.groups:
        points = "0" if results.inputs is None else str(results.inputs.record.outer)
        inner = "" if results.inputs is None else f" --inner {results.inputs.record.inner}"
        options.append(f"--outer {points}{inner}")
    options += [f"--set {shlex.quote(text)}" for text in overrides_of(results.manifest.scenario)]
    return f"capexrisk run FILE {' '.join(options)}"
