"""HTML to blocks: one walk over the tree, in reading order, without recursion.

A block is a run of text that no block element and no blank line (``br br``) interrupts. Its
element is the nearest block element around it; inline elements leave their mark as link
characters, emphasised characters and signatures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from boilerplate.arrays import numbered
from boilerplate.page import SPACELESS_RANGES, UNSEEN, Elements, Page
from boilerplate.segment.code import holds_lines, is_gutter, is_line, is_number
from boilerplate.segment.nodes import Node
from boilerplate.segment.numbering import numbering
from boilerplate.segment.source import mended

# What a reader never sees as text of the page, readings above East Asian characters, and the TeX
# that formulae were made from, which would stand beside them.
DROPPED = (
    "script style template svg select datalist textarea iframe object embed canvas audio video "
    "applet noembed noframes rt rp rtc annotation annotation-xml".split()
)
# What part an element plays in the text. All that are not named are inline, as are links, strong
# ones, titles, formulae and their words, code and its lines, and what is no text of the page (a
# formula's copy, the numbers of lines); preformatted ones are blocks.
_DROP, _SILENT, _BREAK, _IMAGE, _META = range(5)
_INLINE, _LINK, _STRONG, _TITLE, _WORD, _MATH, _CODE, _LINE, _UNREAD, _BLOCK, _PRE = range(5, 16)
_PARTS = {
    tag: part
    for part, tags in {
        _DROP: " ".join(DROPPED),
        _SILENT: "-document -comment -undef map wbr",
        _BLOCK: "address article aside blockquote body button caption center dd details dialog dir "
        "div dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup "
        "hr html legend li main marquee menu nav ol p search section summary table tbody td tfoot "
        "th thead tr ul",
        _PRE: "pre listing plaintext xmp",
        _BREAK: "br",
        _IMAGE: "img",
        _META: "meta",
        _LINK: "a",
        _STRONG: "b strong em i",
        _TITLE: "title",
        _WORD: "mi mn mo ms mtext",
        _MATH: "math",
        _CODE: "code kbd samp",
    }.items()
    for tag in tags.split()
} | {"": _SILENT}
BLOCKS = frozenset(tag for tag, part in _PARTS.items() if part >= _BLOCK)
# What inline elements did since the last text: nothing, opened, closed, closed and opened anew.
_INSIDE, _OPENED, _CLOSED, _SEAM = range(4)
# How the attributes that a signature looks at stand in it.
_SIGNS = {"class": ".", "id": "#"}
_SIGNS |= {name: f"{name}=" for name in "role itemprop rel data-testid data-component".split()}
_SIGNS |= dict.fromkeys(("hidden", "aria-hidden", "style"), "hidden")
_LONGEST_VALUE = 300  # characters of an attribute that are looked at
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
# What a heading's link to itself shows, which is no text of it; the last is Font Awesome's.
_PERMALINKS = frozenset("#§¶🔗\uf0c1")
_LINE_BREAK = "\x1f"
_LETTER = rf"[^\W_{SPACELESS_RANGES}]"
_DIGIT = r"[\d¼-¾⅐-⅞]"
# Words and numbers that meet at a seam are two, but for ordinals: "the 3" and "rd".
_PARTED = re.compile(
    rf"{_LETTER}{{2}}{_LINE_BREAK}(?:{_LETTER}{{2}}|{_DIGIT}(?!{_LETTER}))"
    rf"|{_DIGIT}{_LINE_BREAK}(?!(?:st|nde?|rd|th|er|re|ère|ème)\b){_LETTER}{{2}}"
)
_ENDS_SENTENCE = tuple(".!?:…")
_PATH = re.compile(r"(?:[A-Za-z_]\w*\.)+")  # of a name in code


def segment_html(source: bytes) -> Page:
    """Cut an HTML document or fragment, in UTF-8, into blocks."""
    return walk(LexborHTMLParser(mended(source)).root)


def signature(tag: str, attributes: dict[str, str | None]) -> str:
    """An element as one string: its tag and what its attributes name, each after a tab.

    ``<div class="a b" id=c role=main hidden>`` is ``div``, ``.a b``, ``#c``, ``role=main`` and
    ``hidden``.
    """
    parts, hidden = tag, False
    for name, value in attributes.items():
        sign = _SIGNS.get(name)
        if sign is None:
            continue
        if sign in ".#":
            if value:
                # Tabs separate the parts, so none may stand inside one.
                folded = value if value.isprintable() else " ".join(value.split())
                parts += f"\t{sign}{folded[:_LONGEST_VALUE]}"
        elif sign != "hidden":
            for word in (value or "")[:_LONGEST_VALUE].lower().split():
                parts += f"\t{sign}{word}"
        elif name == "style":
            hidden = hidden or _hides(value or "")
        elif name == "hidden" or value == "true":
            hidden = True
    return f"{parts}\thidden" if hidden else parts


def _hides(style: str) -> bool:
    low = style.lower()
    return ("none" in low or "hidden" in low) and _HIDDEN_STYLE.search(low) is not None


def _apart(before: str, after: str, edge: int, block: str) -> bool:
    """Whether texts that meet at the edge of an inline element are two words.

    Pages set such elements apart by style sheets: `<span>3 beds</span><span>2 baths</span>`, which
    is a seam, or `<b>In short:</b>The`. A single letter may be a decorated initial, and some
    scripts have no spaces. A term to be defined may be the path of a name.
    """
    if edge == _SEAM and _PARTED.search(f"{before[-2:]}{_LINE_BREAK}{after[:4]}"):
        return True
    is_word = after[1:2].islower() or (after[1:2].isspace() and len(before) > 1)
    if not (after[:1].isupper() and is_word):
        return False
    if before.endswith(_ENDS_SENTENCE):
        if before.endswith("::"):  # a path
            return False
        return not (block == "dt" and edge == _SEAM and _PATH.fullmatch(before))
    return before[-2:].isalpha() and before[-2:].islower()


@dataclass(slots=True)
class _Opened:
    """The block elements, in document order."""

    nodes: list[Node] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)  # -1 for none
    depths: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)  # the blocks that each holds, start:end
    ends: list[int] = field(default_factory=list)


class _Run:
    """The text gathered since the last boundary, and the blocks cut so far."""

    def __init__(self) -> None:
        self.page = Page("html", [], np.zeros(0, np.intp))
        self.rows: list[int] = []  # nine numbers a block, see `_set_columns`
        self.names: list[str] = []  # signatures of the inline elements in the blocks
        self.chunks: list[str] = []
        self.inline: list[Node] = []
        self.images = 0
        self.link_chars = self.strong_chars = self.breaks = self.links = 0
        self.first = self.last = -1
        self.seen_break = False

    def end_line(self) -> None:
        """Begin a line of preformatted text where none has begun."""
        if self.chunks and not self.chunks[-1].endswith(("\n", _LINE_BREAK)):
            self.chunks.append("\n")

    def flush(self, element: int, tag: str, preformatted: int) -> None:
        """Cut a block here if any text was gathered."""
        if self.first >= 0:
            self._cut(element, tag, preformatted)
            self.link_chars = self.strong_chars = 0
            self.first = self.last = -1
        self.chunks.clear()
        self.inline.clear()
        self.breaks = self.links = 0
        self.seen_break = False

    def _cut(self, element: int, tag: str, preformatted: int) -> None:
        raw = "".join(self.chunks)
        if preformatted:
            lines = [line.rstrip() for line in raw.replace(_LINE_BREAK, "\n").splitlines()]
            text = "\n".join(lines).strip("\n")
            text = text if text.strip() else ""
        elif self.breaks:
            lines = [" ".join(line.split()) for line in raw.split(_LINE_BREAK)]
            text = "\n".join(line for line in lines if line.strip(UNSEEN))
        else:
            text = " ".join(raw.split())
        if text.strip(UNSEEN):
            page = self.page
            page.texts.append(text)
            page.tags.append(tag)
            self.names += [signature(n.tag or "", n.attributes) for n in self.inline]
            self.rows += (element, self.link_chars, self.links, self.images, self.breaks,
                          self.strong_chars, self.first, self.last, len(self.inline))  # fmt: skip
            self.images = 0


def walk(root: Node | None) -> Page:
    """Cut the tree below a node into blocks."""
    run, opened = _Run(), _Opened()
    page, texts, chunks, inline = run.page, run.page.texts, run.chunks, run.inline
    tags, parents, starts, ends = opened.tags, opened.parents, opened.starts, opened.ends
    title: list[str] = []
    stack: list[tuple[Node, int]] = []  # the nodes around, and their parts
    current, current_tag, depth = -1, "html", 0
    link = strong = code = preformatted = in_title = unread = 0
    number = code_from = -1  # the last text, and the one before the code around
    lines = False  # whether the preformatted element around is one of lines of code
    line_ended = False  # whether a line of code did, since the last text
    edge = _INSIDE  # what inline elements did since the last text
    formula = False  # whether the last text was one

    node = root
    while node is not None:
        tag = node.tag or ""
        part, child = _SILENT, None
        if tag == "-text":
            number += 1
            text = node.text_content or ""
            if line_ended and not text.startswith("\n"):
                run.end_line()
            line_ended = False
            if in_title:
                title.append(text)
            elif text.isspace() or (run.seen_break and not text.strip(UNSEEN)):
                edge = _INSIDE
                if chunks or preformatted:
                    chunks.append(text)
            elif unread or (link and text in _PERMALINKS):
                edge = _INSIDE
                if preformatted and run.first < 0:  # the number of the first line
                    run.first = number
            else:
                if edge and chunks and not preformatted:
                    in_code = code and run.last > code_from
                    if not in_code and _apart(chunks[-1], text, edge, current_tag):
                        chunks.append(" ")
                edge, formula = _INSIDE, False
                chunks.append(text)
                if run.first < 0:
                    run.first = number
                run.last = number
                run.seen_break = False
                if link or strong:
                    chars = sum(map(len, text.replace("\xad", "").split()))
                    run.link_chars += chars if link else 0
                    run.strong_chars += chars if strong else 0
        else:
            part = _PARTS.get(tag, _INLINE)
            child = None if part == _DROP else node.first_child
            if part == _BLOCK and (lines or tag == "button"):
                if lines:
                    part = _LINE
                elif current_tag == "p" and run.first >= 0:
                    part = _INLINE  # amid a sentence
            elif preformatted and _INLINE <= part < _BLOCK:
                if is_number(node):
                    part = _UNREAD
                elif tag == "span" and is_line(node):
                    part = _LINE
            elif part == _PRE and not preformatted:
                if is_gutter(node, [above for above, _ in stack[-2:]]):
                    part = _UNREAD
                    run.flush(current, current_tag, preformatted)
            elif (
                (formula or tag == "nobr")
                and part == _INLINE
                and node.attributes.get("aria-hidden") == "true"
            ):
                part, formula = _UNREAD, False  # of a formula, set by style sheets or by MathJax
            if part >= _BLOCK:
                if chunks or inline:
                    run.flush(current, current_tag, preformatted)
                formula = False
                opened.depths.append(depth)
                parents.append(current)
                starts.append(len(texts))
                ends.append(-1)
                opened.nodes.append(node)
                if part == _PRE:
                    lines = lines or (not preformatted and holds_lines(node, BLOCKS))
                    preformatted += 1
                    tag = "pre"  # whatever it was called once
                current = len(tags)
                current_tag = tag
                tags.append(tag)
                depth += 1
            elif part >= _INLINE:
                if part == _LINK:
                    link += 1
                    run.links += 1
                elif part == _STRONG:
                    strong += 1
                elif part == _TITLE:
                    in_title += 1
                elif part == _WORD:
                    chunks.append(" ")
                elif part == _CODE:
                    code_from = code_from if code else number
                    code += 1
                elif part == _LINE:
                    run.end_line()
                elif part == _UNREAD:
                    unread += 1
                inline.append(node)
                edge = _SEAM if edge >= _CLOSED else _OPENED
            elif part == _BREAK:
                if run.seen_break and not preformatted:
                    run.flush(current, current_tag, preformatted)
                else:
                    chunks.append(_LINE_BREAK)
                    run.breaks += 1
                    run.seen_break = True
            elif part == _IMAGE:
                run.images += 1
            elif part == _META:
                attributes = node.attributes
                key = attributes.get("property") or attributes.get("name")
                content = attributes.get("content")
                if key and content:
                    page.meta.setdefault(key.lower(), content)
        opens = part >= _INLINE  # an element that may hold text
        if opens or child is not None:
            stack.append((node, part))
        if child is not None:
            node = child
            continue
        following = None if opens else node.next
        while following is None and stack:
            node, part = stack.pop()
            if part >= _BLOCK:
                if chunks or inline:
                    run.flush(current, current_tag, preformatted)
                ends[current] = len(texts)
                depth -= 1
                if part == _PRE:
                    preformatted -= 1
                    lines = lines and preformatted > 0
                current = parents[current]
                current_tag = tags[current] if current >= 0 else "html"
            else:
                edge = max(edge, _CLOSED)
                if part == _LINK:
                    link -= 1
                elif part == _STRONG:
                    strong -= 1
                elif part == _TITLE:
                    in_title -= 1
                elif part == _MATH:
                    formula = True
                elif part == _CODE:
                    code -= 1
                elif part == _UNREAD:
                    unread -= 1
                elif part == _LINE:
                    line_ended = True
            following = node.next
        node = following
    run.flush(current, current_tag, 0)

    page.title = " ".join("".join(title).split()) or page.meta.get("og:title", "")
    _set_columns(run, opened)
    return page


def _set_columns(run: _Run, opened: _Opened) -> None:
    """Turn the numbers of the blocks into columns of the page, and the elements into its tree."""
    page, tags = run.page, opened.tags
    columns = np.array(run.rows, np.intp).reshape(-1, 9).T
    (page.element, page.link_chars, page.links, page.images, page.breaks,
     page.strong_chars, page.first_text, page.last_text, inlines) = columns  # fmt: skip

    # Elements without text are left out and the others numbered anew.
    start, end = np.array(opened.starts, np.intp), np.array(opened.ends, np.intp)
    kept = np.flatnonzero(end > start)
    renumber = np.full(len(tags) + 1, -1, np.intp)  # the last entry answers for parent -1
    renumber[kept] = np.arange(kept.size)
    names, name = numbered(
        [signature(tags[e], opened.nodes[e].attributes) for e in kept.tolist()] + run.names
    )
    page.elements = Elements(
        parent=renumber[np.array(opened.parents, np.intp)[kept]],
        start=start[kept],
        end=end[kept],
        depth=np.array(opened.depths, np.intp)[kept],
        names=names,
        name=name[: kept.size],
        inline=name[kept.size :],
        inline_block=np.repeat(np.arange(len(page)), inlines),
        place=numbering(tags, opened.parents, opened.nodes)[kept],
    )
    page.element = renumber[page.element]
