"""What lines of flattened text tell of each other: their words, which stand for class names.

A line is judged by its own words, by the first ones of the line before, of the last short line
above and of the line that heads its section, and by the first one of the line after; a short line
also by its shape. The model learns them like class names and has to do without them in languages
that it has not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boilerplate.arrays import Ints
from boilerplate.features.context import heads, last_flagged
from boilerplate.features.wording import (
    DIGIT,
    SPACELESS,
    Wording,
    Words,
    counts_before,
    hashed,
    words_of,
)
from boilerplate.page import Page

PLACES = ("word", "first", "last", "next", "before", "above", "section", "shape")

_READ = 160  # characters of a line that are read word by word
_LINE = 60  # characters of a short line
_LINE_WORDS = 6
# What stands in a shape for a word, by the class of its first character, or for a digit.
_FOLDED = np.array([*map(ord, "aAaa0")], np.uint64)
_NUMBER = np.uint64(ord("0"))  # stands for any number
_OF_SHAPE = np.uint64(1)  # tells the shape "a" from the word "a"


@dataclass(slots=True)
class Place:
    """The tokens of lines, and the line whose tokens count for each block.

    Attributes:
        token: Indices of tokens, shape (n,), line by line.
        line: The lines that they stand in, shape (n,).
        of_block: The line that counts for each block, -1 for none; shape (n_blocks,).
    """

    token: Ints
    line: Ints
    of_block: Ints


@dataclass(slots=True)
class Lines:
    """The tokens of a page of flattened text.

    Attributes:
        tokens: As numbers, the same for the same word or shape; shape (n_tokens,).
        places: For each of `PLACES`.
    """

    tokens: NDArray[np.uint64]
    places: dict[str, Place]


def lines(page: Page, counted: Wording) -> Lines:
    """The tokens of the lines of a page of flattened text, in every place."""
    n = len(page)
    each = counted.each
    at = np.arange(n)
    length = each.length
    first = each.first
    count = np.diff(first)
    rank = np.arange(each.block.size) - first[each.block]

    worded = count > 0
    read = np.flatnonzero(each.start - each.begin[each.block] < _READ)
    leading = np.flatnonzero(rank < _LINE_WORDS)
    short = np.flatnonzero(length < _LINE)
    terse = (length < _LINE) & worded & (count <= _LINE_WORDS)

    def place(token: Ints, of_block: Ints) -> Place:
        return Place(token, each.block[token], of_block)

    return Lines(
        tokens=np.append(word_tokens(each), _shape_tokens(each, short)),
        places={
            "word": place(read, at),
            "first": place(first[:-1][worded], at),
            "last": place(first[1:][worded] - 1, at),
            "next": place(first[:-1][worded], np.append(at[1:], -1)),
            "before": place(leading, at - 1),
            "above": place(leading, _last_before(terse)),
            "section": place(leading, _last_before(heads(counted))),
            "shape": Place(each.block.size + np.arange(short.size), short, at),
        },
    )


def token_names(page: Page) -> list[str]:
    """The tokens of a page as they stand in a vocabulary, in the order of `lines`."""
    each = words_of(page.texts)
    spans = zip(each.start.tolist(), each.end.tolist(), strict=True)
    number = each.kind[each.start] == DIGIT
    found = ["0" if is_number else each.text[start:end]
             for (start, end), is_number in zip(spans, number.tolist(), strict=True)]  # fmt: skip
    folded, kept = _folded(each)
    short = np.flatnonzero(each.length < _LINE)
    starts, ends = kept[each.begin[short]], kept[(each.begin + each.length)[short]]
    shapes = [
        "=" + "".join(map(chr, folded[start:end].tolist()))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    return found + shapes


def numbers(vocabulary: Sequence[str]) -> NDArray[np.uint64]:
    """The tokens of a vocabulary as the numbers that `lines` gives them, shape (n_tokens,)."""
    texts = [token.removeprefix("=") for token in vocabulary]
    is_shape = np.array([token.startswith("=") for token in vocabulary], np.bool_)
    each = words_of(texts)
    words = np.zeros(len(texts), np.uint64)
    words[each.block] = word_tokens(each)
    return np.where(is_shape, _shape_tokens(each, np.arange(len(texts))), words)


def word_tokens(each: Words) -> NDArray[np.uint64]:
    """The number of each word, one for all numbers; shape (n_words,)."""
    return np.where(each.kind[each.start] == DIGIT, _NUMBER, each.hashed)


def _shape_tokens(each: Words, chosen: Ints) -> NDArray[np.uint64]:
    folded, kept = _folded(each)
    start = each.begin[chosen]
    return hashed(folded, kept[start], kept[start + each.length[chosen]]) ^ _OF_SHAPE


def _folded(each: Words) -> tuple[NDArray[np.uint64], Ints]:
    """The characters with words and numbers folded: "A 0, 0000" was a date, in any language.

    Besides them, for each character and for the end, how many of those before it are left.
    """
    kind = each.kind
    letter, digit = kind <= SPACELESS, kind == DIGIT
    again = np.zeros(kind.size, np.bool_)  # in the run of letters, or past the fourth digit
    again[1:] = letter[1:] & letter[:-1]
    again[4:] |= digit[4:] & digit[3:-1] & digit[2:-2] & digit[1:-3] & digit[:-4]
    folded = np.where(kind <= DIGIT, _FOLDED[np.minimum(kind, DIGIT)], each.code)
    return folded[~again], counts_before(~again)


def _last_before(flags: NDArray[np.bool_]) -> Ints:
    """The last flagged line above each line, -1 for none."""
    result: Ints = np.append(-1, last_flagged(flags)[:-1])
    return result
