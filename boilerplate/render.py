"""Kept blocks to an article: plain text, Markdown, HTML or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape
from itertools import groupby

from boilerplate.page import Block, Page

FORMATS = ("text", "markdown", "html", "json")


def render(page: Page, blocks: Sequence[Block], format: str, url: str | None = None) -> str:
    """Write some blocks of a page in reading order in one of `FORMATS`."""
    if format == "json":
        headline = next((b.text for b in blocks if b.label == "headline"), None)
        body = [b for b in blocks if b.label != "headline"]
        document = {
            "url": url,
            "headline": headline,
            "text": render(page, body, "text"),
            "blocks": [asdict(b) for b in blocks],
        }
        return json.dumps(document, ensure_ascii=False)
    placed = [_place(page, block) for block in blocks]
    if format == "html":
        return "\n".join(_html(placed)) if placed else ""
    return _joined(placed, markdown=format == "markdown")


@dataclass(slots=True)
class _Placed:
    """A block and the structure around it; elements by their number, -1 for none."""

    block: Block
    gap: int  # blank lines before, in flattened text
    item: int = -1
    row: int = -1
    lists: tuple[tuple[int, str], ...] = ()  # innermost first
    quote: int = -1
    heading: int = 0
    preformatted: bool = False


def _place(page: Page, block: Block) -> _Placed:
    elements = page.elements
    if elements is None:
        return _Placed(block, int(page.gap[block.index]))
    placed = _Placed(block, 1)
    element = int(page.element[block.index])
    while element >= 0:
        tag = elements.signature[element].split("\t", 1)[0]
        if tag == "li" and placed.item < 0:
            placed.item = element
        elif tag in ("ul", "ol"):
            placed.lists += ((element, tag),)
        elif tag == "tr" and placed.row < 0:
            placed.row = element
        elif tag == "blockquote" and placed.quote < 0:
            placed.quote = element
        elif tag == "pre":
            placed.preformatted = True
        elif tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            placed.heading = int(tag[1])
        element = int(elements.parent[element])
    if block.label == "headline":
        placed.heading = 1
    return placed


def _joined(placed: Sequence[_Placed], markdown: bool) -> str:
    """Text or Markdown: cells side by side, items line by line, else a blank line between."""
    parts: list[str] = []
    before: _Placed | None = None
    ordinals: dict[int, int] = {}  # of the next item of an ordered list
    for here in placed:
        text = _markdown(here, before, ordinals) if markdown else here.block.text
        if before is not None:
            same_row = here.row >= 0 and here.row == before.row
            same_table = here.row >= 0 and before.row >= 0
            same_list = (
                bool(here.lists) and bool(before.lists) and here.lists[-1] == before.lists[-1]
            )
            if same_row and not here.preformatted:
                parts.append(" | " if markdown else "\t")
            elif (same_list and here.item != before.item) or same_table or here.gap == 0:
                parts.append("\n")
            else:
                parts.append("\n\n")
        parts.append(text)
        before = here
    return "".join(parts)


def _markdown(here: _Placed, before: _Placed | None, ordinals: dict[int, int]) -> str:
    text = here.block.text
    if here.preformatted:
        fence = "```"
        while fence in text:
            fence += "`"
        return f"{fence}\n{text}\n{fence}"
    if here.heading:
        return f"{'#' * here.heading} {' '.join(text.split())}"
    if here.row >= 0:
        return " ".join(text.replace("|", "\\|").split())
    lines = text.split("\n")
    if here.item >= 0 and here.lists:
        indent = "  " * (len(here.lists) - 1)
        number, tag = here.lists[0]
        marker = "- "
        if tag == "ol":
            if before is None or before.item != here.item:
                ordinals[number] = ordinals.get(number, 0) + 1
            marker = f"{ordinals.get(number, 1)}. "
        first = indent + (" " * len(marker) if before and before.item == here.item else marker)
        return first + f"\n{' ' * len(first)}".join(lines)
    text = "  \n".join(lines)  # a line break inside a paragraph
    return "\n".join(f"> {line}" for line in text.split("\n")) if here.quote >= 0 else text


def _html(placed: Sequence[_Placed]) -> Iterator[str]:
    yield "<article>"
    for (container, _), group in groupby(placed, key=_container):
        blocks = list(group)
        if container == "table":
            yield "<table>"
            for _, cells in groupby(blocks, key=lambda p: p.row):
                inner = "".join(_element(c, "th" if c.block.tag == "th" else "td") for c in cells)
                yield f"<tr>{inner}</tr>"
            yield "</table>"
        elif container in ("ul", "ol"):
            yield f"<{container}>"
            for _, item in groupby(blocks, key=lambda p: p.item):
                yield f"<li>{'<br>'.join(_text(part) for part in item)}</li>"
            yield f"</{container}>"
        elif container == "blockquote":
            yield f"<blockquote>{''.join(_element(b, 'p') for b in blocks)}</blockquote>"
        else:
            for block in blocks:
                yield _element(block, f"h{block.heading}" if block.heading else "p")
    yield "</article>"


def _container(placed: _Placed) -> tuple[str, int]:
    """What wraps a block in HTML, and its number."""
    if placed.heading or placed.preformatted:
        return "", -1
    if placed.row >= 0:
        return "table", 0
    if placed.item >= 0 and placed.lists:
        number, tag = placed.lists[-1]
        return tag, number
    return ("blockquote", placed.quote) if placed.quote >= 0 else ("", -1)


def _element(placed: _Placed, tag: str) -> str:
    if placed.preformatted:
        return f"<pre>{escape(placed.block.text, quote=False)}</pre>"
    return f"<{tag}>{_text(placed)}</{tag}>"


def _text(placed: _Placed) -> str:
    return escape(placed.block.text, quote=False).replace("\n", "<br>")
