"""Align a gold text with the blocks of its page: which blocks does the gold text hold?

The method is a patience diff (Bram Cohen) over words: runs of words that are unique on both sides
anchor the alignment, the longest common subsequence fills the gaps (bit-parallel after Hyyrö,
2004), and stray matches are dropped. What is left over is aligned again, since some gold texts
tell the page in another order.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from boilerplate.page import SPACELESS_RANGES
from boilerplate.scoring import Scores, word_scores

_TOKEN = re.compile(rf"(?=\w)[{SPACELESS_RANGES}]|[^\W{SPACELESS_RANGES}]+")
_ADDRESS = re.compile(r"\]\([^()\s]*\)")  # of a Markdown link, which no gold text holds
_ANCHOR = 8  # tokens of an anchor: long enough that a chance match is no concern
_RUN = 3  # matched runs shorter than this are chance: "of the" in a footer
_CELLS = 1 << 33  # bits of the largest LCS matrix: 1 GiB


def tokens(text: str) -> list[str]:
    """Split a text into lower-cased words; characters of a script without spaces stand alone."""
    return _TOKEN.findall(text.lower())


def without_addresses(text: str) -> str:
    """Leave out where Markdown links lead; what they say stays."""
    return _ADDRESS.sub("]", text)


def content_share(blocks: Sequence[str], gold: str) -> NDArray[np.float64]:
    """Measure which fraction of each block's tokens the gold text holds.

    Every token of the gold text is used once, so of two copies of a block one counts. A block
    without tokens lies between its neighbours; the addresses of Markdown links do not count.
    Returns (n_blocks,), each between 0 and 1.
    """
    lines = [found for line in gold.splitlines() if (found := tokens(line))]
    alphabet: dict[str, str] = {}
    wanted = "".join(
        alphabet.setdefault(token, chr(len(alphabet) + 1)) for line in lines for token in line
    )
    spelled = [
        "".join(alphabet.get(token, "\0") for token in tokens(without_addresses(text)))
        for text in blocks
    ]
    sizes = np.array([len(block) for block in spelled], dtype=np.intp)
    if not wanted or not sizes.any():
        return np.zeros(len(blocks))
    ends = sizes.cumsum()
    partner = _align("".join(spelled), wanted, ends, np.cumsum([len(line) for line in lines]))
    matched = np.concatenate([[0], np.cumsum(partner >= 0)])
    told = np.flatnonzero(sizes)
    share = (matched[ends] - matched[ends - sizes])[told] / sizes[told]
    shares: NDArray[np.float64] = np.interp(np.arange(len(blocks)), told, share)
    return shares


def block_labels(page_texts: Sequence[str], gold: str, title: str) -> NDArray[np.float64]:
    """Give each block its share of the classes content, headline and boilerplate, (n_blocks, 3).

    A share s of content leaves 1 - s of boilerplate. The headline is one block: the last that
    says the title before the content begins, or else the first one that says it at all, if the
    gold text does not hold that block.
    """
    share = content_share(page_texts, gold)
    labels = np.column_stack([share, np.zeros_like(share), 1 - share])
    said = [i for i, text in enumerate(page_texts) if share[i] < 0.5 and _same(text, title)]
    if said:
        begin = next((i for i, s in enumerate(share) if s >= 0.5), len(share))
        labels[max((i for i in said if i < begin), default=said[0])] = 0, 1, 0
    return labels


def oracle(texts: Sequence[str], shares: NDArray[np.float64], gold: str) -> Scores:
    """Score the text that perfect labels would keep: the blocks with half their tokens in gold.

    `shares` is what `block_labels` returned for these texts.
    """
    kept = [text for text, share in zip(texts, shares[:, 0], strict=True) if share >= 0.5]
    return word_scores("\n".join(kept), gold)


def _same(text: str, title: str) -> bool:
    if len(text) > 2 * len(title) + 40:
        return False
    found, wanted = tokens(text), tokens(title)
    overlap = (Counter(found) & Counter(wanted)).total()
    return bool(overlap) and overlap >= 0.8 * max(len(found), len(wanted))


def _align(
    page: str, gold: str, blocks: NDArray[np.intp], lines: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the gold position of each page token, -1 where it has none.

    One character is one token; `blocks` and `lines` are the ends of the page's blocks and of the
    gold text's lines.
    """
    partner = np.full(len(page), -1, dtype=np.intp)
    here, there = np.arange(len(page)), np.arange(len(gold))
    for least in (_RUN, _ANCHOR):
        left = "".join(map(page.__getitem__, here)), "".join(map(gold.__getitem__, there))
        pairs = _pairs(*left)
        p, g = here[pairs[:, 0]], there[pairs[:, 1]]
        good = _good(p, g, least, blocks, lines)
        partner[p[good]] = g[good]
        here = np.flatnonzero(partner < 0)
        there = np.setdiff1d(there, g[good], assume_unique=True)
    return partner


