"""The data that flows: a page as columns of blocks, and a block as a caller sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from boilerplate.arrays import Floats, Ints

Kind = Literal["html", "text"]
Label = Literal["content", "headline", "boilerplate"]
LABELS: tuple[Label, ...] = ("content", "headline", "boilerplate")
LISTS = ("ul", "ol", "menu", "dir")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# A link in Markdown; its groups are the mark of a picture, and the text.
MARKDOWN_LINK = r"(!?)\[([^\[\]\n]{0,500})\]\([^()\s]{1,2000}\)"
# For a class of a regular expression: Han and kana (in two parts, Hangul stands between), those of
# other forms, rare Han; and these with all other scripts without spaces: Thai and Lao, Myanmar,
# Khmer.
WIDE_RANGES = "\u2e80-\u312f\u3190-\u9fff\uf900-\ufaff\uff00-\uff9f\U00020000-\U0003ffff"
SPACELESS_RANGES = f"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff{WIDE_RANGES}"
SPACELESS = re.compile(f"[{SPACELESS_RANGES}]")
# Characters that by themselves show nothing: space, soft hyphens, joiners, marks of direction.
UNSEEN = " \t\n\xad\u061c\u180e\ufeff" + "".join(
    map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)))
)
_CLOSING_QUOTES = "\"'”’»"


def joined(parts: Sequence[str]) -> str:
    """Lines or sentences as one text, with spaces between them where their script has any."""
    ends = (SPACELESS.match(part.rstrip(_CLOSING_QUOTES)[-1:]) for part in parts[:-1])
    spaces = ["", *("" if spaceless else " " for spaceless in ends)]
    return "".join(space + part for space, part in zip(spaces, parts, strict=True))


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a page and what the model says of it.

    Attributes:
        text: The block's text, white space folded (except in preformatted text).
        label: ``"content"``, ``"headline"`` or ``"boilerplate"``.
        probability: Of being kept, that is of being content or the headline; 0 to 1.
        tag: The block element that the text stands in, such as ``"p"``; None in flattened text.
        link_density: Share of the block's characters that stand in links; 0 to 1.
        index: Place in the page's reading order, from 0.
    """

    text: str
    label: Label
    probability: float
    tag: str | None
    link_density: float
    index: int


def _no_ints() -> Ints:
    return np.zeros(0, np.intp)


@dataclass(slots=True)
class Elements:
    """The block elements of an HTML page that hold text, in document order, as columns.

    The columns ``inline`` and ``inline_block`` are those of its inline elements.

    An element's blocks are the range ``start[e]:end[e]``, so whatever is summed over an
    element is the difference of two cumulative sums over blocks.
    """

    parent: Ints = field(default_factory=_no_ints)  # the enclosing element, -1 for the root
    start: Ints = field(default_factory=_no_ints)
    end: Ints = field(default_factory=_no_ints)
    depth: Ints = field(default_factory=_no_ints)  # elements around it
    names: list[str] = field(default_factory=list)  # distinct, see segment.html.signature
    name: Ints = field(default_factory=_no_ints)  # the number of the element's among them
    inline: Ints = field(default_factory=_no_ints)  # that of every inline element in a block,
    inline_block: Ints = field(default_factory=_no_ints)  # and the block
    # Of a cell the column of its table, of an item the number in its ordered list, else -1.
    place: Ints = field(default_factory=_no_ints)

    def outermost(self) -> NDArray[np.bool_]:
        """Which elements have none of the same signature around them, shape (n_elements,)."""
        order = np.argsort(self.name, kind="stable")
        size = self.end.max(initial=0) + 1
        opens, closes = self.name * size + self.start, self.name * size + self.end
        inside = np.maximum.accumulate(closes[order])[:-1] > opens[order[1:]]
        result = np.ones(self.name.size, np.bool_)
        result[order[1:][inside]] = False
        return result

    def sums_around(self, values: Floats, n_blocks: int) -> Floats:
        """Sum a quantity of shape (n_elements, k) over all elements around each block.

        Returns shape (n_blocks, k).
        """
        size = values.shape[1]
        cells, shape = (n_blocks + 1) * size, (n_blocks + 1, size)
        column, weights = np.arange(size), values.ravel()
        opens = np.bincount((self.start[:, None] * size + column).ravel(), weights, cells)
        closes = np.bincount((self.end[:, None] * size + column).ravel(), weights, cells)
        result: Floats = np.cumsum((opens - closes).reshape(shape), axis=0)[:-1]
        return result


@dataclass(slots=True)
class Page:
    """A segmented page: its blocks in reading order, as columns of equal length ``n_blocks``.

    A page of flattened text has no elements; an HTML page has no line layout.
    """

    kind: Kind
    texts: list[str]
    link_chars: Ints  # non-space characters in links
    title: str = ""

    # HTML
    tags: list[str] = field(default_factory=list)  # of the nearest block element
    element: Ints = field(default_factory=_no_ints)  # its number
    elements: Elements = field(default_factory=Elements)
    links: Ints = field(default_factory=_no_ints)
    images: Ints = field(default_factory=_no_ints)  # since the last block
    breaks: Ints = field(default_factory=_no_ints)  # single line breaks
    strong_chars: Ints = field(default_factory=_no_ints)
    first_text: Ints = field(default_factory=_no_ints)  # text node numbers
    last_text: Ints = field(default_factory=_no_ints)
    meta: dict[str, str] = field(default_factory=dict)  # <meta name|property>: content

    # flattened text
    gap: Ints = field(default_factory=_no_ints)  # blank lines before, -1 amid a line
    lines: Ints = field(default_factory=_no_ints)  # source lines joined
    indent: Ints = field(default_factory=_no_ints)  # spaces before code and items of lists
    fence: Ints = field(default_factory=_no_ints)  # the block that opens the fenced code, else -1

    def __len__(self) -> int:
        return len(self.texts)
