"""What a user should know of a scenario before trusting a run of it."""

from __future__ import annotations

from collections.abc import Iterator

from capexrisk.scenario import Scenario
from capexrisk.scenario.inputs import without_source
from capexrisk.scenario.section import by_year_key
from capexrisk.study.proportion import out_of_proportion

__all__ = ["cautions", "without_effect"]


def cautions(scenario: Scenario) -> list[str]:
    """Lines that warn of a scenario that can be run, each with place, value and mend.

    Looked for are inputs without a source, doubt that is counted twice, years of the horizon after
    the last maturity given, and what `out_of_proportion` finds.
    """
    return [
        *_without_source(scenario),
        *_counted_twice(scenario),
        *_nothing_due(scenario),
        *out_of_proportion(scenario),
    ]


def without_effect(scenario: Scenario) -> list[str]:
    """Inputs of years after the horizon, which change nothing: a line, or none."""
    last = scenario.calendar_years()[-1].year
    after = [
        f"issuers.{issuer.name}.{by_year_key(field, year)}"
        for issuer in scenario.issuers
        for field in ("capex_by_year_usd_bn", "maturities_by_year_usd_bn")
        for year in getattr(issuer, field)
        if year > last
    ]
    if not after:
        return []
    more = f" and {len(after) - 1} more" if len(after) > 1 else ""
    return [f"{after[0]}{more}: after the horizon, which ends in {last}, so without effect"]


def _nothing_due(scenario: Scenario) -> Iterator[str]:
    """Issuers with bonds of which none falls due in the horizon's last years."""
    end = scenario.calendar_years()[-1].year
    last = {
        issuer.name: max(issuer.maturities_by_year_usd_bn)
        for issuer in scenario.issuers
        if issuer.maturities_by_year_usd_bn and issuer.bonds_usd_bn > 0.0
    }
    early = {name: year for name, year in last.items() if year < end}
    if early:
        (name, year), *others = early.items()
        years = f"{year + 1}" if year + 1 == end else f"{year + 1} to {end}"
        too = f" (so too {', '.join(other for other, _ in others)})" if others else ""
        yield (
            f"issuers.{name}.{by_year_key('maturities_by_year_usd_bn', year)}: the last one given, "
            f"so that no bond falls due in {years}; give these years{too}"
        )


def _without_source(scenario: Scenario) -> Iterator[str]:
    missing, given = without_source(scenario)
    if missing:
        yield (
            f"evidence: {len(missing):,} of {given:,} inputs have no source, the first is "
            f"{missing[0]}; give it, or say that they are assumed"
        )


def _counted_twice(scenario: Scenario) -> Iterator[str]:
    """Groups with a covariance whose inputs other groups move as well.

    Such a group is the whole doubt about its inputs, as `calibrate` writes it. Others may share an
    input on purpose: what all firms have in common, and each firm's own.
    """
    groups = scenario.uncertainty.groups
    whole = [name for name, group in groups.items() if group.covariance is not None]
    if not whole:
        return
    from capexrisk.uncertainty.draws import targets_of  # late: many scenarios have no covariance

    moved = targets_of(scenario)
    for name in whole:
        own = set(moved[name])
        others = [one for one in groups if one != name and not own.isdisjoint(moved[one])]
        if others:
            twice = own & {target for one in others for target in moved[one]}
            first = next(one for targets in moved.values() for one in targets if one in twice)
            yield (
                f'uncertainty.groups."{name}": what it moves ({first.name} and so '
                f"on) is moved as well by {', '.join(map(repr, others))}, so that doubt counts "
                "twice; leave out the one, or the others (remove, under [uncertainty])"
            )
