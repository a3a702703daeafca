"""What a block's surroundings say: neighbours, containers, repetition, the page as a whole.

Everything is summed over ranges of blocks, and a sum over a range is the difference of two
cumulative sums; windows and containers of every size cost the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boilerplate.arrays import Floats, Ints, chain_ends, distinct, grouped, numbered
from boilerplate.features.wording import DIGIT, Wording, words_of
from boilerplate.page import HEADINGS, Page

LEVELS = 5  # containers of different extent around a block that are looked at
RADII = (2, 5, 10, 25)  # windows, in blocks to either side
NEIGHBOURS = (-3, -2, -1, 1, 2, 3)
_HEAD_WORDS = 12  # of a line that heads a section; the next one has more than twice as many
_LENGTHS = (1, 2, 3, 5, 8, 13, 21, 41)  # words at which lines count as longer


@dataclass(slots=True)
class Ranges:
    """Ranges of blocks ``start:end`` that surround each block, shape (n_ranges, n_blocks)."""

    names: list[str]
    start: Ints
    end: Ints

    def sums(self, values: Floats) -> Floats:
        """Sums of quantities of shape (..., n_blocks) over each range.

        Returns shape (..., n_ranges, n_blocks).
        """
        return sums_between(values, self.start, self.end)


def sums_between(values: Floats, start: Ints, end: Ints) -> Floats:
    """Sums of quantities of shape (..., n_blocks) over ranges; shape (..., *start.shape)."""
    total = np.zeros((*values.shape[:-1], values.shape[-1] + 1))
    np.cumsum(values, axis=-1, out=total[..., 1:])
    result: Floats = total.take(end, axis=-1) - total.take(start, axis=-1)
    return result


def last_flagged(flags: NDArray[np.bool_]) -> Ints:
    """The last flagged block up to each block, itself included, -1 for none."""
    result: Ints = np.maximum.accumulate(np.where(flags, np.arange(flags.size), -1))
    return result


def long_blocks(counted: Wording, density: Floats) -> Floats:
    """1 for blocks of at least 10 words and few links, else 0; shape (n_blocks,)."""
    return ((counted.words >= 10) & (density < 0.34)).astype(np.float64)


def prose_words(counted: Wording, density: Floats) -> Floats:
    """The words of each long block that ends like a sentence, else 0; shape (n_blocks,)."""
    return counted.words * long_blocks(counted, density) * counted.ends_sentence


def windows(n: int) -> Ranges:
    """The windows of `RADII` blocks to either side of each block of a page of n blocks."""
    at = np.arange(n)
    return Ranges(
        [f"window_{radius}" for radius in RADII],
        np.array([np.maximum(at - radius, 0) for radius in RADII]),
        np.array([np.minimum(at + radius + 1, n) for radius in RADII]),
    )


def containers(page: Page) -> Ranges:
    """The containers around each block, from the narrowest that holds another block outwards."""
    n, elements = len(page), page.elements
    start = np.append(elements.start, 0)  # the last entry answers for the page
    end = np.append(elements.end, n)
    size = end - start
    parent = np.append(elements.parent, -1)
    # The nearest ancestor that holds more blocks is the parent of the last that holds as many.
    alike = (size[parent] == size) & (parent >= 0)
    up = parent[chain_ends(np.where(alike, parent, np.arange(size.size)))]
    current = np.where(size[page.element] > 1, page.element, up[page.element])
    starts, ends = [], []
    for _ in range(LEVELS):
        starts.append(start[current])
        ends.append(end[current])
        current = up[current]
    return Ranges([f"container_{k}" for k in range(LEVELS)], np.array(starts), np.array(ends))


def context(
    page: Page, counted: Wording, density: Floats, around: list[Ranges]
) -> dict[str, Floats]:
    """The context columns of a page, each of shape (n_blocks,)."""
    n = len(page)
    count = counted.words
    free = count * (1.0 - density)  # words outside links
    long = long_blocks(counted, density)
    prose = prose_words(counted, density)
    columns: dict[str, Floats] = {}

    total = max(float(count.sum()), 1.0)
    before = np.cumsum(count) - count
    at = np.arange(n, dtype=np.float64)
    columns |= {
        "position": at / max(n - 1, 1),
        "words_before": before / total,
        "log_index": np.log1p(at),
        "log_index_from_end": np.log1p(n - 1 - at),
        "page_log_blocks": np.full(n, np.log1p(n)),
        "page_log_words": np.full(n, np.log1p(total)),
        "page_link_density": np.full(n, float((count * density).sum()) / total),
        "page_long_share": np.full(n, float((count * long).sum()) / total),
        "page_prose_share": np.full(n, float(prose.sum()) / total),
        "page_sentence_share": np.full(n, float(counted.ends_sentence.mean())),
        "page_log_block_words": np.full(n, np.log1p(total / n)),
    }

    nearby = zip(
        NEIGHBOURS,
        of_neighbours(np.log1p(count), NEIGHBOURS),
        of_neighbours(density, NEIGHBOURS, 1.0),
        of_neighbours(counted.ends_sentence, NEIGHBOURS),
        strict=True,
    )
    for shift, log_words, linked, ends in nearby:
        name = neighbour(shift)
        columns[f"{name}_log_words"] = log_words
        columns[f"{name}_link_density"] = linked
        columns[f"{name}_ends_sentence"] = ends
    columns |= _distances(long)

    summed = np.stack((count, free, counted.ends_sentence, long, prose, counted.commas))
    for ranges in around:
        blocks = (ranges.end - ranges.start).astype(np.float64)
        mass, unlinked, sentences, longs, prosaic, commas = ranges.sums(summed)
        held = np.maximum(mass, 1.0)
        sums = {
            "log_blocks": np.log1p(blocks),
            "log_free_words": np.log1p(unlinked),
            "free_share": unlinked / held,
            "sentence_share": sentences / blocks,
            "long_share": longs / blocks,
            "prose_share": prosaic / held,
            "log_block_words": np.log1p(held / blocks),
            "commas": np.minimum(commas / held, 0.3),
        }
        for quantity, values in sums.items():
            for name, row in zip(ranges.names, values, strict=True):
                columns[f"{name}_{quantity}"] = row
        if ranges.names[0].startswith("container"):
            place = (at - ranges.start) / np.maximum(blocks - 1, 1)
            share = mass / total
            for k, name in enumerate(ranges.names):
                columns[f"{name}_place"] = place[k]
                columns[f"{name}_page_share"] = share[k]
    columns |= _repetition(counted)
    columns |= _title(page, counted)
    return columns


def neighbour(shift: int) -> str:
    """What the columns of the block `shift` places on are named after."""
    return f"{'previous' if shift < 0 else 'next'}_{abs(shift)}"


def shifted(values: Floats, shift: int, outside: float = 0.0) -> Floats:
    """The value of the block `shift` places on, or `outside` beyond the page's ends."""
    return of_neighbours(values, (shift,), outside)[0]


