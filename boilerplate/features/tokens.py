"""The names that authors give their elements, as tokens: tags, classes, ids, roles.

``class="article-body__text"`` names its element as a whole and by its parts, so that a site
never seen before is understood by the words that it shares with others. Numbers stand for tokens,
as they do in `features.lines`: all names of a page are read at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boilerplate.arrays import Ints
from boilerplate.features.wording import (
    DIGIT,
    LOWER,
    SPACELESS,
    UPPER,
    code_points,
    counts_before,
    hashed,
    kinds,
    lowered,
)

PLACES = ("own", "parent", "ancestor", "inline")  # where a token can stand, seen from a block

_LONGEST, _LONGEST_PIECE = 60, 30  # characters of a name that are read
_SPACE, _TAB, _LINE, _ZERO = map(ord, " \t\n0")
_CLASS, _ID = map(ord, ".#")  # before the classes and ids of a signature
_TAG, _PIECE = map(ord, "<~")  # before a tag and a piece of a name in a vocabulary
_OF_TAG, _OF_PIECE = np.uint64(1), np.uint64(2)  # tell the tag "main" from the class and the piece
_FAMILIES = {"<": _OF_TAG, "~": _OF_PIECE}


@dataclass(slots=True)
class Named:
    """The tokens of a page's signatures (see `segment.html.signature`), as numbers.

    Attributes:
        token: The same number for the same token, shape (n_tokens,); a token may come twice.
        owner: The signature in which each stands, shape (n_tokens,).
        tag: The token that is each signature's tag, shape (n_signatures,).
        alike: The same number for the same tag and classes, shape (n_signatures,).
    """

    token: NDArray[np.uint64]
    owner: Ints
    tag: NDArray[np.uint64]
    alike: NDArray[np.uint64]


@dataclass(slots=True)
class _Spans:
    """Where tags, all classes of an element, words and pieces of words stand, in this order.

    The characters are in small letters, and any number is 0, but in tags.
    """

    text: NDArray[np.uint32]
    start: Ints
    end: Ints
    owner: Ints
    sections: list[int]  # where classes, words and pieces begin


def named(signatures: Sequence[str]) -> Named:
    """Read the tokens of signatures."""
    spans = _spans(signatures)
    tag, classes, word, piece = np.split(hashed(spans.text, spans.start, spans.end), spans.sections)
    tag ^= _OF_TAG
    piece ^= _OF_PIECE
    of_tag, of_classes, of_word, of_piece = np.split(spans.owner, spans.sections)
    alike = tag.copy()
    alike[of_classes] += classes
    return Named(
        token=np.concatenate((tag, word, piece)),
        owner=np.concatenate((of_tag, of_word, of_piece)),
        tag=tag,
        alike=alike,
    )


def token_names(signatures: Sequence[str]) -> list[str]:
    """The tokens of signatures as they stand in a vocabulary, in the order of `named`."""
    spans = _spans(signatures)
    text = spans.text.tobytes().decode("utf-32-le", "surrogatepass")
    found = [text[a:b] for a, b in zip(spans.start.tolist(), spans.end.tolist(), strict=True)]
    classes, words, pieces = spans.sections
    return (
        [f"<{tag}>" for tag in found[:classes]]
        + found[words:pieces]
        + [f"~{piece}" for piece in found[pieces:]]
    )


def numbers(vocabulary: Sequence[str]) -> NDArray[np.uint64]:
    """The tokens of a vocabulary as the numbers that `named` gives them, shape (n_tokens,)."""
    bare = [token[1:-1] if token[:1] == "<" else token.removeprefix("~") for token in vocabulary]
    family = np.array([_FAMILIES.get(token[:1], 0) for token in vocabulary], np.uint64)
    end = np.cumsum([len(token) for token in bare], dtype=np.intp)
    start = np.append(0, end)[:-1]
    return hashed(code_points("".join(bare)), start, end) ^ family


def _spans(signatures: Sequence[str]) -> _Spans:
    if not signatures:
        nothing = np.zeros(0, np.intp)
        return _Spans(np.zeros(0, np.uint32), nothing, nothing, nothing, [0, 0, 0])
    joined = "\n".join(signatures) + "\n"
    code = code_points(joined)
    kind = kinds(code)

    # The parts of a signature: its tag, classes or ids behind their sign, single words.
    stop = np.flatnonzero((code == _TAB) | (code == _LINE))
    first = np.append(0, stop[:-1] + 1)
    is_tag = np.append(True, code[first[1:] - 1] == _LINE)
    is_class, is_id = code[first] == _CLASS, code[first] == _ID
    signed = is_class | is_id
    signature = np.cumsum(is_tag) - 1
    part = np.zeros(code.size, np.intp)  # of each character
    part[first[1:]] = 1
    np.cumsum(part, out=part)

    digit = np.flatnonzero(kind == DIGIT)
    lower = code if (low := lowered(joined)) == joined else code_points(low)
    text, place = _folded(lower, digit[~is_tag[part[digit]]])  # h1 is no h2

    gap = code <= _SPACE
    gap[first[signed]] = True
    word = np.flatnonzero(~gap & np.append(True, gap[:-1]))
    word_end = np.flatnonzero(~gap & np.append(gap[1:], True)) + 1
    said = ~is_tag[part[word]] & (code[word] != _PIECE) & (code[word] != _TAG)
    word, word_end = word[said], word_end[said]

    piece, piece_end = _pieces(kind)
    telling = signed[part[piece]] & (piece_end - piece > 1)
    piece, piece_end = piece[telling], piece_end[telling]

    start = place[np.concatenate((first[is_tag], first[is_class] + 1, word, piece))]
    end = place[np.concatenate((stop[is_tag], stop[is_class], word_end, piece_end))]
    of_part = np.concatenate(
        (np.flatnonzero(is_tag), np.flatnonzero(is_class), part[word], part[piece])
    )
    classes = int(np.count_nonzero(is_class))
    sections = [len(signatures), len(signatures) + classes, len(signatures) + classes + word.size]
    end[sections[1] :] = np.minimum(end, start + _LONGEST)[sections[1] :]
    end[sections[2] :] = np.minimum(end, start + _LONGEST_PIECE)[sections[2] :]
    return _Spans(text, start, end, signature[of_part], sections)


def _folded(lower: NDArray[np.uint32], digit: Ints) -> tuple[NDArray[np.uint32], Ints]:
    """The characters with 0 for each number, given where its digits stand.

    Besides them, for each character and for the end, how many of those before it are left.
    """
    text = lower.copy()
    text[digit] = _ZERO
    left = np.ones(text.size, np.bool_)
    left[digit[1:][np.diff(digit) == 1]] = False
    return text[left], counts_before(left)


def _pieces(kind: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Where the parts of words begin and end: ``mainHTMLText`` is main, HTML and text."""
    letter = kind <= SPACELESS
    upper = kind == UPPER
    goes_on = np.zeros(kind.size + 1, np.bool_)  # with the character before it
    goes_on[1:-1] = letter[1:] & (kind[1:] == kind[:-1]) | (kind[1:] == LOWER) & upper[:-1]
    goes_on[1:-2] &= ~(upper[1:-1] & (kind[2:] == LOWER))
    return np.flatnonzero(letter & ~goes_on[:-1]), np.flatnonzero(letter & ~goes_on[1:]) + 1
