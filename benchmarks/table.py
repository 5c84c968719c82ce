"""Results as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .figures import FIGURES, Figure, Results, comparison, spread, values
from .scenarios import Scenario
from .targets import TARGETS, Pace, Target

#: What the others are compared to, where it is among the commands.
AGAINST = ("reference", "shell", "bare pytest")


def section(scenario: Scenario, results: Results, targets: Sequence[Target] = TARGETS) -> str:
    """Give a heading, and a table for each figure that the runs have."""
    wanted = [target for target in targets if target.scenario == scenario.name]
    measured = next(iter(results.values()))[0]
    tables = [_table(figure, results, wanted) for figure in FIGURES if figure.name in measured]
    return "\n".join([f"## {scenario.name}: {scenario.title}\n", *tables])


def _table(figure: Figure, results: Results, targets: Sequence[Target]) -> str:
    against = [name for name in AGAINST if name in results and figure.sign]
    head = [figure.title, "median", "min to max", *(f"{figure.sign} {name}" for name in against)]
    rows = [head, ["---", *["---:"] * (len(head) - 1)]]
    for command in results:
        cells = [_comparison(figure, results, command, name, targets) for name in against]
        rows.append([command, *_spread(figure, values(results, command, figure.name)), *cells])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _spread(figure: Figure, found: Sequence[float]) -> tuple[str, str]:
    middle, least, most = spread(found)
    digits = figure.digits
    return f"{middle:.{digits}f} {figure.unit}".rstrip(), f"{least:.{digits}f} to {most:.{digits}f}"


def _comparison(figure: Figure, results: Results, command: str, against: str, targets: Sequence[Target]) -> str:
    """Give the ratio or the difference, with the target for it if there is one."""
    if command == against:
        return ""
    found = comparison(results, figure, command, against)
    shown = f"{found:.2f}" if figure.sign == "/" else f"{found:+.{figure.digits}f}"
    for target in targets:
        if (target.figure, target.command, target.against) == (figure.name, command, against):
            return f"{shown} <= {target.most:g}" if found <= target.most else f"**{shown} > {target.most:g}**"
    return shown


def pace(wanted: Pace, results: Mapping[str, Results]) -> str:
    """Give a line about a command over several scenarios, as far as these have run; nothing where none has."""
    ratios = {
        scenario: comparison(found, FIGURES[0], wanted.command, wanted.against)
        for scenario, found in results.items()
        if scenario in wanted.scenarios and wanted.command in found
    }
    if not ratios:
        return ""
    usual = sum(ratio <= wanted.usual for ratio in ratios.values())
    slowest = max(ratios, key=lambda scenario: ratios[scenario])
    return (
        f"{wanted.command} / {wanted.against}: at most {wanted.usual:g} in {usual} of {len(ratios)} scenarios (target: "
        f"{wanted.in_at_least} of {len(wanted.scenarios)}); the most is {ratios[slowest]:.2f}, in {slowest} (target: "
        f"at most {wanted.most:g})."
    )