def _good(
    p: NDArray[np.intp],
    g: NDArray[np.intp],
    least: int,
    blocks: NDArray[np.intp],
    lines: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Tell the pairs in long runs, and in runs of whole blocks that are whole lines of gold."""
    if not len(p):
        return np.zeros(0, dtype=bool)
    first = np.flatnonzero(np.r_[True, (np.diff(p) != 1) | (np.diff(g) != 1)])
    length = np.diff(np.r_[first, len(p)])
    last = first + length - 1
    whole = (
        np.isin(p[first], np.r_[0, blocks])
        & np.isin(p[last] + 1, blocks)
        & np.isin(g[first], np.r_[0, lines])
        & np.isin(g[last] + 1, lines)
    )
    return np.repeat((length >= least) | whole, length)


def _pairs(page: str, gold: str) -> NDArray[np.intp]:
    """Align two strings: pairs of matched positions that increase on both sides, (n, 2)."""
    runs = _anchors(page, gold, unique=True)
    found: list[NDArray[np.intp]] = [np.empty((0, 2), dtype=np.intp)]
    p = g = 0
    for start_p, start_g, size in [*runs, (len(page), len(gold), 0)]:
        found.append(_gap(page, p, start_p, gold, g, start_g))
        found.append(np.arange(size)[:, None] + (start_p, start_g))
        p, g = start_p + size, start_g + size
    return np.concatenate(found)


def _gap(page: str, p: int, p_end: int, gold: str, g: int, g_end: int) -> NDArray[np.intp]:
    wanted = gold[g:g_end]
    known = set(wanted)
    places = [i for i in range(p, p_end) if page[i] in known]
    if len(places) * len(wanted) > _CELLS:
        runs = _anchors(page[p:p_end], wanted, unique=False)
        pairs = [(p + a + i, g + b + i) for a, b, size in runs for i in range(size)]
    else:
        text = "".join(map(page.__getitem__, places))
        pairs = [
            (places[block.a + i], g + block.b + i)
            for block in LCSseq.editops(text, wanted).as_matching_blocks()
            for i in range(block.size)
        ]
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def _anchors(page: str, gold: str, unique: bool) -> list[tuple[int, int, int]]:
    """Chain the runs that both strings share, as (page position, gold position, length).

    They are built from n-grams that stand once on both sides; or, if not `unique`, from the first
    occurrences, which serves texts too long and too repetitive for anything better.
    """
    in_page, in_gold = _grams(page, unique), _grams(gold, unique)
    seeds = sorted((p, in_gold[gram]) for gram, p in in_page.items() if gram in in_gold)
    runs: list[tuple[int, int, int]] = []
    p_end = g_end = 0
    for p, g in _increasing(seeds):
        skip = max(0, p_end - p, g_end - g)
        if skip >= _ANCHOR:
            continue
        p, g, size = p + skip, g + skip, _ANCHOR - skip
        if runs and (p, g) == (p_end, g_end):
            start_p, start_g, so_far = runs.pop()
            runs.append((start_p, start_g, so_far + size))
        else:
            runs.append((p, g, size))
        p_end, g_end = p + size, g + size
    return runs


def _grams(text: str, unique: bool) -> dict[str, int]:
    """Find where each n-gram of the text stands first; if `unique`, only those that stand once."""
    first: dict[str, int] = {}
    again = set()
    for i in range(len(text) - _ANCHOR + 1):
        gram = text[i : i + _ANCHOR]
        if first.setdefault(gram, i) != i:
            again.add(gram)
    if unique:
        for gram in again:
            del first[gram]
    return first


def _increasing(seeds: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of the seeds whose second numbers increase (patience sorting)."""
    tails: list[int] = []
    chain: list[int] = []
    before: list[int] = []
    for i, (_, g) in enumerate(seeds):
        pile = bisect_left(tails, g)
        before.append(chain[pile - 1] if pile else -1)
        if pile == len(tails):
            tails.append(g)
            chain.append(i)
        else:
            tails[pile], chain[pile] = g, i
    best = []
    i = chain[-1] if chain else -1
    while i >= 0:
        best.append(seeds[i])
        i = before[i]
    return best[::-1]
