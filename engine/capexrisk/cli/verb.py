"""What verbs have in common: each option with one value, and that one is no option."""

from __future__ import annotations

from collections import Counter

import click


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


def _takes_one(option: click.Option) -> bool:
    return not (option.multiple or option.is_flag or option.count)
