"""Columns of the second pass: what the first pass thinks of a block's surroundings.

Stacked sequential learning (Cohen and Carvalho, 2005): the second model sees the first one's
out-of-fold probabilities around the block that it judges. It also sees what the columns and the
tokens would say each without the other (stacked generalization, Wolpert, 1992): where they
disagree, a weighted sum of both is no more than their mean.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boilerplate.arrays import Floats, Ints
from boilerplate.features.cohesion import Keywords
from boilerplate.features.context import Ranges, neighbour, of_neighbours, sums_between
from boilerplate.features.recurring import Recurring

ALONE = ("columns", "tokens")  # each makes up its mind by itself, too
NEIGHBOURS = (-4, -3, -2, -1, 1, 2, 3, 4)
NEAR = (-2, -1, 1, 2)
COHESION_RANGES = ("window_5", "run", "section")
_MANY = 8.0  # keywords that say enough of a block
_OUTSIDE = -4.0  # log-odds of what lies beyond the page's ends
_LOST = 5.0  # keywords that a loose tail lacks, if it is one for sure


def stacked(
    probability: Floats,
    alone: Floats,
    words: Floats,
    around: list[Ranges],
    shape: Ints,
    keywords: Keywords,
) -> dict[str, Floats]:
    """Columns of shape (n_blocks,) from first-pass probabilities of shape (n_blocks, 3).

    `alone` are the probabilities of content that each of `ALONE` gives by itself, shape
    (n_blocks, 2). `shape` numbers the blocks of one shape alike, see `features.context.shapes` and
    `line_shapes`; `keywords` are the words that tell what the blocks are about.
    """
    n = len(words)
    content, headline = probability[:, 0], probability[:, 1]
    opinions = np.stack((content, *alone.T))
    odds = _log_odds(opinions)
    order, expected_f1 = _expected_f1(opinions, words)
    columns = {"own_content": content, "own_headline": headline}
    columns |= _opinions(opinions, odds, order, expected_f1, words, around, shape)

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
        "shape_content_share": (np.bincount(shape, weights=expected) / kept)[shape],
    }
    columns |= _ranking(content, odds[0], words, order[0], expected_f1[0])
    columns |= _vocabulary(content, keywords)
    columns |= _bulk(content, words, float(expected_f1[0].max()))
    return columns


def _expected_f1(opinions: Floats, words: Floats) -> tuple[Ints, Floats]:
    """The blocks from the likeliest on, and the F1 to expect if each and all before it are kept.

    For each opinion, shape (n_opinions, n_blocks). The expectation of the ratio is taken as the
    ratio of the expectations.
    """
    order = np.argsort(-opinions, axis=1, kind="stable")
    mass = words[order]
    gained = np.cumsum(mass * np.take_along_axis(opinions, order, axis=1), axis=1)
    total = (words * opinions).sum(axis=1, keepdims=True)
    return order, 2.0 * gained / (np.cumsum(mass, axis=1) + total + 1e-9)


def _opinions(
    opinions: Floats,
    odds: Floats,
    order: Ints,
    expected_f1: Floats,
    words: Floats,
    around: list[Ranges],
    shape: Ints,
) -> dict[str, Floats]:
    """What opinions say of a block, its neighbours, and all that it stands among.

    Opinions are probabilities of content, those of the first pass and then those of each of
    `ALONE`; `odds` are their log-odds, `order` and `expected_f1` their `_expected_f1`; all of shape
    (n_opinions, n_blocks). A page of which nothing is sure has content all the same: what counts is
    also the distance from the cut that maximises the page's expected F1.
    """
    last = np.argmax(expected_f1, axis=1)[:, None]
    cut = np.take_along_axis(odds, np.take_along_axis(order, last, axis=1), axis=1)
    columns = {
        "own_log_odds": odds,
        "log_odds_over_cut": odds - cut,
        "over_cut": (odds >= cut).astype(np.float64),
    }
    for shift, rows in zip(NEIGHBOURS, of_neighbours(odds, NEIGHBOURS, _OUTSIDE), strict=True):
        columns[f"log_odds_{neighbour(shift)}"] = rows
    expected = words * opinions
    kept = np.maximum(expected.sum(axis=1), 1e-6)[:, None]
    summed = np.stack((expected, opinions))
    for ranges in around:
        likely, contents = ranges.sums(summed)
        by_words = likely / np.maximum(ranges.sums(words), 1e-9)
        by_blocks = contents / np.maximum(ranges.end - ranges.start, 1)
        share = likely / kept[:, :, None]
        for k, name in enumerate(ranges.names):
            columns[f"{name}_content_by_words"] = by_words[:, k]
            columns[f"{name}_content_by_blocks"] = by_blocks[:, k]
            columns[f"{name}_content_share"] = share[:, k]
    size = np.bincount(shape)
    mass = np.maximum(np.bincount(shape, weights=words), 1e-9)
    columns |= {
        "shape_content_by_words": (_sums(expected, shape) / mass)[:, shape],
        "shape_content_by_blocks": (_sums(opinions, shape) / size)[:, shape],
        "shape_log_odds": (_sums(odds, shape) / size)[:, shape],
    }
    columns |= _long_neighbours(odds, words)
    far = {f"log_odds_{neighbour(shift)}" for shift in NEIGHBOURS if shift not in NEAR}
    result = {name: rows[0] for name, rows in columns.items()}
    for k, opinion in enumerate(ALONE, 1):
        result |= {f"{opinion}_{name}": c[k] for name, c in columns.items() if name not in far}
    return result


def _sums(values: Floats, number: Ints) -> Floats:
    """Sums over the blocks of each number, of quantities of shape (n, n_blocks)."""
    return np.stack([np.bincount(number, weights=row) for row in values])


def _ranking(
    content: Floats, odds: Floats, words: Floats, order: Ints, expected_f1: Floats
) -> dict[str, Floats]:
    """Where a block stands among the page's blocks, the likeliest first, and what to expect."""
    n = len(words)
    best = int(np.argmax(expected_f1))
    above, recall = np.empty(n), np.empty(n)
    above[order] = np.cumsum(words[order]) / max(float(words.sum()), 1.0)
    gained = np.cumsum((content * words)[order])
    recall[order] = gained / max(float(gained[-1]), 1e-6)
    return {
        "likelier_words": above,
        "likelier_content": recall,
        "page_cut": np.full(n, odds[order[best]]),
        "page_expected_f1": np.full(n, expected_f1[best]),
        "page_largest_log_odds": np.full(n, odds.max()),
    }


