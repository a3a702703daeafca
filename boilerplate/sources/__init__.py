"""Pages from where crawls keep them: files, folders, JSONL, WARC, WET, Parquet, standard input.

Every format has a module with a function `read` that yields an `Item` after the other and holds
no more than a few records at a time. Only the page's text is looked at; the other fields of a
record go through as they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from boilerplate.errors import SourceError
from boilerplate.page import Kind
from boilerplate.sources.inputs import Failed, Input, find, opened

__all__ = ["MOST_BYTES", "Failed", "Input", "Item", "Reader", "Record", "Skipped", "find"]

MOST_BYTES = 64 * 2**20  # of a page; what is longer is no page, and memory is to stay bounded


@dataclass(frozen=True, slots=True)
class Record:
    """A page and what its source tells of it.

    Attributes:
        id: Names the record in messages; of the source, or where it stands in its file.
        page: Its HTML or text, decoded or not.
        fields: What the record holds, in its order; the article takes the place of `text_field`.
        text_field: The field that held the page.
        url: Where the page is from.
        kind: What the source says the page is; None if it does not.
        encoding: What an HTTP header says the page is encoded in.
    """

    id: str
    page: str | bytes
    fields: dict[str, Any]
    text_field: str = "text"
    url: str | None = None
    kind: Kind | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that holds no page, and why."""

    id: str
    reason: str


Item = Record | Skipped | Failed


class Reader:
    """Iterates over the items of some inputs, one input after the other.

    Args:
        inputs: What `find` has found; what could not be found is an item, too.
        text_field: The field or column of the page, in JSONL and Parquet.
        id_field: The field or column that names a record there.
    """

    def __init__(
        self, inputs: Sequence[Input | Failed], text_field: str = "text", id_field: str = "id"
    ) -> None:
        self._inputs = inputs
        self._fields = (text_field, id_field)
        self._before = 0
        self._file: BinaryIO | None = None

    @property
    def size(self) -> int | None:
        """The bytes of all inputs, or None if one is a stream without an end to be seen."""
        sizes = [source.size for source in self._inputs if isinstance(source, Input)]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None

    @property
    def position(self) -> int:
        """The bytes that have been read."""
        return self._before + (self._file.tell() if self._file and self._file.seekable() else 0)

    def __iter__(self) -> Iterator[Item]:
        for source in self._inputs:
            if isinstance(source, Failed):
                yield source
                continue
            try:
                with opened(source.name) as file:
                    self._file = file
                    yield from _reader(source.format)(file, source.name, *self._fields)
            except SourceError as error:
                yield Failed(source.name, str(error))
            except OSError as error:
                yield Failed(source.name, error.strerror or str(error))
            except Exception as error:  # of a library: it must not cost the files that follow
                yield Failed(source.name, f"unexpected {type(error).__name__}: {error}")
            finally:
                self._file = None
            self._before += source.size or 0


_Read = Callable[[Any, str, str, str], Iterator[Item]]


def _reader(format: str) -> _Read:
    """The function that reads a format; its module, and its library, is imported now."""
    if format == "warc":
        from boilerplate.sources.warc import read as read_warc

        return read_warc
    if format == "parquet":
        from boilerplate.sources.parquet import read as read_parquet

        return read_parquet
    if format == "jsonl":
        from boilerplate.sources.lines import read as read_lines

        return read_lines
    return _read_page


def _read_page(file: BinaryIO, name: str, text_field: str, id_field: str) -> Iterator[Item]:
    page = file.read(MOST_BYTES + 1)
    if len(page) > MOST_BYTES:
        raise SourceError(f"a page of more than {MOST_BYTES:,} bytes")
    yield Record(name, page, {"id": name})
