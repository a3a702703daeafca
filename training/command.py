"""The command that evaluation and recipe share: its options, the kinds of page, the floors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeAlias

import click

from boilerplate import BoilerplateError
from boilerplate.page import Kind
from training.corpora import fingerprints
from training.floors import check_data, pin, regressions
from training.report import Report

Measure: TypeAlias = Callable[[Path, Kind, bool], Report]
"""Scores of one kind of page, from the folder of the corpora; beside the peers, or alone."""


def command(measure: Measure) -> click.Command:
    """Make a command of a function: it measures each kind asked for, and holds it to its floors.

    Data that the floors were not measured on are told before much time is spent on them.
    """

    @click.command(help=measure.__doc__)
    @click.option("--corpora", type=click.Path(exists=True, path_type=Path), required=True)
    @click.option("--kind", type=click.Choice(["html", "text", "both"]), default="both")
    @click.option("--peers/--no-peers", default=True, help="Run the installed peers as well.")
    @click.option("--pin", "pinned", is_flag=True, help="Raise the floors to what is measured.")
    @click.option("--lower", is_flag=True, help="Set them to what is measured, lower ones as well.")
    def main(
        corpora: Path, kind: Kind | Literal["both"], peers: bool, pinned: bool, lower: bool
    ) -> None:
        kinds: tuple[Kind, ...] = ("html", "text") if kind == "both" else (kind,)
        try:
            data = fingerprints(corpora)
            if not (pinned or lower):
                for one in kinds:
                    check_data(one, data)
            reports: dict[str, Report] = {one: measure(corpora, one, peers) for one in kinds}
            if pinned or lower:
                pin(reports, data, lower=lower)
            if found := regressions(reports):
                raise BoilerplateError("under the floors:\n  " + "\n  ".join(found))
        except BoilerplateError as error:
            raise click.ClickException(str(error)) from error

    return main