def of_neighbours(values: Floats, shifts: Sequence[int], outside: float = 0.0) -> list[Floats]:
    """The same for several shifts, of quantities of shape (..., n_blocks), as views."""
    n, margin = values.shape[-1], max(map(abs, shifts))
    beyond = np.full((*values.shape[:-1], margin), outside)
    padded = np.concatenate((beyond, values, beyond), axis=-1)
    return [padded[..., margin + shift : margin + shift + n] for shift in shifts]


def _distances(long: Floats) -> dict[str, Floats]:
    """Blocks to the nearest long block before and after, and the length of short runs."""
    n = long.size
    at = np.arange(n)
    last = np.maximum.accumulate(np.where(long > 0, at, -n))
    following = np.minimum.accumulate(np.where(long > 0, at, 2 * n)[::-1])[::-1]
    since, until = np.minimum(at - last, n), np.minimum(following - at, n)
    short_run = np.where(long > 0, 0, np.minimum(since + until, n))
    return {
        "log_since_long": np.log1p(since.astype(np.float64)),
        "log_until_long": np.log1p(until.astype(np.float64)),
        "log_short_run": np.log1p(short_run.astype(np.float64)),
        "before_first_long": (last < 0).astype(np.float64),
        "after_last_long": (following >= n).astype(np.float64),
    }


