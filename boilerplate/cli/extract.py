"""`boilerplate extract`: the article of each page."""

from __future__ import annotations

import json
from typing import Literal, TextIO

import click

from boilerplate.cli import options
from boilerplate.cli.output import opened, printable, write_json
from boilerplate.cli.pages import each_page, is_batch
from boilerplate.cli.report import Report


@click.command("extract", short_help="Print the article of each page.")
@options.pages
@options.model
@options.threshold
@options.kind
@click.option(
    "--format",
    type=click.Choice(["text", "markdown", "html", "json"]),
    default="text",
    show_default=True,
    help="Form of the article; json makes a line of JSON of every page.",
)
@click.option(
    "--headline/--no-headline",
    default=True,
    show_default=True,
    help="Keep the headline on top of the article, or leave it out.",
)
@options.output
def command(
    pages: tuple[str, ...],
    model: str | None,
    threshold: float | None,
    kind: Literal["auto", "html", "text"],
    format: Literal["text", "markdown", "html", "json"],
    headline: bool,
    output: str | None,
) -> None:
    """Print the article of each PAGE: a file, a folder of pages, or - for standard input.

    One page comes out as its article. Several pages come out one below the other on a terminal;
    in a pipe or a file they are JSON lines of the form {"id": "page.html", "text": "..."}.
    """
    from boilerplate import BoilerplateFilter

    keep = BoilerplateFilter(
        model=model, threshold=threshold, kind=kind, format=format, headline=headline
    )
    report = Report()
    with opened(output) as stream:
        terminal = stream.isatty()
        for name, article in each_page(pages, keep, report, show_progress=not terminal):
            record = json.loads(article) if format == "json" else {"text": article}
            if not (record["blocks"] if format == "json" else article):
                report.warning(name, "the article is empty: no block of this page was kept")
            if format == "json" or (is_batch(pages) and not terminal):
                write_json({"id": name, **record}, stream)
            elif terminal:
                _show(name if is_batch(pages) else None, article, stream)
            elif article:
                stream.write(article.rstrip("\n") + "\n")
        report.stop_if_all_failed()
    report.finish()


def _show(name: str | None, article: str, stream: TextIO) -> None:
    if name is not None:
        from rich.console import Console
        from rich.text import Text

        Console(file=stream).rule(Text(printable(name)))
    stream.write(printable(article).rstrip("\n") + "\n")
