"""`boilerplate evaluate`: precision, recall and F1 on pages whose main text is known."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import chain
from math import fsum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from boilerplate.cli import options
from boilerplate.cli.output import write_summary
from boilerplate.cli.report import Failure, Report, progress
from boilerplate.errors import LabelError, SourceError
from boilerplate.sources.inputs import json_object
from boilerplate.sources.streams import Decompressed

if TYPE_CHECKING:
    from boilerplate import BoilerplateFilter
    from boilerplate.scoring import Scores


@click.command("evaluate", short_help="Score a model on pages whose main text is known.")
@click.argument("gold", type=click.Path(exists=True, path_type=Path))
@options.model
@options.threshold
@options.kind
def command(
    gold: Path,
    model: str | None,
    threshold: float | None,
    kind: Literal["auto", "html", "text"],
) -> None:
    """Score a model (the shipped ones unless -m is given) on GOLD, pages with known main text.

    GOLD is labelled data as for train, or a JSONL file of lines {"html": a page, "text": its main
    text without the headline}; either may be compressed (gzip, zstd). Texts are compared as bags of
    words; every score is the mean over the pages. The headline counts neither for nor against.
    With --kind, of labelled pages those of this kind alone are scored.
    """
    from boilerplate import BoilerplateFilter
    from boilerplate.scoring import mean_scores

    keep = BoilerplateFilter(model=model, threshold=threshold, kind=kind, headline=False)
    report = Report()
    scores, accuracies = [], []
    for page_scores, accuracy in _judged(gold, keep, report):
        scores.append(page_scores)
        if accuracy is not None:
            accuracies.append(accuracy)
    if scores:
        row: dict[str, Any] = {"pages": len(scores), **mean_scores(scores)._asdict()}
        if accuracies:
            row["block_accuracy"] = fsum(accuracies) / len(accuracies)
        write_summary(str(gold), [row])
    report.finish()


def _judged(
    gold: Path, keep: BoilerplateFilter, report: Report
) -> Iterator[tuple[Scores, float | None]]:
    """The word scores of every page and, where its blocks are labelled, the share of right ones."""
    if gold.is_dir():
        return _labeled_pages(gold, keep, report)
    lines = _lines(gold)
    name, line = next(lines, (str(gold), b""))
    if not line:
        raise Failure(f"{gold}: there is no page in this file")
    try:
        first = json_object(line)
    except SourceError as error:
        raise Failure(f"{name}: {error}") from error
    if "blocks" in first and gold.is_file():
        return _labeled_pages(gold, keep, report)
    if "blocks" in first:
        raise Failure(f"{gold}: labelled pages cannot be read from a pipe; name their file")
    if "html" in first and "text" in first:
        return _gold_texts(chain([(name, line)], lines), keep, report)
    raise Failure(
        f'{gold}: neither labelled pages ("blocks") nor pages with gold text ("html", "text")'
    )


def _labeled_pages(
    gold: Path, keep: BoilerplateFilter, report: Report
) -> Iterator[tuple[Scores, float]]:
    from boilerplate.cli.judging import judge
    from boilerplate.labeled import read_labeled

    pages = [page for page in read_labeled(gold) if keep.kind in ("auto", page.kind)]
    if not pages:
        raise Failure(f"{gold}: no labelled page here is {keep.kind}")
    for page in progress(pages, len(pages), "Pages"):
        with report.page(page.id):
            yield judge(page, keep)


def _gold_texts(
    lines: Iterable[tuple[str, bytes]], keep: BoilerplateFilter, report: Report
) -> Iterator[tuple[Scores, None]]:
    from boilerplate.scoring import word_scores

    for name, line in progress(lines, None, "Pages"):
        with report.page(name):
            record = json_object(line)
            page, text = record.get("html"), record.get("text")
            if not isinstance(page, str) or not isinstance(text, str):
                raise LabelError('a line needs "html", a page, and "text", its main text')
            yield word_scores(keep(page), text), None


def _lines(gold: Path) -> Iterator[tuple[str, bytes]]:
    """Stream the lines of a JSONL file, plain or compressed, that are not blank, each named."""
    try:
        with gold.open("rb") as file, io.BufferedReader(Decompressed(file), 1 << 16) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield f"{gold}, line {number}", line
    except SourceError as error:
        raise Failure(f"{gold}: {error}") from error
