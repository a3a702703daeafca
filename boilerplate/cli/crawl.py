"""`boilerplate extract` on containers: many records, several processes, nothing lost."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import IO, Any, ClassVar

import click

from boilerplate import BoilerplateFilter
from boilerplate.cli.output import check_apart, printable, write_whole
from boilerplate.cli.report import Failure, progress, tell
from boilerplate.decoding import check_page, decode
from boilerplate.filter import load_shipped
from boilerplate.sources import Failed, Input, Item, Reader, Record, Skipped, Source, parquet, sinks
from boilerplate.sources.inputs import is_folder, names
from boilerplate.sources.shards import Shards, Tally, companions
from boilerplate.workers import Lost, Task, in_order
from boilerplate.writing import is_device


class Stopped(Failure):
    """A crawl ended before its end; what it did is kept."""

    exit_code: ClassVar[int] = 3


@dataclass(frozen=True)
class Extraction:
    """How articles are made: the options of the verb that decide on the output."""

    model: str | None
    threshold: float | None
    kind: str
    format: str
    headline: bool

    def filter(self, kind: str) -> BoilerplateFilter:
        """What makes them of pages of a kind."""
        return BoilerplateFilter(self.model, self.threshold, self.format, kind, self.headline)


class _Extractor:
    """What a process does with a record, its model loaded."""

    def __init__(self, options: Extraction) -> None:
        if options.model is None:
            load_shipped(options.kind)
        self._filters = {kind: options.filter(kind) for kind in ("auto", "html", "text")}
        self._kind = options.kind

    def __call__(self, task: tuple[Any, ...]) -> tuple[str, int]:
        """The article of a page, and how many characters the page has."""
        page, kind, encoding, url = task
        check_page(page)
        if isinstance(page, bytes):
            page = decode(page, encoding)
        asked = self._kind if self._kind != "auto" else kind or "auto"
        return self._filters[asked](page, url=url), len(page)


def crawl(
    arguments: Sequence[str],
    inputs: Sequence[Source],
    extraction: Extraction,
    output: str | None,
    *,
    workers: int,
    timeout: float,
    resume: bool,
    shard_size: int,
    text_field: str,
    id_field: str,
) -> None:
    """Extract the articles of all records of the inputs, which were found for the arguments."""
    reader = Reader(inputs, text_field, id_field)
    read = [*arguments, *names(inputs), extraction.model]
    extraction.filter(extraction.kind)  # a wrong model is told before anything is written

    if output is None or is_device(output):
        if resume:
            raise Failure("--resume needs -o FILE: a stream cannot be gone on with")
        check_apart(read, [output or "-"])
        with (
            _streamed(output, extraction.format) as out,
            _told(output or "standard output", "its last row is whole"),
        ):
            _run(out, reader, extraction, workers, timeout)
        _report(out)
        return
    target = Path(os.path.realpath(output))
    folder = is_folder(output)
    suffix = sinks.suffix_of(target.name)
    check_apart(read, [target, *companions(target, folder, suffix)])
    sinks.check(suffix)
    if suffix == ".parquet" and extraction.format == "json":
        raise Failure("--format json makes JSON: write it to .jsonl, .jsonl.gz or .jsonl.zst")
    settings = _settings(inputs, extraction, text_field, id_field)
    schema = _schema(inputs, text_field) if suffix == ".parquet" else None
    try:
        shards = Shards(target, folder, suffix, shard_size, settings, schema, resume=resume)
    except OSError as error:
        raise Failure(f"{output}: {error.strerror or error}") from error
    if shards.whole:
        tell(f"{output} is whole: there is nothing to resume")
        _leave(shards.tally)
        return
    try:
        with _told(output, "what is done is kept, and --resume goes on"), shards:
            _run(shards, reader, extraction, workers, timeout)
            shards.finish()
    except KeyboardInterrupt:
        tell("Interrupted; --resume goes on where this ended")
        raise
    _report(shards)


def _run(
    out: Shards | _Streamed, reader: Reader, extraction: Extraction, workers: int, timeout: float
) -> None:
    """Put what becomes of every item into the output; those that are there are passed over."""
    hidden = isinstance(out, _Streamed) and out.terminal
    items = iter(reader)
    done = out.tally.pages
    for _ in progress(islice(items, done), done, "Done already", hidden=hidden or not done):
        pass
    make = partial(_Extractor, extraction)
    outcomes = in_order(items, _task, make, workers=workers, timeout=timeout)
    with closing(outcomes):
        for item, result in outcomes if hidden else _watched(outcomes, reader):
            if isinstance(item, Failed):
                out.failed(item.id, item.sentence)
            elif isinstance(item, Skipped):
                out.skipped(item.reason)
            elif isinstance(result, Lost):
                out.failed(item.id, result.sentence)
            else:
                article, before = result
                row, after = _row(item, article, extraction.format)
                out.kept(row, item, before, after)


def _task(item: Item) -> Task | None:
    if not isinstance(item, Record):
        return None
    return Task((item.page, item.kind, item.encoding, item.url), item.size)


def _row(record: Record, article: str, format: str) -> tuple[dict[str, Any], int]:
    """What is written of a record, in which its own fields are as they were, and its size."""
    if format != "json":
        return {**record.fields, record.text_field: article}, len(article)
    made = json.loads(article)
    row = {**record.fields, **{name: made[name] for name in made if name not in record.fields}}
    row[record.text_field] = made["text"]
    return row, len(made["text"]) + len(made["headline"] or "")


class _Streamed:
    """The output where it cannot be taken back: lines of JSON, or articles on a terminal."""

    def __init__(self, stream: IO[bytes], format: str) -> None:
        self.tally = Tally()
        self.errors: Path | None = None
        self.terminal = stream.isatty() and format != "json"
        self._descriptor = stream.fileno()

    def kept(self, row: dict[str, Any], record: Record, before: int, after: int) -> None:
        self.tally.add(Tally.of_page(before, after))
        if self.terminal:
            article = printable(row[record.text_field]).rstrip("\n")
            piece = f"─── {printable(record.id)}\n{article}\n".encode("utf-8", "replace")
        else:
            piece = sinks.line(row)
        write_whole(piece, self._descriptor)

    def skipped(self, reason: str) -> None:
        self.tally.add(Tally(1, skipped=Counter([reason])))

    def failed(self, id: str, sentence: str) -> None:
        self.tally.add(Tally(1, failed=1))
        tell(f"Error: {id}: {sentence}")


@contextmanager
def _told(name: str, afterwards: str) -> Iterator[None]:
    """Tell of an error of the disk, and of what is left."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Stopped(f"{name}: {error.strerror or error}; {afterwards}") from error


