"""A limit to nesting: the HTML standard's tree construction is quadratic in depth."""

from __future__ import annotations

import re

_MOST_TAGS = 20_000  # pages with fewer parse in no time however deep they are
_MOST_DEPTH = 500  # browsers stop at about this depth too
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*+)[^<>]*+>")
# Void elements, and those whose end tag may be left out, so that counting them misleads.
_NO_DEPTH = frozenset(
    "area base br col embed hr img input link meta param source track wbr "
    "html head body p li dt dd td th tr tbody thead tfoot option optgroup colgroup rt rp".split()
)


def limit_nesting(html: str) -> str:
    """Leave out the tags of elements that stand deeper than any reader's browser would go.

    Their text stays. A page of ordinary size comes back as it is.
    """
    if html.count("<") < _MOST_TAGS:
        return html
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() not in _NO_DEPTH:
            depth = max(depth - 1, 0) if tag[1] else depth + 1
            deepest = max(deepest, depth)
    if deepest <= _MOST_DEPTH:
        return html
    parts: list[str] = []
    depth = end = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() in _NO_DEPTH:
            continue
        outside = depth
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if max(outside, depth) > _MOST_DEPTH:
            parts.append(html[end : tag.start()])
            end = tag.end()
    parts.append(html[end:])
    return " ".join(parts)
