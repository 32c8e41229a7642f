"""What verbs have in common: an option that takes one value is given once."""

from __future__ import annotations

from collections import Counter

import click


class Verb(click.Command):
    """A command that refuses an option given twice, of which click keeps the last in silence."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; a flag, and an option that may be repeated, may be there again."""
        _, _, given = self.make_parser(ctx).parse_args(list(args))
        for option, times in Counter(given).items():
            if times > 1 and isinstance(option, click.Option) and _takes_one(option):
                raise click.UsageError(f"{option.opts[0]}: is given {times} times; give it once")
        return super().parse_args(ctx, args)


def _takes_one(option: click.Option) -> bool:
    return not (option.multiple or option.is_flag or option.count)
