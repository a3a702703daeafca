"""The two passes of the logistic regression for one kind of page, with numpy alone.

A pass answers two questions about each block: is it the page's headline, and if not, is it
content? Each answer is the logistic function of a weighted sum of the dense columns and of the
tokens that name the block's own element, its parent, all its ancestors, and the inline elements
in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from boilerplate.errors import ModelError
from boilerplate.features import Features, features
from boilerplate.features.tokens import PLACES, inside, tokens
from boilerplate.page import Elements, Floats, Page

OUTPUTS = 4  # both questions in both passes side by side, so that one product serves all
_MOST_SIGNATURES = 20_000
_NO_WEIGHTS = np.zeros((len(PLACES), OUTPUTS))


@dataclass(slots=True)
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
        token_weights: Shape (n_places, n_tokens, 4), the places as in `features.tokens.PLACES`.
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
    _raw: tuple[Floats, Floats] | None = field(default=None, repr=False)
    _memo: dict[str, Floats] = field(default_factory=dict, repr=False)

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
        columns = (columns - self.stacked_mean) / self.stacked_scale
        return _probabilities(scores[:, 2:] + columns @ self.stacked)

    def __getstate__(self) -> dict[str, Any]:
        """The fields without what is computed from them: that is done anew in every process."""
        state = {item.name: getattr(self, item.name) for item in fields(self)}
        return state | {"_raw": None, "_memo": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the fields."""
        for name, value in state.items():
            setattr(self, name, value)

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
        if self._raw is None:  # standardising folded into the weights
            weights = self.dense / self.scale[:, None]
            self._raw = weights, self.intercept - self.mean @ weights
        weights, intercept = self._raw
        scores: Floats = computed.matrix @ weights + intercept
        if self.vocabulary:
            scores += self._token_sums(page)
        return scores

    def _token_sums(self, page: Page) -> Floats:
        elements = page.elements
        scores = np.zeros((len(page), OUTPUTS))
        if elements is not None:
            scores += self._element_sums(elements)[page.element]
        within = [dict.fromkeys(signatures) for signatures in inside(page)]
        block = np.repeat(np.arange(len(page)), [len(signatures) for signatures in within])
        if block.size:
            weights = self._rows([s for signatures in within for s in signatures])
            inline = weights[:, PLACES.index("inline")]
            for k in range(OUTPUTS):
                scores[:, k] += np.bincount(block, weights=inline[:, k], minlength=len(page))
        return scores

    def _element_sums(self, elements: Elements) -> Floats:
        """Token weights of each element with all above it; the last row is for none."""
        total = np.zeros((len(elements.signature) + 1, OUTPUTS))
        if not elements.signature:
            return total
        own, parent, ancestor, _ = self._rows(elements.signature).transpose(1, 0, 2)
        above = np.zeros_like(own)
        order = np.argsort(elements.depth, kind="stable")
        for level in np.split(order, np.flatnonzero(np.diff(elements.depth[order])) + 1)[1:]:
            up = elements.parent[level]
            above[level] = above[up] + ancestor[up]
        inner = elements.parent >= 0
        total[:-1] = own
        total[:-1][inner] += above[inner] + parent[elements.parent[inner]]
        return total

    def _rows(self, signatures: list[str]) -> Floats:
        """`_weights` of each signature, shape (n_signatures, n_places, 4)."""
        number = {s: k for k, s in enumerate(dict.fromkeys(signatures))}
        return np.array([self._weights(s) for s in number])[[number[s] for s in signatures]]

    def _weights(self, signature: str) -> Floats:
        """Summed weights of a signature's tokens in each place, shape (n_places, 4)."""
        known = self._memo.get(signature)
        if known is None:
            numbers = [n for t in tokens(signature) if (n := self.vocabulary.get(t)) is not None]
            if not numbers:  # most of what a text holds; nothing to remember
                return _NO_WEIGHTS
            known = self.token_weights[:, numbers].sum(axis=1)
            if len(self._memo) >= _MOST_SIGNATURES:
                self._memo.clear()
            self._memo[signature] = known
        return known


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
