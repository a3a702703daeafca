"""What the arguments of a command name: which files, and which of the formats each is in."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BufferedReader, BytesIO, FileIO, RawIOBase
from itertools import chain, islice
from typing import Any, Literal

from boilerplate.errors import SourceError
from boilerplate.sources.items import Failed, Skipped
from boilerplate.sources.streams import DICTIONARY, Decompressed, compression

Format = Literal["page", "jsonl", "warc", "parquet"]

PAGE_SUFFIXES = {  # by kind
    "html": (".html", ".htm", ".xhtml"),
    "text": (".txt", ".text", ".md"),
}
_PAGE_SUFFIXES = tuple(chain.from_iterable(PAGE_SUFFIXES.values()))
_CONTAINERS: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".warc": "warc",
    ".wet": "warc",
    ".parquet": "parquet",
}
COMPRESSED = (".gz", ".zst")
_HEAD = 65536  # bytes that tell a format, if need be
FIRST_RECORDS = 10  # that tell what JSONL is of
_OBJECT = re.compile(rb'\{\s*("|\Z)')  # how JSON objects begin


@dataclass(frozen=True, slots=True)
class Input:
    """A file, or standard input (``-``), its format and its size in bytes, if it has one."""

    name: str
    format: Format
    size: int | None


Source = Input | Skipped | Failed


def find(arguments: Iterable[str], text_field: str = "text") -> list[Source]:
    """The inputs that the arguments name, each a file, a folder or ``-``.

    Of a folder those are all files, at any depth, whose names end like a page's or a
    container's, sorted by name; but JSONL of something else, whose first records are without
    the page's field, is skipped, unless there is nothing but that. A single file is known by its
    name, or else by its first bytes.
    """
    return [source for argument in arguments for source in _named(argument, text_field)]


def _named(argument: str, text_field: str) -> list[Source]:
    if not os.path.isdir(argument):
        return [_input(argument, _by_name(argument) or _by_content(argument))]
    found = _in_folder(argument)
    if not found:
        pages, containers = ", ".join(_PAGE_SUFFIXES), ", ".join(_CONTAINERS)
        sentence = f"this folder holds no pages ({pages}) and no containers of pages ({containers})"
        return [Failed(argument, sentence)]
    seen = [_unless_other(source, text_field) for source in found]
    return seen if any(isinstance(source, Input) for source in seen) else found


def _in_folder(folder: str) -> list[Source]:
    closed: list[OSError] = []
    names = sorted(
        os.path.join(inner, name)
        for inner, _, names in os.walk(folder, onerror=closed.append)
        for name in names
    )
    found: list[Source] = [
        Failed(str(error.filename), error.strerror or str(error)) for error in closed
    ]
    for name in names:
        format = _by_name(name)
        if format and os.path.exists(name) and not os.path.isfile(name):
            found.append(Failed(name, "this is no regular file, as those of a folder must be"))
        elif format:
            found.append(_input(name, format))
    return found


def names(inputs: Iterable[Source]) -> list[str]:
    """The names of the files among the inputs."""
    return [source.name for source in inputs if isinstance(source, Input)]


def is_folder(output: str) -> bool:
    """Whether an output is to be a folder."""
    return output.endswith(("/", os.sep)) or os.path.isdir(output)


@contextmanager
def opened(name: str) -> Iterator[BufferedReader[Any]]:
    """Open a file, a pipe or standard input (``-``) for reading.

    Raises:
        SourceError: If standard input is closed.
        OSError: If the file cannot be opened.
    """
    if name == "-" and sys.stdin is None:
        raise SourceError("standard input is closed")
    if name == "-" or not os.path.isfile(name):
        yield _pipe(name)
    else:
        with BufferedReader(FileIO(name), _HEAD) as file:
            yield file


@cache
def _pipe(name: str) -> BufferedReader[Any]:
    """A pipe, opened once: what was read of it to tell its format is not to be had again."""
    file = FileIO(sys.stdin.fileno(), closefd=False) if name == "-" else FileIO(name)
    return BufferedReader(_Pipe(file), _HEAD)


class _Pipe(RawIOBase):
    """A pipe whose first read gives enough to tell its format, in however small parts it comes."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._told = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        count = self._file.readinto(view)
        while count and not self._told:
            self._told = count == len(view) or _tells(bytes(view[:count]))
            more = 0 if self._told else self._file.readinto(view[count:])
            self._told, count = self._told or not more, count + more
        return count


def _input(name: str, format: Format) -> Input:
    # What is no plain file, such as a pipe, has no size to be known.
    return Input(name, format, os.path.getsize(name) if os.path.isfile(name) else None)


def _by_name(name: str) -> Format | None:
    name = name.lower()
    if name.endswith(_PAGE_SUFFIXES):
        return "page"
    for suffix in COMPRESSED:
        name = name.removesuffix(suffix)
    return _CONTAINERS.get(os.path.splitext(name)[1])


def _by_content(name: str) -> Format:
    head = _head(name)
    if head.startswith((b"WARC/", DICTIONARY)):  # which is longer than what is seen, often
        return "warc"
    if head.startswith(b"PAR1"):
        return "parquet"
    return "jsonl" if _is_lines(head) else "page"


def _head(name: str) -> bytes:
    """The first plain bytes of a file, or none if it cannot be read: reading will tell why not."""
    try:
        with opened(name) as file:
            return _plain(file.peek())
    except (SourceError, OSError):
        return b""


def _plain(head: bytes) -> bytes:
    """The first bytes of a file as they were before they were compressed."""
    plain = b""
    try:
        stream = Decompressed(BufferedReader(BytesIO(head)))
        while len(plain) < _HEAD and (more := stream.read(_HEAD)):
            plain += more
    except SourceError:  # it ends early, of course
        pass
    return plain or head


def _tells(head: bytes) -> bool:
    """Whether a file that begins like this need not be seen further: it holds a whole line."""
    return compression(head) is None and b"\n" in head.lstrip()


def _is_lines(head: bytes) -> bool:
    """Whether a file that begins like this is JSONL: its first line, or what is seen, an object.

    An object that spreads over several lines is a page.
    """
    line, newline, _ = head.lstrip().partition(b"\n")
    return _object(line) is not None or (not newline and bool(_OBJECT.match(line)))


def _unless_other(source: Source, text_field: str) -> Source:
    """The same, but JSONL is skipped in whose first records none is seen to hold a page."""
    if not isinstance(source, Input) or source.format != "jsonl":
        return source
    lines = filter(bytes.strip, islice(BytesIO(_head(source.name)), FIRST_RECORDS))
    records = [record for line in lines if (record := _object(line)) is not None]
    if not records or any(text_field in record for record in records):
        return source
    return Skipped(source.name, f"JSONL whose first records have no field {text_field!r}")


def _object(line: bytes) -> dict[str, object] | None:
    try:
        return json_object(line)
    except SourceError:
        return None


def json_object(line: bytes) -> dict[str, Any]:
    """The object in a line of JSON; an integer of more digits than Python reads stays text.

    Raises:
        SourceError: If it is not JSON, or no object.
    """
    try:
        record = json.loads(line, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"this is not JSON ({error})") from None
    if not isinstance(record, dict):
        raise SourceError("a line must be a JSON object")
    return record


def _integer(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:
        return digits
