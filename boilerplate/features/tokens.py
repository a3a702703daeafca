"""The names that authors give their elements, as tokens: tags, classes, ids, roles.

``class="article-body__text"`` names its element as a whole and by its parts, so that a site
never seen before is understood by the words that it shares with others.
"""

from __future__ import annotations

import re
from functools import lru_cache

PLACES = ("own", "parent", "ancestor", "inline")  # where a token can stand, seen from a block

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_DIGITS = re.compile(r"\d+")
_MOST = 48  # tokens of one element; utility frameworks write more than anyone reads


@lru_cache(maxsize=2_000)
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


@lru_cache(maxsize=2_000)
def _named(word: str) -> dict[str, None]:
    """The tokens of one class name: the name without its numbers, and its parts."""
    lower = word.lower()
    found = {(lower if lower.isalpha() else _DIGITS.sub("0", lower))[:60]: None}
    for piece in _PART.findall(word):
        if len(piece) > 1:
            found["~" + piece.lower()[:30]] = None
    return found
