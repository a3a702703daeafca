"""BeautifulSoup trees to blocks: they are walked as lexbor's are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from boilerplate.decoding import encoded
from boilerplate.page import Page
from boilerplate.segment.html import DROPPED, walk

if TYPE_CHECKING:
    from bs4 import NavigableString, Tag


def segment_soup(soup: Tag) -> Page:
    """Cut a BeautifulSoup tree into blocks; text nodes are numbered as `soup_texts` gives them."""
    return walk(_tree(soup))


@dataclass(slots=True)
class _Node:
    """A node of a BeautifulSoup tree as the walk takes it."""

    tag: str
    attributes: dict[str, str | None]
    text_content: str = ""
    first_child: _Node | None = None
    last_child: _Node | None = None
    next: _Node | None = None

    def append(self, child: _Node) -> None:
        if self.last_child is None:
            self.first_child = child
        else:
            self.last_child.next = child
        self.last_child = child


def _tree(soup: Tag) -> _Node:
    from bs4.element import NavigableString, PreformattedString, Tag

    root = _Node(soup.name or "html", {} if soup.name == "[document]" else _plain(soup))
    seen = {id(soup): root}
    for node in soup.descendants:
        up = seen[id(node.parent)]
        if isinstance(node, Tag):
            seen[id(node)] = _Node(node.name, _plain(node))
            up.append(seen[id(node)])
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            up.append(_Node("-text", {}, encoded(str(node))[0]))
    return root


def soup_texts(soup: Tag) -> Iterator[NavigableString]:
    """The text nodes of a BeautifulSoup tree in the order in which `segment_soup` numbers them."""
    from bs4.element import NavigableString, PreformattedString, Tag

    dropped: set[int] = set()
    for node in soup.descendants:
        if id(node.parent) in dropped or (isinstance(node, Tag) and node.name in DROPPED):
            dropped.add(id(node))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            yield node


def _plain(tag: Tag) -> dict[str, str | None]:
    return {
        name: " ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in (tag.attrs or {}).items()  # a decomposed tag has none
    }
