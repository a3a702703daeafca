"""`boilerplate classify`: every block of each page with its label and probability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TextIO

import click

from boilerplate.cli import options
from boilerplate.cli.output import opened, printable, write_json
from boilerplate.cli.pages import each_page
from boilerplate.cli.report import Failure, Report, warn
from boilerplate.sources import find
from boilerplate.sources.inputs import names
from boilerplate.sources.sinks import PLAIN, suffix_of

if TYPE_CHECKING:
    from boilerplate import Block

_STYLES = {"content": "green", "headline": "bold cyan", "boilerplate": "red"}


@click.command("classify", short_help="Print every block with its label and probability.")
@options.pages
@options.model
@options.threshold
@options.kind
@options.output
def command(
    pages: tuple[str, ...],
    model: str | None,
    threshold: float | None,
    kind: Literal["auto", "html", "text"],
    output: str | None,
) -> None:
    """Print every block of each PAGE with its label and its probability of being kept.

    A PAGE is a file, a folder of pages, or - for standard input. On a terminal each page is a
    table; in a pipe or a file each block is a line of JSON with "id" (the page), "index",
    "label", "probability", "tag", "link_density" and "text".
    """
    from boilerplate import BoilerplateFilter

    if output is not None and suffix_of(output) != PLAIN:
        raise Failure(f"{output}: blocks are written as plain lines of JSON; name it .jsonl")
    classify = BoilerplateFilter(model=model, threshold=threshold, kind=kind).classify
    report = Report()
    inputs = find(pages)
    with opened(output, [*pages, *names(inputs), model]) as stream:
        terminal = stream.isatty()
        for name, blocks in each_page(inputs, classify, report, hidden=terminal):
            if not blocks:
                warn(name, "this page has no text")
            elif terminal:
                _show(name, blocks, stream)
                continue
            for block in blocks:
                record = {
                    "id": name,
                    "index": block.index,
                    "label": block.label,
                    "probability": round(block.probability, 6),
                    "tag": block.tag,
                    "link_density": round(block.link_density, 6),
                    "text": block.text,
                }
                write_json(record, stream)
        report.stop_if_all_failed()
    report.finish()


def _show(name: str, blocks: list[Block], stream: TextIO) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(printable(name)), title_justify="left", box=box.SIMPLE, expand=True)
    table.add_column("#", justify="right")
    table.add_column("keep", justify="right")
    table.add_column("label")
    table.add_column("tag")
    table.add_column("text", no_wrap=True, overflow="ellipsis", ratio=1)
    for block in blocks:
        table.add_row(
            str(block.index),
            f"{block.probability:.2f}",
            Text(block.label, _STYLES[block.label]),
            block.tag or "",
            Text(printable(" ".join(block.text.split()))),
        )
    Console(file=stream).print(table)
