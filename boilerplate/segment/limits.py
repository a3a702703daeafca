"""Limits to what makes the HTML standard's tree construction quadratic, in time or in memory.

Elements far too deep slow every step down. An inline element of style that is never closed is
opened anew in every block that follows, so that a small page with a thousand such fills the memory.
And every attribute of an element is compared with those before it: JSON in the wrong quotes is
thousands in one tag, and each further `<body>` adds its own to the first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from boilerplate.arrays import Ints

_FEW_TAGS = 400  # pages with fewer are left as they are, whatever they open
_MANY_TAGS = 20_000  # pages with more are always looked at
_MOST_OPEN = 1_000  # tags that may be open at once in the others
_MOST_COPIES = 200_000  # of elements of style: each that is open, in each block that follows
_MOST_DEPTH = 500  # browsers stop at about this depth too
_MOST_STYLES = 20  # elements of style that are open at once
_RAW = "script style textarea title iframe xmp".split()  # elements that hold no tags
# What follows the name of a tag, to its end.
_REST = r"(?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?)*+>?"
_TAG = re.compile(
    rf"<!--.*?(?:-->|\Z)|<({'|'.join(_RAW)})\b.*?(?:</\1|\Z)|<(/?)([a-z][^\s/>]*+){_REST}",
    re.IGNORECASE | re.DOTALL,
)
_LONG_TAG = 50_000  # bytes up to the next ``<`` from which a page's tags are looked at
_LARGE = 1_000_000  # bytes of a page whose tags are looked at anyway: some ``<`` may be quoted
_MOST_ATTRIBUTES = 1_000
_SOME_TAGS = 5_000  # fewer can't add too many attributes to the root
_MOST_ROOTS = 10  # tags of `<html>` and `<body>`
_ONE_TAG = rf"<(/?[a-zA-Z][^\s/>]*+){_REST}"
_MAYBE_TAG = re.compile(_ONE_TAG.encode())
_ROOT = re.compile(rf"<(?:html|body)\b{_REST}".encode(), re.IGNORECASE)
_ATTRIBUTE = r"[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]*+))?+"
_STYLES = frozenset("b big code em font i s small strike strong tt u".split())
# Void elements, and those that close others of their name or need no end tag.
_NO_DEPTH = frozenset(
    "area base br col embed hr img input link meta param source track wbr a nobr "
    "html head body p li dt dd td th tr tbody thead tfoot option colgroup".split()
)


def _letters(names: Iterable[str]) -> NDArray[np.bool_]:
    """Which first two letters, or letter and end, tags of these names have."""
    found = np.zeros((256, 256), np.bool_)
    for name in names:
        for following in name[1:2] or " \t\n\r\f/>":
            found[ord(name[0]), ord(following) | 32] = True
    return found


# But for those that others share: em, article, header, code.
_NO_DEPTH_LETTERS = _letters(_NO_DEPTH - {"embed", "area", "head", "col", "colgroup"} | {"path"})
_STYLE_LETTERS = _letters(_STYLES)


def limit_attributes(source: bytes, tag: Ints) -> bytes:
    """Leave out what is too many of the attributes of a tag.

    Args:
        source: The page in UTF-8; as it is where no tag has too many.
        tag: Where a ``<`` stands in it, shape (n_tags,).
    """
    if len(source) < _LARGE and not _may_be_long(source, tag):
        return source
    parts: list[bytes] = []
    end = at = 0
    while odd := _odd_tag().match(source, at):
        at = odd.end()
        attributes = re.finditer(_ATTRIBUTE.encode(), source[odd.end(1) : at])
        last = next(islice(attributes, _MOST_ATTRIBUTES - 1, None), None)
        if last is not None and next(attributes, None) is not None:
            parts.append(source[end : odd.end(1) + last.end()] + b">")
            end = at
    return b"".join([*parts, source[end:]]) if parts else source


def limit_roots(source: bytes, tag: Ints) -> bytes:
    """Leave out what is too many of the tags `<html>` and `<body>`; arguments as above."""
    if tag.size < _SOME_TAGS:
        return source
    surplus = [*islice(_ROOT.finditer(source), _MOST_ROOTS, None)]
    starts = [*(found.start() for found in surplus), len(source)]
    ends = [0, *(found.end() for found in surplus)]
    return b"".join(source[a:b] for a, b in zip(ends, starts, strict=True)) if surplus else source


def _may_be_long(source: bytes, tag: Ints) -> bool:
    """Whether there may be a long tag: a quick look, which takes ``i<n`` in a script for one."""
    long = tag[np.diff(tag, append=len(source)) > _LONG_TAG]
    tags = (_MAYBE_TAG.match(source, at) for at in long.tolist())
    return any(found is not None and found.end() - found.start() > _LONG_TAG for found in tags)


@cache
def _odd_tag() -> re.Pattern[bytes]:
    """A page up to the next tag of too many attributes, or one that is odd or never closed.

    The group ends with the tag's name. Compiled when a page needs it, which few do.
    """
    raw = "|".join(rf"<(?i:{name})\b(?:[^<]++|<(?!/(?i:{name})\b))*+" for name in _RAW)
    tag = rf"</?[a-zA-Z][^\s/>]*+(?:[\s/]*+{_ATTRIBUTE}){{0,{_MOST_ATTRIBUTES}}}+[\s/]*+>"
    text = r"[^<]++|<(?!!|/?[a-zA-Z])|<!--(?:[^-]++|-(?!->))*+|<!(?!--)"
    return re.compile(rf"(?:{text}|{raw}|{tag})*+{_ONE_TAG}".encode())


def may_nest(html: NDArray[np.uint8], tag: Ints) -> bool:
    """Whether tags may stand deeper than any reader's browser would go: a quick look.

    Args:
        html: The page in UTF-8, shape (n_bytes,).
        tag: Where a ``<`` stands in it, shape (n_tags,).
    """
    if tag.size < _FEW_TAGS or tag.size >= _MANY_TAGS:
        return tag.size >= _MANY_TAGS
    closes = html.take(tag + 1, mode="clip") == ord("/")
    letter = tag + 1 + closes
    first, second = (html.take(letter + k, mode="clip").astype(np.intp) | 32 for k in (0, 1))
    step = np.where(closes, -1, 1)
    deepens = (first >= ord("a")) & (first <= ord("z")) & ~_NO_DEPTH_LETTERS[first, second]
    if _most_open(step * deepens) >= _MOST_OPEN:
        return True
    return _most_open(step * _STYLE_LETTERS[first, second]) * tag.size >= _MOST_COPIES


def _most_open(step: Ints) -> int:
    """How many tags may be open at once, by what each adds."""
    depth = np.cumsum(step)
    return int((depth - np.minimum.accumulate(depth)).max())


def limit_nesting(html: str) -> str:
    """Leave out the tags of elements that stand deeper than any reader's browser would go.

    Their text stays.
    """
    parts: list[str] = []
    end = 0
    opened: list[str] = []  # the elements around, outermost first, without those of style
    around = Counter[str]()  # and how many of each name, those of style too
    left_out = Counter[str]()  # elements whose end tag is still to come
    styles = 0
    for tag in _TAG.finditer(html):
        name = (tag[3] or "").lower()
        if not name or name in _NO_DEPTH:
            continue
        if not tag[2]:
            is_style = name in _STYLES
            if (styles < _MOST_STYLES) if is_style else (len(opened) < _MOST_DEPTH):
                around[name] += 1
                if is_style:
                    styles += 1
                else:
                    opened.append(name)
                continue
            left_out[name] += 1
        elif left_out[name]:
            left_out[name] -= 1
        else:
            if around[name] and name in _STYLES:
                around[name] -= 1
                styles -= 1
            elif around[name]:
                while (last := opened.pop()) != name:
                    around[last] -= 1
                around[name] -= 1
            continue
        parts.append(html[end : tag.start()])
        end = tag.end()
    parts.append(html[end:])
    return " ".join(parts)
