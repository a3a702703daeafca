"""Take the boilerplate out of a BeautifulSoup tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from boilerplate.page import Page
from boilerplate.segment.html import BLOCKS, DROPPED
from boilerplate.segment.soup import soup_texts

if TYPE_CHECKING:
    from bs4 import Tag
    from bs4.element import PageElement

_SHOWN = ("img", "br", "hr")  # empty elements that stay among the kept text
_FRAME = ("html", "head", "body")  # a document keeps these even if nothing is left in them
_HEAD = ("title", "meta", "link", "base", "style")  # what a head holds that has no tags itself


def prune(soup: Tag, page: Page, kept: Sequence[int]) -> None:
    """Leave of a tree the blocks that are kept, by their indices, and what is no text of the page.

    The head stays, and so do the pictures and rules among the kept text. The cells of a kept row
    stay, emptied, and so does a block right between kept texts.
    """
    from bs4 import Tag

    texts = list(soup_texts(soup))
    wanted = {
        id(node)
        for first, last in zip(page.first_text[kept], page.last_text[kept], strict=True)
        for node in texts[first : last + 1]
    }
    unwanted = {id(node) for node in texts if node.strip()} - wanted
    head = _in_head(soup, unwanted)
    nodes = [node for node in soup.descendants if id(node) not in head]
    gone, parts = _gone(nodes, wanted, unwanted)
    inline: dict[int, bool] = {}  # by parent, whether its last child so far is inline
    for node in nodes:
        up = node.parent
        if id(up) in gone or (id(node) not in gone and _is_blank(node)):
            continue
        if id(node) in gone:
            cell = isinstance(node, Tag) and node.name in ("td", "th")
            row = getattr(up, "name", None) == "tr"
            if not (cell and row) and not (id(node) in parts and inline.get(id(up))):
                node.extract()
                continue
            gone.remove(id(node))  # it stays; what it holds goes
        inline[id(up)] = not _is_block(node)


def _gone(
    nodes: Sequence[PageElement], wanted: set[int], unwanted: set[int]
) -> tuple[set[int], set[int]]:
    """The nodes that go, and those of them that are blocks with inline text to stay behind them."""
    from bs4 import CData, Comment, Tag

    places = [place for place, node in enumerate(nodes) if id(node) in wanted]
    among = range(places[0], places[-1]) if places else range(0)
    gone: set[int] = set()
    parts: set[int] = set()
    inline: dict[int, bool] = {}  # by parent, whether what follows in it is inline
    for place in range(len(nodes) - 1, -1, -1):  # the innermost first
        node = nodes[place]
        if not isinstance(node, Tag):
            goes = id(node) in unwanted or isinstance(node, (Comment, CData))
        elif node.name in _SHOWN and not node.contents:
            goes = place not in among
        else:
            bare = all(
                id(inner) in gone or (id(inner) not in wanted and _is_blank(inner))
                for inner in node.contents
            )
            goes = node.name in DROPPED or (bare and node.name not in _FRAME)
        if goes:
            gone.add(id(node))
            if _is_block(node) and inline.get(id(node.parent)):
                parts.add(id(node))
        elif not _is_blank(node):
            inline[id(node.parent)] = not _is_block(node)
    return gone, parts


def _in_head(soup: Tag, unwanted: set[int]) -> set[int]:
    """The nodes of the page's head."""
    if soup.head:
        # Some parsers leave the page's text in a head that has no end tag.
        return {
            id(node)
            for node in soup.head.descendants
            if id(node) not in unwanted or getattr(node.parent, "name", None) == "title"
        }
    loose = [
        tag
        for tag in soup.find_all(_HEAD)
        if tag.parent is not None and tag.parent.name in ("html", "[document]")
    ]
    return {id(node) for tag in loose for node in (tag, *tag.descendants)}


def _is_block(node: PageElement) -> bool:
    return getattr(node, "name", None) in BLOCKS


def _is_blank(node: PageElement) -> bool:
    return isinstance(node, str) and not node.strip()
