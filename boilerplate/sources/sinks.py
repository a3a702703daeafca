"""Rows of articles written as JSONL (plain, gzip, zstd) or Parquet, always the same bytes."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any, Protocol, cast

from boilerplate.sources.items import MOST_BYTES, Record, size_of
from boilerplate.sources.parquet import plain
from boilerplate.sources.streams import needed

PLAIN = ".jsonl"
SUFFIXES = (PLAIN, ".jsonl.gz", ".jsonl.zst", ".parquet")
_COLUMNS = ("id", "url", "text", "metadata")


class Sink(Protocol):
    """Takes rows."""

    def write(self, row: dict[str, Any], record: Record) -> None:
        """Write the row of a record, which holds its article in the place of the page."""


def suffix_of(name: str) -> str:
    """Which of `SUFFIXES` ends as a name does; plain JSONL if none."""
    end = os.path.splitext(name.lower())[1]
    return next((suffix for suffix in SUFFIXES if suffix.endswith(end)), PLAIN)


def check(suffix: str) -> None:
    """Raise `SourceError` if the library that writes this is not installed."""
    try:
        if suffix == ".parquet":
            import pyarrow.parquet  # noqa: F401
        elif suffix == ".jsonl.zst":
            import zstandard  # noqa: F401
    except ImportError as error:
        raise needed(str(error.name).partition(".")[0], f"writing {suffix}") from None


@contextmanager
def sink(path: Path, suffix: str, schema: Any = None) -> Iterator[Sink]:
    """Open a file to write rows to; it is whole and on the disk when this is left.

    Args:
        schema: Of a Parquet file, if the rows are those of one; else its columns are `id`,
            `url`, `text` and `metadata`, which holds the other fields as JSON.
    """
    with on_disk(path) as file:
        if suffix == ".parquet":
            table = _Table(file, schema)
            try:
                yield table
                table.flush()
            finally:
                table.close()
        else:
            with _compressed(file, suffix) as stream:
                yield _Lines(stream)


@contextmanager
def on_disk(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to write; what was written is on the disk when this is left."""
    with path.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


class _Lines:
    """Writes rows as JSON lines to a binary stream."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, row: dict[str, Any], record: Record) -> None:
        """Write a row in one piece."""
        self._stream.write(line(row))


def line(row: dict[str, Any]) -> bytes:
    """A row as a line of JSON."""
    return (_json(row) + "\n").encode("utf-8", "backslashreplace")


def joined(parts: Sequence[Path], path: Path, suffix: str) -> None:
    """Write files that `sink` has written as one."""
    with on_disk(path) as file:
        if suffix == ".parquet":
            _join_tables(parts, file)
        else:
            for part in parts:
                with part.open("rb") as stream:
                    copyfileobj(stream, file, 1 << 20)


def _join_tables(parts: Sequence[Path], file: IO[bytes]) -> None:
    """Write the row groups of some files as they are: a shard of long rows would be too large."""
    from pyarrow import parquet

    with parts[0].open("rb") as stream:  # for Arrow takes no path but UTF-8
        schema = parquet.read_schema(stream)
    with parquet.ParquetWriter(file, schema) as writer:
        for part in parts:
            with part.open("rb") as stream:
                table = parquet.ParquetFile(stream)
                for group in range(table.num_row_groups):
                    writer.write_table(table.read_row_group(group))


@contextmanager
def _compressed(file: IO[bytes], suffix: str) -> Iterator[IO[bytes]]:
    if suffix.endswith(".gz"):
        # No name and no time, so that the bytes are the same.
        with gzip.GzipFile("", "wb", 4, file, mtime=0) as stream:
            yield cast(IO[bytes], stream)
    elif suffix.endswith(".zst"):
        import zstandard

        with zstandard.ZstdCompressor().stream_writer(file, closefd=False) as stream:
            yield stream
    else:
        yield file


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_as_json)
    except ValueError:  # JSON has no number that is not finite
        text = json.dumps(value, default=_as_json)
        finite = json.loads(text, parse_constant=lambda _: None)
        return json.dumps(finite, ensure_ascii=False)


def _as_json(value: Any) -> Any:
    """A value of Arrow's in JSON, as near as JSON comes."""
    if _is_arrow(value):
        return plain(value[0])
    return value.hex() if isinstance(value, bytes) else str(value)


class _Table:
    """Writes rows to a Parquet file, some hundreds in a row group, or fewer that are long."""

    _ROWS = 1000

    def __init__(self, file: IO[bytes], schema: Any) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self._as_it_is = schema is not None
        self._schema = schema or pa.schema([(name, pa.large_string()) for name in _COLUMNS])
        self._writer = parquet.ParquetWriter(file, self._schema)
        self._rows: list[dict[str, Any]] = []
        self._held = 0  # bytes or characters in them

    def write(self, row: dict[str, Any], record: Record) -> None:
        if not self._as_it_is:
            article = row.pop(record.text_field)
            id, url = (as_text(row.pop(name, None)) for name in ("id", "url"))
            known = {"id": record.id if id is None else id, "url": url}
            row = {**known, "text": article, "metadata": _json(row)}
        self._rows.append(row)
        self._held += sum(map(size_of, row.values()))
        if len(self._rows) == self._ROWS or self._held > MOST_BYTES:
            self.flush()

    def close(self) -> None:
        self._writer.close()

    def flush(self) -> None:
        if self._rows:
            self._write_group(self._rows)
        self._rows, self._held = [], 0

    def _write_group(self, rows: list[dict[str, Any]]) -> None:
        """Write some rows as a row group, or as more if their dictionaries do not fit together.

        Those of several files or row groups may have more values than indices of their type.
        """
        import pyarrow as pa

        try:
            columns = [self._column(field, rows) for field in self._schema]
        except pa.ArrowInvalid:
            if len(rows) == 1:
                raise
            half = len(rows) // 2
            self._write_group(rows[:half])
            self._write_group(rows[half:])
        else:
            self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))

    def _column(self, field: Any, rows: list[dict[str, Any]]) -> Any:
        import pyarrow as pa

        values = [row.get(field.name) for row in rows]
        if _is_arrow(values[0]):
            return pa.concat_arrays(values)
        return pa.array(map(_whole, values), field.type)


def _is_arrow(value: Any) -> bool:
    """Whether a value is an Arrow array of one."""
    return hasattr(value, "to_pylist")


def as_text(value: Any) -> str | None:
    """A field of a record, of Arrow's or not, as text; None if there is none."""
    value = _as_json(value) if _is_arrow(value) else value
    return value if value is None or isinstance(value, str) else _json(value)


def _whole(value: Any) -> Any:
    """Text without lone surrogates, which only JSON can write."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
