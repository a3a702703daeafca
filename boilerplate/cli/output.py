"""Where a verb writes: a terminal, for people; a pipe or a file, for programs."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from boilerplate.errors import SourceError
from boilerplate.writing import replacing

# A page must not steer the terminal it is shown on: no escape sequences, no carriage returns.
_CONTROLS = dict.fromkeys(c for c in (*range(0x20), *range(0x7F, 0xA0)) if chr(c) not in "\n\t")


@contextmanager
def opened(path: str | None, sources: Iterable[str | None]) -> Iterator[TextIO]:
    """Open the file to write as `replacing` does, or standard output if there is none.

    Raises:
        SourceError: If it cannot be written, if a crawl has written it, or as `check_apart` does.
    """
    check_apart(sources, [path or "-"])
    _check_no_crawl(path)
    try:
        if path is None:
            yield sys.stdout
            return
        with replacing(path) as stream:
            yield stream
    except BrokenPipeError:
        raise
    except OSError as error:
        raise SourceError(f"{path or 'standard output'}: {error.strerror or error}") from error


def _check_no_crawl(output: str | None) -> None:
    """Refuse to write over a crawl's output, whose manifest would tell of another file."""
    if output is None:
        return
    from boilerplate.sources.shards import companions, unfinished
    from boilerplate.sources.sinks import PLAIN

    target = Path(os.path.realpath(output))
    manifest, _ = companions(target, False, PLAIN)
    for found in (manifest, unfinished(target, False)):
        if found.exists():
            raise SourceError(
                f"{output}: a crawl has written this ({found} is there); name another output, or "
                "remove both"
            )


def check_apart(sources: Iterable[str | None], targets: Iterable[str | Path]) -> None:
    """Refuse to write over what is read, or amid a folder that is.

    Args:
        sources: Files and folders; `-` is standard input, None is nothing.
        targets: Files; `-` is standard output.

    Raises:
        SourceError: If a target is one of the sources, or lies in one.
    """
    places = [(_place(target), _file(target, 1)) for target in targets]
    for source in filter(None, sources):
        read, file = _place(source), _file(source, 0)
        for place, written in places:
            same = bool(file and written and os.path.samestat(file, written))
            if read and place:
                same = same or read == place or (read.is_dir() and read in place.parents)
            if same:
                name = place or "standard output"
                raise SourceError(f"{name}: the output must not lie in what is read ({source})")


def _place(name: str | Path) -> Path | None:
    """Where a file is or will be; a stream is nowhere."""
    return None if name == "-" else Path(os.path.realpath(name))


def _file(name: str | Path, stream: int) -> os.stat_result | None:
    """What tells a regular file from all others, whatever leads to it; None if this is none."""
    try:
        status = os.stat(stream if name == "-" else name)
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def write_json(record: dict[str, Any], stream: TextIO) -> None:
    """Write one record as a line of JSON."""
    stream.write(json.dumps(record, ensure_ascii=False) + "\n")


def write_whole(piece: bytes, descriptor: int) -> None:
    """Write bytes past all buffers; what cannot be written as a whole is not left in a file.

    Raises:
        OSError: If there is no room, or no reader.
    """
    rest = memoryview(piece)
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except BaseException:
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode) and len(rest) < len(piece):
            os.ftruncate(descriptor, status.st_size - (len(piece) - len(rest)))
        raise


def write_summary(title: str, rows: list[dict[str, Any]]) -> None:
    """Write rows of figures to standard output, as JSON lines.

    On a terminal they are the columns of a table, for figures are many and rows are few.
    """
    if not sys.stdout.isatty():
        for row in rows:
            write_json(row, sys.stdout)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", show_header=False, box=box.SIMPLE)
    for name in dict.fromkeys(name for row in rows for name in row):
        table.add_row(name.replace("_", " "), *(_cell(row.get(name, "")) for row in rows))
    Console().print(table)


def _cell(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def printable(text: str) -> str:
    """Return the text without the control characters that a terminal would obey."""
    return text.translate(_CONTROLS)
