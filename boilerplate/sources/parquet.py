"""Parquet: a page a row, in one of the columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO

from boilerplate.errors import SourceError
from boilerplate.sources.inputs import opened
from boilerplate.sources.items import MOST_BYTES, Failed, Item, Record, Skipped
from boilerplate.sources.streams import needed

_ROWS = 16  # read at a time, and fewer if they are long:
_BYTES = 4 << 20  # Arrow takes several times their size


def schema(paths: Sequence[str], text_field: str) -> Any:
    """The columns that some files share, as they are written with articles instead of pages.

    None if they differ. Files that cannot be read are left out here; `read` tells of them.
    """
    shared = None
    for path in paths:
        with suppress(SourceError, OSError), opened(path) as file:
            columns = _table(file, text_field).schema_arrow
            if shared is not None and columns != shared:
                return None
            shared = columns
    if shared is None:
        return None
    import pyarrow as pa

    place = shared.get_field_index(text_field)
    return shared.set(place, pa.field(text_field, pa.large_string())).remove_metadata()


def read(file: BinaryIO, name: str, text_field: str, id_field: str) -> Iterator[Item]:
    """Yield the rows of a file. Values stay Arrow's, arrays of one, so that none is rounded.

    Raises:
        SourceError: If the file cannot be read, has no column `text_field`, or is damaged, after
            all rows before the damage.
    """
    table = _table(file, text_field)
    import pyarrow as pa

    number = 0
    try:
        for batch in _batches(table):
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            for place in range(batch.num_rows):
                number += 1
                row = {column: values.slice(place, 1) for column, values in columns.items()}
                yield _item(row, f"{name}, row {number}", text_field, id_field)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"the Parquet data are damaged after row {number} ({error})") from None


def _batches(table: Any) -> Iterator[Any]:
    """Rows in their order, none with those of another row group: Arrow can't join all types."""
    for group in range(table.num_row_groups):
        told = table.metadata.row_group(group)
        rows = _BYTES * told.num_rows // max(1, told.total_byte_size)
        rows = max(1, min(_ROWS, rows))
        yield from table.iter_batches(rows, row_groups=[group], use_threads=False)


def _table(file: BinaryIO, text_field: str) -> Any:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise needed("pyarrow", "reading Parquet") from None
    if not file.seekable():
        raise SourceError("Parquet cannot be read from a pipe; name the file instead")
    try:
        # Read through a buffer, page by page: a row group may be larger than the memory.
        table = parquet.ParquetFile(file, pre_buffer=False, buffer_size=1 << 20)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"this is not a whole Parquet file ({error})") from None
    names = table.schema_arrow.names
    if len(names) > len(set(names)):
        raise SourceError(f"two of the columns have one name: {', '.join(names)}")
    if text_field not in names:
        raise SourceError(
            f"there is no column {text_field!r} but {', '.join(names)}; "
            "--text-field names the page's column"
        )
    return table


def plain(value: Any) -> Any:
    """A scalar of Arrow's as Python has it, or else as text, or else the number that is stored."""
    import pyarrow as pa

    try:
        if "time64[ns]" in str(value.type):
            raise ValueError("PyArrow 26 cuts it to microseconds, without a word")
        return value.as_py()
    except (ValueError, OverflowError, LookupError) as error:
        if isinstance(value, pa.ListScalar):
            return [plain(inner) for inner in value.values]
        if isinstance(value, pa.StructScalar):
            return {field.name: plain(value[n]) for n, field in enumerate(value.type)}
        if isinstance(error, ValueError):  # nanoseconds, or text that is not UTF-8
            with suppress(pa.ArrowException):
                text: bytes = value.cast(pa.string()).as_buffer().to_pybytes()
                return text.decode("utf-8", "replace")
        return value.value  # the year 10,000, or a time zone that is not known here


def _item(row: dict[str, Any], where: str, text_field: str, id_field: str) -> Item:
    name = plain(row[id_field][0]) if id_field in row else None
    name = where if name is None else str(name)
    page = plain(row[text_field][0])
    if page is None or (isinstance(page, (str, bytes)) and not page.strip()):
        return Skipped(name, "no text")
    if not isinstance(page, (str, bytes)):
        return Failed(name, f"the column {text_field!r} holds no text")
    if len(page) > MOST_BYTES:
        unit = "characters" if isinstance(page, str) else "bytes"
        return Failed(name, f"a page of more than {MOST_BYTES:,} {unit}")
    url = plain(row["url"][0]) if "url" in row else None
    row[text_field] = None
    return Record(name, page, row, text_field, url if isinstance(url, str) else None)
