"""The tokens that a model is fitted on, as columns; imported only when one is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import sparse

from boilerplate.arrays import Floats, Ints, distinct
from boilerplate.features import Features
from boilerplate.features.lines import Lines
from boilerplate.features.lines import token_names as line_names
from boilerplate.features.tokens import Named
from boilerplate.features.tokens import token_names as element_names
from boilerplate.page import Page
from boilerplate.passes import PLACES


def vocabulary_of(pages: Sequence[Page], groups: Sequence[str], least: int) -> dict[str, int]:
    """Number the tokens that stand in pages of at least so many sites."""
    sites: dict[str, set[str]] = {}
    for page, group in zip(pages, groups, strict=True):
        for token in _page_tokens(page):
            sites.setdefault(token, set()).add(group)
    return {t: n for n, t in enumerate(sorted(t for t, s in sites.items() if len(s) >= least))}


def _page_tokens(page: Page) -> set[str]:
    if page.kind == "text":
        return set(line_names(page))
    return set(element_names(page.elements.names))


def token_rows(
    pages: Sequence[Page],
    computed: Sequence[Features],
    rows: Sequence[tuple[Ints, Floats]],
    vocabulary: dict[str, int],
) -> sparse.csr_array:
    """Token counts of the sampled blocks, shape (n_rows, n_places * n_tokens)."""
    indices: list[Ints] = []
    lengths: list[int] = []
    for page, f, (chosen, _) in zip(pages, computed, rows, strict=True):
        if isinstance(f.tokens, Lines):
            of = _line_tokens(page, f.tokens, vocabulary)
        else:
            of = _element_tokens(page, f.tokens, vocabulary)
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
    names = line_names(page)
    number = np.array([vocabulary.get(name, -1) for name in names], np.intp)
    places = []
    for k, name in enumerate(PLACES["text"]):
        place = lines.places[name]
        known = number[place.token] >= 0
        columns = number[place.token][known] + k * size
        start = np.searchsorted(place.line[known], np.arange(len(page) + 1))
        places.append((columns, start, place.of_block))

    def of(block: int) -> Ints:
        return np.concatenate(
            [columns[start[line] : start[line + 1]] for columns, start, of_block in places
             if (line := of_block[block]) >= 0]
        )  # fmt: skip

    return of


def _element_tokens(page: Page, named: Named, vocabulary: dict[str, int]) -> Callable[[int], Ints]:
    """Gives for a block of an HTML page its tokens' columns."""
    elements = page.elements
    size = len(vocabulary)
    number = [vocabulary.get(name, -1) for name in element_names(elements.names)]
    of_name: list[set[int]] = [set() for _ in elements.names]  # a token counts once in a signature
    for owner, token in zip(named.owner.tolist(), number, strict=True):
        if token >= 0:
            of_name[owner].add(token)
    tokens = [np.array(sorted(found), np.intp) for found in of_name]
    nothing = np.zeros(0, np.intp)
    own = [*(tokens[name] for name in elements.name.tolist()), nothing]
    path: list[Ints] = []  # the element's own, parent's and ancestors' tokens
    above: list[Ints] = []
    outermost = elements.outermost().tolist()
    for e, up in enumerate(elements.parent.tolist()):
        wider = above[up] if up >= 0 else nothing
        above.append(np.concatenate((wider, own[up])) if up >= 0 and outermost[up] else wider)
        path.append(np.concatenate((own[e], own[up] + size, above[e] + 2 * size)))
    path.append(nothing)
    first = np.searchsorted(elements.inline_block, np.arange(len(page) + 1))

    def of(block: int) -> Ints:
        names = distinct(elements.inline[first[block] : first[block + 1]])
        within = (tokens[name] + 3 * size for name in names.tolist())
        return np.concatenate((path[page.element[block]], *within))

    return of
