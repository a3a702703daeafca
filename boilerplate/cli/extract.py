"""`boilerplate extract`: the article of each page."""

from __future__ import annotations

import json
from typing import Literal, TextIO

import click
from click.core import ParameterSource

from boilerplate.cli import options
from boilerplate.cli.output import opened, printable, write_json
from boilerplate.cli.pages import each_page, is_batch
from boilerplate.cli.report import Report, warn
from boilerplate.sources import Input, Skipped, find
from boilerplate.sources.inputs import is_folder, names
from boilerplate.sources.sinks import PLAIN, suffix_of

_MANY = ("text_field", "id_field", "workers", "timeout", "resume", "shard_size")  # are for crawls
_DAY = 24 * 60 * 60  # seconds; poll(2), which waits for the processes, takes 24 days at most


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
@click.option(
    "-o",
    "--output",
    type=options.Named(allow_dash=True),
    help="File to write in place of standard output; with a / at its end, a folder of shards.",
)
@click.option(
    "--text-field",
    default="text",
    show_default=True,
    help="Field or column of the page in JSONL and Parquet.",
)
@click.option(
    "--id-field",
    default="id",
    show_default=True,
    help="Field or column that names a record in messages.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that share the work.",
)
@click.option(
    "--timeout",
    type=options.Number(0, _DAY, min_open=True),
    default=10,
    show_default=True,
    help="Seconds that a page may take before it is given up.",
)
@click.option("--resume", is_flag=True, help="Go on with a run that was ended before its end.")
@click.option(
    "--shard-size",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="Records to a shard, which is what an end at any moment costs at most.",
)
def command(
    pages: tuple[str, ...],
    model: str | None,
    threshold: float | None,
    kind: Literal["auto", "html", "text"],
    format: Literal["text", "markdown", "html", "json"],
    headline: bool,
    output: str | None,
    text_field: str,
    id_field: str,
    workers: int,
    timeout: float,
    resume: bool,
    shard_size: int,
) -> None:
    """Print the article of each PAGE: a file, a folder, or - for standard input.

    One page comes out as its article. Several pages come out one below the other on a terminal;
    in a pipe or a file they are JSON lines of the form {"id": "page.html", "text": "..."}.

    A PAGE can also hold many: JSONL, WARC, WET (each plain, .gz or .zst) or Parquet. The options
    from --text-field on are for these, and for folders that are large. The output is JSON lines
    then, or Parquet: .jsonl, .jsonl.gz, .jsonl.zst or .parquet.
    """
    from boilerplate import BoilerplateFilter

    inputs = find(pages, text_field)
    for source in inputs:
        if isinstance(source, Skipped):
            warn(source.id, f"this is passed over: {source.reason}")
    in_containers = any(isinstance(source, Input) and source.format != "page" for source in inputs)
    if _asks_for_many() or _is_for_many(output) or in_containers:
        from boilerplate.cli.crawl import Extraction, crawl

        crawl(
            pages,
            inputs,
            Extraction(model, threshold, kind, format, headline),
            output,
            workers=workers,
            timeout=timeout,
            resume=resume,
            shard_size=shard_size,
            text_field=text_field,
            id_field=id_field,
        )
        return

    keep = BoilerplateFilter(
        model=model, threshold=threshold, kind=kind, format=format, headline=headline
    )
    report = Report()
    with opened(output, [*pages, *names(inputs), model]) as stream:
        terminal = stream.isatty()
        for name, article in each_page(inputs, keep, report, hidden=terminal):
            record = json.loads(article) if format == "json" else {"text": article}
            if not (record["blocks"] if format == "json" else article):
                warn(name, "the article is empty: no block of this page was kept")
            if format == "json" or (is_batch(pages) and not terminal):
                write_json({"id": name, **record}, stream)
            elif terminal:
                _show(name if is_batch(pages) else None, article, stream)
            elif article:
                stream.write(article.rstrip("\n") + "\n")
        report.stop_if_all_failed()
    report.finish()


def _asks_for_many() -> bool:
    """Whether an option was given that only a crawl has."""
    context = click.get_current_context()
    return any(context.get_parameter_source(name) is not ParameterSource.DEFAULT for name in _MANY)


def _is_for_many(output: str | None) -> bool:
    """Whether only the records of a crawl can be written like this."""
    return output is not None and (is_folder(output) or suffix_of(output) != PLAIN)


def _show(name: str | None, article: str, stream: TextIO) -> None:
    if name is not None:
        from rich.console import Console
        from rich.text import Text

        Console(file=stream).rule(Text(printable(name)))
    stream.write(printable(article).rstrip("\n") + "\n")
