"""What the readers of all formats yield."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from boilerplate.page import Kind

MOST_BYTES = 64 * 2**20  # of a page; what is longer is no page, and memory is to stay bounded


def size_of(value: Any) -> int:
    """Bytes or characters of a field's value, of JSON's or Arrow's; numbers count nothing."""
    if isinstance(value, (str, bytes)):
        return len(value)
    if isinstance(value, dict):
        return sum(map(size_of, value.values()))
    if isinstance(value, list):
        return sum(map(size_of, value))
    return int(getattr(value, "nbytes", 0))


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

    @property
    def size(self) -> int:
        """Bytes or characters of the page and of all that the record holds besides."""
        return len(self.page) + sum(map(size_of, self.fields.values()))


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that holds no page, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A record, the rest of a file, or an input that cannot be read, and why in a sentence."""

    id: str
    sentence: str


Item = Record | Skipped | Failed
