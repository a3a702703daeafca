"""The two passes of the logistic regression for one kind of page, with numpy alone.

A pass answers two questions about each block: is it the page's headline, and if not, is it
content? Each answer is the logistic function of a weighted sum of the dense columns and of
tokens: those that name the block's own element, its parent, all its ancestors, and the inline
elements in it, or in flattened text the words of the block's own line and of lines above and below.
Whether it is content the first pass also answers by the columns alone and by the tokens alone.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boilerplate.arrays import Floats, Ints, distinct
from boilerplate.features import Features, features, side_by_side
from boilerplate.features.lines import PLACES as LINE_PLACES
from boilerplate.features.lines import Lines
from boilerplate.features.lines import numbers as line_numbers
from boilerplate.features.tokens import PLACES as ELEMENT_PLACES
from boilerplate.features.tokens import Named
from boilerplate.features.tokens import numbers as element_numbers
from boilerplate.page import Page

PLACES: dict[str, tuple[str, ...]] = {"html": ELEMENT_PLACES, "text": LINE_PLACES}
_NUMBERS = {"html": element_numbers, "text": line_numbers}
_INLINE = ELEMENT_PLACES.index("inline")
_BUCKETS = 1 << 15  # of token numbers, by their upper bits
_UPPER = np.uint64(64 - 15)
_ROWS = 128  # of a product at a time: larger ones BLAS shares among threads, which mostly wait
_GATHERED = 8 * _ROWS  # laid side by side at a time: all of a long page would fill the memory
OUTPUTS = 5  # both questions in both passes and content alone, so that one product serves all
_ALONE = 4  # the last of them
_HEADLINE_WORDS = 30  # the most that a headline has: a longer one is a paragraph in its place


@dataclass
class Passes:
    """A fitted model for one kind of page.

    Attributes:
        names: The first pass's dense columns, in order; `stacked_names` those that the second
            pass sees besides.
        dense: Shape (n_columns, 5): weights of the standardised columns for content and headline
            in the first pass, then in the second, then for content without any tokens.
        stacked: Shape (n_stacked, 2).
        intercept: Shape (6,): of the first four, of columns alone and of tokens alone.
        mean, scale: Shape (n_columns,); stacked_mean, stacked_scale: Shape (n_stacked,).
        vocabulary: The tokens.
        token_weights: Shape (n_places, n_tokens, 5), the places as in `PLACES`; the last one is
            for content without any columns.
    """

    kind: str
    names: list[str]
    stacked_names: list[str]
    mean: Floats
    scale: Floats
    dense: Floats
    intercept: Floats
    stacked_mean: Floats
    stacked_scale: Floats
    stacked: Floats
    vocabulary: list[str]
    token_weights: Floats

    def predict_proba(self, page: Page, computed: Features | None = None) -> Floats:
        """Probabilities of content, headline and boilerplate, shape (n_blocks, 3).

        The page is of this kind and has a block at least.
        """
        computed = computed or features(page)
        scores, alone = self._linear(page, computed)
        first = _probabilities(scores[:, :2], computed.words)
        columns = computed.stacked(first, _logistic(alone))
        weights, intercept = self._of_stacked
        second = scores[:, 2:] + _product([*columns.values()], weights) + intercept
        return _probabilities(second, computed.words)

    def __getstate__(self) -> dict[str, Any]:
        """The fields without what is computed from them: that is done anew in every process."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    def rounded(self) -> Passes:
        """The same model with numbers of six digits, as its file holds them."""
        state = self.__getstate__()
        arrays = {k: _round(v) for k, v in state.items() if isinstance(v, np.ndarray)}
        return Passes(**(state | arrays))

    def first_pass(self, page: Page, computed: Features) -> tuple[Floats, Floats]:
        """The first pass's probabilities, shape (n_blocks, 3), and those of content alone.

        The latter are what columns without tokens say, and tokens without columns; (n_blocks, 2).
        """
        scores, alone = self._linear(page, computed)
        return _probabilities(scores[:, :2], computed.words), _logistic(alone)

    def _linear(self, page: Page, computed: Features) -> tuple[Floats, Floats]:
        """Both passes' weighted sums without the stacked columns, shape (n_blocks, 4).

        Besides them those of columns alone and of tokens alone, shape (n_blocks, 2).
        """
        weights, intercept = self._of_columns
        of_columns = _product([*computed.columns.values()], weights) + intercept
        if self.vocabulary:
            of_tokens = self._token_sums(page, computed)
        else:
            of_tokens = np.zeros_like(of_columns)
        scores = of_columns[:, :_ALONE] + of_tokens[:, :_ALONE] + self.intercept[:_ALONE]
        alone = np.column_stack((of_columns[:, _ALONE], of_tokens[:, _ALONE]))
        return scores, alone + self.intercept[_ALONE:]

    def _token_sums(self, page: Page, computed: Features) -> Floats:
        if isinstance(computed.tokens, Lines):
            return self._line_sums(computed.tokens, len(page))
        return self._element_sums(computed.tokens, page)

    def _line_sums(self, lines: Lines, n_blocks: int) -> Floats:
        """Token weights of the lines that count for each block, shape (n_blocks, 5)."""
        token = self._known(lines.tokens)
        scores = np.zeros((n_blocks, OUTPUTS))
        for k, name in enumerate(LINE_PLACES):
            place = lines.places[name]
            sums = np.zeros((n_blocks + 1, OUTPUTS))  # the last row answers for no line
            weights = self._of_tokens[k].take(token.take(place.token), axis=0)
            line, held = _summed(weights, place.line)
            sums[line] = held
            scores += sums[place.of_block]
        return scores

    def _element_sums(self, named: Named, page: Page) -> Floats:
        """Token weights of each block's element, all above it and inside it, (n_blocks, 5)."""
        elements = page.elements
        weights = self._name_sums(named)
        nothing = np.zeros((1, *weights.shape[1:]))  # the last row answers for no element
        of_element = np.concatenate((weights[elements.name], nothing))
        own, parent, ancestor, _ = of_element.transpose(1, 0, 2)
        # Tags that are never closed pile up: of elements that are named alike one counts.
        ancestor = ancestor * np.append(elements.outermost(), False)[:, None]
        element, up = page.element, np.append(elements.parent, -1)[page.element]
        around = elements.sums_around(ancestor[:-1], len(page))
        scores: Floats = own[element] + parent[up] + around - ancestor[element]
        within = distinct(elements.inline_block * len(weights) + elements.inline)
        if within.size:
            block, name = np.divmod(within, len(weights))
            block, held = _summed(weights[name, _INLINE], block)
            scores[block] += held
        return scores

    def _name_sums(self, named: Named) -> Floats:
        """Summed weights of each signature's tokens, shape (n_signatures, n_places, 5)."""
        unknown = len(self.vocabulary)
        token = self._known(named.token)
        is_known = token < unknown
        # A token counts once in a signature.
        owner, token = np.divmod(
            distinct(named.owner[is_known] * unknown + token[is_known]), unknown
        )
        owner, held = _summed(self._of_tokens.take(token, axis=0), owner)
        result = np.zeros((named.tag.size, len(ELEMENT_PLACES), OUTPUTS))
        result[owner] = held
        return result

    def _known(self, found: NDArray[np.uint64]) -> Ints:
        """The tokens of these numbers as rows of `_of_tokens`, the last one for unknown ones."""
        known, first, deepest = self._of_numbers
        token = first.take((found >> _UPPER).astype(np.intp))
        for _ in range(deepest):
            token += known.take(token) < found
        token[known.take(token) != found] = known.size - 1
        return token

    @cached_property
    def _of_columns(self) -> tuple[Floats, Floats]:
        """Weights and intercept for the raw dense columns."""
        return _folded(self.dense, self.mean, self.scale)

    @cached_property
    def _of_stacked(self) -> tuple[Floats, Floats]:
        return _folded(self.stacked, self.stacked_mean, self.stacked_scale)

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.uint64], Ints]:
        """The tokens' numbers in ascending order, and the tokens in this order."""
        found = _NUMBERS[self.kind](self.vocabulary)
        order = np.argsort(found, kind="stable")
        return found[order], order

    @cached_property
    def _of_numbers(self) -> tuple[NDArray[np.uint64], Ints, int]:
        """How tokens are found by their numbers.

        The numbers, sorted, and one that is above all; where those begin that have the same
        upper bits; how many have at most.
        """
        found, _ = self._sorted
        first = np.searchsorted(found >> _UPPER, np.arange(_BUCKETS + 1, dtype=np.uint64))
        return np.append(found, np.uint64(2**64 - 1)), first, int(np.diff(first).max())

    @cached_property
    def _of_tokens(self) -> Floats:
        """The weights in the order of the numbers, and a last row for unknown tokens.

        What is summed together lies side by side: a line's tokens in one place, of shape
        (n_places, n_tokens + 1, 5), and an element's in all, (n_tokens + 1, n_places, 5).
        """
        _, order = self._sorted
        nothing = np.zeros((len(PLACES[self.kind]), 1, OUTPUTS))
        weights = np.concatenate((self.token_weights[:, order], nothing), axis=1)
        side_by_side = weights.transpose(1, 0, 2) if self.kind == "html" else weights
        return np.ascontiguousarray(side_by_side)


