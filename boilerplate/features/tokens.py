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
_LETTERS = re.compile(r"[^\W\d_]+")
_READ = 160  # characters of a line that are read word by word
_TAIL = 30
_LINE = 60  # characters of a short line
_LINE_WORDS = 6
_HEAD_WORDS = 8  # of a line that heads a section; the next one has more than twice as many


def inside(page: Page) -> list[tuple[str, ...]]:
    """Signatures of what stands inside each block, length n_blocks.

    In HTML those are the inline elements. Flattened text has no names but its words: those with
    which a line begins, its first and its last one, and of a short line its shape; the words
    with which the previous line, the last short line above and the line that heads the section
    begin; and the first word of the next line. The model learns them like class names and has
    to do without them in languages that it has not seen.
    """
    if page.kind == "html":
        return page.inline
    texts = page.texts
    lines = [_words(text[:_READ]) for text in texts]
    found: list[tuple[str, ...]] = []
    before: list[str] = []  # signatures that the lines above give to those below
    above: list[str] = []
    section: list[str] = []
    for text, words, after in zip(texts, lines, [*lines[1:], []], strict=True):
        signatures = before + above + section
        if after:
            signatures.append(f"next={after[0]}")
        if words:
            ending = words if len(text) <= _READ else _words(text[-_TAIL:]) or words
            signatures += (f"first={words[0]}", f"last={ending[-1]}")
            signatures += [f"word={word}" for word in words]
        if len(text) < _LINE:
            signatures.append(f"shape={_shape(text)}")
            if 0 < len(words) <= _LINE_WORDS:
                above = [f"above={word}" for word in words]
        if len(words) <= _HEAD_WORDS and len(after) > 2 * len(words) and text[-1] not in ".!":
            section = [f"section={word}" for word in words[:_LINE_WORDS]]
        before = [f"before={word}" for word in words[:_LINE_WORDS]]
        found.append(tuple(signatures))
    return found


def _words(text: str) -> list[str]:
    return ["0" if word.isdecimal() else word[:20] for word in _WORD.findall(text.lower())]


@lru_cache(maxsize=10_000)
def _shape(text: str) -> str:
    """The line with its words and numbers folded: "A 0, 0000" was a date, in any language."""
    return _LETTERS.sub(_initial, _DIGITS.sub(_zeros, text))


def _initial(word: re.Match[str]) -> str:
    return "A" if word[0][0].isupper() else "a"


def _zeros(number: re.Match[str]) -> str:
    return "0" * min(len(number[0]), 4)


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
