"""Flatten an HTML page into the text that a crawler or a scraper would have made of it."""

import random
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser

STYLES = ("wet", "inner-text", "text-nodes", "leaky", "wrapped", "glued", "markdown", "scraped")
"""How a page may be flattened; `leaky` and `text-nodes` may hold style sheets and scripts.

wet: a line for every block element, as in Common Crawl's WET files. inner-text: a blank line
between paragraphs, tabs between cells, as a browser copies. text-nodes: a line for every text
node, as BeautifulSoup's `get_text("\\n")`. leaky: inner-text with style sheets, scripts, template
placeholders and file names of pictures. wrapped: inner-text, hard-wrapped. glued: the items of a
list on one line. markdown: as converters write it, links with their addresses. scraped: leaky,
less what a scraper of articles leaves out: menus, footers and the like, and links that are no
part of a sentence.
"""
_WEIGHTS = (25, 20, 15, 10, 10, 10, 10, 25)

_UNSEEN = ["template", "svg", "object", "embed", "canvas", "audio", "video", "map", "math"]
_CODE = ["script", "style"]
_ITEMS = frozenset(["li", "option", "dd", "dt"])
_SKIPPED = ("nav", "header", "footer", "aside", "form", "button", "ul", "table")
_CELLS = frozenset(["td", "th"])
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_PARAGRAPHS = frozenset(
    "p h1 h2 h3 h4 h5 h6 ul ol dl table pre blockquote figure hr article section".split()
)
_BLOCKS = _PARAGRAPHS | frozenset(
    "address aside body button caption center details dialog dir div fieldset figcaption footer "
    "form frameset header hgroup html legend main menu nav optgroup search select summary tbody "
    "textarea tfoot thead tr".split()
)
_NONE, _SPACE, _TAB, _LINE, _BLANK = range(5)
_JOIN = ("", " ", "\t", "\n", "\n\n")

_IFRAME = re.compile(r"</?iframe\b[^>]*>", re.I)
_FILE = re.compile(r"[\w.%-]{4,60}\.(?:jpe?g|png|gif|webp|avif)\b", re.I)
_SURROGATE = re.compile("[\ud800-\udfff]")
_PROSE = re.compile(r"(?:[^\W\d_]{2,}[ ,.]+){12}")
_PLACEHOLDERS = (
    "{{ title }}", "{{item.name}}", "{{ 'share.button' | translate }}", "{% include 'ad' %}",
    "${user.firstName}", "[[ad_slot_1]]", "<%= headline %>", "%%CLICK_URL%%", "{0} of {1}",
)  # fmt: skip
_LONGEST_LEAK = 3000  # characters
_LEAKS = 12  # of a page


@dataclass(frozen=True, slots=True)
class _Style:
    """The separators around the parts of a page, and what is shown beside its text."""

    paragraph: int = _BLANK
    block: int = _LINE
    item: int = _LINE
    cell: int = _TAB
    node: int = _NONE
    markdown: bool = False
    leaks: float = 0.0  # the share of the scripts and style sheets that is shown
    placeholders: float = 0.0  # how many a block
    pictures: float = 0.0  # the share of the pictures whose file names are shown
    skipped: frozenset[str] = frozenset()  # elements that are left out
    bare_links: bool = True  # whether links outside sentences are kept
    source_lines: bool = False  # whether the line breaks of the source break lines


def flatten(html: str, seed: int, style: str | None = None) -> str:
    """Flatten a page, menus and all.

    The seed decides the details (whether the title leads, what separates cells, what leaks),
    and the style if it is not asked for. Same arguments, same text.

    Raises:
        ValueError: if the style is not one of `STYLES`.
    """
    rng = random.Random(seed)
    drawn = _drawn(rng)
    style = style or drawn
    if style not in STYLES:
        raise ValueError(f"no style {style!r}; there are {', '.join(STYLES)}")
    details, titled = _details(style, rng), rng.random() < 0.4
    text = _Writer(details, rng).write(html, title=titled)
    if not text.strip():  # all of it stands in what is left out, as in a page that is one table
        text = _Writer(replace(details, skipped=frozenset(), bare_links=True), rng).write(
            html, title=titled
        )
    if style == "wrapped":
        width = rng.randint(72, 80)
        text = "\n".join(_wrap(line, width) for line in text.split("\n"))
    return text.strip()


