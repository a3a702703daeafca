"""A limit to nesting: the HTML standard's tree construction is quadratic in it, even in memory.

Elements far too deep slow every step down. An inline element of style that is never closed is
opened anew in every block that follows: a thousand such fill a gigabyte from a page of 50 kB.
"""

from __future__ import annotations

import re
from collections import Counter

_MOST_TAGS = 20_000  # pages with fewer parse in no time however deep they are
_MANY_TAGS = 3_000  # and with fewer than that, whatever is left open
_MOST_UNCLOSED = 1_000  # of them, void ones too
_MOST_DEPTH = 500  # browsers stop at about this depth too
_MOST_STYLES = 20  # elements of style that are open at once
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|textarea|title|iframe|xmp)\b.*?(?:</\1|\Z)"  # no tags inside
    r"|<(/?)([a-z][^\s/>]*+)(?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?)*+>?",
    re.IGNORECASE | re.DOTALL,
)
_STYLES = frozenset("b big code em font i s small strike strong tt u".split())
_STYLE_TAG = re.compile(rf"<(/?)(?:{'|'.join(_STYLES)})[\s/>]", re.IGNORECASE)
# Void elements, and those that close others of their name or need no end tag.
_NO_DEPTH = frozenset(
    "area base br col embed hr img input link meta param source track wbr a nobr "
    "html head body p li dt dd td th tr tbody thead tfoot option optgroup colgroup rt rp".split()
)


def limit_nesting(html: str) -> str:
    """Leave out the tags of elements that stand deeper than any reader's browser would go.

    Their text stays. A page of ordinary size comes back as it is.
    """
    tags = html.count("<")
    if tags < _MANY_TAGS or (tags < _MOST_TAGS and not _styles_pile_up(html, tags)):
        return html
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
            if len(opened) < _MOST_DEPTH if name not in _STYLES else styles < _MOST_STYLES:
                around[name] += 1
                if name in _STYLES:
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


def _styles_pile_up(html: str, tags: int) -> bool:
    if tags - 2 * html.count("</") < _MOST_UNCLOSED:
        return False
    slashes = _STYLE_TAG.findall(html)
    return len(slashes) - 2 * slashes.count("/") >= _MOST_STYLES
