"""HTML to blocks: one walk over the tree, in reading order, without recursion.

A block is a run of text that no block element and no blank line (``br br``) interrupts. Its
element is the nearest block element around it; inline elements leave their mark as link
characters, emphasised characters and signatures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from boilerplate.page import Elements, Page
from boilerplate.segment.nesting import limit_nesting

if TYPE_CHECKING:
    from bs4 import NavigableString, Tag

# What a reader never sees as text of the page.
DROPPED = (
    "script style template svg select datalist textarea iframe object embed canvas audio video "
    "map applet noembed noframes".split()
)
_BLOCK = frozenset(
    "address article aside blockquote body button caption center dd details dialog dir div dl "
    "dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html "
    "legend li main menu nav ol p pre search section summary table tbody td tfoot th thead tr "
    "ul".split()
)
_STRONG = frozenset(("b", "strong", "em", "i"))
_NAMING = frozenset(("class", "id", "role", "itemprop", "rel", "data-testid", "data-component"))
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_IFRAME = re.compile(r"<(/?)(?i:iframe)\b")
_BREAK = "\x1f"
_LETTER = "[^\\W_\u0e00-\u10ff\u1780-\u17ff\u2e80-\uabff\uf900-\ufaff\uff66-\uff9f]"
_ENDS_WORD = re.compile(rf"{_LETTER}{{2}}$|\s\d$")
_BEGINS_WORD = re.compile(rf"{_LETTER}{{2}}|\d\s")

# identity, parent's identity, tag ("-text" for text), attributes, text
_Node: TypeAlias = tuple[int, int, str, dict[str, str | None], str]


def segment_html(html: str) -> Page:
    """Cut an HTML document or fragment into blocks."""
    return _walk(_lexbor_nodes(html))


def segment_soup(soup: Tag) -> Page:
    """Cut a BeautifulSoup tree into blocks; text nodes are numbered as `soup_texts` gives them."""
    return _walk(_soup_nodes(soup))


def signature(tag: str, attributes: dict[str, str | None]) -> str:
    """Tag and naming attributes of an element as one string, the parts separated by tabs."""
    if not attributes:
        return tag
    parts = tag
    for name, value in attributes.items():
        if name in _NAMING and value:
            # Tabs separate the parts, so none may stand inside one.
            folded = value if value.isprintable() else " ".join(value.split())
            parts += f"\t{name}={folded[:300]}"
    if (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or ("style" in attributes and _HIDDEN_STYLE.search(attributes["style"] or ""))
    ):
        parts += "\thidden"
    return parts


def _lexbor_nodes(html: str) -> Iterator[_Node]:
    # An <iframe/> that is never closed would swallow the rest of the page; <embed> has no inside.
    if "rame" in html or "RAME" in html:  # a quick look, in any spelling that is written
        html = _IFRAME.sub(r"<\1embed", html)
    html = limit_nesting(html)
    tree = LexborHTMLParser(html)
    root = tree.root
    if root is None:
        return
    tree.strip_tags(DROPPED)
    none: dict[str, str | None] = {}
    for node in root.traverse(include_text=True):
        parent = node.parent
        up = parent.mem_id if parent is not None else 0
        tag = node.tag
        if tag == "-text":
            yield node.mem_id, up, tag, none, node.text_content or ""
        elif tag is not None and tag[0] != "-":
            yield node.mem_id, up, tag, node.attributes, ""


def _soup_nodes(soup: Tag) -> Iterator[_Node]:
    from bs4.element import NavigableString, PreformattedString, Tag

    none: dict[str, str | None] = {}
    dropped: set[int] = set()
    yield id(soup), 0, soup.name or "html", none if soup.name == "[document]" else _plain(soup), ""
    for node in soup.descendants:
        up = id(node.parent)
        if up in dropped:
            if isinstance(node, Tag):
                dropped.add(id(node))
        elif isinstance(node, Tag):
            if node.name in DROPPED:
                dropped.add(id(node))
            else:
                yield id(node), up, node.name, _plain(node), ""
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            yield id(node), up, "-text", none, str(node)


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
        name: " ".join(value) if isinstance(value, list) else str(value)
        for name, value in tag.attrs.items()
    }


def _apart(before: str, after: str) -> bool:
    """Whether texts that meet where one inline element ends and the next begins are two words.

    Pages set such elements apart by style sheets; `<span>3 beds</span><span>2 baths</span>`. A
    single letter may be a decorated initial, and some scripts have no spaces.
    """
    return bool(_ENDS_WORD.search(before[-2:]) and _BEGINS_WORD.match(after))


class _Run:
    """The text gathered since the last boundary, and the blocks cut so far."""

    def __init__(self) -> None:
        self.page = Page("html", [], np.zeros(0, np.intp))
        self.rows: list[tuple[int, ...]] = []
        self.images = self.links = 0
        self.clear()

    def clear(self) -> None:
        self.chunks: list[str] = []
        self.inline: list[str] = []
        self.link_chars = self.strong_chars = self.breaks = 0
        self.links = 0
        self.first = self.last = -1
        self.seen_break = False

    def flush(self, element: int, tag: str, preformatted: bool) -> None:
        """Cut a block here if any text was gathered."""
        if self.first < 0:  # white space alone
            self.clear()
            return
        raw = "".join(self.chunks)
        if preformatted:
            lines = [line.rstrip() for line in raw.replace(_BREAK, "\n").splitlines()]
            text = "\n".join(lines).strip("\n")
            text = text if text.strip() else ""
        elif self.breaks:
            lines = [" ".join(line.split()) for line in raw.split(_BREAK)]
            text = "\n".join(line for line in lines if line)
        else:
            text = " ".join(raw.split())
        if text:
            page = self.page
            page.texts.append(text)
            page.tags.append(tag)
            page.inline.append(tuple(self.inline))
            counts = (self.link_chars, self.links, self.images, self.breaks, self.strong_chars)
            self.rows.append((element, *counts, self.first, self.last))
            self.images = 0
        self.clear()


def _walk(nodes: Iterator[_Node]) -> Page:
    run = _Run()
    page = run.page
    texts = page.texts
    parents: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    signatures: list[str] = []
    title: list[str] = []
    stack: list[tuple[int, str, int]] = [(0, "", -1)]  # identity, tag, element (-1 if inline)
    current, current_tag = -1, "html"
    link = strong = preformatted = in_title = 0
    number = -1
    closed = seam = False  # whether an inline element just closed, and another opened right after

    def close() -> None:
        nonlocal current, current_tag, link, strong, preformatted, in_title, closed
        _, tag, element = stack.pop()
        if element >= 0:
            if run.chunks:
                run.flush(element, tag, preformatted > 0)
            ends[element] = len(texts)
            if tag == "pre":
                preformatted -= 1
            current = parents[element]
            current_tag = signatures[current].split("\t", 1)[0] if current >= 0 else "html"
            return
        closed = True
        if tag == "a":
            link -= 1
        elif tag in _STRONG:
            strong -= 1
        elif tag == "title":
            in_title -= 1

    for identity, up, tag, attributes, text in nodes:
        while stack[-1][0] != up and len(stack) > 1:
            close()
        if tag == "-text":
            number += 1
            if in_title:
                title.append(text)
                continue
            if seam and run.chunks and not preformatted and _apart(run.chunks[-1], text):
                run.chunks.append(" ")
            closed = seam = False
            run.chunks.append(text)
            if not text.isspace():
                if run.first < 0:
                    run.first = number
                run.last = number
                run.seen_break = False
                if link:
                    run.link_chars += sum(map(len, text.split()))
                if strong:
                    run.strong_chars += sum(map(len, text.split()))
        elif tag == "br":
            if run.seen_break:
                run.flush(current, current_tag, preformatted > 0)
            else:
                run.chunks.append(_BREAK)
                run.breaks += 1
                run.seen_break = True
        elif tag in _BLOCK:
            if run.chunks:
                run.flush(current, current_tag, preformatted > 0)
            parents.append(current)
            starts.append(len(texts))
            ends.append(-1)
            signatures.append(signature(tag, attributes))
            current, current_tag = len(parents) - 1, tag
            if tag == "pre":
                preformatted += 1
            stack.append((identity, tag, current))
        elif tag == "img":
            run.images += 1
        elif tag == "meta":
            name = attributes.get("property") or attributes.get("name")
            content = attributes.get("content")
            if name and content:
                page.meta.setdefault(name.lower(), content)
        else:
            if tag == "a":
                link += 1
                run.links += 1
            elif tag in _STRONG:
                strong += 1
            elif tag == "title":
                in_title += 1
            run.inline.append(signature(tag, attributes))
            stack.append((identity, tag, -1))
            seam, closed = seam or closed, False
    while len(stack) > 1:
        close()
    run.flush(current, current_tag, False)

    columns = np.array(run.rows, dtype=np.intp).reshape(-1, 8).T
    (page.element, page.link_chars, page.links, page.images, page.breaks,
     page.strong_chars, page.first_text, page.last_text) = columns  # fmt: skip
    page.title = " ".join("".join(title).split()) or page.meta.get("og:title", "")
    _keep_elements(page, parents, starts, ends, signatures)
    return page


def _keep_elements(
    page: Page, parents: list[int], starts: list[int], ends: list[int], signatures: list[str]
) -> None:
    """Leave out the elements without text and number the others anew."""
    start, end = np.array(starts, np.intp), np.array(ends, np.intp)
    kept = np.flatnonzero(end > start)
    renumber = np.full(len(starts) + 1, -1, np.intp)  # the last entry answers for parent -1
    renumber[kept] = np.arange(kept.size)
    parent = renumber[np.array(parents, np.intp)[kept]]
    depth: list[int] = []
    for up in parent.tolist():  # a parent comes before its children
        depth.append(depth[up] + 1 if up >= 0 else 0)
    page.elements = Elements(
        parent=parent,
        start=start[kept],
        end=end[kept],
        depth=np.array(depth, np.intp),
        signature=[signatures[e] for e in kept],
    )
    page.element = renumber[page.element]
