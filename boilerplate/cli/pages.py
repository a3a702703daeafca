"""From the PAGE arguments of a verb to one page after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from boilerplate.cli.report import Report, progress
from boilerplate.decoding import check_page
from boilerplate.sources import Failed, Input, Source
from boilerplate.sources.inputs import opened
from boilerplate.sources.reader import whole_page

_T = TypeVar("_T")


def is_batch(arguments: Sequence[str]) -> bool:
    """Whether the arguments can stand for more than one page, however many there turn out to be."""
    return len(arguments) > 1 or os.path.isdir(arguments[0])


def each_page(
    inputs: Sequence[Source],
    do: Callable[[bytes], _T],
    report: Report,
    *,
    hidden: bool,
) -> Iterator[tuple[str, _T]]:
    """Do something with every page; yield the page's name and the result, in order.

    What fails, and what holds many pages, is told to `report` and left out. Progress is `hidden`
    where the result is shown on the same terminal.
    """
    names: list[str] = []
    for source in inputs:
        if isinstance(source, Failed):
            report.failure(source.id, source.sentence)
        elif isinstance(source, Input) and source.format != "page":
            sentence = "this holds many pages, which `boilerplate extract` reads"
            report.failure(source.name, sentence)
        elif isinstance(source, Input):
            names.append(source.name)
    for name in progress(names, len(names), "Pages", hidden=hidden):
        with report.page(name):
            yield name, do(_read(name))


def _read(name: str) -> bytes:
    with opened(name) as file:
        data = whole_page(file)
    check_page(data)
    return data
