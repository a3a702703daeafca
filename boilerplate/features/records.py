"""Repeated siblings: the cards of a grid, the posts of a thread, the rows of a list.

Elements of one parent that are named alike are the records of one group (after Liu, Grossman and
Zhai, 2003). Whether a group is the article or beside it shows in the group more than in a block.
"""

from __future__ import annotations

import numpy as np

from boilerplate.arrays import Floats, Ints, chain_ends, grouped
from boilerplate.features.context import prose_words, sums_between
from boilerplate.features.tokens import Named, numbers
from boilerplate.features.wording import Wording
from boilerplate.page import Elements, Page

RECORDS = ("record", "outer_record")  # the innermost and the outermost around a block
_LEAST = 3  # records of a group
_NO_RECORDS = numbers(
    "<p> <td> <th> <h1> <h2> <h3> <h4> <h5> <h6> <dt> <dd> <pre> <blockquote>".split()
)


def records(page: Page, named: Named, counted: Wording, density: Floats) -> dict[str, Floats]:
    """The columns of the records around each block, each of shape (n_blocks,)."""
    n, elements = len(page), page.elements
    group, place, inner, outer = _groups(elements, named)
    count = counted.words
    prose = prose_words(counted, density)
    quantities = np.stack((np.ones(n), count, count * density, prose, page.images)).astype(
        np.float64
    )
    start, end = np.append(elements.start, 0), np.append(elements.end, 0)
    held = sums_between(quantities, start, end)  # by element, the last one for none
    repeated = np.flatnonzero(group >= 0)
    number = group[repeated]
    size = np.bincount(number, minlength=1).astype(np.float64)
    blocks, mass, linked, prosaic, images = (
        np.bincount(number, weights=row[repeated], minlength=1) for row in held
    )
    square = np.bincount(number, weights=held[1, repeated] ** 2, minlength=1)
    mean = mass / np.maximum(size, 1.0)
    spread = np.sqrt(np.maximum(square / np.maximum(size, 1.0) - mean**2, 0.0))

    total = max(float(count.sum()), 1.0)
    free = prose * (outer < 0)[page.element]
    columns = {
        "page_records_share": np.full(n, float(count[(inner >= 0)[page.element]].sum()) / total),
        "page_record_largest": np.full(n, float(mass.max()) / total),
        "page_record_prose": np.full(n, float(prosaic[mass.argmax()]) / max(mass.max(), 1.0)),
        "page_prose_outside": np.full(n, float(free.sum()) / total),
        "prose_outside_before": np.cumsum(free) / max(float(free.sum()), 1.0),
    }
    of_group = {
        "log_count": np.log(np.maximum(size, 1.0)),
        "page_share": mass / total,
        "log_words": np.log1p(mean),
        "variation": np.minimum(spread / np.maximum(mean, 1.0), 3.0),
        "link_density": linked / np.maximum(mass, 1.0),
        "images": np.minimum(images / np.maximum(size, 1.0), 3.0),
        "prose_share": prosaic / np.maximum(mass, 1.0),
        "log_blocks": np.log(np.maximum(blocks / np.maximum(size, 1.0), 1.0)),
    }
    for name, around in zip(RECORDS, (inner, outer), strict=True):
        record = around[page.element]
        inside = (record >= 0).astype(np.float64)
        its = group[record]
        columns[f"in_{name}"] = inside
        for quantity, values in of_group.items():
            columns[f"{name}_{quantity}"] = inside * values[its]
        columns[f"{name}_place"] = inside * place[record] / np.maximum(size[its], 1.0)
        columns[f"{name}_own_prose"] = inside * held[3, record] / np.maximum(held[1, record], 1.0)
        columns[f"{name}_block_share"] = inside * count / np.maximum(held[1, record], 1.0)
    return columns


def _groups(elements: Elements, named: Named) -> tuple[Ints, Ints, Ints, Ints]:
    """For each element its group, its place there, its innermost and its outermost record.

    Each of shape (n_elements + 1,), -1 for none; the last entry answers for a block without an
    element.
    """
    kind = grouped(named.alike).number
    parent = elements.parent
    alike = (parent + 1) * kind.size + kind[elements.name]
    key, order, first, times = grouped(alike)
    may_repeat = (named.tag[:, None] != _NO_RECORDS).all(axis=1)
    repeated = (times[key] >= _LEAST) & may_repeat[elements.name]
    # Groups are numbered by their first record, and the records of a group in their order.
    leads = first[key] == np.arange(key.size)
    rank = np.cumsum(leads & repeated) - 1
    group = np.where(repeated, rank[first[key]], -1)
    place = np.empty_like(order)
    place[order] = np.arange(order.size) - np.repeat(np.cumsum(times) - times, times)
    at = np.arange(parent.size + 1)  # the last stands for none, in parents as -1
    up = np.append(parent, -1)
    own = np.append(repeated, False)
    inner = chain_ends(np.where(own | (up < 0), at, up))
    inner = np.where(own[inner], inner, -1)
    wider = inner[up]
    outer = chain_ends(np.where(own & (wider >= 0), wider, at))[inner]
    return np.append(group, -1), np.append(place, -1), inner, np.where(inner >= 0, outer, -1)
