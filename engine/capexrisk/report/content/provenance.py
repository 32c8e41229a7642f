"""Provenance of a run: how it was computed, and how to repeat it."""

from __future__ import annotations

from capexrisk.archive.results import Results
from capexrisk.code import code_in_words


def facts(results: Results) -> list[tuple[str, str]]:
    """Scenario, paths, sampler, targets, seed, machine, code, versions; each with its heading."""
    manifest = results.manifest
    scenario, run, times = manifest["scenario"], manifest["run"], manifest["times"]
    machine = manifest["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    # Older runs do not say for which processor they were compiled, nor by which code.
    cpu = f", compiled for {machine['llvm_cpu']}" if machine.get("llvm_cpu") else ""
    left_out = f"{run['paths_quarantined']:,} left out because they were not finite"
    return [
        ("Scenario", f"{scenario['name']}, as of {scenario['as_of']}"),
        ("Digest of the scenario", scenario["digest"]),
        ("Horizon", f"{results.quarters[0]} to {results.quarters[-1]}"),
        ("Paths", f"{run['paths']:,}, of which {left_out}"),
        ("Sampler", sampler(results)),
        *(("Target", line) for line in results.targets),
        ("Seed", str(run["seed"])),
        ("Workers", f"{run['jobs'] or 'those of a cluster'}; they never change a number"),
        ("Started", times["started"]),
        ("Simulation", f"{times['simulation_seconds']:,.1f} s"),
        ("Machine", f"{machine['system']}, {machine['processor']}, {machine['cores']} cores{cpu}"),
        *(("Code", code_in_words(code)) for code in filter(None, [manifest.get("code")])),
        ("Versions", versions),
        ("To repeat it", command(results)),
    ]


def sampler(results: Results) -> str:
    """How its paths were sampled, in words."""
    run = results.manifest["run"]
    if run.get("sampler") != "sobol":  # older versions knew no other than independent paths
        return "independent paths"
    points = run["paths"] // run["replicates"]
    return (
        f"{run['replicates']} Sobol nets of {points:,} points, scrambled independently; "
        "errors come from how they differ"
    )


def command(results: Results) -> str:
    """The command that gives the same figures again, from the scenario's file."""
    run = results.manifest["run"]
    chosen = run.get("sampler", "plain")
    return f"capexrisk run FILE --paths {run['paths']} --seed {run['seed']} --sampler {chosen}"
