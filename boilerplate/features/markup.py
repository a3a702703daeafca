"""What a block's markup says: its links, its tag, its landmarks, its emphasis."""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from boilerplate.features.tokens import tokens
from boilerplate.features.wording import Wording
from boilerplate.page import Elements, Floats, Page, numbered

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TAG_GROUPS = {
    "tag_paragraph": ("p",),
    "tag_heading_1": ("h1",),
    "tag_heading_2": ("h2",),
    "tag_heading_low": ("h3", "h4", "h5", "h6"),
    "tag_item": ("li", "dd", "dt"),
    "tag_cell": ("td", "th"),
    "tag_pre": ("pre",),
    "tag_quote": ("blockquote",),
    "tag_generic": ("div", "section", "body", "article", "main"),
}
# What makes an element a landmark: its tag, its role, or a part of its class names.
_LANDMARKS = {
    "in_navigation": ("<nav>", "role=navigation", "~nav", "~menu", "~navbar"),
    "in_header": ("<header>", "role=banner", "~header"),
    "in_footer": ("<footer>", "role=contentinfo", "~footer"),
    "in_aside": ("<aside>", "role=complementary", "~sidebar", "~aside"),
    "in_main": ("<main>", "role=main", "~main"),
    "in_article": ("<article>", "role=article", "itemprop=articlebody", "~article", "~post"),
    "in_form": ("<form>", "<button>", "<label>"),
    "in_table": ("<table>",),
    "in_list": ("<ul>", "<ol>", "<dl>"),
    "in_figure": ("<figure>", "<figcaption>"),
    "in_hidden": ("hidden",),
    "in_comments": ("~comment", "~comments"),
}


def link_density(page: Page, chars: Floats) -> Floats:
    """Share of each block's characters that stand in links, shape (n_blocks,)."""
    return np.minimum(page.link_chars / chars, 1.0)


def markup(page: Page, elements: Elements, words: Wording, density: Floats) -> dict[str, Floats]:
    """The markup columns of an HTML page, each of shape (n_blocks,)."""
    links = page.links.astype(np.float64)
    columns = {
        "link_density": density,
        "all_link": (density > 0.99).astype(np.float64),
        "has_link": (links > 0).astype(np.float64),
        "log_links": np.log1p(links),
        "links_per_word": np.minimum(links / np.maximum(words.words, 1.0), 1.0),
        "log_unlinked_words": np.log1p(words.words * (1.0 - density)),
        "strong_density": np.minimum(page.strong_chars / words.chars, 1.0),
        "log_images": np.log1p(page.images.astype(np.float64)),
        "log_breaks": np.log1p(page.breaks.astype(np.float64)),
        "inline_elements": np.log1p(np.array([*map(len, page.inline)], np.float64)),
    }
    tags, tag = numbered(page.tags)
    for name, group in _TAG_GROUPS.items():
        columns[name] = np.array([float(t in group) for t in tags])[tag]
    columns["log_depth"] = np.log1p(np.append(elements.depth, 0).astype(np.float64))[page.element]
    own = np.array([_landmarks(name) for name in elements.names], np.uint32)
    flags = ((own[:, None] >> np.arange(len(_LANDMARKS), dtype=np.uint32)) & 1).astype(np.float64)
    inside = elements.sums_around(flags[elements.name], len(page)) > 0
    columns |= zip(_LANDMARKS, inside.T.astype(np.float64), strict=True)
    footer = _page_footer(elements, own[elements.name], len(page))
    columns["in_page_footer"] = footer
    columns["after_page_footer"] = np.maximum.accumulate(footer) - footer
    return columns


def _page_footer(elements: Elements, own: NDArray[np.uint32], n_blocks: int) -> Floats:
    """Whether each block stands in a footer of the page, shape (n_blocks,).

    Cards and articles have footers of their own, and some pages put their whole body in `main`.
    """
    inside = np.zeros(n_blocks)
    end = 0  # of the last outermost element that is either
    kind = np.where(own & _PART, -1, (own & _FOOTER > 0).astype(np.intp))
    rows = np.stack((elements.start, elements.end, kind))[:, kind != 0]
    for start, stop, sign in rows.T.tolist():
        if start >= end:
            inside[start:stop] = sign > 0
            end = stop
    return inside


_BIT = {token: 1 << number for number, group in enumerate(_LANDMARKS.values()) for token in group}
_FOOTER, _PART = 1 << 30, 1 << 31  # a footer; a part of the page that has its own
for _token in ("<footer>", "role=contentinfo"):
    _BIT[_token] |= _FOOTER
for _token in ("<article>", "<li>", "<main>"):
    _BIT[_token] = _BIT.get(_token, 0) | _PART
_NO_LANDMARK = frozenset(_BIT).isdisjoint


@lru_cache(maxsize=2_000)
def _landmarks(signature: str) -> int:
    """The landmarks that an element itself is, one bit each, and whether it has a footer."""
    found = tokens(signature)
    return 0 if _NO_LANDMARK(found) else reduce(or_, (_BIT.get(token, 0) for token in found))
