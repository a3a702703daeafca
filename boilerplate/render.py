"""Kept blocks to an article: plain text, Markdown, HTML or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from html import escape
from itertools import groupby

from boilerplate.page import MARKDOWN_LINK, Block, Page
from boilerplate.structure import Level, Placed, depth_shared, places

FORMATS = ("text", "markdown", "html", "json")
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
_LINK = re.compile(MARKDOWN_LINK)
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
    placed = places(page, blocks)
    if format == "html":
        return "\n".join(_html(placed)) if placed else ""
    return _markdown(placed) if format == "markdown" else _plain(_without_addresses(placed))


def _plain(placed: Sequence[Placed]) -> str:
    """Cells a tab apart, rows and items line by line, else a blank line between."""
    parts: list[str] = []
    before: Placed | None = None
    for here in placed:
        text = here.block.text
        if here.indent:
            text = " " * here.indent + text
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


def _without_addresses(placed: Sequence[Placed]) -> Sequence[Placed]:
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


def _markdown(placed: Sequence[Placed]) -> str:
    parts: list[str] = []
    before: Placed | None = None
    margins: dict[int, str] = {}  # by item or quotation: what its further lines begin with
    marked: set[int] = set()  # lists whose marks set them apart from the list before them
    for blocks in _runs(placed):
        here = blocks[0]
        known = before.levels if before is not None else ()
        shared = here.levels[: depth_shared(here.levels, known)]
        opened = here.levels[len(shared) :]
        if before is not None:
            tight = here.gap == 0 or here.opens_item(before)
            if here.flattened:  # a line by itself is a paragraph
                tight = tight and _goes_on(before.block.text, here.block.text)
            if opened and len(shared) == len(known) and opened[0].number not in (-1, 1):
                tight = False  # it would go on with the paragraph
            between = "".join(margins[level.element] for level in shared).rstrip()
            parts.append("\n" if tight else f"\n{between}\n")
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


def _follows(before: Sequence[Level], level: Level, marked: set[int]) -> bool:
    """Whether a list begins right behind another, with whose marks it would be one list."""
    ended = before[0] if before else None
    if ended is None or ended.list in (-1, level.list) or ended.tag != level.tag:
        return False
    # An item in a list of its own, which goes on with the numbers of the one before, does with its
    # marks.
    goes_on = level.number >= 0 and level.number == ended.number + 1
    return (ended.list in marked) == goes_on


def _runs(placed: Sequence[Placed]) -> Iterator[list[Placed]]:
    """Each block by itself, but those of a table, or of preformatted text, together."""
    for (table, pre), group in groupby(placed, key=lambda p: (p.table, p.pre)):
        if table >= 0 or pre >= 0:
            yield list(group)
        else:
            yield from ([block] for block in group)


def _cells(row: Iterable[Placed]) -> Iterator[list[Placed]]:
    """The blocks of each cell of a row up to the last; none where a column holds no text."""
    column = 0
    for _, group in groupby(row, key=lambda p: p.cell):
        cell = list(group)
        yield from ([] for _ in range(column, cell[0].column))
        yield cell
        column = cell[0].column + 1


def _markdown_lines(blocks: Sequence[Placed]) -> list[str]:
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


def _code(blocks: Sequence[Placed]) -> str:
    """The text of preformatted blocks, without the fences around it and how far in these stand."""
    text = _plain([block for block in blocks if not block.is_fence])
    margin = " " * blocks[0].margin
    return "\n".join(line.removeprefix(margin) for line in text.split("\n")) if margin else text


def _markdown_table(blocks: Sequence[Placed]) -> list[str]:
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


def _html(placed: Sequence[Placed]) -> Iterator[str]:
    yield "<article>"
    opened: tuple[Level, ...] = ()
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


def _to_levels(opened: tuple[Level, ...], wanted: tuple[Level, ...]) -> Iterator[str]:
    """The tags that lead from within some lists and quotations to within others."""
    shared = depth_shared(opened, wanted)
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


def _html_cells(row: Iterator[Placed]) -> Iterator[str]:
    for cell in _cells(row):
        tag = "th" if cell and cell[0].heads else "td"
        yield f"<{tag}>{'<br>'.join(map(_html_text, cell))}</{tag}>"


def _html_text(placed: Placed) -> str:
    return _escaped(placed.block.text).replace("\n", "<br>")


def _escaped(text: str) -> str:
    return escape(text.translate(_CONTROLS), quote=False)
