"""What in preformatted elements are lines of code, and what the numbers of such lines."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence, Set

from boilerplate.segment.nodes import Node, classes

_LINES = frozenset("div li ol ul".split())  # what lines of code stand in
_ROWS = frozenset("table tbody tr td".split())  # and those in `<code>` that highlight.js numbers
_LINE_CLASS = re.compile(r"(?:^|\s)(?:\S*code-)?line(?:\s|$)")  # as tools show code
# Of what holds the numbers of lines: Pygments, Chroma, Rouge, docutils, cgit, rustdoc.
_NUMBERS_CLASS = re.compile(
    r"(?:^|\s)(?:linenos?|linenodiv|linenumbers|lnt?|gutter|\S+-line-numbers"
    r"|(?:\S*-)?line-?num(?:ber)?)(?:\s|$)"
)
_MOST_OF_NUMBER = 4  # nodes in the element of one line's number


def is_line(node: Node) -> bool:
    """Whether an inline element is named as a line of code."""
    return _LINE_CLASS.search(classes(node)) is not None


def is_number(node: Node) -> bool:
    """Whether an inline element amid code is the number of a line."""
    return _NUMBERS_CLASS.search(classes(node)) is not None and _are_numbers(node, _MOST_OF_NUMBER)


def is_gutter(pre: Node, around: Sequence[Node]) -> bool:
    """Whether a preformatted element holds the numbers of lines, as it or what is around says."""
    names = " ".join(map(classes, (*around, pre)))
    return _NUMBERS_CLASS.search(names) is not None and _are_numbers(pre, math.inf)


def holds_lines(pre: Node, blocks: Set[str]) -> bool:
    """Whether the blocks in a preformatted element are lines of code, and not a page in it.

    Lines stand side by side, in a list or by themselves.
    """
    stack: list[tuple[Node | None, float]] = [(pre.first_child, 0)]
    while stack:
        node, depth = stack.pop()
        while node is not None:
            tag = node.tag or ""
            inside = depth
            if tag in blocks:
                inside += tag not in {"ol", "ul"}
                of_code = tag in _ROWS and inside < 0
                if not (tag in _LINES or of_code) or inside > 1:
                    return False
            # In code all are lines, however deep.
            stack.append((node.first_child, -math.inf if tag == "code" else inside))
            node = node.next
    return True


def _are_numbers(node: Node, most: float) -> bool:
    """Whether an element holds numbers and nothing else, in so many nodes at most."""
    numbers = 0
    stack = [node.first_child]
    while stack and most > 0:
        child = stack.pop()
        while child is not None and most > 0:
            words = (child.text_content or "").split() if child.tag == "-text" else []
            if not all(map(str.isdecimal, words)):
                return False
            numbers += len(words)
            most -= 1
            stack.append(child.first_child)
            child = child.next
    return numbers > 0 and most > 0
