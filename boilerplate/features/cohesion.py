"""Do a block's words stand elsewhere in the page? An article repeats its words, teasers do not.

Lexical cohesion (Halliday and Hasan, 1976), here over the words that tell what a text is about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boilerplate.arrays import Floats, Ints, distinct
from boilerplate.features.context import Ranges, long_blocks
from boilerplate.features.wording import DIGIT, LOWER, SPACELESS, Wording, Words

_BLOCK_BITS = np.uint64((1 << 20) - 1)  # blocks beyond that many share their numbers
_PAIRED = np.uint64(0xD1342543DE82EF95)  # tells a pair of characters from its reverse


@dataclass(slots=True)
class Keywords:
    """The words that tell what a block is about, once a block."""

    word: Ints  # their numbers, shape (n_words,)
    block: Ints  # the blocks that hold them


def cohesion(
    counted: Wording, keywords: Keywords, density: Floats, around: list[Ranges]
) -> dict[str, Floats]:
    """Columns of shape (n_blocks,) from the keywords that a block shares with long blocks."""
    n = len(counted.words)
    word, block = keywords.word, keywords.block
    long = long_blocks(counted, density) > 0
    longs = max(float(long.sum()), 1.0)
    in_long = np.bincount(word[long[block]], minlength=word.max(initial=-1) + 1)
    others = (in_long[word] - long[block]).astype(np.float64)  # long blocks that hold it, too
    number = np.bincount(block, minlength=n).astype(np.float64)
    per_word = 1.0 / np.maximum(number, 1.0)
    shared = np.bincount(block, weights=others > 0, minlength=n) * per_word
    spread = np.bincount(block, weights=np.log1p(others), minlength=n) * per_word
    central = np.log1p(np.bincount(block, weights=others / longs, minlength=n))
    mass = number * long
    mean = float((shared * mass).sum() / max(float(mass.sum()), 1.0))
    mean_central = float((central * long).sum() / longs)
    columns = {
        "cohesion": shared,
        "cohesion_spread": spread,
        "cohesion_central": central,
        "cohesion_central_long": central * long,
        "cohesion_over_page": (shared - mean) * np.minimum(number / 10.0, 1.0),
        "page_cohesion": np.full(n, mean),
    }
    for ranges in around:
        held, blocks = ranges.sums(mass), ranges.sums(long.astype(np.float64))
        of_words = ranges.sums(shared * mass) / np.maximum(held, 1.0) - mean
        of_blocks = ranges.sums(central * long) / np.maximum(blocks, 1.0) - mean_central
        for k, name in enumerate(ranges.names):
            columns[f"{name}_cohesion"] = np.where(held[k] > 0, of_words[k], 0.0)
            columns[f"{name}_central"] = np.where(blocks[k] > 0, of_blocks[k], 0.0)
    return columns


def keywords_of(words: Words) -> Keywords:
    """Find the words that tell what each block is about.

    Those are long words, and words of some length that begin with a capital or belong to a
    script without case; in scripts without spaces, pairs of characters.
    """
    first, length = words.kind[words.start], words.end - words.start
    is_keyword = (length >= 7) | ((length >= 4) & (first != LOWER) & (first != DIGIT))
    spaceless = first == SPACELESS
    if spaceless.any():
        paired = np.zeros_like(spaceless)
        paired[:-1] = spaceless[1:] & (words.end[:-1] == words.start[1:])
        is_keyword = np.where(spaceless, paired, is_keyword)
        following = np.roll(words.hashed, -1)
        hashed = np.where(spaceless, words.hashed * _PAIRED + following, words.hashed)
    else:
        hashed = words.hashed
    hashed = hashed[is_keyword]
    block = words.block[is_keyword].astype(np.uint64)
    found = distinct((hashed & ~_BLOCK_BITS) | (block & _BLOCK_BITS))
    word = found & ~_BLOCK_BITS
    number = np.cumsum(np.append(False, word[1:] != word[:-1]))[: word.size]
    return Keywords(number, (found & _BLOCK_BITS).astype(np.intp))
