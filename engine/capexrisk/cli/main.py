"""The command ``capexrisk``: its verbs, and what ends it."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
import time
import warnings
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from capexrisk.archive.system_errors import OF_STREAMS, line_of
from capexrisk.cli.plain import PLAIN, printable
from capexrisk.errors import RUN_FAILED, USAGE_WRONG, ArgumentError, CapexriskError, suggest
from capexrisk.run.signals import signals_deferred

INTERRUPTED = 130
# Objects: with Python's 700 a tenth of a run is spent in search of cycles.
COLLECT_AFTER = 100_000

# The first line of each verb's help. A verb is the function of its name in the file of its name.
VERBS = {
    "validate": "Check a scenario file.",
    "sources": "List every input of a scenario with its source.",
    "draft": "Draft issuers from the SEC's companyfacts, a JSON file a firm.",
    "calibrate": "Estimate inputs and their ranges from histories.",
    "new": "Write a scenario from filings or a table of firms.",
    "roll": "Bring a scenario to a later quarter.",
    "upgrade": "Bring a scenario file of an earlier edition up to date.",
    "forecast": "Forecast the time, memory and disk that a run takes.",
    "run": "Simulate a scenario and write its results.",
    "resume": "Resume an interrupted run, or extend a finished one.",
    "explore": "Move inputs by hand, and see every figure follow.",
    "compare": "Compare scenarios or finished runs with a first one.",
    "causes": "Say what causes a failure, mechanism by mechanism.",
    "sensitivity": "Say which groups of uncertain inputs move an answer.",
    "solve": "Find the value of an input at which an answer is reached.",
    "rare": "Estimate the probability of a rare failure.",
    "reverse": "Say what would have to happen for a failure.",
    "game": "Solve the race as a game: who gains by spending otherwise.",
    "report": "Write the plots and reports of a finished run again.",
    "replay": "Show one path of a finished run, quarter by quarter.",
    "quarters": "Place reported quarters in the distributions of a finished run.",
    "backtest": "Score a finished run against what happened.",
    "verify": "Compute chunks of a finished run again and compare every bit.",
    "runs": "List runs and comparisons, finished or not.",
    "notebooks": "Copy the notebooks, and the library that they read.",
    "schema": "Print the JSON Schema of scenario files, for editors.",
    "doctor": "Check this machine: versions, processor, self-test.",
    "bench": "Measure how fast a scenario runs on this machine.",
}


class LazyGroup(click.Group):
    """Imports a verb when it is called: ``--help`` does not wait for the compiler."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs, in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The verb of a name; None if there is none."""
        if name not in VERBS:
            return None
        with signals_deferred():
            verb: click.Command = getattr(import_module(f"capexrisk.cli.{name}"), name)
        return verb

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb that is called; a misspelt one is answered with the nearest."""
        if args[0] not in VERBS:
            ctx.fail(f"{args[0]!r}: no such command; {suggest(args[0], VERBS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table, without importing a verb."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Call a verb; an error about an argument names the option that gave it."""
        try:
            return super().invoke(ctx)
        except ArgumentError as error:
            verb = self.get_command(ctx, ctx.invoked_subcommand or "")
            options = {} if verb is None else {each.name: each.opts[0] for each in verb.params}
            option = options.get(error.argument, error.argument)
            raise click.UsageError(f"{option}: {error.problem}") from None


@click.group(cls=LazyGroup)
@click.version_option(package_name="capexrisk", message="capexrisk %(version)s")
def capexrisk() -> None:
    """Monte Carlo risk engine of capital spending.

    Who burns cash, who cannot fund its plan, when and why, and how certain each number is.

    Exit codes: 0 fine, 1 the run failed, 2 usage or scenario wrong, 130 interrupted.
    """


def main() -> None:
    """Run the command; every error a user can make is one line on stderr."""
    # SIGTERM and SIGHUP end a run as SIGINT does; where nohup ignores one, it stays ignored.
    for sign in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(sign) is not signal.SIG_IGN:
            signal.signal(sign, signal.default_int_handler)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed
            setattr(sys, name, io.StringIO())
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=PLAIN)  # a run is not lost for a dash
    warnings.formatwarning = _warning_line
    gc.set_threshold(COLLECT_AFTER)
    code = _exit_code()
    _leave_nothing_unprinted()
    gc.freeze()  # the memory goes back at once: an interpreter that ends looks for cycles last
    sys.exit(code)


def _warning_line(message: Warning | str, *_: object, **__: object) -> str:
    return f"capexrisk: warning: {printable(' '.join(str(message).split()))}\n"


def _exit_code() -> int:
    try:
        # `obj`: verbs that forecast or measure time count their own imports.
        began = time.perf_counter()
        code = int(capexrisk(prog_name="capexrisk", standalone_mode=False, obj=began) or 0)
        sys.stdout.flush()  # what cannot be printed is met here, not while Python ends
        return code
    except click.exceptions.NoArgsIsHelpError as help_asked_for:
        print(help_asked_for.format_message())
        return USAGE_WRONG
    except click.ClickException as error:
        return _complain(error.format_message(), USAGE_WRONG)
    except CapexriskError as error:
        return _complain(str(error), error.exit_code)
    except OSError as error:
        interrupt = _interrupt_behind(error)
        if interrupt is not None:  # click prints a line after it, which no closed terminal takes
            return _interrupted(interrupt)
        if isinstance(error, BrokenPipeError):  # who reads has seen enough
            return RUN_FAILED
        place = "standard output" if error.errno in OF_STREAMS else ""  # files are named
        return _complain(line_of(error, place), RUN_FAILED)
    except (KeyboardInterrupt, click.Abort) as interrupt:
        return _interrupted(interrupt.__cause__ or interrupt)  # click wraps it in its own
    except RuntimeError as error:  # click.Abort is one, too
        if not str(error).startswith("Symlink loop"):  # of pathlib, before Python 3.13
            raise
        return _complain(f"{error}; take another place", RUN_FAILED)


def _interrupt_behind(error: BaseException) -> KeyboardInterrupt | None:
    """The interrupt during which an error came; None if there was none."""
    behind = error.__context__
    while behind is not None and not isinstance(behind, KeyboardInterrupt):
        behind = behind.__context__
    return behind


def _interrupted(interrupt: BaseException) -> int:
    kept = str(interrupt)
    return _complain(f"interrupted; {kept}" if kept else "interrupted", INTERRUPTED)


def _leave_nothing_unprinted() -> None:
    """Let go of what cannot be printed: Python would complain of it once more at its end."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            try:
                stream.flush()
            except OSError:
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _complain(message: str, code: int) -> int:
    line = printable(" ".join(message.split()))
    with suppress(OSError):  # nobody hears it; the code still tells
        print(f"capexrisk: {line}", file=sys.stderr)
    return code
