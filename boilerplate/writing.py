"""Files that are there when they are whole, and what is no file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def replacing(path: str | Path) -> Iterator[TextIO]:
    """Open a file to write text in UTF-8; what is no file is written straight into.

    A file takes its name only when it is whole; what stood there before stays until then. A
    symbolic link stays, and what it leads to is written.

    Raises:
        OSError: If it cannot be opened or written.
    """
    if is_device(path):
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as stream:
            yield stream
        return
    target = Path(os.path.realpath(path))
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            yield stream
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def is_device(path: str | Path) -> bool:
    """Whether this is there and neither a file nor a folder: a device or a named pipe."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)