def _summed(rows: Floats, key: Ints) -> tuple[Ints, Floats]:
    """The distinct keys, and the sums of the rows that have each; equal keys stand together."""
    begins = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: key.size])
    if begins.size == key.size:  # none comes twice
        return key, rows
    return key[begins], np.add.reduceat(rows, begins, axis=0)


def _product(columns: list[Floats], weights: Floats) -> Floats:
    """The weighted sums of the columns, by one thread however many BLAS has."""
    if (n := columns[0].size) > _GATHERED:
        parts = ([c[k : k + _GATHERED] for c in columns] for k in range(0, n, _GATHERED))
        return np.concatenate([_product(part, weights) for part in parts])
    matrix = side_by_side(columns)
    return np.concatenate([matrix[k : k + _ROWS] @ weights for k in range(0, n, _ROWS)])


def _folded(weights: Floats, mean: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Weights and intercept for raw columns instead of standardised ones."""
    # Of one memory layout, however the model was made: the order of the sums depends on it.
    raw = np.ascontiguousarray(weights / scale[:, None])
    return raw, -(np.ascontiguousarray(mean) @ raw)


def _round(values: Floats) -> Floats:
    """To six digits."""
    size = np.floor(np.log10(np.maximum(np.abs(values), 1e-300)))
    unit = 10.0 ** np.clip(5 - size, -300, 300)
    rounded = np.round(values * unit) / unit
    return np.where(np.abs(values) < 1e-9, 0.0, rounded)


def _logistic(scores: Floats) -> Floats:
    result: Floats = 1.0 / (1.0 + np.exp(-np.minimum(np.maximum(scores, -30.0), 30.0)))
    return result


def _probabilities(scores: Floats, words: Floats) -> Floats:
    """From scores of content and headline, shape (n_blocks, 2), to three probabilities."""
    content, headline = _logistic(scores).T
    headline = np.where(words <= _HEADLINE_WORDS, headline, 0.0)
    rest = 1.0 - headline
    return np.column_stack((rest * content, headline, rest * (1.0 - content)))
