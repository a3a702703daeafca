"""What a block's markup says: its links, its tag, its landmarks, its emphasis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boilerplate.arrays import Floats, Ints, numbered
from boilerplate.features.tokens import Named, numbers
from boilerplate.features.wording import Wording
from boilerplate.page import Elements, Page

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
# Footers, and the parts of a page that have their own.
_FOOTERS = (("<footer>", "role=contentinfo"), ("<article>", "<li>", "<main>"))


def link_density(page: Page, chars: Floats) -> Floats:
    """Share of each block's characters that stand in links, shape (n_blocks,)."""
    return np.minimum(page.link_chars / chars, 1.0)


def markup(page: Page, named: Named, counted: Wording, density: Floats) -> dict[str, Floats]:
    """The markup columns of an HTML page, each of shape (n_blocks,)."""
    elements = page.elements
    links = page.links.astype(np.float64)
    columns = {
        "link_density": density,
        "all_link": (density > 0.99).astype(np.float64),
        "has_link": (links > 0).astype(np.float64),
        "log_links": np.log1p(links),
        "links_per_word": np.minimum(links / np.maximum(counted.words, 1.0), 1.0),
        "log_unlinked_words": np.log1p(counted.words * (1.0 - density)),
        "strong_density": np.minimum(page.strong_chars / counted.chars, 1.0),
        "log_images": np.log1p(page.images.astype(np.float64)),
        "log_breaks": np.log1p(page.breaks.astype(np.float64)),
        "inline_elements": np.log1p(np.bincount(elements.inline_block, minlength=len(page))),
    }
    tags, tag = numbered(page.tags)
    for name, group in _TAG_GROUPS.items():
        columns[name] = np.array([float(t in group) for t in tags])[tag]
    columns["log_depth"] = np.log1p(np.append(elements.depth, 0).astype(np.float64))[page.element]
    named_so = _landmarks(named)[elements.name]
    of_landmarks, (is_footer, has_own) = named_so[:, :-2].astype(np.float64), named_so[:, -2:].T
    inside = elements.sums_around(of_landmarks, len(page)) > 0
    columns |= zip(_LANDMARKS, inside.T.astype(np.float64), strict=True)
    footer = _page_footer(elements, np.where(has_own, -1, is_footer), len(page))
    columns["in_page_footer"] = footer
    columns["after_page_footer"] = np.maximum.accumulate(footer) - footer
    return columns


def _page_footer(elements: Elements, own: Ints, n_blocks: int) -> Floats:
    """Whether each block stands in a footer of the page, shape (n_blocks,).

    `own` is 1 for elements that are a footer, -1 for those that have their own. Cards and
    articles have, and some pages put their whole body in `main`.
    """
    inside = np.zeros(n_blocks)
    end = 0  # of the last outermost element that is either
    rows = np.stack((elements.start, elements.end, own))[:, own != 0]
    for start, stop, sign in rows.T.tolist():
        if start >= end:
            inside[start:stop] = sign > 0
            end = stop
    return inside


def _landmarks(named: Named) -> NDArray[np.bool_]:
    """Which kinds of landmark each signature names, shape (n_signatures, n_kinds)."""
    at = np.searchsorted(_NUMBER, named.token)
    found = np.flatnonzero(_NUMBER.take(at, mode="clip") == named.token)
    token, kind = np.nonzero(_OF_KIND[at[found]])
    result = np.zeros((named.tag.size, len(_KINDS)), np.bool_)
    result[named.owner[found[token]], kind] = True
    return result


_KINDS = [*_LANDMARKS.values(), *_FOOTERS]
_NAMES = list({name: None for group in _KINDS for name in group})
_OF_KIND = np.array([[name in group for group in _KINDS] for name in _NAMES])
_NUMBER = numbers(_NAMES)
_ORDER = np.argsort(_NUMBER)
_NUMBER, _OF_KIND = _NUMBER[_ORDER], _OF_KIND[_ORDER]
