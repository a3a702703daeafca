"""The tokens that a model is fitted on, as columns; imported only when one is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import sparse

from boilerplate.features import Features
from boilerplate.features.lines import Lines, token_names
from boilerplate.features.tokens import tokens
from boilerplate.page import Floats, Ints, Page
from boilerplate.passes import PLACES


def vocabulary_of(pages: Sequence[Page], groups: Sequence[str], least: int) -> dict[str, int]:
    """Number the tokens that stand in pages of at least so many sites."""
    sites: dict[str, set[str]] = {}
    for page, group in zip(pages, groups, strict=True):
        for token in _page_tokens(page):
            sites.setdefault(token, set()).add(group)
    return {t: n for n, t in enumerate(sorted(t for t, s in sites.items() if len(s) >= least))}


def _page_tokens(page: Page) -> set[str]:
    if page.elements is None:
        return set(token_names(page))
    signatures = set(page.elements.names).union(*page.inline)
    return {token for signature in signatures for token in tokens(signature)}


def token_rows(
    pages: Sequence[Page],
    computed: Sequence[Features],
    rows: Sequence[tuple[Ints, Floats]],
    vocabulary: dict[str, int],
) -> sparse.csr_array:
    """Token counts of the sampled blocks, shape (n_rows, n_places * n_tokens)."""
    indices: list[Ints] = []
    lengths: list[int] = []
    elements = _ElementTokens(vocabulary)
    for page, f, (chosen, _) in zip(pages, computed, rows, strict=True):
        of = elements.of(page) if f.lines is None else _line_tokens(page, f.lines, vocabulary)
        for block in chosen.tolist():
            indices.append(of(block))
            lengths.append(len(indices[-1]))
    columns = np.concatenate(indices)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    ones = np.ones(len(columns), np.float32)
    width = len(PLACES[pages[0].kind]) * len(vocabulary)
    matrix = sparse.csr_array(
        (ones, columns, starts), shape=(len(lengths), width), dtype=np.float32
    )
    matrix.sum_duplicates()
    return matrix


def _line_tokens(page: Page, lines: Lines, vocabulary: dict[str, int]) -> Callable[[int], Ints]:
    """Gives for a block of flattened text its tokens' columns."""
    size = len(vocabulary)
    names = token_names(page)
    number = np.array([vocabulary.get(name, -1) for name in names], np.intp)
    told = []
    for k, place in enumerate(PLACES["text"]):
        said = lines.said[place]
        known = number[said.token] >= 0
        columns = number[said.token][known] + k * size
        told.append(
            (columns, np.searchsorted(said.line[known], np.arange(len(page) + 1)), said.heard)
        )

    def of(block: int) -> Ints:
        return np.concatenate(
            [columns[start[h] : start[h + 1]] for columns, start, heard in told
             if (h := heard[block]) >= 0]
        )  # fmt: skip

    return of


class _ElementTokens:
    """Gives for the blocks of HTML pages their tokens' columns."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        self._vocabulary = vocabulary
        self._numbers: dict[str, Ints] = {}

    def of(self, page: Page) -> Callable[[int], Ints]:
        size = len(self._vocabulary)
        elements = page.elements
        nothing = np.zeros(0, np.intp)
        own = [self._known(s) for s in elements.signatures()] if elements is not None else []
        own.append(nothing)
        path: list[Ints] = []  # the element's own, parent's and ancestors' tokens
        above: list[Ints] = []
        for number, up in enumerate(elements.parent.tolist() if elements is not None else ()):
            above.append(np.concatenate((above[up], own[up])) if up >= 0 else nothing)
            path.append(np.concatenate((own[number], own[up] + size, above[number] + 2 * size)))
        path.append(nothing)

        def of(block: int) -> Ints:
            within = (self._known(s) + 3 * size for s in sorted(set(page.inline[block])))
            return np.concatenate((path[page.element[block]], *within))

        return of

    def _known(self, signature: str) -> Ints:
        if signature not in self._numbers:
            found = (self._vocabulary.get(token) for token in tokens(signature))
            self._numbers[signature] = np.array([n for n in found if n is not None], np.intp)
        return self._numbers[signature]
