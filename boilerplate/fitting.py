"""Fitting the two passes with scikit-learn; imported only when a model is fitted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from boilerplate.arrays import Floats, Ints
from boilerplate.decision import cut
from boilerplate.features import Features, features, side_by_side
from boilerplate.page import LABELS, Page
from boilerplate.passes import OUTPUTS, PLACES, Passes
from boilerplate.vocabulary import token_rows, vocabulary_of

_CONTENT, _HEADLINE = 0, 1  # columns of the labels, and of the coefficients
_BODY = np.array([label != "headline" for label in LABELS])
_ITERATIONS = 1000  # of the solver, at most
_TOLERANCE = 1e-5  # of the gradient of the mean loss: the solver is at its end
_THINNING = 8.0  # of the blocks that are no headline, where there are very many
_UNTHINNED = 10_000  # of them are always fitted
_MOST_BLOCKS = 200  # of one page that are fitted: catalogues repeat themselves
_LEAST_SCALE = 0.05  # of a stacked column: alike pages differ by less than the fits of their folds
_LEAST_WEIGHT = 0.02  # of a token, in log-odds: most stand for so little that none misses them
_DECIMALS = 3  # of a token's weights: more would tell nothing, and make most of the model file
_PAGE_WORDS = 4.0  # a page weighs by its content's words, or by all of them over this
# The second pass learns most from the pages that the first one, fitted on others, judges well:
# where that fails, the labels may be such as no rule explains.
_PAGE_LEAST = 0.05  # that any page counts, besides the square of its F1 in the first pass


def fit_passes(
    pages: Sequence[Page],
    shares: Sequence[Floats],
    groups: Sequence[str],
    *,
    C: float,
    folds: int,
    min_groups: int,
    seed: int,
    n_jobs: int | None,
) -> Passes:
    """Fit both passes on pages of one kind.

    Args:
        pages: Each of at least one block.
        shares: For each page the share of each label in each block, shape (n_blocks, 3).
        groups: The site of each page.
        folds: Of the cross-validation that gives the second pass its first-pass probabilities, see
            `_split`.
        min_groups: A token is used if it stands in pages of that many sites.
    """
    computed = [features(page) for page in pages]
    names = list(computed[0].columns)
    vocabulary = vocabulary_of(pages, groups, min_groups)
    rows = [_sample(share, f.words, seed) for share, f in zip(shares, computed, strict=True)]
    table = _Table(pages, computed, shares, rows, vocabulary)

    split = _split(shares, groups, folds)
    everything = np.arange(len(pages))

    def first(fitted_on: Ints) -> _First:
        data = table.rows_of(fitted_on)
        both = _fit(*data, C, seed)
        return _First(*both, *_fit_alone(*data[:3], len(names), C))

    tasks = [*(train for train, _ in split), everything]
    fits = Parallel(n_jobs=n_jobs, prefer="threads")(delayed(first)(task) for task in tasks)

    def passes(fit: _First, second: tuple[Floats, Floats] | None = None) -> Passes:
        return _assemble(pages[0].kind, names, table, vocabulary, fit, second)

    told: dict[int, tuple[Floats, Floats]] = {}
    for (_, held_out), fit in zip(split or [(everything, everything)], fits, strict=False):
        model = passes(fit)
        told |= {i: model.first_pass(pages[i], computed[i]) for i in held_out}

    extra = [f.stacked(*told[i]) for i, f in enumerate(computed)]
    table.weigh(
        [
            _PAGE_LEAST + _f1(told[i][0][:, 0], share[:, 0], f.words) ** 2
            for i, (share, f) in enumerate(zip(shares, computed, strict=True))
        ]
    )
    table.add((side_by_side(columns.values()) for columns in extra), rows)
    second = _fit(*table.rows_of(everything), C, seed)
    model = passes(fits[-1], second)
    model.stacked_names = list(extra[0])
    return _pruned(model)


def _split(shares: Sequence[Floats], groups: Sequence[str], folds: int) -> list[tuple[Ints, Ints]]:
    """The pages that each fold is fitted on and those that it judges; no folds if none will do.

    No site is on both sides. But where a label stands in the pages of one site alone, a model
    fitted on the others would never find it, and the second pass would learn that nothing does:
    then pages are dealt, whatever their site.
    """
    has = np.array([share.any(axis=0) for share in shares])
    every = has.any(axis=0)
    splits = [
        list(GroupKFold(parts).split(has, groups=dealt))
        for dealt in (groups, range(len(groups)))
        if (parts := min(folds, len(set(dealt)))) > 1
    ]
    for needed in (every, every & _BODY):
        for split in splits:
            if all((has[known].any(axis=0) >= needed).all() for known, _ in split):
                return split
    return []


class _First(NamedTuple):
    """A fitted first pass.

    Attributes:
        weights: Of columns, then of tokens, for content and headline; shape (n, 2).
        intercept: Shape (2,).
        alone: The same for content, columns and tokens each fitted without the other; shape (n,).
        alone_intercept: Of columns and of tokens, shape (2,).
    """

    weights: Floats
    intercept: Floats
    alone: Floats
    alone_intercept: Floats


def _assemble(
    kind: str,
    names: list[str],
    table: _Table,
    vocabulary: dict[str, int],
    first: _First,
    second: tuple[Floats, Floats] | None,
) -> Passes:
    """Sort coefficients into the weights of a model; without a second pass its weights are 0."""
    n, tokens_end = len(names), len(names) + len(PLACES[kind]) * len(vocabulary)
    second = second or (np.zeros((tokens_end, 2)), np.zeros(2))
    weights = np.column_stack((first.weights, second[0][:tokens_end], first.alone))
    return Passes(
        kind=kind,
        names=names,
        stacked_names=[],
        mean=table.mean,
        scale=table.scale,
        dense=weights[:n],
        intercept=np.concatenate((first.intercept, second[1], first.alone_intercept)),
        stacked_mean=table.stacked_mean,
        stacked_scale=table.stacked_scale,
        stacked=second[0][tokens_end:],
        vocabulary=list(vocabulary),
        token_weights=weights[n:].reshape(len(PLACES[kind]), len(vocabulary), OUTPUTS),
    )


def _pruned(model: Passes) -> Passes:
    """Leave out the tokens in the places where they weigh next to nothing in every question.

    The weights of the others are rounded.
    """
    heavy = np.abs(model.token_weights).max(axis=2, initial=0.0) >= _LEAST_WEIGHT
    kept = heavy.any(axis=0)
    return replace(
        model,
        vocabulary=[token for token, keep in zip(model.vocabulary, kept, strict=True) if keep],
        token_weights=np.round(model.token_weights * heavy[:, :, None], _DECIMALS)[:, kept],
    )


def _sample(share: Floats, words: Floats, seed: int) -> tuple[Ints, Floats]:
    """Blocks of a page to fit on and their weights.

    A block weighs as many words as it has, and a page as much as its content or a quarter of
    its words, so that the loss follows what a reader gains or loses. Of pages with very many
    blocks a sample stands for all, drawn so that it keeps the sums.
    """
    total = max(float((words * share[:, 0]).sum()), float(words.sum()) / _PAGE_WORDS, 1.0)
    weights = np.maximum(words, 1.0) / total
    n = len(weights)
    if n <= _MOST_BLOCKS:
        return np.arange(n), weights
    chance = np.sqrt(weights)
    for _ in range(20):  # the largest are certain, the others share what is left
        chance = np.minimum(chance * (_MOST_BLOCKS / chance.sum()), 1.0)
    chosen = np.flatnonzero(np.random.default_rng(seed + n).random(n) < chance)
    return chosen, weights[chosen] / chance[chosen]


def _f1(probability: Floats, share: Floats, words: Floats) -> float:
    """Word F1 of the blocks of a page that the decision keeps.

    With one word more in both texts, so that no page without content is a failure.
    """
    kept = words * (probability >= cut(probability, words))
    return float((2.0 * kept @ share + 2.0) / (kept.sum() + words @ share + 2.0))


class _Table:
    """The rows that are fitted: sampled blocks of all pages, soft labels as two rows each."""

    def __init__(
        self,
        pages: Sequence[Page],
        computed: Sequence[Features],
        shares: Sequence[Floats],
        rows: Sequence[tuple[Ints, Floats]],
        vocabulary: dict[str, int],
    ) -> None:
        each = (side_by_side(f.columns.values()) for f in computed)
        dense = np.concatenate([m[r] for m, (r, _) in zip(each, rows, strict=True)])
        weight = np.concatenate([w for _, w in rows])
        self.page = np.repeat(np.arange(len(pages)), [len(r) for r, _ in rows])
        self.mean, self.scale = _moments(dense, weight)
        self.share = np.concatenate([s[r] for s, (r, _) in zip(shares, rows, strict=True)])
        # Blocks all but whole on one side are taken as whole.
        self.share = np.where(self.share > 0.95, 1.0, np.where(self.share < 0.05, 0.0, self.share))
        self.weight = weight / weight.mean()
        self.stacked_mean = self.stacked_scale = np.zeros(0)
        parts = [sparse.csr_array(((dense - self.mean) / self.scale).astype(np.float32))]
        if vocabulary:
            parts.append(token_rows(pages, computed, rows, vocabulary))
        self._matrix = sparse.hstack(parts, format="csr", dtype=np.float32)

    def weigh(self, pages: Sequence[float]) -> None:
        """Let each page count so much more or less."""
        self.weight = self.weight * np.array(pages)[self.page]
        self.weight /= self.weight.mean()

    def add(self, matrices: Iterable[Floats], rows: Sequence[tuple[Ints, Floats]]) -> None:
        """Append the stacked columns of the second pass."""
        dense = np.concatenate([m[r] for m, (r, _) in zip(matrices, rows, strict=True)])
        self.stacked_mean, scale = _moments(dense, self.weight)
        self.stacked_scale = np.maximum(scale, _LEAST_SCALE)
        columns = ((dense - self.stacked_mean) / self.stacked_scale).astype(np.float32)
        self._matrix = sparse.hstack(
            [self._matrix, sparse.csr_array(columns)], format="csr", dtype=np.float32
        )

    def rows_of(self, pages: Ints) -> tuple[sparse.csr_array, Ints, Floats, Floats]:
        """Every block of these pages for each label that it has.

        Its columns, that label, its weight, and the share of the block that has that label.
        """
        rows = np.flatnonzero(np.isin(self.page, pages))
        row, label = np.nonzero(self.share[rows])
        share = self.share[rows][row, label]
        return self._matrix[rows[row]], label, share * self.weight[rows[row]], share


def _moments(columns: Floats, weight: Floats) -> tuple[Floats, Floats]:
    mean = np.average(columns, axis=0, weights=weight)
    scale = np.sqrt(np.average((columns - mean) ** 2, axis=0, weights=weight))
    return mean, np.where(scale > 1e-6, scale, 1.0)


def _fit(
    matrix: sparse.csr_array, label: Ints, weight: Floats, share: Floats, C: float, seed: int
) -> tuple[Floats, Floats]:
    """Coefficients of shape (n_columns, 2) and intercepts of shape (2,).

    The first column tells content from boilerplate, the second the headline from both. Headlines
    are short and one of hundreds of blocks: they count by blocks, not by words, and of very many
    others a sample stands for all. `share` is how much of its block has each row's label.
    """
    headline = label == _HEADLINE
    body = np.flatnonzero(~headline)
    thinning = min(_THINNING, max(body.size / _UNTHINNED, 1.0))
    sampled = body[np.random.default_rng(seed).random(body.size) * thinning < 1.0]
    both = np.sort(np.concatenate((np.flatnonzero(headline), sampled)))
    counted = np.where(headline, share, thinning * share)
    content = _regression(matrix[body], label[body] == _CONTENT, weight[body], C)
    title = _regression(matrix[both], headline[both], counted[both], C)
    return np.column_stack((content[0], title[0])), np.array((content[1], title[1]))


def _fit_alone(
    matrix: sparse.csr_array, label: Ints, weight: Floats, columns: int, C: float
) -> tuple[Floats, Floats]:
    """What tells content by the first so many columns alone, and by the tokens behind them alone.

    Coefficients of shape (n_columns,), both side by side, and intercepts of shape (2,).
    """
    body = label != _HEADLINE
    truth, weight = label[body] == _CONTENT, weight[body]
    rows = matrix[np.flatnonzero(body)]
    parts = [_regression(part, truth, weight, C) for part in (rows[:, :columns], rows[:, columns:])]
    return np.concatenate([part[0] for part in parts]), np.array([part[1] for part in parts])


def _regression(
    matrix: sparse.csr_array, truth: NDArray[np.bool_], weight: Floats, C: float
) -> tuple[Floats, float]:
    if not matrix.shape[1]:  # nothing to tell them by
        return np.zeros(0), 0.0
    if truth.all() or not truth.any():  # nothing to tell apart: always the one answer
        return np.zeros(matrix.shape[1]), 20.0 if truth.any() else -20.0
    # To the end: where a solver is stopped early, it stands elsewhere on every kind of processor.
    model = LogisticRegression(C=C, max_iter=_ITERATIONS, tol=_TOLERANCE)
    model.fit(matrix, truth, sample_weight=weight.astype(np.float32))
    return model.coef_[0].astype(np.float64), float(model.intercept_[0])