def _repetition(counted: Wording) -> dict[str, Floats]:
    """How often each text, and its first word or mark, stand in the page, in whatever case."""
    each = counted.each
    texts = grouped(each.same)
    again = np.ones(each.same.size)
    again[texts.first] = 0.0
    opening = each.code[each.begin].astype(np.uint64)  # the first word, or another character
    worded = np.flatnonzero(each.kind[each.begin] <= DIGIT)
    opening[worded] = each.hashed[each.first[worded]]
    openings = grouped(opening)
    return {
        "log_same_text": np.log(texts.times)[texts.number],
        "same_text_before": again,
        "long_text_before": again * (counted.words >= 8),
        "log_same_first_word": np.log(openings.times)[openings.number],
    }


def _title(page: Page, counted: Wording) -> dict[str, Floats]:
    """Overlap of short blocks with the page's title, in whatever case."""
    n, each, count = len(page), counted.each, counted.words
    covers, covered, equal = np.zeros(n), np.zeros(n), np.zeros(n, np.bool_)
    title = words_of([page.title]) if page.title else None
    if title and title.hashed.size:
        wanted = distinct(title.hashed)
        found = np.searchsorted(wanted, each.hashed)
        shared = np.flatnonzero(wanted[np.minimum(found, wanted.size - 1)] == each.hashed)
        block = each.block[shared]
        short = count <= 40
        covers = short * np.bincount(block, minlength=n) / np.maximum(count, 1.0)
        told = distinct(block * wanted.size + found[shared]) // wanted.size
        covered = short * np.bincount(told, minlength=n) / wanted.size
        whole = title.text[:-1]
        for k in np.flatnonzero((covers == 1.0) & (each.length > 3)).tolist():
            text = each.text[each.begin[k] : each.begin[k] + each.length[k]]
            equal[k] = whole.startswith(text) or whole.endswith(text)
    matches = np.flatnonzero(equal & (count >= 2))
    first = matches[0] if matches.size else -1
    after = np.arange(n) - first if first >= 0 else np.zeros(n)
    return {
        "title_covers": covers,
        "title_covered": covered,
        "title_product": covers * covered,
        "title_equal": equal.astype(np.float64),
        "after_title": (after > 0).astype(np.float64),
        "log_since_title": np.log1p(np.maximum(after, 0.0)),
        "page_has_title_block": np.full(n, float(first >= 0)),
    }


def shapes(page: Page) -> Ints:
    """Number the blocks by shape: one number for one signature of the element and its parent."""
    elements = page.elements
    number = np.append(elements.name, len(elements.names))  # the last for no element
    element = page.element
    parent = np.append(elements.parent, -1)[element]
    pairs = number[element] * (len(elements.names) + 1) + number[parent]
    return grouped(pairs).number


def line_shapes(page: Page, counted: Wording) -> Ints:
    """Number the lines of flattened text by shape.

    Lines have one shape if they are about as long, begin and end alike, and both hold digits or
    none, and both or neither stand after a blank line: so do the prices of a list, its titles
    and its summaries.
    """
    columns = counted.columns
    begins = sum(
        k * columns[name]
        for k, name in enumerate(("starts_upper", "starts_digit", "starts_mark"), 1)
    )
    parts = (
        (np.digitize(counted.words, _LENGTHS), len(_LENGTHS) + 1),
        (begins, 4),
        (counted.ends_sentence, 2),
        (columns["digits"] > 0, 2),
        (page.gap > 0, 2),
    )
    code = np.zeros(len(page), np.intp)
    for part, size in parts:
        code = code * size + np.asarray(part, np.intp)
    return grouped(code).number


