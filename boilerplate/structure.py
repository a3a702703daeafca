"""Where blocks stand: in lists, quotations, tables, code and headings, for whoever renders them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np

from boilerplate.arrays import Ints, chain_ends, grouped
from boilerplate.page import HEADINGS, LISTS, Block, Elements, Page, joined

_STRUCTURE = frozenset(("li", *LISTS, "blockquote", "table", "tr", "td", "th", "pre", *HEADINGS))
_LONG_LINE = 100  # characters of one that is prose
_FEW_ROWS = 3  # of a table that lays out a page
_MOST_LEVELS = 8  # of lists and quotes in one another that are shown


class Level(NamedTuple):
    """An item of a list, or a quotation, that blocks stand in."""

    element: int
    tag: str  # "ul", "ol" or "blockquote"
    list: int  # the element that holds the items; -1 for a quotation
    number: int = -1  # of the item in an ordered list; -1 for another


class _Structure(NamedTuple):
    """What an element of those in `_STRUCTURE` and all around it make of a block; -1 for none."""

    levels: tuple[Level, ...] = ()  # outermost first
    table: int = -1  # of data
    row: int = -1
    cell: int = -1
    pre: int = -1
    heading: int = 0
    items: int = -1  # the list whose items would be the next level
    items_tag: str = ""
    place: int = 0  # of the items among the levels


@dataclass(slots=True)
class Placed:
    """A block and the structure around it; elements by their number, -1 for none."""

    block: Block
    gap: int = 1  # blank lines before, in flattened and preformatted text
    levels: tuple[Level, ...] = ()  # outermost first
    table: int = -1
    row: int = -1
    cell: int = -1
    heads: bool = False  # whether the cell is a heading of its row or column
    column: int = 0  # of the cell, among those of its table in which text is kept
    pre: int = -1
    heading: int = 0
    flattened: bool = False
    indent: int = 0  # spaces, in flattened text
    margin: int = 0  # of them, those before the fences of the code
    is_fence: bool = False

    def opens_item(self, before: Placed) -> bool:
        """Whether the block opens an item, in or after the one in which the block before stands."""
        if not self.levels:
            return False
        shared = depth_shared(self.levels, before.levels)
        if shared == len(self.levels) or self.levels[shared].list < 0:
            return False
        if shared < len(before.levels):
            return self.levels[shared].list == before.levels[shared].list
        return shared > 0 and self.levels[shared - 1].list >= 0


def places(page: Page, blocks: Sequence[Block]) -> list[Placed]:
    """The structure around each of some blocks of a page, in reading order."""
    if page.kind == "text":
        # Blank lines before what is left out between two blocks part them, too.
        after = [0, *(block.index + 1 for block in blocks)]
        gaps = np.maximum.reduceat(page.gap[: after[-1]], after[:-1]).tolist() if blocks else []
        indents = page.indent[[block.index for block in blocks]].tolist() if blocks else []
        placed = [
            Placed(
                block,
                gap=gap,
                heading=int(block.label == "headline"),
                flattened=True,
                indent=indent,
            )
            for block, gap, indent in zip(blocks, gaps, indents, strict=True)
        ]
        if (page.fence >= 0).any():
            _set_code(placed, page)
        return _whole_lines(placed) if -1 in gaps else placed
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
    known = {-1: _Structure()}
    placed = [
        _place(block, _structure(element, known, above, tags, data, elements.place))
        for block, element in zip(blocks, inside, strict=True)
    ]
    if data:
        _set_cells(placed, tags, elements)
    _nest_lists(placed, tags, above)
    for before, here in pairwise(placed):
        if here.pre >= 0 and here.pre == before.pre:
            # Within one element it takes a blank line to part two blocks.
            here.gap = int(page.element[here.block.index] == page.element[before.block.index])
    return placed


def _whole_lines(placed: Sequence[Placed]) -> list[Placed]:
    """Flattened text with the sentences of a line put together; a headline stands by itself."""
    begins = [
        k for k, here in enumerate(placed) if here.gap >= 0 or here.heading or placed[k - 1].heading
    ]
    lines = []
    for a, b in pairwise([*begins, len(placed)]):
        text = joined([here.block.text for here in placed[a:b]])
        gap = placed[a].gap if placed[a].gap >= 0 else 1
        lines.append(replace(placed[a], block=replace(placed[a].block, text=text), gap=gap))
    return lines


def _set_code(placed: Sequence[Placed], page: Page) -> None:
    """Tell which lines of flattened text are fenced code, and which of these the fences."""
    fences = page.fence.tolist()
    last = {fence: k for k, fence in enumerate(fences)}
    for here in placed:
        here.pre = fence = fences[here.block.index]
        if fence >= 0:
            here.margin = int(page.indent[fence])
            here.is_fence = here.block.index in (fence, last[fence])


def _place(block: Block, around: _Structure) -> Placed:
    if block.label == "headline":
        return Placed(block, heading=1)
    if around.cell >= 0:  # one line, whatever it holds
        levels, table, row, cell = around[:4]
        return Placed(block, levels=levels, table=table, row=row, cell=cell)
    return Placed(block, levels=around.levels, pre=around.pre, heading=around.heading)


def _structure(
    element: int,
    known: dict[int, _Structure],
    above: list[int],
    tags: list[str],
    data: set[int],
    places: Ints,
) -> _Structure:
    """The structure around the blocks of an element; what is found goes into `known`."""
    chain: list[int] = []
    while element not in known:
        chain.append(element)
        element = above[element]
    around = known[element]
    for inner in reversed(chain):
        around = _within(around, inner, tags[inner], inner in data, int(places[inner]))
        known[inner] = around
    return around


def _within(around: _Structure, element: int, tag: str, data: bool, number: int) -> _Structure:
    """The structure in an element that stands in another."""
    levels, table, row, cell, pre, heading, items, items_tag, place = around
    if cell >= 0:
        return around
    if tag == "table":
        table, row = (element if data else -1), -1
    elif tag == "tr":
        row = element
    elif tag in ("td", "th"):
        cell = element if table >= 0 <= row else -1
    elif tag in HEADINGS:
        heading = heading or int(tag[1])
    elif tag == "pre":
        pre, items = element, -1
    elif pre >= 0 or table >= 0:  # the items of code are lines
        return around
    elif tag in LISTS:
        items, items_tag, place = element, ("ol" if tag == "ol" else "ul"), len(levels)
    elif tag == "blockquote":
        if len(levels) < _MOST_LEVELS:
            levels = (*levels, Level(element, tag, -1))
    elif items >= 0 and place < _MOST_LEVELS:
        levels = (*levels[:place], Level(element, items_tag, items, number))
    return _Structure(levels, table, row, cell, pre, heading, items, items_tag, place)


def _nest_lists(placed: Sequence[Placed], tags: list[str], above: list[int]) -> None:
    """Put the items of a list that stands in another, and in no item of it, under the last one."""
    for before, here in pairwise(placed):
        for depth, last in enumerate(before.levels):
            level = here.levels[depth] if depth < len(here.levels) else last
            if level == last:
                continue
            outer = above[level.list] if level.list >= 0 else -1
            while outer >= 0 and outer != last.list and tags[outer] in LISTS:
                outer = above[outer]
            if outer < 0 or outer != last.list or len(here.levels) == _MOST_LEVELS:
                break
            here.levels = (*here.levels[:depth], last, *here.levels[depth:])


def _set_cells(placed: Sequence[Placed], tags: list[str], elements: Elements) -> None:
    """Tell which cells are headings, and number the columns of each table in which text is kept."""
    column = np.append(elements.place, -1)
    for _, group in groupby(placed, key=lambda p: p.table):
        blocks = list(group)
        kept = grouped(column[[p.cell for p in blocks]]).number
        for here, number in zip(blocks, kept.tolist(), strict=True):
            here.column = number
            here.heads = here.cell >= 0 and tags[here.cell] == "th"


def _data_tables(page: Page, tags: list[str]) -> set[int]:
    """The tables that hold rows of several small cells.

    The others lay out a page, as where most of the prose is lines of one cell, or lines of code
    beside their numbers.
    """
    elements = page.elements
    rows, cells, heads, blocks, code = (np.zeros(len(tags) + 1, np.intp) for _ in range(5))
    nearest: list[int] = []  # the table around each element
    for element, (tag, up) in enumerate(zip(tags, elements.parent.tolist(), strict=True)):
        table = nearest[up] if up >= 0 else -1
        nearest.append(element if tag == "table" else table)
        if tag == "tr":
            rows[table] += 1
        elif tag in ("td", "th"):
            cells[table] += 1
            heads[table] += tag == "th"
            blocks[table] += elements.end[element] - elements.start[element]
        elif tag == "pre":
            lines = "\n".join(page.texts[elements.start[element] : elements.end[element]])
            code[table] += "\n" in lines
    wide = cells > 2 * rows  # and not code beside the numbers of its lines
    several = (2 * cells >= 3 * rows) | (heads > 2)  # cells in a row, were it ticks without text
    holds = (rows > 0) & several & (blocks <= 2 * cells) & (wide | (code == 0))
    prose, column = _prose(page, tags, nearest)
    holds &= (2 * column <= prose) | (rows > _FEW_ROWS)
    # As LaTeXML sets an equation and its number.
    equations = np.array(["ltx_equation ltx_eqn_table" in name for name in elements.names])
    holds[:-1] &= ~equations[elements.name]
    return {int(e) for e in np.flatnonzero(holds[:-1]) if tags[e] == "table"}


def _prose(page: Page, tags: list[str], table: list[int]) -> tuple[Ints, Ints]:
    """Characters of long lines in each table, and in the one of its cells that has most of several.

    Args:
        table: The one around each element, -1 for none.

    Returns:
        Each of shape (n_elements + 1,), the last for cells without a table.
    """
    lines = [[len(line) for line in text.split("\n")] for text in page.texts]
    long = [[length for length in lengths if length >= _LONG_LINE] for lengths in lines]
    number, size = (np.cumsum([0, *map(measure, long)], dtype=np.intp) for measure in (len, sum))
    cells = np.array([k for k, tag in enumerate(tags) if tag in ("td", "th")], np.intp)
    start, end = page.elements.start[cells], page.elements.end[cells]
    held = size[end] - size[start]
    around = np.array(table, np.intp)[cells]
    prose, column = (np.zeros(len(tags) + 1, np.intp) for _ in range(2))
    np.add.at(prose, around, held)
    np.maximum.at(column, around, np.where(number[end] - number[start] > 1, held, 0))
    return prose, column


def depth_shared(some: tuple[Level, ...], others: tuple[Level, ...]) -> int:
    """How many levels two blocks stand in together."""
    depth = 0
    for one, other in zip(some, others, strict=False):
        if one != other:
            break
        depth += 1
    return depth
