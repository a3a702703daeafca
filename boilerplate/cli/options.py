"""Arguments and options that several verbs share."""

from __future__ import annotations

import click

pages = click.argument("pages", metavar="PAGE...", nargs=-1, required=True)
model = click.option(
    "-m",
    "--model",
    type=click.Path(exists=True, dir_okay=False),
    help="Model file to use in place of the shipped ones.",
)
threshold = click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
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
    type=click.Path(dir_okay=False),
    help="File to write in place of standard output.",
)