def _vocabulary(content: Floats, keywords: Keywords) -> dict[str, Floats]:
    """Whether the other blocks that hold a block's keywords are content.

    The page's own words tell its subject from its teasers: naive Bayes with one page to learn
    from, each block judged by the others.
    """
    n, word, block = len(content), keywords.word, keywords.block
    number = np.bincount(block, minlength=n).astype(np.float64)
    others = np.bincount(word)[word] - 1.0
    good = _elsewhere(content, keywords)
    shared = others > 0.5
    evidence = np.log((good + 0.3) / (others - good + 0.3)) * shared
    mean = good / np.maximum(others, 1.0) - content.mean()

    def total(values: Floats | NDArray[np.bool_]) -> Floats:
        sums: Floats = np.bincount(block, weights=values, minlength=n).astype(np.float64)
        return sums

    total_evidence = total(evidence)
    per_word = 1.0 / np.maximum(number, 1.0)
    return {
        "words_evidence": total_evidence * per_word,
        "words_evidence_sum": np.clip(total_evidence, -20.0, 20.0),
        "words_evidence_shared": total_evidence / np.maximum(total(shared), 1.0),
        "words_content": total(mean * shared) * per_word,
        "words_in_content": total(good >= 0.5) * per_word,
        "words_in_boilerplate": total((good < 0.2) & shared) * per_word,
        "words_log_content": total(np.log1p(good)) * per_word,
    }


def _elsewhere(content: Floats, keywords: Keywords) -> Floats:
    """The expected number of other blocks of content with each keyword, shape (n_words,)."""
    here = content[keywords.block]
    result: Floats = np.bincount(keywords.word, weights=here)[keywords.word] - here
    return result


