"""What the arguments of a command name: which files, and which of the formats each is in."""

from __future__ import annotations

import json
import os
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BufferedReader, FileIO
from typing import Literal

from boilerplate.errors import SourceError

Format = Literal["page", "jsonl", "warc", "parquet"]

PAGE_SUFFIXES = (".html", ".htm", ".xhtml", ".txt", ".text", ".md")
_CONTAINERS: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".warc": "warc",
    ".wet": "warc",
    ".parquet": "parquet",
}
_COMPRESSED = (".gz", ".zst")
_HEAD = 65536  # bytes that tell a format, if need be
_OBJECT = re.compile(rb'\s*\{\s*("|\Z)')  # how JSON objects begin


@dataclass(frozen=True, slots=True)
class Input:
    """A file, or standard input (``-``), its format and its size in bytes, if it has one."""

    name: str
    format: Format
    size: int | None


def find(argument: str, text_field: str = "text") -> list[Input]:
    """The inputs that an argument names: a file, a folder or ``-``.

    Of a folder those are all files, at any depth, whose names end like a page's or a
    container's, sorted by name; but not JSONL of something else, whose first record is without
    the page's field. A single file is known by its name, or else by its first bytes.

    Raises:
        SourceError: If a folder holds none.
    """
    if not os.path.isdir(argument):
        return [_input(argument, _by_name(argument) or _by_content(argument))]
    found = [
        _input(name, format)
        for name in files_in(argument)
        if (format := _by_name(name)) and not (format == "jsonl" and _is_other(name, text_field))
    ]
    if not found:
        suffixes = ", ".join((*PAGE_SUFFIXES, *_CONTAINERS))
        raise SourceError(
            f"this folder holds no pages (files that end in {suffixes}; JSONL with a field "
            f"{text_field!r})"
        )
    return found


def files_in(folder: str) -> list[str]:
    """All files in a folder, at any depth, sorted."""
    return sorted(
        os.path.join(inner, name) for inner, _, names in os.walk(folder) for name in names
    )


def is_container(argument: str) -> bool:
    """Whether an argument is, or holds, something else than pages in files of their own."""
    try:
        return any(source.format != "page" for source in find(argument))
    except SourceError:
        return False


def is_folder(output: str) -> bool:
    """Whether an output is to be a folder."""
    return output.endswith(("/", os.sep)) or os.path.isdir(output)


@contextmanager
def opened(name: str) -> Iterator[BufferedReader]:
    """Open a file, a pipe or standard input (``-``) for reading."""
    if name == "-":
        assert isinstance(sys.stdin.buffer, BufferedReader)
        yield sys.stdin.buffer
    elif not os.path.isfile(name):
        yield _pipe(name)
    else:
        with _buffered(name) as file:
            yield file


@cache
def _pipe(name: str) -> BufferedReader:
    """A pipe, opened once: what was read of it to tell its format is not to be had again."""
    return _buffered(name)


def _buffered(name: str) -> BufferedReader:
    return BufferedReader(FileIO(name), _HEAD)


def _input(name: str, format: Format) -> Input:
    # What is no plain file, such as a pipe, has no size to be known.
    return Input(name, format, os.path.getsize(name) if os.path.isfile(name) else None)


def _by_name(name: str) -> Format | None:
    name = name.lower()
    if name.endswith(PAGE_SUFFIXES):
        return "page"
    for suffix in _COMPRESSED:
        name = name.removesuffix(suffix)
    return _CONTAINERS.get(os.path.splitext(name)[1])


def _by_content(name: str) -> Format:
    head = _head(name)
    if head.startswith(b"WARC/"):
        return "warc"
    if head.startswith(b"PAR1"):
        return "parquet"
    return "jsonl" if _is_lines(head) else "page"


def _head(name: str) -> bytes:
    """The first plain bytes of a file, or none if it cannot be read: reading will tell why not."""
    try:
        with opened(name) as file:
            return _plain(file.peek())
    except OSError:
        return b""


def _plain(head: bytes) -> bytes:
    """The first bytes of a file as they were before they were compressed."""
    if head.startswith(b"\x1f\x8b"):
        try:
            return zlib.decompressobj(31).decompress(head, _HEAD)
        except zlib.error:
            return head
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        try:
            import zstandard
        except ImportError:
            return head
        try:
            return zstandard.ZstdDecompressor().decompressobj().decompress(head)
        except zstandard.ZstdError:
            return head
    return head


def _is_lines(head: bytes) -> bool:
    """Whether a file that begins like this is JSONL: its first line, or what is seen, an object.

    An object that spreads over several lines is a page.
    """
    line, newline, _ = head.lstrip().partition(b"\n")
    return _object(line) is not None or (not newline and bool(_OBJECT.match(line)))


def _is_other(name: str, text_field: str) -> bool:
    """Whether the first record of a JSONL file is seen to hold no page."""
    record = _object(_head(name).lstrip().partition(b"\n")[0])
    return record is not None and text_field not in record


def _object(line: bytes) -> dict[str, object] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
