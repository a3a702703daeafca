"""The two passes of the logistic regression for one kind of page, with numpy alone.

A pass answers two questions about each block: is it the page's headline, and if not, is it
content? Each answer is the logistic function of a weighted sum of the dense columns and of the
tokens that name the block's own element, its parent, all its ancestors, and the inline elements
in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from itertools import chain
from typing import Any

import numpy as np

from boilerplate.errors import ModelError
from boilerplate.features import Features, features
from boilerplate.features.tokens import PLACES, inside, tokens
from boilerplate.page import Elements, Floats, Page, numbered

OUTPUTS = 4  # both questions in both passes side by side, so that one product serves all


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
    _stacked: tuple[Floats, Floats] | None = field(default=None, repr=False)
    _by_token: Floats | None = field(default=None, repr=False)

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
        if self._stacked is None:
            self._stacked = _folded(self.stacked, self.stacked_mean, self.stacked_scale)
        weights, intercept = self._stacked
        return _probabilities(scores[:, 2:] + columns @ weights + intercept)

    def __getstate__(self) -> dict[str, Any]:
        """The fields without what is computed from them: that is done anew in every process."""
        state = {item.name: getattr(self, item.name) for item in fields(self)}
        return state | {"_raw": None, "_stacked": None, "_by_token": None}

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
        if self._raw is None:
            self._raw = _folded(self.dense, self.mean, self.scale)
        weights, intercept = self._raw
        scores: Floats = computed.matrix @ weights + (intercept + self.intercept)
        if self.vocabulary:
            scores += self._token_sums(page)
        return scores

    def _token_sums(self, page: Page) -> Floats:
        elements = page.elements
        scores = np.zeros((len(page), OUTPUTS))
        if elements is not None and elements.names:
            scores += self._element_sums(elements, page)
        within = [s if len(s) < 2 else tuple(dict.fromkeys(s)) for s in inside(page)]
        block = np.repeat(np.arange(len(page)), list(map(len, within)))
        if block.size:
            names, name = numbered(list(chain.from_iterable(within)))
            inline = self._weights(names)[name, PLACES.index("inline")]
            for k in range(OUTPUTS):
                scores[:, k] += np.bincount(block, weights=inline[:, k], minlength=len(page))
        return scores

    def _element_sums(self, elements: Elements, page: Page) -> Floats:
        """Token weights of each block's element with all above it, shape (n_blocks, 4)."""
        nothing = np.zeros((1, len(PLACES), OUTPUTS))  # the last row answers for no element
        weights = np.concatenate((self._weights(elements.names)[elements.name], nothing))
        own, parent, ancestor, _ = weights.transpose(1, 0, 2)
        element, up = page.element, np.append(elements.parent, -1)[page.element]
        around = elements.sums_around(ancestor[:-1], len(page))
        result: Floats = own[element] + parent[up] + around - ancestor[element]
        return result

    def _weights(self, signatures: list[str]) -> Floats:
        """Summed weights of each signature's tokens, shape (n_signatures, n_places, 4)."""
        if self._by_token is None:  # one row a token, and one for those that are unknown
            rows = self.token_weights.transpose(1, 0, 2).reshape(len(self.vocabulary), -1)
            self._by_token = np.concatenate((rows, np.zeros((1, rows.shape[1]))))
        found = list(map(tokens, signatures))  # at least the tag
        unknown, known = len(self.vocabulary), self.vocabulary.get
        numbers = [known(token, unknown) for token in chain.from_iterable(found)]
        start = np.cumsum([0, *map(len, found)][:-1])
        sums = np.add.reduceat(self._by_token[numbers], start, axis=0)
        return sums.reshape(-1, len(PLACES), OUTPUTS)


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