def structure(page: Page, counted: Wording, density: Floats, shape: Ints) -> dict[str, Floats]:
    """Context that only markup has: headings above, shapes that repeat, the bulk of the prose."""
    n, elements = len(page), page.elements
    at = np.arange(n)
    tags, tag = numbered(page.tags)
    levels = [HEADINGS.index(name) + 1.0 if name in HEADINGS else 0.0 for name in tags]
    level = np.array(levels)[tag]
    heading = level > 0
    last = last_flagged(heading)
    above = np.where(last >= 0, level[last], 0.0)
    columns = {
        "heading_distance": np.log1p(np.where(last >= 0, at - last, n).astype(np.float64)),
        "heading_level": above,
        "heading_link_density": np.where(last >= 0, density[last], 0.0),
        "heading_next": shifted(heading.astype(np.float64), 1),
        "heading_previous": shifted(heading.astype(np.float64), -1),
        "same_tag_previous": np.append(0.0, tag[1:] == tag[:-1]),
        "same_tag_next": np.append(tag[1:] == tag[:-1], 0.0),
        "page_headings": np.full(n, np.log1p(float(heading.sum()))),
        "page_paragraphs": np.full(n, page.tags.count("p") / n),
    }

    times = np.bincount(shape).astype(np.float64)
    columns["shape_log_count"] = np.log(times)[shape]
    for name, values in {
        "shape_log_words": np.log1p(counted.words),
        "shape_link_density": density,
        "shape_sentences": counted.ends_sentence,
    }.items():
        columns[name] = (np.bincount(shape, weights=values) / times)[shape]

    # The smallest elements that hold most of the page's prose.
    good = counted.words * long_blocks(counted, density) * (0.3 + counted.ends_sentence)
    all_good = float(np.cumsum(good)[-1])
    mass = sums_between(good, elements.start, elements.end)
    size = elements.end - elements.start
    for percent in (40, 60, 80):
        holds = np.flatnonzero((mass >= percent / 100 * all_good) & (all_good > 0))
        if holds.size:
            best = holds[np.argmin(size[holds])]
            start, end = elements.start[best], elements.end[best]
        else:
            start, end = 0, n
        inside = (at >= start) & (at < end)
        away = np.maximum(start - at, at - end + 1)
        columns[f"bulk_{percent}_inside"] = inside.astype(np.float64)
        columns[f"bulk_{percent}_away"] = np.log1p(np.maximum(away, 0).astype(np.float64))
        columns[f"bulk_{percent}_page_share"] = np.full(n, (end - start) / n)
    kind = page.meta.get("og:type", "").lower()
    columns["page_og_article"] = np.full(n, float(kind == "article"))
    columns["page_og_product"] = np.full(n, float(kind.startswith(("product", "og:product"))))
    return columns


def groups(page: Page, counted: Wording) -> Ranges:
    """Ranges of flattened text: between blank lines, and between lines that look like headings."""
    n = len(page)
    long = (counted.words >= 10) & (counted.ends_sentence > 0)
    breaks = [page.gap > 0, np.append(True, long[1:] != long[:-1])[:n], heads(counted)]
    starts, ends = [], []
    for flags in breaks:
        first = np.flatnonzero(np.append(True, flags[1:]))
        number = np.searchsorted(first, np.arange(n), side="right") - 1
        starts.append(first[number])
        ends.append(np.append(first[1:], n)[number])
    return Ranges(["group", "run", "section"], np.array(starts), np.array(ends))


def heads(counted: Wording) -> NDArray[np.bool_]:
    """Which lines of flattened text may head a section: short ones before longer text."""
    short = (counted.words <= _HEAD_WORDS) & (counted.ends_sentence == 0)
    flags: NDArray[np.bool_] = short & (shifted(counted.words, 1) > 2 * counted.words)
    return flags


def layout(page: Page, counted: Wording) -> dict[str, Floats]:
    """Context that only flattened text has: blank lines, joined lines, lines like headings."""
    n = len(page)
    gap = np.minimum(np.maximum(page.gap, 0), 3).astype(np.float64)
    gap_after = shifted(gap, 1, 1.0)
    heading = heads(counted)
    at = np.arange(n)
    last = last_flagged(heading)
    return {
        "gap_before": gap,
        "gap_after": gap_after,
        "gap_both": ((gap > 0) & (gap_after > 0)).astype(np.float64),
        "page_gaps": np.full(n, float((gap > 0).mean())),
        "log_source_lines": np.log1p(page.lines.astype(np.float64)),
        "like_heading": heading.astype(np.float64),
        "heading_distance": np.log1p(np.where(last >= 0, at - last, n).astype(np.float64)),
        "previous_gap": shifted(gap, -1),
        "lower_follows": shifted(counted.columns["starts_lower"], 1),
    }
