"""What verbs have in common: options with one value each, and a word of what is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from os.path import lexists
from pathlib import Path
from typing import Any

import click

from capexrisk.archive.system_errors import OF_STREAMS, line_of
from capexrisk.cli.options import new_directory, new_file
from capexrisk.errors import OutputLost


class Verb(click.Command):
    """A command that refuses what click takes in silence.

    An option that is given twice, of which the last would count; and an option in the place of
    another's value, as in ``--out --quiet``.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; a flag, and an option that may be repeated, may be there again."""
        if ctx.resilient_parsing:  # what a shell completes is not finished
            return super().parse_args(ctx, args)
        for word in args:
            if any("\ud800" <= letter <= "\udfff" for letter in word):  # bytes that are no text
                raise click.UsageError(f"{word!r}: is no UTF-8 text; give another name")
        values, _, given = self.make_parser(ctx).parse_args(list(args))
        options = self.get_params(ctx)
        others = {name for option in options for name in (*option.opts, *option.secondary_opts)}
        for option, times in Counter(given).items():
            if not isinstance(option, click.Option):
                continue
            if times > 1 and _takes_one(option):
                raise click.UsageError(f"{option.opts[0]}: is given {times} times; give it once")
            value = values.get(option.name or "")
            if isinstance(value, str) and value in others:
                said = f"{option.opts[0]}: takes a value, and {value} is an option"
                raise click.UsageError(f"{said}; give it one")
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Call it; where nothing can be printed, what it wrote is told all the same.

        Raises
        ------
        OutputLost
        """
        try:
            done = super().invoke(ctx)
            print(end="", flush=True)
        except OSError as error:
            written = [str(path) for path in _new_places(ctx) if lexists(path)]
            if error.filename is not None or error.errno not in OF_STREAMS or not written:
                raise
            raise output_lost(error, f"{' and '.join(written)} is written") from None
        return done


def _new_places(ctx: click.Context) -> Iterator[Path]:
    """Files and folders to write: nothing was there when the verb began."""
    for option in ctx.command.params:
        if option.callback in (new_file, new_directory) and ctx.params[option.name or ""]:
            yield ctx.params[option.name or ""]


def output_lost(error: OSError, kept: str) -> OutputLost:
    """The error of a verb that cannot print, and what is kept of its work."""
    return OutputLost(f"{line_of(error, 'standard output')}; {kept}")


@contextmanager
def saying(kept: str) -> Iterator[None]:
    """Print within it; where nothing can be printed, or it is interrupted, say what is kept.

    Raises
    ------
    OutputLost
    KeyboardInterrupt
    """
    try:
        yield
        print(end="", flush=True)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(kept) from None
    except OSError as error:
        raise output_lost(error, kept) from None


def _takes_one(option: click.Option) -> bool:
    return not (option.multiple or option.is_flag or option.count)
