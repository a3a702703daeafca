"""Limits to what makes the HTML standard's tree construction quadratic, in time or in memory.

Elements far too deep slow every step down. An inline element of style that is never closed is
opened anew in every block that follows: a thousand such fill a gigabyte from a page of 50 kB. And
every attribute of a tag is compared with those before it: JSON in the wrong quotes is thousands.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from boilerplate.page import Ints

_FEW_TAGS = 2_000  # pages with fewer parse in no time whatever they open
_MANY_TAGS = 20_000  # pages with more are always looked at
_MOST_OPEN = 1_000  # tags that may be open at once in the others
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
_ONE_TAG = rf"<(/?[a-zA-Z][^\s/>]*+){_REST}"
_MAYBE_TAG = re.compile(_ONE_TAG.encode())
_ATTRIBUTE = r"[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]*+))?+"
_STYLES = frozenset("b big code em font i s small strike strong tt u".split())
# Void elements, and those that close others of their name or need no end tag.
_NO_DEPTH = frozenset(
    "area base br col embed hr img input link meta param source track wbr a nobr "
    "html head body p li dt dd td th tr tbody thead tfoot option optgroup colgroup rt rp".split()
)
# Their first letters, but for those that others share: em, article, header, code.
_NO_DEPTH_LETTERS = np.zeros((256, 256), np.bool_)
for _name in _NO_DEPTH - {"embed", "area", "head", "col", "colgroup"} | {"path"}:
    for _next in _name[1:2] or " >/":
        _NO_DEPTH_LETTERS[ord(_name[0]), ord(_next) | 32] = True


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
    counts = (first >= ord("a")) & (first <= ord("z")) & ~_NO_DEPTH_LETTERS[first, second]
    depth = np.cumsum(np.where(closes, -1, 1) * counts)
    return int((depth - np.minimum.accumulate(depth)).max()) >= _MOST_OPEN


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