@contextmanager
def _streamed(output: str | None, format: str) -> Iterator[_Streamed]:
    if output is None:
        sys.stdout.flush()
        yield _Streamed(sys.stdout.buffer, format)
        return
    with open(output, "wb", buffering=0) as stream:
        yield _Streamed(stream, format)


def _settings(
    inputs: Sequence[Source], extraction: Extraction, text_field: str, id_field: str
) -> dict[str, Any]:
    """What the output depends on, so that a run is never gone on with under other options."""
    model = extraction.model and hashlib.sha256(Path(extraction.model).read_bytes()).hexdigest()
    return {
        "boilerplate": version("boilerplate-classifier"),
        "inputs": [[i.name, i.size] if isinstance(i, Input) else [i.id, None] for i in inputs],
        **asdict(extraction),
        "model": model,
        "text_field": text_field,
        "id_field": id_field,
    }


def _schema(inputs: Sequence[Source], text_field: str) -> Any:
    """The columns of the output, if the rows of all inputs have the same."""
    found = [source for source in inputs if isinstance(source, Input)]
    if any(source.format != "parquet" for source in found):
        return None
    return parquet.schema([source.name for source in found], text_field)


def _watched(outcomes: Iterator[tuple[Item, Any]], reader: Reader) -> Iterator[tuple[Item, Any]]:
    """Pass everything on, with a bar on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield from outcomes
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TextColumn("{task.fields[speed]}"), TimeRemainingColumn())
    begun, volume = time.monotonic(), 0
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task("Pages", total=reader.size, completed=reader.position, speed="")
        for number, (item, result) in enumerate(outcomes, 1):
            yield item, result
            volume += len(item.page) if isinstance(item, Record) else 0
            if number % 8 == 0:
                seconds = time.monotonic() - begun
                pages, megabytes = number / seconds, volume / seconds / 1e6
                speed = f"{number:,} pages, {pages:,.0f}/s, {megabytes:,.1f} MB/s"
                bars.update(bar, completed=reader.position, speed=speed)


def _report(out: Shards | _Streamed) -> None:
    """Tell on standard error what became of all records, and leave with the exit code for it."""
    tally = out.tally
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in tally.skipped.most_common())
    where = f", see {out.errors}" if tally.failed and out.errors else ""
    share = tally.characters_after / max(1, tally.characters_before)
    tell(
        f"{tally.pages:,} pages in: {tally.kept:,} kept, {tally.empty:,} empty, "
        f"{tally.skipped.total():,} skipped{f' ({reasons})' if reasons else ''}, "
        f"{tally.failed:,} failed{where}"
    )
    tell(
        f"characters: {tally.characters_before:,} before, {tally.characters_after:,} after "
        f"({share:.1%})"
    )
    if tally.failed == tally.pages > 0 and out.errors:
        with out.errors.open(encoding="utf-8") as errors:
            first = json.loads(errors.readline())
        tell(f"Error: {first['id']}: {first['error']}")
    _leave(tally)


def _leave(tally: Tally) -> None:
    """End with the exit code of what became of all records."""
    if tally.failed:
        code = 1 if tally.failed < tally.pages else Failure.exit_code
        click.get_current_context().exit(code)
