"""Blocks to one row of numbers each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boilerplate.arrays import Floats, Ints
from boilerplate.features.cohesion import Keywords, cohesion, keywords_of
from boilerplate.features.context import (
    Ranges,
    containers,
    context,
    groups,
    layout,
    line_shapes,
    shapes,
    structure,
    windows,
)
from boilerplate.features.lines import Lines, lines
from boilerplate.features.markup import link_density, markup
from boilerplate.features.records import records
from boilerplate.features.recurring import Recurring, recurrence, recurring
from boilerplate.features.stacked import content_cohesion, content_of_records, stacked
from boilerplate.features.tokens import Named, named
from boilerplate.features.wording import wording
from boilerplate.page import Page

FEATURES_VERSION = 6  # counts up when a column changes its meaning: old models no longer fit


@dataclass(slots=True)
class Features:
    """The first pass's columns of a page and what the second pass needs of it.

    Attributes:
        columns: By name, each of shape (n_blocks,).
        words: Shape (n_blocks,).
        same: The same number for the same text in whatever case, shape (n_blocks,).
        link_density: Shape (n_blocks,), 0 to 1.
        tokens: Of the signatures of an HTML page, or what the lines of flattened text say.
    """

    columns: dict[str, Floats]
    words: Floats
    same: NDArray[np.uint64]
    link_density: Floats
    tokens: Named | Lines
    _around: list[Ranges]
    _shape: Ints
    _keywords: Keywords
    _recurring: Recurring | None  # in flattened text

    def stacked(self, probability: Floats, alone: Floats) -> dict[str, Floats]:
        """The second pass's own columns; see `features.stacked`."""
        columns = stacked(probability, alone, self.words, self._around, self._shape, self._keywords)
        if self._recurring:
            columns |= content_cohesion(probability, self.words, self._around, self._keywords)
            columns |= content_of_records(probability[:, 0], self.words, self._recurring)
        return columns


def side_by_side(columns: Iterable[Floats]) -> Floats:
    """Columns of shape (n_rows,) as a matrix of shape (n_rows, n_columns)."""
    each = list(columns)
    return np.concatenate(each).reshape(len(each), -1).T


def features(page: Page) -> Features:
    """Compute every dense column of a page of at least one block."""
    counted = wording(page.texts)
    density = link_density(page, counted.chars)
    around = [windows(len(page))]
    columns = dict(counted.columns)
    keywords = keywords_of(counted.each)
    tokens: Named | Lines
    parted = None
    if page.kind == "html":
        tokens = named(page.elements.names)
        shape = shapes(page)
        around.append(containers(page))
        columns |= markup(page, tokens, counted, density)
        columns |= structure(page, counted, density, shape)
        columns |= records(page, tokens, counted, density)
    else:
        tokens = lines(page, counted)
        around.append(groups(page, counted))
        columns |= {"link_density": density} | layout(page, counted)
        shape = line_shapes(page, counted)
        parted = recurring(counted)
        columns |= recurrence(parted, counted, density)
        columns |= cohesion(counted, keywords, density, around)  # markup tells as much in HTML
    columns |= context(page, counted, density, around)
    return Features(
        columns=columns,
        words=counted.words,
        same=counted.each.same,
        link_density=density,
        tokens=tokens,
        _around=around,
        _shape=shape,
        _keywords=keywords,
        _recurring=parted,
    )
