"""Flattened text to blocks: lines, and hard-wrapped lines joined where they belong together."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

from boilerplate.arrays import Ints
from boilerplate.page import (
    MARKDOWN_LINK,
    SPACELESS,
    SPACELESS_RANGES,
    UNSEEN,
    WIDE_RANGES,
    Page,
    joined,
)

_MARKDOWN_LINK = re.compile(MARKDOWN_LINK)
_LINK = re.compile(rf"{MARKDOWN_LINK}|(?:https?://|www\.)[^\s<>\"]+")
_ITEM = re.compile(r"\s*(?:[-*+•·▪‣>#|]|\d{1,3}[.)]|\(?[a-z]\))\s")
_DASH = re.compile(r"\s*[–—]\s")  # an item, or amid a sentence
_ENDS_SENTENCE = tuple('.!?…:;»”"')
_WIDE = re.compile(f"[{WIDE_RANGES}]")  # of two columns, and lines end before any
_BREAK = re.compile(rf"[\s{SPACELESS_RANGES}]")
_RULE = "-=~*_+ "  # what lines, and those below headings, are drawn with
_FENCE = re.compile(r"(`{3,}|~{3,})[^`]*\Z")
_BULLET = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")
_MOST_INDENT = 200
_WRAP = range(28, 201)  # widths in characters at which people and programs wrap text
_NEARLY_ALL = 0.995  # of the lines are no longer than the width
_FEW = 3
_LONG, _LONG_SPACELESS = 1800, 600  # characters of a line that is more than a paragraph
# A mark that ends a sentence and a space, before a letter (the group) that should be a capital if
# its script has any; or one of Chinese and Japanese, which want no space.
_CLOSES = r"[\"'”’“»«）)\]」』】》]*"
_SENTENCE_END = re.compile(
    rf"(?:[.!?…؟۔।॥።။]|(?<=[Ͱ-Ͽἀ-῿]);|(?<=[Ͱ-Ͽἀ-῿][»”]);){_CLOSES}\s+"
    rf"(?=(?:[—–-]\s)?[\"'“‘„‚«»(\[¿¡]*([^\W\d_]))"
    r"|(?:(?<![。！？｡])[。！？｡]++|．(?!\d))[”’）」』】》〉]*+\s*(?=\S)"
)
_SOME = 8  # one line in so many
_SHARE = 0.7  # of the long lines in wrapped text that are as full as can be


def segment_text(text: str) -> Page:
    """Cut flattened text into blocks.

    A line is a block, unless the text is hard-wrapped (as old mail and `fmt` do): then the lines
    of a paragraph are joined. Where one line is most of the page, its sentences are blocks. Bare
    addresses and Markdown links count as links. How far a line is indented is kept in Markdown's
    fenced code and lists.
    """
    raw, cut = _with_sentences(text.splitlines())
    folded = (" ".join(line.split()) for line in raw)
    lines = [line if line.strip(UNSEEN) else "" for line in folded]
    joins = [join and k not in cut for k, join in enumerate(_joins(raw, lines))]
    fenced = np.full(len(lines), -1, np.intp)
    if "```" in text or "~~~" in text:
        fenced = _fenced(lines)
        code = (fenced >= 0).tolist()
        joins = [join and not (code[k - 1] or code[k]) for k, join in enumerate(joins)]
    begins = [k for k, line in enumerate(lines) if line and not joins[k]]
    if len(begins) + lines.count("") < len(lines):
        ends = [*begins[1:], len(lines)]
        texts = [joined(list(filter(None, lines[a:b]))) for a, b in zip(begins, ends, strict=True)]
    else:
        texts = [lines[k] for k in begins]
    worded = np.cumsum([line != "" for line in lines], dtype=np.intp)
    before = worded[begins] - 1  # lines with text before each block
    empty = begins - before
    gap = np.diff(empty, prepend=empty[:1])  # none before the first
    if cut:
        gap[[k in cut for k in begins]] = -1
    fence = fenced[begins]
    fence = np.where(fence >= 0, np.searchsorted(begins, fence), -1)
    return Page(
        "text",
        texts,
        link_chars=_link_chars(texts),
        gap=gap,
        lines=np.diff(before, append=worded[-1:]),
        indent=_indents([raw[k] for k in begins], fence),
        fence=fence,
    )


def _with_sentences(lines: list[str]) -> tuple[list[str], range]:
    """The lines, but one that is long and most of the page in its sentences; where these go on."""
    longest = max(lines, key=len, default="")
    if len(longest) <= _LONG_SPACELESS or 2 * len(longest) < sum(map(len, lines)):
        return lines, range(0)
    if len(longest) <= _LONG and not SPACELESS.search(longest):
        return lines, range(0)
    links = bytearray(len(longest) + 1)  # which characters have those before them in a link
    for link in _MARKDOWN_LINK.finditer(longest):
        links[link.start() + 1 : link.end()] = b"\1" * (link.end() - link.start() - 1)
    ends = [
        end.end()
        for end in _SENTENCE_END.finditer(longest)
        if not links[end.end()] and (not end[1] or end[1] == end[1].title())
    ]
    sentences = [longest[a:b] for a, b in pairwise([0, *ends, len(longest)])]
    k = lines.index(longest)
    return [*lines[:k], *sentences, *lines[k + 1 :]], range(k + 1, k + len(sentences))


def _joins(raw: list[str], lines: list[str]) -> list[bool]:
    """Which lines go on with the paragraph of the line before.

    Widths are those of the lines or, if that joins more, of the lines as they stand indented, since
    first lines of paragraphs may stand further in, or in columns, of which characters of
    Chinese and Japanese take two.
    """
    # Addresses stick out, as words do that were glued; Chinese has no spaces either.
    prose = [
        k
        for k, line in enumerate(lines)
        if (" " in line or SPACELESS.search(line))
        and "](" not in line
        and "://" not in line
        and not (" " in line[:5] and (_ITEM.match(line) or _DASH.match(line)))
    ]
    bare = list(map(len, lines))
    indented = [
        len(a.expandtabs().rstrip()) if b and a != b else len(b)
        for a, b in zip(raw, lines, strict=True)
    ]
    found = [_wrapped_joins(lines, bare, prose)]
    if indented != bare:
        found.append(_wrapped_joins(lines, indented, prose))
    if any(map(_WIDE.match, lines)):
        columns = [len(line) + len(_WIDE.findall(line)) for line in lines]
        found.append(_wrapped_joins(lines, columns, prose, wide=2))
    return max(found, key=sum)


def _fenced(lines: list[str]) -> Ints:
    """The line whose fence opens the code that each stands in, itself included, -1 outside.

    The fence that closes it is of the same mark and no shorter, as in Markdown.
    """
    result = np.full(len(lines), -1, np.intp)
    mark, first = "", -1
    for k, line in enumerate(lines):
        if line[:3] not in ("```", "~~~"):
            continue
        if not mark:
            above = len(lines[k - 1]) if k > 0 else 0
            underlines = 3 < above <= len(line) and not line.strip("~")
            fence = None if underlines else _FENCE.match(line)
            mark, first = (fence[1], k) if fence else ("", -1)
        elif line.startswith(mark) and not line.strip(mark[0]):
            result[first : k + 1] = first
            mark = ""
    return result


def _indents(lines: list[str], fence: Ints) -> Ints:
    """By how many spaces lines of fenced code and of lists stand further in than the first."""
    result = np.zeros(len(lines), np.intp)
    if not any(line[0].isspace() for line in lines):
        return result
    margin, before = -1, -1  # of the code or list, -1 outside; the code of the line before
    for k, (line, code) in enumerate(zip(lines, fence.tolist(), strict=True)):
        line = line.expandtabs(4)
        bare = line.lstrip()
        if 0 <= before != code:
            margin = -1
        if code >= 0 or _BULLET.match(bare):
            indent = min(len(line) - len(bare), _MOST_INDENT)
            margin = indent if margin < 0 else margin
            result[k] = max(indent - margin, 0)
        else:
            margin = -1
        before = code
    return result


def _link_chars(texts: list[str]) -> Ints:
    """How many characters of each block are addresses or Markdown links."""
    result = np.zeros(len(texts), np.intp)
    for k, text in enumerate(texts):
        if "](" in text or "://" in text or "www." in text:
            result[k] = sum(len("".join(m.group(0).split())) for m in _LINK.finditer(text))
    return result


def _wrapped_joins(
    lines: list[str], widths: list[int], prose: list[int], wide: int = 1
) -> list[bool]:
    """The same by widths of the lines, 0 for blank ones; `prose` are those that tell the width.

    Text is hard-wrapped at width W if no line is longer and the long ones are as full as they
    can be: the first word of the next line would not have fitted. Then every full line is
    joined with the next. A character of Chinese or Japanese is so `wide`.
    """
    joins = [False] * len(lines)
    if len(prose) <= _FEW:
        return joins
    lengths = sorted([widths[k] for k in prose])
    width = lengths[int(_NEARLY_ALL * (len(lengths) - 1))]
    if width not in _WRAP or lengths[-1] > 2 * width:
        return joins
    pairs = [
        i
        for i in range(1, len(lines))
        if lines[i] and 4 * widths[i - 1] > 3 * width and _may_go_on(lines[i - 1], lines[i])
    ]
    full = [i for i in pairs if widths[i - 1] + 1 + _width_of_first(lines[i], wide) > width]
    # In columns more lines are full by chance, since any character may begin the next.
    few = _FEW if wide == 1 else max(_FEW, len(prose) // _SOME)
    if len(full) < few or len(full) < _SHARE * len(pairs):
        return joins
    for i in full:
        joins[i] = True
    return joins


def _may_go_on(before: str, line: str) -> bool:
    """Whether a line may go on with the one before: it is no item, and neither of them a rule."""
    if _ITEM.match(line) or (_DASH.match(line) and before.endswith(_ENDS_SENTENCE)):
        return False
    return not (_is_rule(before) or _is_rule(line))


def _is_rule(line: str) -> bool:
    return len(line) > 2 and not line.strip(_RULE)


def _width_of_first(line: str, wide: int) -> int:
    """How wide what can't be parted is at the start of a line.

    In scripts without spaces that is a character and a mark which can't begin a line.
    """
    if SPACELESS.match(line):
        return 2 * wide
    return len(_BREAK.split(line, maxsplit=1)[0])
