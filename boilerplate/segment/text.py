"""Flattened text to blocks: lines, and hard-wrapped lines joined where they belong together."""

from __future__ import annotations

import re

import numpy as np

from boilerplate.page import SPACELESS_RANGES, UNSEEN, Page

_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\]\(([^()\s]{1,2000})\)|(?:https?://|www\.)[^\s<>\"]+")
_ITEM = re.compile(r"\s*(?:[-*+•·▪‣–—>#|]|\d{1,3}[.)]|\(?[a-z]\))\s")
_FENCE = re.compile(r"(?:```|~~~)[^`]*\Z")
_BULLET = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")
_MOST_INDENT = 200
_SPACELESS = re.compile(f"[{SPACELESS_RANGES}]")  # where lines join without a space
_WRAP = range(40, 121)  # widths in characters at which people and programs wrap text
_NEARLY_ALL = 0.995  # of the lines are no longer than the width
_FEW = 3
_SHARE = 0.7  # of the long lines in wrapped text that are as full as can be


def segment_text(text: str) -> Page:
    """Cut flattened text into blocks.

    A line is a block, unless the text is hard-wrapped (as old mail and `fmt` do): then the lines
    of a paragraph are joined. Bare addresses and Markdown links count as links. How far a line is
    indented is kept in Markdown's fenced code and lists.
    """
    raw = text.replace("\xad", "").splitlines()
    folded = (" ".join(line.split()) for line in raw)
    lines = [line if line.strip(UNSEEN) else "" for line in folded]
    joins = _wrapped_joins(lines)
    parts: list[list[str]] = []  # the source lines of each block
    gaps: list[int] = []
    indents: list[int] = []
    gap = 0
    fenced, margin = False, -1  # of the code or list; -1 outside
    for place, (line, joined) in enumerate(zip(lines, joins, strict=True)):
        is_fence = _FENCE.match(line) is not None
        fenced ^= is_fence
        if not line:
            gap += bool(parts)  # none counts before the first
        elif joined:
            parts[-1].append(line if _SPACELESS.match(parts[-1][-1][-1]) else f" {line}")
        else:
            parts.append([line])
            gaps.append(gap)
            shown = fenced or is_fence or _BULLET.match(line) is not None
            indent = _indent(raw[place]) if shown else 0
            margin = indent if margin < 0 else margin
            indents.append(max(indent - margin, 0))
            if not shown or (is_fence and not fenced):
                margin = -1
            gap = 0
    texts = ["".join(part) for part in parts]
    return Page(
        "text",
        texts,
        link_chars=np.array([_link_chars(block) for block in texts], np.intp),
        gap=np.array(gaps, np.intp),
        lines=np.array([len(part) for part in parts], np.intp),
        indent=np.array(indents, np.intp),
    )


def _indent(line: str) -> int:
    line = line.expandtabs(4)
    return min(len(line) - len(line.lstrip()), _MOST_INDENT)


def _link_chars(block: str) -> int:
    if "](" not in block and "://" not in block and "www." not in block:
        return 0
    found = _LINK.finditer(block)
    return sum(len("".join(m.group(0).split())) for m in found)


def _wrapped_joins(lines: list[str]) -> list[bool]:
    """Which lines go on with the paragraph of the line before.

    Text is hard-wrapped at width W if no line is longer and the long ones are as full as they
    can be: the first word of the next line would not have fitted. Then every full line is
    joined with the next.
    """
    joins = [False] * len(lines)
    # Long addresses stick out; they have no spaces, and neither has Chinese.
    lengths = [len(line) for line in lines if " " in line or not line.isascii()]
    if len(lengths) <= _FEW:
        return joins
    lengths.sort()
    at = _NEARLY_ALL * (len(lengths) - 1)
    below, above = lengths[int(at) : int(at) + 2]
    width = int(below + (above - below) * (at % 1.0))
    if width not in _WRAP or lengths[-1] > 2 * width:
        return joins
    pairs = [i for i in range(1, len(lines)) if lines[i] and 4 * len(lines[i - 1]) > 3 * width]
    full = [i for i in pairs if _is_full(lines[i - 1], lines[i], width)]
    if len(full) < _FEW or len(full) < _SHARE * len(pairs):
        return joins
    for i in full:
        joins[i] = not _ITEM.match(lines[i])
    return joins


def _is_full(line: str, following: str, width: int) -> bool:
    word = following.split(" ", 1)[0]
    return len(line) + 1 + len(word) > width and len(line) * 2 > width
