"""Columns of the second pass: what the first pass thinks of a block's surroundings.

Stacked sequential learning (Cohen and Carvalho, 2005): the second model sees the first one's
out-of-fold probabilities around the block that it judges.
"""

from __future__ import annotations

import numpy as np

from boilerplate.features.context import Ranges
from boilerplate.page import Floats, Ints
from boilerplate.scoring import expected_scores

NEIGHBOURS = (-4, -3, -2, -1, 1, 2, 3, 4)


def stacked(
    probability: Floats, words: Floats, around: list[Ranges], shape: Ints | None
) -> dict[str, Floats]:
    """Columns of shape (n_blocks,) from first-pass probabilities of shape (n_blocks, 3).

    `shape` numbers the blocks of one shape alike, see `features.context.shapes`; text has none.
    """
    n = len(words)
    content, headline = probability[:, 0], probability[:, 1]
    odds = _log_odds(content)
    columns = {"own_content": content, "own_log_odds": odds, "own_headline": headline}
    for shift in NEIGHBOURS:
        moved = np.full(n, -4.0)
        if shift > 0:
            moved[:-shift] = odds[shift:]
        else:
            moved[-shift:] = odds[:shift]
        columns[f"log_odds_{'previous' if shift < 0 else 'next'}_{abs(shift)}"] = moved

    expected = words * content
    total = max(float(words.sum()), 1.0)
    kept = max(float(expected.sum()), 1e-6)
    before = (np.cumsum(expected) - expected) / kept
    sure = content * words * (content > 0.8)
    columns |= {
        "content_before": before,
        "content_between": before * (1.0 - before - expected / kept),
        "page_content_share": np.full(n, kept / total),
        "page_log_content": np.full(n, np.log1p(kept)),
        "page_sureness": np.full(n, float(sure.sum()) / kept),
        "headline_before": np.minimum(np.cumsum(headline) - headline, 1.0),
        "headline_largest": headline / max(float(headline.max(initial=0.0)), 0.05),
    }
    for ranges in around:
        held = np.maximum(ranges.sums(words), 1e-9)
        blocks = ranges.end - ranges.start
        by_words = ranges.sums(expected) / held
        by_blocks = ranges.sums(content) / np.maximum(blocks, 1)
        share = ranges.sums(expected) / kept
        for k, name in enumerate(ranges.names):
            columns[f"{name}_content_by_words"] = by_words[k]
            columns[f"{name}_content_by_blocks"] = by_blocks[k]
            columns[f"{name}_content_share"] = share[k]
    columns |= _ranking(content, odds, words)
    if shape is not None:
        size = np.bincount(shape)
        mass = np.bincount(shape, weights=words)
        held = np.bincount(shape, weights=expected)
        columns |= {
            "shape_content_by_words": (held / np.maximum(mass, 1e-9))[shape],
            "shape_content_by_blocks": (np.bincount(shape, weights=content) / size)[shape],
            "shape_log_odds": (np.bincount(shape, weights=odds) / size)[shape],
            "shape_content_share": (held / kept)[shape],
        }
    return columns


def _ranking(content: Floats, odds: Floats, words: Floats) -> dict[str, Floats]:
    """Where a block stands among the page's blocks, the likeliest first.

    A page of which the first pass is sure of nothing has content all the same: what counts is
    the block's distance from the cut that maximises the page's expected F1.
    """
    n = len(words)
    order, expected_f1 = expected_scores(content, words)
    best = int(np.argmax(expected_f1))
    cut = odds[order[best]]
    above, recall = np.empty(n), np.empty(n)
    above[order] = np.cumsum(words[order]) / max(float(words.sum()), 1.0)
    gained = np.cumsum((content * words)[order])
    recall[order] = gained / max(float(gained[-1]), 1e-6)
    return {
        "log_odds_over_cut": odds - cut,
        "over_cut": (odds >= cut).astype(np.float64),
        "likelier_words": above,
        "likelier_content": recall,
        "page_cut": np.full(n, cut),
        "page_expected_f1": np.full(n, expected_f1[best]),
        "page_largest_log_odds": np.full(n, odds.max()),
    }


def _log_odds(probability: Floats) -> Floats:
    clipped = np.clip(probability, 0.002, 0.998)
    result: Floats = np.log(clipped / (1.0 - clipped))
    return result