def style_of(seed: int) -> str:
    """The style in which a page is flattened if none is asked for."""
    return _drawn(random.Random(seed))


def _drawn(rng: random.Random) -> str:
    return rng.choices(STYLES, _WEIGHTS)[0]


def _details(style: str, rng: random.Random) -> _Style:
    if style == "wet":
        return _Style(paragraph=_LINE, cell=rng.choice((_SPACE, _TAB, _LINE)))
    if style == "text-nodes":
        shown = rng.choice((0.0, 0.0, 1.0))
        lines = rng.random() < 0.3
        return _Style(_LINE, _LINE, _LINE, _LINE, _LINE, leaks=shown, source_lines=lines)
    if style == "glued":
        return _Style(paragraph=_LINE, item=_SPACE, cell=_SPACE)
    if style == "markdown":
        return _Style(block=rng.choice((_LINE, _BLANK)), markdown=True)
    if style == "leaky":
        return _Style(
            leaks=rng.uniform(0.2, 1),
            placeholders=rng.choice((0.0, 0.005, 0.02)),
            pictures=rng.choice((0.0, 0.5)),
        )
    if style == "scraped":
        skipped = frozenset(tag for tag in _SKIPPED if rng.random() < 0.7)
        return _Style(
            leaks=rng.choice((0.0, 0.5)),
            placeholders=rng.choice((0.0, 0.02)),
            pictures=rng.choice((0.0, 0.0, 0.7)),
            skipped=skipped,
            bare_links=rng.random() < 0.3,
        )
    return _Style()


def _wrap(line: str, width: int) -> str:
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


