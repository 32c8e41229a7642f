"""``capexrisk replay``: one path of a finished run, told quarter by quarter."""

from __future__ import annotations

from pathlib import Path

import click


@click.command
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--path", type=int, required=True, help="Which path: 0 to its paths less 1.")
@click.option("--issuer", "issuers", multiple=True, help="Of whom to tell. May be repeated.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write every flow as CSV.")
def replay(directory: Path, path: int, issuers: tuple[str, ...], out: Path | None) -> None:
    """Tell one path of DIR, a finished run: what was due, raised where, what failed and why.

    Money in $bn of the quarter. Paths are numbered net after net; numbers as --keep-paths writes
    them will do as well.
    """
    from capexrisk.archive.results import load_results

    results = load_results(directory)
    unknown = [issuer for issuer in issuers if issuer not in results.issuers]
    if unknown:
        raise click.UsageError(
            f"--issuer: there is no {unknown[0]!r}; give one of {', '.join(results.issuers)}"
        )
    if out is not None and out.exists():
        raise click.UsageError(f"--out: {out} exists already; give another file")
    if out is not None and not out.parent.is_dir():
        raise click.UsageError(f"--out: {out.parent} is no directory; make it first")

    from capexrisk.report.content.story import story
    from capexrisk.study.replay import replay as replay_path

    try:
        table = replay_path(results, path)
    except ValueError as error:
        raise click.UsageError(f"--{error}") from None
    scenario = results.manifest["scenario"]["name"]
    print(f"Path {path} of {scenario}, seed {results.manifest['run']['seed']}; $bn of the quarter")
    for line in story(table, list(issuers) or None):
        print(line)
    if out is not None:
        table.to_csv(out, index=False, lineterminator="\n")
