"""Kept blocks to an article: plain text, Markdown, HTML or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape
from itertools import groupby, pairwise, takewhile
from typing import NamedTuple

import numpy as np

from boilerplate.page import HEADINGS, Block, Elements, Ints, Page, chain_ends

FORMATS = ("text", "markdown", "html", "json")
_STRUCTURE = frozenset(
    ("li", "ul", "ol", "blockquote", "table", "tr", "td", "th", "pre", *HEADINGS)
)
_MOST_LEVELS = 8  # of lists and quotes in one another that are shown
# What would be read as markup in Markdown although it is text. Code and emphasis end where they
# began: what no other of its kind follows is none.
_MARKUP = re.compile(
    r"""
    \\(?=[!-/:-@\[-`{-~]) |<(?=[A-Za-z/!?]) |&(?=\#?\w{1,32};) |\](?=\()
    |`(?=`{0,20}[^`]+`) |~(?=~?[^\s~](?:[^~]*[^\s~])?~)
    |\*(?=\*{0,20}[^\s*][^*]*\*) |(?<![^\W_])_(?=_{0,20}[^\s_][^_]*_)
    """,
    re.X,
)
# At the start of a line: a list, a heading, a quotation, a fence, a definition, a rule.
_FIRST_MARKUP = re.compile(
    r"""
    ^([0-9]{1,9}(?=[.)](?:\s|$))
    |(?=[-+*](?:\s|$) |\#{1,6}(?:\s|$) |> |~~~ |``` |\[[^\]]{1,999}\]: |[-_=*][-_=*|: ]*$))
    """,
    re.X | re.M,
)
_HEADING_END = re.compile(r"(?<!\S)(?=#+$)")


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
    placed = _places(page, blocks)
    if format == "html":
        return "\n".join(_html(placed)) if placed else ""
    return _markdown(placed) if format == "markdown" else _plain(placed)


class _Level(NamedTuple):
    """An item of a list, or a quotation, that blocks stand in."""

    element: int
    tag: str  # "ul", "ol" or "blockquote"
    list: int  # the element that holds the items; -1 for a quotation
    number: int = -1  # of the item in an ordered list; -1 for another


@dataclass(slots=True)
class _Placed:
    """A block and the structure around it; elements by their number, -1 for none."""

    block: Block
    gap: int = 1  # blank lines before, in flattened and preformatted text
    levels: tuple[_Level, ...] = ()  # outermost first
    table: int = -1
    row: int = -1
    cell: int = -1
    column: int = 0  # of the cell, among those of its table in which text is kept
    pre: int = -1
    heading: int = 0
    flattened: bool = False

    def opens_item(self, before: _Placed) -> bool:
        """Whether the block opens another item of the list in which the block before stands."""
        if not self.levels or not before.levels or self.levels[0].list < 0:
            return False
        goes_on = before.levels[: len(self.levels)] == self.levels
        return self.levels[0].list == before.levels[0].list and not goes_on


def _places(page: Page, blocks: Sequence[Block]) -> list[_Placed]:
    if page.kind == "text":
        # Blank lines before what is left out between two blocks part them, too.
        after = [0, *(block.index + 1 for block in blocks)]
        gaps = np.maximum.reduceat(page.gap[: after[-1]], after[:-1]).tolist() if blocks else []
        return [
            _Placed(block, gap=gap, flattened=True) for gap, block in zip(gaps, blocks, strict=True)
        ]
    elements = page.elements
    names = [name.split("\t", 1)[0] for name in elements.names]
    tags = [names[k] for k in elements.name.tolist()]
    data = _data_tables(page, tags) if "table" in names else set()
    # The nearest element that structures text: it itself or one around it; the last for none.
    structures = np.array([name in _STRUCTURE for name in names] + [False])
    own = structures[np.append(elements.name, -1)]
    up = np.append(elements.parent, -1)
    nearest = chain_ends(np.where(own | (up < 0), np.arange(up.size), up))
    nearest = np.where(own[nearest], nearest, -1)
    above = nearest[up].tolist()
    inside = nearest[page.element[[block.index for block in blocks]]].tolist()
    placed = [
        _place(block, element, above, tags, data, elements.place)
        for block, element in zip(blocks, inside, strict=True)
    ]
    if data:
        _set_columns(placed, elements)
    for before, here in pairwise(placed):
        if here.pre >= 0 and here.pre == before.pre:
            # Within one element it takes a blank line to part two blocks.
            here.gap = int(page.element[here.block.index] == page.element[before.block.index])
    return placed


def _place(
    block: Block, element: int, above: list[int], tags: list[str], data: set[int], places: Ints
) -> _Placed:
    placed = _Placed(block)
    if block.label == "headline":
        placed.heading = 1
        return placed
    levels: list[_Level] = []
    item = row = cell = -1
    while element >= 0:
        tag = tags[element]
        if tag == "li" and item < 0:
            item = element
        elif tag in ("ul", "ol") and item >= 0:
            levels.append(_Level(item, tag, element, int(places[item])))
            item = -1
        elif tag == "blockquote":
            levels.append(_Level(element, tag, -1))
        elif tag in ("td", "th"):
            cell = element
        elif tag == "tr":
            row = element
        elif tag == "table" and element in data and row >= 0 and cell >= 0:
            placed = _Placed(block, table=element, row=row, cell=cell)
            levels.clear()  # a cell is one line
            item = -1
        elif tag == "pre" and placed.cell < 0:
            placed.pre = element if placed.pre < 0 else placed.pre
            levels.clear()  # its items are lines
            item = -1
        elif tag in HEADINGS and placed.cell < 0:
            placed.heading = int(tag[1])
        element = above[element]
    placed.levels = tuple(levels[::-1][:_MOST_LEVELS])
    return placed


def _set_columns(placed: Sequence[_Placed], elements: Elements) -> None:
    """Number the columns of each table in which text is kept."""
    column = np.append(elements.place, -1)
    for _, group in groupby(placed, key=lambda p: p.table):
        blocks = list(group)
        kept = np.unique(column[[p.cell for p in blocks]], return_inverse=True)[1]
        for here, number in zip(blocks, kept.tolist(), strict=True):
            here.column = number


def _data_tables(page: Page, tags: list[str]) -> set[int]:
    """The tables that hold rows of several small cells.

    The others lay out a page, or lines of code beside their numbers.
    """
    elements = page.elements
    rows, cells, blocks, code = (np.zeros(len(tags) + 1, np.intp) for _ in range(4))
    nearest: list[int] = []  # the table around each element
    for element, (tag, up) in enumerate(zip(tags, elements.parent.tolist(), strict=True)):
        table = nearest[up] if up >= 0 else -1
        nearest.append(element if tag == "table" else table)
        if tag == "tr":
            rows[table] += 1
        elif tag in ("td", "th"):
            cells[table] += 1
            blocks[table] += elements.end[element] - elements.start[element]
        elif tag == "pre":
            lines = "\n".join(page.texts[elements.start[element] : elements.end[element]])
            code[table] += "\n" in lines
    holds = (rows > 0) & (2 * cells >= 3 * rows) & (blocks <= 2 * cells) & (code == 0)
    return {int(e) for e in np.flatnonzero(holds[:-1]) if tags[e] == "table"}


def _plain(placed: Sequence[_Placed]) -> str:
    """Cells a tab apart, rows and items line by line, else a blank line between."""
    parts: list[str] = []
    before: _Placed | None = None
    for here in placed:
        text = here.block.text
        if here.table >= 0:
            text = " ".join(text.split())
        between = "\t" * here.column
        if before is not None:
            if here.cell >= 0 and here.cell == before.cell:
                between = " "
            elif here.row >= 0 and here.row == before.row:
                between = "\t" * max(here.column - before.column, 1)
            elif (
                (here.table >= 0 and here.table == before.table)
                or here.opens_item(before)
                or here.gap == 0
            ):
                between = "\n" + between
            else:
                between = "\n\n" + between
        parts += (between, text)
        before = here
    return "".join(parts)


def _markdown(placed: Sequence[_Placed]) -> str:
    parts: list[str] = []
    before: _Placed | None = None
    margins: dict[int, str] = {}  # by item or quotation: what its further lines begin with
    marked: set[int] = set()  # lists whose marks set them apart from the list before them
    for blocks in _runs(placed):
        here = blocks[0]
        known = before.levels if before is not None else ()
        shared = here.levels[: _depth_shared(here.levels, known)]
        if before is not None:
            tight = here.gap == 0 or here.opens_item(before)
            between = "".join(margins[level.element] for level in shared).rstrip()
            parts.append("\n" if tight else f"\n{between}\n")
        first = "".join(margins[level.element] for level in shared)
        for level in here.levels[len(shared) :]:
            mark = "> "
            if level.list >= 0:
                if _follows(known[len(shared) :], level, marked):
                    marked.add(level.list)
                ends, bullet = (") ", "* ") if level.list in marked else (". ", "- ")
                mark = f"{level.number}{ends}" if level.tag == "ol" else bullet
            margins[level.element] = mark if level.list < 0 else " " * len(mark)
            first += mark
        further = "".join(margins[level.element] for level in here.levels)
        lines = _markdown_lines(blocks)
        rest = (further + line if line else further.rstrip() for line in lines[1:])
        parts.append("\n".join([first + lines[0], *rest]))
        before = blocks[-1]
    return "".join(parts)


def _follows(before: Sequence[_Level], level: _Level, marked: set[int]) -> bool:
    """Whether a list begins right behind another, with whose marks it would be one list."""
    ended = before[0] if before else None
    if ended is None or ended.list in (-1, level.list) or ended.tag != level.tag:
        return False
    return ended.list not in marked


def _runs(placed: Sequence[_Placed]) -> Iterator[list[_Placed]]:
    """Each block by itself, but those of a table, or of preformatted text, together."""
    for (table, pre), group in groupby(placed, key=lambda p: (p.table, p.pre)):
        if table >= 0 or pre >= 0:
            yield list(group)
        else:
            yield from ([block] for block in group)


def _cells(row: Iterable[_Placed]) -> Iterator[list[_Placed]]:
    """The blocks of each cell of a row up to the last; none where a column holds no text."""
    column = 0
    for _, group in groupby(row, key=lambda p: p.cell):
        cell = list(group)
        yield from ([] for _ in range(column, cell[0].column))
        yield cell
        column = cell[0].column + 1


def _markdown_lines(blocks: Sequence[_Placed]) -> list[str]:
    """The lines of a block, or of the blocks of a table or of preformatted text."""
    here = blocks[0]
    text = here.block.text
    if here.table >= 0:
        return _markdown_table(blocks)
    if here.pre >= 0:
        text = _plain(blocks)
        fence = "```"
        while fence in text:
            fence += "`"
        return [fence, *text.split("\n"), fence]
    if here.flattened:  # may be Markdown itself
        return text.split("\n")
    text = _MARKUP.sub(r"\\\g<0>", text)
    if here.heading:
        text = _HEADING_END.sub(r"\\", " ".join(text.split()))
        return [f"{'#' * here.heading} {text}"]
    text = _FIRST_MARKUP.sub(r"\1\\", text)
    return text.replace("\n", "  \n").split("\n")  # line breaks inside a paragraph


def _markdown_table(blocks: Sequence[_Placed]) -> list[str]:
    rows = [
        [" ".join(" ".join(part.block.text for part in cell).split()) for cell in _cells(row)]
        for _, row in groupby(blocks, key=lambda p: p.row)
    ]
    width = max(map(len, rows))
    rows[0] += [""] * (width - len(rows[0]))  # the others may be shorter
    lines = []
    for row in rows:
        cells = [_MARKUP.sub(r"\\\g<0>", cell).replace("|", "\\|") for cell in row]
        lines.append("|" + "".join(f" {cell} |" if cell else " |" for cell in cells))
    return [lines[0], f"|{' --- |' * width}", *lines[1:]]


def _html(placed: Sequence[_Placed]) -> Iterator[str]:
    yield "<article>"
    opened: tuple[_Level, ...] = ()
    for blocks in _runs(placed):
        here = blocks[0]
        yield from _to_levels(opened, here.levels)
        opened = here.levels
        if here.table >= 0:
            yield "<table>"
            for _, row in groupby(blocks, key=lambda p: p.row):
                yield f"<tr>{''.join(_html_cells(row))}</tr>"
            yield "</table>"
        elif here.pre >= 0:
            yield f"<pre>{escape(_plain(blocks), quote=False)}</pre>"
        else:
            tag = f"h{here.heading}" if here.heading else "p"
            yield f"<{tag}>{_html_text(here)}</{tag}>"
    yield from _to_levels(opened, ())
    yield "</article>"


def _to_levels(opened: tuple[_Level, ...], wanted: tuple[_Level, ...]) -> Iterator[str]:
    """The tags that lead from within some lists and quotations to within others."""
    shared = _depth_shared(opened, wanted)
    next_item = (  # of a list that stays open
        shared < min(len(opened), len(wanted)) and opened[shared].list == wanted[shared].list >= 0
    )
    for depth in range(len(opened) - 1, shared - 1, -1):
        level = opened[depth]
        if level.list < 0:
            yield "</blockquote>"
        else:
            yield "</li>" if next_item and depth == shared else f"</li></{level.tag}>"
    for depth in range(shared, len(wanted)):
        level = wanted[depth]
        if level.list < 0:
            yield "<blockquote>"
        else:
            follows = next_item and depth == shared
            number = opened[shared].number + 1 if follows else 1
            item = "<li>" if level.number in (-1, number) else f'<li value="{level.number}">'
            yield item if follows else f"<{level.tag}>{item}"


def _depth_shared(some: tuple[_Level, ...], others: tuple[_Level, ...]) -> int:
    pairs = zip(some, others, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _html_cells(row: Iterator[_Placed]) -> Iterator[str]:
    for cell in _cells(row):
        tag = "th" if cell and cell[0].block.tag == "th" else "td"
        yield f"<{tag}>{'<br>'.join(map(_html_text, cell))}</{tag}>"


def _html_text(placed: _Placed) -> str:
    return escape(placed.block.text, quote=False).replace("\n", "<br>")
