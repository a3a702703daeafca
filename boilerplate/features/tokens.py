"""The names that authors give their elements, as tokens: tags, classes, ids, roles; or words.

``class="article-body__text"`` names its element as a whole and by its parts, so that a site
never seen before is understood by the words that it shares with others.
"""

from __future__ import annotations

import re
from functools import lru_cache

from boilerplate.page import Page

PLACES = ("own", "parent", "ancestor", "inline")  # where a token can stand, seen from a block

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_DIGITS = re.compile(r"\d+")
_MOST = 48  # tokens of one element; utility frameworks write more than anyone reads
_WORD = re.compile(r"[^\W\d_]+|\d+")
_LINE = 60  # characters of a line that is short enough to be taken word by word
_LINE_WORDS = 6


def inside(page: Page) -> list[tuple[str, ...]]:
    """Signatures of what stands inside each block, length n_blocks.

    In HTML those are the inline elements. Flattened text has no names but the words with which
    a line begins and ends, the words of short lines, and those of the last short line above,
    which may head a section. The model learns them like class names and has to do without them
    in languages that it has not seen.
    """
    if page.kind == "html":
        return page.inline
    found: list[tuple[str, ...]] = []
    before = ""
    above: tuple[str, ...] = ()
    for text in page.texts:
        words = _words(text[:80])
        signatures = list(above)
        if before:
            signatures.append(f"before={before}")
        if words:
            last = _words(text[-30:])
            signatures += (f"first={words[0]}", f"two={' '.join(words[:2])}")
            signatures.append(f"last={last[-1] if last else ''}")
            if len(text) < _LINE and len(words) <= _LINE_WORDS:
                signatures += (f"word={word}" for word in words)
                signatures.append(f"line={' '.join(words)}")
                above = tuple(f"above={word}" for word in words)
        before = " ".join(words[:3])
        found.append(tuple(dict.fromkeys(signatures)))
    return found


def _words(text: str) -> list[str]:
    return ["0" if word.isdecimal() else word[:20] for word in _WORD.findall(text.lower())]


@lru_cache(maxsize=50_000)
def tokens(signature: str) -> tuple[str, ...]:
    """The distinct tokens of an element's signature (see `segment.html.signature`)."""
    tag, *parts = signature.split("\t")
    found = {f"<{tag}>": None}
    for part in parts:
        name, _, value = part.partition("=")
        if not value:
            found[name] = None
        elif name in ("class", "id"):
            for word in value.split():
                found |= _named(word)
        else:
            for word in value.lower().split()[:8]:
                found[f"{name}={word[:60]}"] = None
    return tuple(list(found)[:_MOST])


@lru_cache(maxsize=50_000)
def _named(word: str) -> dict[str, None]:
    """The tokens of one class name: the name without its numbers, and its parts."""
    lower = word.lower()
    found = {(lower if lower.isalpha() else _DIGITS.sub("0", lower))[:60]: None}
    for piece in _PART.findall(word):
        if len(piece) > 1:
            found["~" + piece.lower()[:30]] = None
    return found
