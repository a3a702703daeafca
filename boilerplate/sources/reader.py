"""One item after the other, of whatever formats the inputs are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

from boilerplate.errors import SourceError
from boilerplate.sources import lines, parquet, warc
from boilerplate.sources.inputs import Format, Input, Source, opened
from boilerplate.sources.items import MOST_BYTES, Failed, Item, Record


class Reader:
    """Iterates over the items of some inputs, one input after the other.

    Args:
        inputs: What `find` has found; what is no input is an item, too.
        text_field: The field or column of the page, in JSONL and Parquet.
        id_field: The field or column that names a record there.
    """

    def __init__(
        self, inputs: Sequence[Source], text_field: str = "text", id_field: str = "id"
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
            if not isinstance(source, Input):
                yield source
                continue
            try:
                with opened(source.name) as file:
                    self._file = file
                    yield from _READ[source.format](file, source.name, *self._fields)
            except SourceError as error:
                yield Failed(source.name, str(error))
            except OSError as error:
                yield Failed(source.name, error.strerror or str(error))
            except Exception as error:  # of a library: it must not cost the files that follow
                yield Failed(source.name, f"unexpected {type(error).__name__}: {error}")
            finally:
                self._file = None
            self._before += source.size or 0


def whole_page(file: BinaryIO) -> bytes:
    """Read a file that is one page.

    Raises:
        SourceError: If it is larger than any page.
    """
    page = file.read(MOST_BYTES + 1)
    if len(page) > MOST_BYTES:
        raise SourceError(f"a page of more than {MOST_BYTES:,} bytes")
    return page


def _read_page(file: BinaryIO, name: str, text_field: str, id_field: str) -> Iterator[Item]:
    yield Record(name, whole_page(file), {"id": name})


_READ: dict[Format, Callable[[Any, str, str, str], Iterator[Item]]] = {
    "page": _read_page,
    "jsonl": lines.read,
    "warc": warc.read,
    "parquet": parquet.read,
}
