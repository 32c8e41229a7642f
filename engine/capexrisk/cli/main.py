"""The command ``capexrisk``."""

from __future__ import annotations

import signal
import sys

import click

from capexrisk import __version__
from capexrisk.cli.bench import bench
from capexrisk.cli.compare import compare
from capexrisk.cli.doctor import doctor
from capexrisk.cli.forecast import estimate
from capexrisk.cli.rare import rare
from capexrisk.cli.replay import replay
from capexrisk.cli.report import report
from capexrisk.cli.resume import resume
from capexrisk.cli.run import run
from capexrisk.cli.runs import runs
from capexrisk.cli.schema import schema
from capexrisk.cli.sources import sources
from capexrisk.cli.validate import validate
from capexrisk.cli.verify import verify
from capexrisk.errors import RUN_FAILED, USAGE_WRONG, CapexriskError

INTERRUPTED = 130


@click.group()
@click.version_option(__version__, message="capexrisk %(version)s")
def capexrisk() -> None:
    """Monte Carlo risk engine of capital spending.

    Who burns cash, who cannot fund its plan, when, why, and how sure is each number.
    Exit codes: 0 fine, 1 the run failed, 2 usage or scenario wrong, 130 interrupted.
    """


VERBS = (
    *(validate, sources, estimate, run, resume, compare, rare),
    *(report, replay, verify, runs),
    *(schema, doctor, bench),
)
for verb in VERBS:
    capexrisk.add_command(verb)


def main() -> None:
    """Run the command; every error a user can make is one line on stderr."""
    # A polite kill and a terminal that closes end a run as Ctrl-C does; nohup's process goes on.
    for sign in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(sign) is not signal.SIG_IGN:
            signal.signal(sign, signal.default_int_handler)
    sys.exit(_exit_code())


def _exit_code() -> int:
    try:
        return int(capexrisk(prog_name="capexrisk", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as help_asked_for:
        print(help_asked_for.format_message())
        return USAGE_WRONG
    except click.ClickException as error:
        return _complain(error.format_message(), USAGE_WRONG)
    except CapexriskError as error:
        return _complain(str(error), error.exit_code)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _complain(f"{place}{error.strerror or error}", RUN_FAILED)
    except (KeyboardInterrupt, click.Abort) as interrupt:
        kept = str(interrupt.__cause__ or interrupt)  # click wraps it in an error of its own
        return _complain(f"interrupted; {kept}" if kept else "interrupted", INTERRUPTED)


def _complain(message: str, code: int) -> int:
    line = " ".join(message.split())
    print(f"capexrisk: {line}", file=sys.stderr)
    return code