class _Writer:
    """Writes the text of one page."""

    def __init__(self, style: _Style, rng: random.Random) -> None:
        self._style = style
        self._rng = rng
        self._out: list[str] = []
        self._run: list[str] = []  # text since the last separator
        self._separator = _NONE  # the strongest since the last text
        self._mark = ""  # a heading sign or bullet that waits for its text
        self._lists: list[int] = []  # per open list: its last number, -1 without numbers
        self._links: list[tuple[int, int, str]] = []  # per open link: place in out, in run; address
        self._pre = 0
        self._leaked = 0
        self._open_tags: list[str] = []
        self._skips = 0  # open elements that are left out

    def write(self, html: str, title: bool) -> str:
        for event, tag, value in _events(html, code=self._style.leaks > 0):
            if self._skipping(event, tag):
                continue
            if tag == "title":
                if event == "text" and title:
                    self._run.append(value)
                self._cut(_LINE)
            elif tag in _CODE:
                if event == "text":
                    self._leak(value)
            elif event == "text":
                self._text(value)
            elif event == "open":
                self._open(tag, value)
            else:
                self._close(tag)
        self._cut(_LINE)
        return "".join(self._out)

    def _skipping(self, event: str, tag: str) -> bool:
        """Whether this event belongs to an element that the style leaves out."""
        style, tags = self._style, self._open_tags
        if event == "open":
            begins = not "".join(self._run).strip()
            bare = tag == "a" and not style.bare_links and begins and tags[-1:] != ["p"]
            if self._skips or tag in style.skipped or bare:
                self._skips += 1
            tags.append(tag)
        elif event == "close":
            tags.pop()
            if self._skips:
                self._skips -= 1
                return True
        return self._skips > 0

    def _open(self, tag: str, address: str) -> None:
        self._cut(_LINE if tag == "br" else self._around(tag))
        if tag == "pre":
            self._pre += 1
        if tag == "img" and address and self._rng.random() < self._style.pictures:
            self._cut(_LINE)
            self._run.append(address)
            self._cut(_LINE)
        if not self._style.markdown:
            return
        if tag == "a":
            self._links.append((len(self._out), len(self._run), address))
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._mark = "- "
            if self._lists and self._lists[-1] >= 0:
                self._lists[-1] += 1
                self._mark = f"{self._lists[-1]}. "
        elif tag in _HEADINGS:
            self._mark = "#" * int(tag[1]) + " "
        elif tag == "blockquote":
            self._mark = "> "

    def _close(self, tag: str) -> None:
        if tag == "a" and self._links:
            out, run, address = self._links.pop()
            text = "".join(self._run[run:])
            if out == len(self._out) and text.strip() and address:
                self._run[run:] = [f"[{' '.join(text.split())}]({address})"]
        self._cut(self._around(tag))
        if tag == "pre":
            self._pre -= 1
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag in _HEADINGS or tag == "li":
            self._mark = ""

    def _around(self, tag: str) -> int:
        style = self._style
        if tag in _ITEMS:
            return style.item
        if tag in _CELLS:
            return style.cell
        if tag in _PARAGRAPHS:
            return style.paragraph
        return style.block if tag in _BLOCKS else _NONE

    def _text(self, text: str) -> None:
        if self._style.node and text.strip():
            self._cut(self._style.node)
        if self._pre or self._style.source_lines:
            for line in text.splitlines(keepends=True):
                self._run.append(line)
                if line[-1] in "\r\n":
                    self._cut(_LINE)
        else:
            self._run.append(text)

    def _cut(self, separator: int) -> None:
        """End the run of text here, unless the separator is none."""
        if separator == _NONE:
            return
        text = "".join(self._run)
        self._run.clear()
        if text and not text.isspace():
            text = text.rstrip() if self._pre else " ".join(text.split())
            if self._out:
                self._out.append(_JOIN[self._separator])
            self._out.append(self._mark + text)
            self._mark = ""
            self._separator = _NONE
            if separator >= _LINE and self._rng.random() < self._style.placeholders:
                self._out.append("\n" + self._rng.choice(_PLACEHOLDERS))
        self._separator = max(self._separator, separator)

    def _leak(self, code: str) -> None:
        # A script that quotes prose may hold the article itself, which would then count as content.
        shown = self._leaked < _LEAKS and self._rng.random() < self._style.leaks
        if not shown or _PROSE.search(code):
            return
        self._leaked += 1
        self._cut(_LINE)
        self._run.append(" ".join(code.split())[: self._rng.randint(200, _LONGEST_LEAK)])
        self._cut(_LINE)


def _events(html: str, code: bool) -> Iterator[tuple[str, str, str]]:
    """Walk a page: ("open", tag, address), ("text", parent's tag, text), ("close", tag, "").

    The address is that of a link, or the file name of a picture.

    Text in `noscript` is part of the page, as most scrapers see it: some forums have no other.
    """
    # A self-closing <iframe/> in <noscript> would swallow the rest of the page.
    tree = LexborHTMLParser(_SURROGATE.sub("\ufffd", _IFRAME.sub(" ", html)))
    if tree.root is None:
        return
    tree.strip_tags(_UNSEEN if code else _UNSEEN + _CODE)
    stack: list[tuple[int, str]] = []
    for node in tree.root.traverse(include_text=True):
        parent = node.parent
        above = parent.mem_id if parent is not None else -1
        while stack and stack[-1][0] != above:
            yield "close", stack.pop()[1], ""
        tag = node.tag
        if tag == "-text":
            yield "text", stack[-1][1] if stack else "", node.text_content or ""
        elif tag is not None and not tag.startswith(("-", "!")):
            address = ""
            if tag == "a":
                address = node.attributes.get("href") or ""
            elif tag == "img":
                address = (_FILE.search(node.attributes.get("src") or "") or [""])[0]
            yield "open", tag, "".join(address.split())[:200]
            stack.append((node.mem_id, tag))
    while stack:
        yield "close", stack.pop()[1], ""
