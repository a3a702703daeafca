"""Records of flattened text: what stands from one recurring line to the next.

A short line that recurs, as "Reply", "Read more" or a date does, parts the posts of a thread and
the teasers of a list, which markup parts in HTML (`features.records`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boilerplate.arrays import Floats, Ints, grouped
from boilerplate.features.context import prose_words, sums_between
from boilerplate.features.lines import word_tokens
from boilerplate.features.wording import Wording, hashed

_LEAST = 3  # times that a line recurs
_LINE_WORDS = 8  # the most of such a line
_MOST_LINES = 12  # of a record: what is longer is an article between adverts


@dataclass(slots=True)
class Recurring:
    """The narrowest record around each block; a block outside all records stands for itself.

    Attributes:
        inside: Whether there is one, 0 or 1; shape (n_blocks,).
        start, end: Its blocks.
        group: The number of the line that begins it, the largest one for none.
        times: How many records each such line begins, shape (n_groups,).
        line: Whether the block is a line that recurs, 0 or 1; shape (n_blocks,).
    """

    inside: Floats
    start: Ints
    end: Ints
    group: Ints
    times: Ints
    line: Floats


def recurring(counted: Wording) -> Recurring:
    """Find the lines that recur, whatever their case and numbers, and what they part."""
    n, each = len(counted.words), counted.each
    at = np.arange(n)
    said = hashed(word_tokens(each), each.first[:-1], each.first[1:])
    key, order, _, count = grouped(np.where(counted.words > 0, said, each.same))
    line = (count[key] >= _LEAST) & (counted.words <= _LINE_WORDS)
    following = np.full(n, n)  # the line that says the same
    again = key[order[1:]] == key[order[:-1]]
    following[order[:-1][again]] = order[1:][again]
    size = following - at
    opens = np.flatnonzero(line & (following < n) & (size >= 2) & (size <= _MOST_LINES))
    start, end = at.copy(), at + 1
    group = np.full(n, count.size)
    for k in opens[np.argsort(-size[opens], kind="stable")].tolist():  # the narrowest last
        stop = k + int(size[k])
        start[k:stop], end[k:stop], group[k:stop] = k, stop, key[k]
    return Recurring(
        inside=(group < count.size).astype(np.float64),
        start=start,
        end=end,
        group=group,
        times=np.bincount(key[opens], minlength=count.size + 1),
        line=line.astype(np.float64),
    )


def recurrence(found: Recurring, counted: Wording, density: Floats) -> dict[str, Floats]:
    """The columns of the record around each block, each of shape (n_blocks,)."""
    n, count, inside = len(counted.words), counted.words, found.inside
    prose = prose_words(counted, density)
    held, prosaic = sums_between(np.stack((count, prose)), found.start, found.end)
    blocks = found.end - found.start
    of_group = np.bincount(found.group, weights=count)[found.group]
    prose_of_group = np.bincount(found.group, weights=prose)[found.group]
    times = found.times[found.group]
    total = max(float(count.sum()), 1.0)
    columns = {
        "inside": inside,
        "log_blocks": inside * np.log1p(blocks),
        "log_words": inside * np.log1p(held),
        "prose_share": inside * prosaic / np.maximum(held, 1.0),
        "place": inside * (np.arange(n) - found.start) / blocks,
        "block_share": inside * count / np.maximum(held, 1.0),
        "log_count": inside * np.log1p(times),
        "page_share": inside * of_group / total,
        "group_prose_share": inside * prose_of_group / np.maximum(of_group, 1.0),
        "group_log_words": inside * np.log1p(of_group / np.maximum(times, 1)),
        "line": found.line,
    }
    share = np.full(n, float((count * inside).sum()) / total)
    return {f"recurring_{name}": c for name, c in columns.items()} | {"page_recurring": share}
