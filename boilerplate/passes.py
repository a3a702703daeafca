"""The two passes of the logistic regression for one kind of page, with numpy alone.

A pass answers two questions about each block: is it the page's headline, and if not, is it
content? Each answer is the logistic function of a weighted sum of the dense columns and of
tokens: those that name the block's own element, its parent, all its ancestors, and the inline
elements in it, or in flattened text the words of the block's own line and of lines that it hears.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boilerplate.errors import ModelError
from boilerplate.features import Features, features
from boilerplate.features.lines import PLACES as LINE_PLACES
from boilerplate.features.lines import Lines, numbers
from boilerplate.features.tokens import PLACES as ELEMENT_PLACES
from boilerplate.features.tokens import tokens
from boilerplate.page import Elements, Floats, Ints, Page, numbered

PLACES: dict[str, tuple[str, ...]] = {"html": ELEMENT_PLACES, "text": LINE_PLACES}
_SIGNATURES = 2_000  # whose tokens are remembered; other sites have others
_BUCKETS = 1 << 15  # of token numbers, by their upper bits
_UPPER = np.uint64(64 - 15)
OUTPUTS = 4  # both questions in both passes side by side, so that one product serves all


@dataclass
class Passes:
    """A fitted model for one kind of page.

    Attributes:
        names: The first pass's dense columns, in order; `stacked_names` those that the second
            pass sees besides.
        dense: Shape (n_columns, 4): weights of the standardised columns for content and headline
            in the first pass, then in the second.
        stacked: Shape (n_stacked, 2).
        intercept: Shape (4,).
        mean, scale: Shape (n_columns,); stacked_mean, stacked_scale: Shape (n_stacked,).
        vocabulary: The token numbers.
        token_weights: Shape (n_places, n_tokens, 4), the places as in `PLACES`.
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
    vocabulary: dict[str, int]
    token_weights: Floats

    def predict_proba(self, page: Page, computed: Features | None = None) -> Floats:
        """Probabilities of content, headline and boilerplate, shape (n_blocks, 3)."""
        if not len(page):
            return np.zeros((0, 3))
        if page.kind != self.kind:
            raise ModelError(f"a model for {self.kind} pages was given a page of {page.kind}")
        computed = computed or features(page)
        scores = self._linear(page, computed)
        first = _probabilities(scores[:, :2])
        _, columns = computed.stacked(first)
        weights, intercept = self._of_stacked
        return _probabilities(scores[:, 2:] + columns @ weights + intercept)

    def __getstate__(self) -> dict[str, Any]:
        """The fields without what is computed from them: that is done anew in every process."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    def rounded(self) -> Passes:
        """The same model with numbers of six digits, as its file holds them."""
        state = self.__getstate__()
        arrays = {k: _round(v) for k, v in state.items() if isinstance(v, np.ndarray)}
        return Passes(**(state | arrays))

    def first_pass(self, page: Page, computed: Features) -> Floats:
        """The first pass's probabilities alone, shape (n_blocks, 3)."""
        return _probabilities(self._linear(page, computed)[:, :2])

    def _linear(self, page: Page, computed: Features) -> Floats:
        """Both passes' weighted sums without the stacked columns, shape (n_blocks, 4)."""
        weights, intercept = self._of_columns
        scores: Floats = computed.matrix @ weights + (intercept + self.intercept)
        if self.vocabulary:
            scores += self._token_sums(page, computed)
        return scores

    def _token_sums(self, page: Page, computed: Features) -> Floats:
        if computed.lines is not None:
            return self._line_sums(computed.lines, len(page))
        scores = np.zeros((len(page), OUTPUTS))
        elements = page.elements
        if elements is not None and elements.names:
            scores += self._element_sums(elements, page)
        within = [s if len(s) < 2 else tuple(dict.fromkeys(s)) for s in page.inline]
        block = np.repeat(np.arange(len(page)), list(map(len, within)))
        if block.size:
            names, name = numbered(list(chain.from_iterable(within)))
            inline = self._weights(names)[name, ELEMENT_PLACES.index("inline")]
            for k in range(OUTPUTS):
                scores[:, k] += np.bincount(block, weights=inline[:, k], minlength=len(page))
        return scores

    def _line_sums(self, lines: Lines, n_blocks: int) -> Floats:
        """Token weights of what each block of flattened text hears, shape (n_blocks, 4)."""
        known, first, deepest, by_place = self._of_numbers
        token = first.take((lines.tokens >> _UPPER).astype(np.intp))
        for _ in range(deepest):
            token += known.take(token) < lines.tokens
        token[known.take(token) != lines.tokens] = known.size - 1
        scores = np.zeros((n_blocks, OUTPUTS))
        for weights, said in zip(by_place, map(lines.said.__getitem__, LINE_PLACES), strict=True):
            sums = np.zeros((n_blocks + 1, OUTPUTS))  # the last row answers for no line
            if said.token.size:
                begins = np.flatnonzero(np.append(True, said.line[1:] != said.line[:-1]))
                held = weights.take(token.take(said.token), axis=0)
                if begins.size < len(held):
                    held = np.add.reduceat(held, begins, axis=0)
                sums[said.line[begins]] = held
            scores += sums[said.heard]
        return scores

    def _element_sums(self, elements: Elements, page: Page) -> Floats:
        """Token weights of each block's element with all above it, shape (n_blocks, 4)."""
        nothing = np.zeros((1, len(ELEMENT_PLACES), OUTPUTS))  # the last row answers for no element
        weights = np.concatenate((self._weights(elements.names)[elements.name], nothing))
        own, parent, ancestor, _ = weights.transpose(1, 0, 2)
        element, up = page.element, np.append(elements.parent, -1)[page.element]
        around = elements.sums_around(ancestor[:-1], len(page))
        result: Floats = own[element] + parent[up] + around - ancestor[element]
        return result

    def _weights(self, signatures: list[str]) -> Floats:
        """Summed weights of each signature's tokens, shape (n_signatures, n_places, 4)."""
        rows, known = self._of_tokens
        found = list(map(known, signatures))
        numbers = list(chain.from_iterable(found))
        start = np.cumsum([0, *map(len, found)][:-1])
        sums = np.add.reduceat(rows[numbers], start, axis=0)
        return sums.reshape(-1, len(ELEMENT_PLACES), OUTPUTS)

    @cached_property
    def _of_columns(self) -> tuple[Floats, Floats]:
        """Weights and intercept for the raw dense columns."""
        return _folded(self.dense, self.mean, self.scale)

    @cached_property
    def _of_stacked(self) -> tuple[Floats, Floats]:
        return _folded(self.stacked, self.stacked_mean, self.stacked_scale)

    @cached_property
    def _of_tokens(self) -> tuple[Floats, Callable[[str], list[int]]]:
        """Weights by token, the last row for unknown ones, and the rows of a signature."""
        rows = self.token_weights.transpose(1, 0, 2).reshape(len(self.vocabulary), -1)
        unknown, number = len(self.vocabulary), self.vocabulary.get

        @lru_cache(maxsize=_SIGNATURES)
        def known(signature: str) -> list[int]:
            return [n for t in tokens(signature) if (n := number(t)) is not None] or [unknown]

        return np.concatenate((rows, np.zeros((1, rows.shape[1])))), known

    @cached_property
    def _of_numbers(self) -> tuple[NDArray[np.uint64], Ints, int, Floats]:
        """How the tokens of lines are found, and their weights.

        The tokens' numbers, sorted, and one that is above all; where those begin that have the
        same upper bits; how many have at most; and the weights, the last for unknown ones.
        """
        found = numbers(list(self.vocabulary))
        order = np.argsort(found, kind="stable")
        known = np.append(found[order], np.uint64(2**64 - 1))
        first = np.searchsorted(known[:-1] >> _UPPER, np.arange(_BUCKETS + 1, dtype=np.uint64))
        nothing = np.zeros((len(LINE_PLACES), 1, OUTPUTS))
        weights = np.concatenate((self.token_weights[:, order], nothing), axis=1)
        side_by_side = np.ascontiguousarray(weights)  # a token's weights
        return known, first, int(np.diff(first).max()), side_by_side


def _folded(weights: Floats, mean: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Weights and intercept for raw columns instead of standardised ones."""
    # Of one memory layout, however the model was made: the order of the sums depends on it.
    raw = np.ascontiguousarray(weights / scale[:, None])
    return raw, -(np.ascontiguousarray(mean) @ raw)


def _round(values: Floats, digits: int = 6) -> Floats:
    size = np.floor(np.log10(np.maximum(np.abs(values), 1e-300)))
    unit = 10.0 ** np.clip(digits - 1 - size, -300, 300)
    rounded = np.round(values * unit) / unit
    return np.where(np.abs(values) < 1e-9, 0.0, rounded)


def _probabilities(scores: Floats) -> Floats:
    """From scores of content and headline, shape (n_blocks, 2), to three probabilities."""
    content, headline = (1.0 / (1.0 + np.exp(-np.clip(scores, -30.0, 30.0)))).T
    rest = 1.0 - headline
    return np.column_stack((rest * content, headline, rest * (1.0 - content)))