def content_cohesion(
    probability: Floats, words: Floats, around: list[Ranges], keywords: Keywords
) -> dict[str, Floats]:
    """Columns of shape (n_blocks,): do a block and those around it share the content's words?

    Teasers below an article speak of something else. Where no block down to the page's end shares
    many words with the content, the article has ended (after TextTiling, Hearst, 1997). The
    arguments are those of `stacked`.
    """
    n, content = len(words), probability[:, 0]
    block = keywords.block
    number = np.bincount(block, minlength=n).astype(np.float64)
    held = np.bincount(block, weights=np.minimum(_elsewhere(content, keywords), 1.0), minlength=n)
    shared = held / np.maximum(number, 1.0)
    mean = float((content * held).sum() / max(float((content * number).sum()), 1e-6))
    columns = {
        "content_cohesion": (shared - mean) * np.minimum(number / _MANY, 1.0),
        "page_content_cohesion": np.full(n, mean),
    }
    long = np.where(words >= 10, (held, number), 0.0)
    for ranges in around:
        for name, start, end in zip(ranges.names, ranges.start, ranges.end, strict=True):
            if name in COHESION_RANGES:
                common, every = sums_between(long, start, end)
                share = (common + mean * _MANY) / (every + _MANY)
                columns[f"{name}_content_cohesion"] = share - mean
    gained = np.cumsum((long[0] - long[1] * mean / 2.0)[::-1])[::-1]  # from each block to the end
    tail = int(np.argmin(gained))
    sure = min(max(-float(gained[tail]), 0.0) / _LOST, 1.0)
    columns["loose_tail"] = sure * (np.arange(n) >= tail)
    return columns


def content_of_records(content: Floats, words: Floats, found: Recurring) -> dict[str, Floats]:
    """Columns of shape (n_blocks,): how likely is the record around a block, and all of its group?

    `content` are the first pass's probabilities of it, shape (n_blocks,).
    """
    odds, expected = _log_odds(content), words * content
    summed = np.stack((odds, expected, words))
    total_odds, likely, held = sums_between(summed, found.start, found.end)
    of_group = [np.bincount(found.group, weights=row) for row in summed]
    columns = {
        "log_odds": total_odds / (found.end - found.start),
        "content_by_words": likely / np.maximum(held, 1.0),
        "group_log_odds": (of_group[0] / np.maximum(np.bincount(found.group), 1))[found.group],
        "group_content_by_words": (of_group[1] / np.maximum(of_group[2], 1.0))[found.group],
    }
    return {f"recurring_{name}": found.inside * values for name, values in columns.items()}


def _bulk(content: Floats, words: Floats, largest_f1: float) -> dict[str, Floats]:
    """Where a block stands to the bulk: the run of blocks that gains most if it is kept whole.

    A kept word gains its probability less half the F1 to expect (Lipton, Elkan and
    Naryanaswamy, 2014); the run with the largest sum is found as in Bentley (1984).
    """
    n = len(content)
    at = np.arange(n)
    gain = np.append(0.0, np.cumsum(words * (content - largest_f1 / 2.0)))
    end = int(np.argmax(gain - np.minimum.accumulate(gain)))
    start = int(np.argmin(gain[: end + 1]))
    if start == end:
        start, end = 0, n
    held = (words * content)[start:end].sum()
    return {
        "bulk_inside": ((at >= start) & (at < end)).astype(np.float64),
        "bulk_before": np.log1p(np.maximum(start - at, 0.0)),
        "bulk_after": np.log1p(np.maximum(at - end + 1.0, 0.0)),
        "bulk_content_share": np.full(n, held / max(float((words * content).sum()), 1e-6)),
        "bulk_blocks": np.full(n, (end - start) / n),
        "bulk_density": np.full(n, held / max(float(words[start:end].sum()), 1e-6)),
    }


def _long_neighbours(odds: Floats, words: Floats) -> dict[str, Floats]:
    """Log-odds, (n_opinions, n_blocks), of the nearest long blocks, over what stands between."""
    long = np.flatnonzero(words >= 10)
    beyond = np.full((len(odds), 2), _OUTSIDE)
    padded = np.concatenate((beyond, odds[:, long], beyond), axis=1)
    at = np.arange(len(words))
    first = np.searchsorted(long, at, side="left") + 2  # of the long blocks from here on
    after = np.searchsorted(long, at, side="right") + 2
    return {
        "long_log_odds_previous_1": padded.take(first - 1, axis=1),
        "long_log_odds_previous_2": padded.take(first - 2, axis=1),
        "long_log_odds_next_1": padded.take(after, axis=1),
        "long_log_odds_next_2": padded.take(after + 1, axis=1),
    }


def _log_odds(probability: Floats) -> Floats:
    clipped = np.clip(probability, 0.002, 0.998)
    result: Floats = np.log(clipped / (1.0 - clipped))
    return result
