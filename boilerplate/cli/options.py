"""Arguments and options that several verbs share."""

from __future__ import annotations

import math
from typing import Any

import click


class Number(click.FloatRange):
    """A number in a range; click lets nan through, which compares with nothing."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number, or say why it is none."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


class Named(click.Path):
    """The path of an output, None for - where that is allowed; click lets the empty one through."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or say why it is none."""
        if not value:
            self.fail("The name is empty.", param, ctx)
        if value == "-":
            if self.allow_dash:
                return None
            self.fail("- is standard output, and this is for files alone.", param, ctx)
        return super().convert(value, param, ctx)


pages = click.argument("pages", metavar="PAGE...", nargs=-1, required=True)
model = click.option(
    "-m",
    "--model",
    type=click.Path(exists=True, dir_okay=False),
    help="Model file to use in place of the shipped ones.",
)
threshold = click.option(
    "--threshold",
    type=Number(0, 1),
    help="Keep the blocks of at least this probability, in place of the model's own rule.",
)
kind = click.option(
    "--kind",
    type=click.Choice(["auto", "html", "text"]),
    default="auto",
    show_default=True,
    help="What the pages are: HTML or flattened text.",
)
output = click.option(
    "-o",
    "--output",
    type=Named(dir_okay=False, allow_dash=True),
    help="File to write in place of standard output.",
)
