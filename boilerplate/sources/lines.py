"""JSONL, plain or compressed: a JSON object a line, the page in one of its fields."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from boilerplate.errors import SourceError
from boilerplate.sources.inputs import COMPRESSED, FIRST_RECORDS, json_object
from boilerplate.sources.items import MOST_BYTES, Failed, Item, Record, Skipped
from boilerplate.sources.streams import Decompressed

_MOST_ESCAPED = 6 * MOST_BYTES  # a character may be written in six


@dataclass(frozen=True, slots=True)
class _Other:
    """A record without the page's field, and the names of those that it has."""

    failed: Failed
    names: str


def read(file: io.BufferedReader, name: str, text_field: str, id_field: str) -> Iterator[Item]:
    """Yield the records of a file. A line that cannot be read fails alone.

    Raises:
        SourceError: If the file is damaged, after all lines before the damage; if none of the
            first records has a field `text_field`; or if the file is empty, though compressed.
    """
    if name.lower().endswith(COMPRESSED) and not file.peek(1):
        raise SourceError("this file is empty, and no file that is compressed is")
    with io.BufferedReader(Decompressed(file), 1 << 16) as stream:
        found = _found(stream, name, text_field, id_field)
        first: list[Item | _Other] = []
        try:
            for item in islice(found, FIRST_RECORDS):
                first.append(item)
                if not isinstance(item, _Other):
                    break
        except SourceError:
            yield from map(_told, first)
            raise
        if first and isinstance(last := first[-1], _Other):
            raise SourceError(
                f"the first records have no field {text_field!r} but {last.names}; "
                "--text-field names the page's field"
            )
        yield from map(_told, chain(first, found))


def _told(item: Item | _Other) -> Item:
    return item.failed if isinstance(item, _Other) else item


def _found(
    stream: io.BufferedReader[Any], name: str, text_field: str, id_field: str
) -> Iterator[Item | _Other]:
    number = 0
    while line := stream.readline(_MOST_ESCAPED):
        number += 1
        where = f"{name}, line {number}"
        if len(line) == _MOST_ESCAPED and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = stream.readline(_MOST_ESCAPED)
            yield Failed(where, f"a line of more than {_MOST_ESCAPED:,} bytes")
        elif line.strip():
            yield _item(line, where, text_field, id_field)


def _item(line: bytes, where: str, text_field: str, id_field: str) -> Item | _Other:
    try:
        fields = json_object(line)
    except SourceError as error:
        return Failed(where, str(error))
    if text_field not in fields:
        failed = Failed(_id(fields, id_field, where), f"there is no field {text_field!r}")
        return _Other(failed, ", ".join(fields) or "none at all")
    page = fields[text_field]
    name = _id(fields, id_field, where)
    if page is None or (isinstance(page, str) and not page.strip()):
        return Skipped(name, "no text")
    if not isinstance(page, str):
        return Failed(name, f"the field {text_field!r} holds no text")
    if len(page) > MOST_BYTES:
        return Failed(name, f"a page of more than {MOST_BYTES:,} characters")
    url = fields.get("url")
    fields[text_field] = None
    return Record(name, page, fields, text_field, url if isinstance(url, str) else None)


def _id(fields: dict[str, object], id_field: str, where: str) -> str:
    value = fields.get(id_field)
    return where if value is None else str(value)
