"""From the PAGE arguments of a verb to one page after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from boilerplate.cli.report import Report, progress
from boilerplate.decoding import check_page
from boilerplate.sources.inputs import Failed, Input, find, opened

_T = TypeVar("_T")


def is_batch(arguments: Sequence[str]) -> bool:
    """Whether the arguments can stand for more than one page, however many there turn out to be."""
    return len(arguments) > 1 or os.path.isdir(arguments[0])


def each_page(
    arguments: Sequence[str],
    do: Callable[[bytes], _T],
    report: Report,
    *,
    show_progress: bool = True,
) -> Iterator[tuple[str, _T]]:
    """Do something with every page; yield the page's name and the result, in order.

    An argument is a file, a folder (every page in it, at any depth, sorted) or "-" for standard
    input. What fails is told to `report` and left out.
    """
    names = [name for argument in arguments for name in _files(argument, report)]
    for name in progress(names, len(names), "Pages", hidden=not show_progress):
        with report.page(name):
            yield name, do(_read(name))


def _files(argument: str, report: Report) -> list[str]:
    found = find(argument)
    failures = [source for source in found if isinstance(source, Failed)]
    for failed in failures:
        report.failure(failed.id, failed.sentence)
    files = [s.name for s in found if isinstance(s, Input) and s.format == "page"]
    if not files and not failures:
        report.failure(argument, "this holds many pages, which `boilerplate extract` reads")
    return files


def _read(name: str) -> bytes:
    with opened(name) as file:
        data = file.read()
    check_page(data)
    return data
