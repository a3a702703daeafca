"""From a page's probabilities to labels: where to cut, which headline, and what stands twice."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from boilerplate.arrays import Floats, grouped
from boilerplate.page import Label

LEAST = 0.1  # a page whose blocks are all less likely than this has no article
SPREAD = 2.5  # of the error that a page's blocks share, in log-odds
GAP = 0.2  # expected F1 that is worth a gap from 0 to 1 in probability, where the cut goes
PASSAGE = 100.0  # words of a passage that is kept only once
# numpy.polynomial.hermite_e.hermegauss(9), whose import each cold start would pay for.
_NODES = np.array((1.0232556637891326, 2.07684797867783, 3.20542900285647, 4.512745863399783))
_NODES = np.concatenate((-_NODES[::-1], (0.0,), _NODES))
_WEIGHTS = np.array(
    (0.24409750289493953, 0.04991640676521782, 0.0027891413212317692, 2.2345844007746607e-05)
)
_WEIGHTS = np.concatenate((_WEIGHTS[::-1], (0.40634920634920635,), _WEIGHTS))  # their sum is 1


def decide(
    probability: Floats,
    words: Floats,
    same: NDArray[np.uint64],
    tags: Sequence[str | None],
    threshold: float | None = None,
) -> tuple[list[Label], Floats]:
    """The label of each block of a page and its probability of being kept, shape (n_blocks,).

    Args:
        probability: Of content, headline and boilerplate, shape (n_blocks, 3).
        words: Shape (n_blocks,).
        same: The same number for the same text, shape (n_blocks,).
        tags: The element of each block; None in flattened text.
        threshold: The probability from which on a block is kept; by default `cut` finds it, and
            what is `repeated` goes.
    """
    content, headline = probability[:, 0], probability[:, 1]
    if threshold is None:
        least = cut(content, words)
        of_headline = min(least, 0.5)  # the cut is the body's, and high above a sure one
    else:
        least = of_headline = threshold
    keep = content.copy()
    # A page has one headline; what else looks like it is judged as content alone.
    title = int(headline.argmax())
    is_headline = bool(headline[title] > content[title])
    if is_headline and tags[title] != "h1":  # a trail or a menu may say it, too
        likely = (same == same[title]) & (content + headline >= of_headline)
        twins = (k for k in np.flatnonzero(likely).tolist() if tags[k] == "h1")
        title = next(twins, title)
    if is_headline:
        keep[title] += headline[title]
    labels: list[Label] = ["content" if p >= least else "boilerplate" for p in keep]
    if is_headline and keep[title] >= of_headline:
        labels[title] = "headline"
    if threshold is None:
        kept = np.array([label != "boilerplate" for label in labels])
        for k in np.flatnonzero(repeated(same, words, kept)).tolist():
            labels[k] = "boilerplate"
    return labels, keep


def cut(probability: Floats, words: Floats) -> float:
    """The content probability from which on a page's blocks are kept.

    Those blocks are kept whose text has the largest word F1 to expect (Lipton, Elkan and
    Naryanaswamy, 2014). If the blocks were judged independently, that would be the ones at least
    half as probable as that F1 is large. But a model that is wrong about one card of a catalogue
    is wrong about all: the log-odds of a page share a normal error of zero mean and standard
    deviation `SPREAD`, over which the expectation is taken by Gauss-Hermite quadrature. And blocks
    of nearly one probability are mostly of one kind: a wide gap is a better place to cut, by
    `GAP`. On a page that the model is sure of the cut is near .5, or higher where likely blocks lie
    far below surer ones; where nothing is likely it is lower, since an empty text would score
    nothing at all.
    """
    worded = words > 0.0
    if not worded.any():
        return LEAST
    ranked, mass = probability[worded], words[worded]
    order = np.argsort(-ranked, kind="stable")
    ranked, mass = np.clip(ranked[order], 1e-9, 1.0 - 1e-9), mass[order][:, None]
    odds = (ranked / (1.0 - ranked))[:, None] * np.exp(SPREAD * _NODES)
    gained = np.cumsum(mass * odds / (1.0 + odds), axis=0)
    f1 = (2.0 * gained / (np.cumsum(mass, axis=0) + gained[-1])) @ _WEIGHTS
    following = np.append(ranked[1:], 0.0)
    best = int(np.argmax(f1 + GAP * (ranked - following)))
    # Anything between the last block kept and the first one left out parts the same words; what
    # is judged besides them, as the headline and blocks without words are, wants half the
    # expected F1.
    half = float(f1[best]) / 2.0
    left_out = math.nextafter(float(following[best]), 1.0)
    return max(min(float(ranked[best]), max(half, left_out)), LEAST)


def repeated(same: NDArray[np.uint64], words: Floats, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which blocks repeat a passage of the page and are kept where it stands first, (n_blocks,).

    Pages hold their article twice, for wide screens and for narrow ones, and replies quote what
    they reply to. A run of blocks that all stand further up, in the same order, is such a passage
    if it has `PASSAGE` words; shorter ones recur in references and price lists for good reasons.

    Args:
        same: The same number for the same text, shape (n_blocks,).
        words: Shape (n_blocks,).
        kept: Which blocks are to be kept so far, shape (n_blocks,).
    """
    texts = grouped(same)
    before = texts.first[texts.number]  # where each stands first
    again = before < np.arange(same.size)
    goes_on = np.append(False, again[:-1] & (before[:-1] < before[1:]))[: same.size]
    run = np.cumsum(again & ~goes_on)
    held = np.bincount(run, weights=words * again)
    result: NDArray[np.bool_] = again & (held[run] >= PASSAGE) & kept[before]
    return result
