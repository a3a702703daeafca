"""Kept blocks to an article: plain text, Markdown, HTML or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from html import escape
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np

from boilerplate.arrays import Ints, chain_ends, grouped
from boilerplate.page import HEADINGS, LISTS, SPACELESS_RANGES, Block, Elements, Page

FORMATS = ("text", "markdown", "html", "json")
_STRUCTURE = frozenset(("li", *LISTS, "blockquote", "table", "tr", "td", "th", "pre", *HEADINGS))
_MOST_LEVELS = 8  # of lists and quotes in one another that are shown
# What would be read as markup in Markdown although it is text. Code and emphasis end where they
# began: what no other of its kind follows is none.
_MARKUP = re.compile(
    r"""
    \\(?=[!-/:-@\[-`{-~]) |<(?=[A-Za-z/!?]) |&(?=\#?\w{1,32};) |\](?=\()
    |`(?=`{0,20}[^`]+`) |~(?=~?[^\s~](?:[^~]*[^\s~])?~) |~(?=~[^\s~](?s:.*?)~~)
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
# A line of Markdown that may follow another such line at once.
_ITEM = re.compile(r"(?:[-+*]|([0-9]{1,9})[.)]|\#{1,6})\s|>")
_HEADING = re.compile(r"#{1,6}\s")
_FENCE = re.compile(r"`{3,}[^`]*\Z|~{3}")
# What would be read as a tag in Markdown; what is escaped, code and addresses are none.
_TAG = re.compile(
    r"(\\[!-/:-@\[-`{-~]|(?<!`)(`++).*?(?<!`)\2(?!`))"
    r"|<(?=[A-Za-z/!?])(?![A-Za-z][\w+.-]+:|[\w.+-]+@)"
)
_LINK = re.compile(r"(!?)\[([^\[\]\n]{0,500})\]\([^()\s]{1,2000}\)")  # in Markdown
_SPACELESS = re.compile(f"[{SPACELESS_RANGES}]")
_CONTROLS = dict.fromkeys({*range(32), 127} - set(b"\t\n\r"))  # which HTML must not hold
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
    return _markdown(placed) if format == "markdown" else _plain(_without_addresses(placed))


class _Level(NamedTuple):
    """An item of a list, or a quotation, that blocks stand in."""

    element: int
    tag: str  # "ul", "ol" or "blockquote"
    list: int  # the element that holds the items; -1 for a quotation
    number: int = -1  # of the item in an ordered list; -1 for another


class _Structure(NamedTuple):
    """What an element of those in `_STRUCTURE` and all around it make of a block; -1 for none."""

    levels: tuple[_Level, ...] = ()  # outermost first
    table: int = -1  # of data
    row: int = -1
    cell: int = -1
    pre: int = -1
    heading: int = 0
    items: int = -1  # the list whose items would be the next level
    items_tag: str = ""
    place: int = 0  # of the items among the levels


@dataclass(slots=True)
class _Placed:
    """A block and the structure around it; elements by their number, -1 for none."""

    block: Block
    gap: int = 1  # blank lines before, in flattened and preformatted text; -1 amid a line
    levels: tuple[_Level, ...] = ()  # outermost first
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

    def opens_item(self, before: _Placed) -> bool:
        """Whether the block opens an item, in or after the one in which the block before stands."""
        if not self.levels:
            return False
        shared = _depth_shared(self.levels, before.levels)
        if shared == len(self.levels) or self.levels[shared].list < 0:
            return False
        if shared < len(before.levels):
            return self.levels[shared].list == before.levels[shared].list
        return shared > 0 and self.levels[shared - 1].list >= 0


def _places(page: Page, blocks: Sequence[Block]) -> list[_Placed]:
    if page.kind == "text":
        # Blank lines before what is left out between two blocks part them, too.
        after = [0, *(block.index + 1 for block in blocks)]
        gaps = np.maximum.reduceat(page.gap[: after[-1]], after[:-1]).tolist() if blocks else []
        indents = page.indent[[block.index for block in blocks]].tolist() if blocks else []
        fences = page.fence.tolist()
        last = {fence: k for k, fence in enumerate(fences)}
        return [
            _Placed(
                block,
                gap=gap,
                flattened=True,
                indent=indent,
                pre=(fence := fences[block.index]),
                margin=int(page.indent[fence]) if fence >= 0 else 0,
                is_fence=fence >= 0 and block.index in (fence, last[fence]),
                heading=int(block.label == "headline"),
            )
            for block, gap, indent in zip(blocks, gaps, indents, strict=True)
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


def _place(block: Block, around: _Structure) -> _Placed:
    if block.label == "headline":
        return _Placed(block, heading=1)
    if around.cell >= 0:  # one line, whatever it holds
        levels, table, row, cell = around[:4]
        return _Placed(block, levels=levels, table=table, row=row, cell=cell)
    return _Placed(block, levels=around.levels, pre=around.pre, heading=around.heading)


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
            levels = (*levels, _Level(element, tag, -1))
    elif items >= 0 and place < _MOST_LEVELS:
        levels = (*levels[:place], _Level(element, items_tag, items, number))
    return _Structure(levels, table, row, cell, pre, heading, items, items_tag, place)


def _nest_lists(placed: Sequence[_Placed], tags: list[str], above: list[int]) -> None:
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


def _set_cells(placed: Sequence[_Placed], tags: list[str], elements: Elements) -> None:
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

    The others lay out a page, or lines of code beside their numbers.
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
    return {int(e) for e in np.flatnonzero(holds[:-1]) if tags[e] == "table"}


def _plain(placed: Sequence[_Placed]) -> str:
    """Cells a tab apart, rows and items line by line, else a blank line between."""
    parts: list[str] = []
    before: _Placed | None = None
    for here in placed:
        text = here.block.text
        if here.indent:
            text = " " * here.indent + text
        if here.table >= 0:
            text = " ".join(text.split())
        between = "\t" * here.column
        if before is not None:
            if here.gap < 0:
                between = _amid_a_line(before)
            elif here.cell >= 0 and here.cell == before.cell:
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


def _amid_a_line(before: _Placed) -> str:
    return "" if _SPACELESS.match(before.block.text[-1]) else " "


def _without_addresses(placed: Sequence[_Placed]) -> Sequence[_Placed]:
    """Flattened text that is Markdown without the addresses of links, and without pictures."""
    if not any(here.flattened and "](" in here.block.text for here in placed):
        return placed
    shown = []
    for here in placed:
        text = here.block.text
        if here.pre < 0:
            text = _LINK.sub(lambda link: "" if link[1] else link[2], text)
            text = _LINK.sub(lambda link: link[2], text).strip()  # around a picture
        if text:
            shown.append(replace(here, block=replace(here.block, text=text)))
    return shown


def _markdown(placed: Sequence[_Placed]) -> str:
    parts: list[str] = []
    before: _Placed | None = None
    margins: dict[int, str] = {}  # by item or quotation: what its further lines begin with
    marked: set[int] = set()  # lists whose marks set them apart from the list before them
    for blocks in _runs(placed):
        here = blocks[0]
        known = before.levels if before is not None else ()
        shared = here.levels[: _depth_shared(here.levels, known)]
        opened = here.levels[len(shared) :]
        if before is not None:
            tight = here.gap == 0 or here.opens_item(before)
            if here.flattened:  # a line by itself is a paragraph
                tight = tight and _goes_on(before.block.text, here.block.text)
            if opened and len(shared) == len(known) and opened[0].number not in (-1, 1):
                tight = False  # it would go on with the paragraph
            between = "".join(margins[level.element] for level in shared).rstrip()
            amid = here.gap < 0
            parts.append(_amid_a_line(before) if amid else "\n" if tight else f"\n{between}\n")
        first = "".join(margins[level.element] for level in shared)
        for level in opened:
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


def _goes_on(before: str, line: str) -> bool:
    """Whether a line of Markdown stands right below another: items, rows, an underlined heading."""
    if before.startswith("|") and line.startswith("|"):
        return True
    if len(line) > 2 and not (line.strip("-") and line.strip("=")):
        return abs(len(before) - len(line)) <= 3  # longer lines are paragraphs above a rule
    one, other = _ITEM.match(before), _ITEM.match(line)
    # Of numbered items only the first may stand right below what is none.
    return bool(one and other and (other[1] in (None, "1") or one[1]))


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
        text = _code(blocks)
        fence = "```"
        while fence in text:
            fence += "`"
        language = here.block.text.lstrip("`~") if here.is_fence else ""
        margin = " " * here.margin
        lines = (fence + language, *text.split("\n"), fence)
        return [margin + line if line else "" for line in lines]
    if here.flattened:  # may be Markdown itself
        text = _TAG.sub(lambda found: found[0] if found[1] else "\\<", text)
        mark = "# " if here.heading and not _HEADING.match(text) else " " * here.indent
        return [f"{mark}\\{text}" if _FENCE.match(text) else f"{mark}{text}"]
    text = _MARKUP.sub(r"\\\g<0>", text)
    if here.heading:
        text = _HEADING_END.sub(r"\\", " ".join(text.split()))
        return [f"{'#' * here.heading} {text}"]
    text = _FIRST_MARKUP.sub(r"\1\\", text)
    return text.replace("\n", "  \n").split("\n")  # line breaks inside a paragraph


def _code(blocks: Sequence[_Placed]) -> str:
    """The text of preformatted blocks, without the fences around it and how far in these stand."""
    text = _plain([block for block in blocks if not block.is_fence])
    margin = " " * blocks[0].margin
    return "\n".join(line.removeprefix(margin) for line in text.split("\n")) if margin else text


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
            yield f"<pre>{_escaped(_code(blocks))}</pre>"
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
    depth = 0
    for one, other in zip(some, others, strict=False):
        if one != other:
            break
        depth += 1
    return depth


def _html_cells(row: Iterator[_Placed]) -> Iterator[str]:
    for cell in _cells(row):
        tag = "th" if cell and cell[0].heads else "td"
        yield f"<{tag}>{'<br>'.join(map(_html_text, cell))}</{tag}>"


def _html_text(placed: _Placed) -> str:
    return _escaped(placed.block.text).replace("\n", "<br>")


def _escaped(text: str) -> str:
    return escape(text.translate(_CONTROLS), quote=False)
