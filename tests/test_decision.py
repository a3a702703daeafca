"""From probabilities to what is kept: the cut, and passages that stand twice."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.decision import LEAST, PASSAGE, SPREAD, cut, decide, repeated

Blocks = list[tuple[float, int]]
BLOCKS = st.lists(st.tuples(st.floats(0, 1), st.integers(1, 400)), min_size=1, max_size=60)


def _cut(blocks: Blocks) -> float:
    probability, words = zip(*blocks, strict=True)
    return cut(np.array(probability, np.float64), np.array(words, np.float64))


@given(BLOCKS)
def test_the_cut_is_a_probability_that_some_block_reaches_unless_all_are_unlikely(
    blocks: Blocks,
) -> None:
    found = _cut(blocks)
    assert LEAST <= found <= 1
    most = max(probability for probability, _ in blocks)
    assert found <= most or most < LEAST


@given(BLOCKS, st.randoms(use_true_random=False))
def test_the_order_of_the_blocks_does_not_matter(blocks: Blocks, random: Random) -> None:
    shuffled = list(blocks)
    random.shuffle(shuffled)
    assert np.isclose(_cut(shuffled), _cut(blocks))


def test_a_page_that_is_judged_surely_is_cut_between() -> None:
    sure = [(0.98, 60)] * 10 + [(0.03, 5)] * 40
    assert 0.03 < _cut(sure) <= 0.98


def test_where_nothing_is_likely_the_likeliest_is_kept() -> None:
    assert _cut([(0.35, 10)] * 30 + [(0.02, 4)] * 50) <= 0.35


def test_a_page_without_an_article_keeps_nothing() -> None:
    assert _cut([(0.09, 20)] * 5) > 0.09


def test_unlikely_prose_beside_a_sure_article_is_left_out() -> None:
    assert _cut([(0.97, 80)] * 12 + [(0.25, 80)] * 3) > 0.25


def test_the_cut_goes_into_a_wide_gap_rather_than_between_nearly_equal_blocks() -> None:
    article, falling = [(0.99, 60)] * 10, [(0.6, 20), (0.5, 20), (0.4, 20), (0.3, 20)]
    assert _cut(article + falling) > 0.6
    assert _cut([*article, (0.9, 40), (0.8, 40), (0.7, 40), *falling[:1]]) <= 0.6


def test_of_the_cuts_that_keep_the_same_blocks_it_is_the_one_nearest_half_the_expected_f1() -> None:
    assert 0.45 < _cut([(0.97, 80)] * 12 + [(0.02, 5)] * 30) < 0.5  # no nearer to .97 or .02


SURE = [(0.98, 50)] * 10 + [(0.05, 5)] * 10


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([(0.97, 80)] * 12 + [(0.25, 80)] * 3, 0.436),  # half the F1 to expect
        ([(0.4, 25)] * 6 + [(0.1, 25)] * 6, 0.226),
        ([*SURE, *[(0.5, 30)] * 3], 0.5),  # in the gap: what lies below is not worth leaving it
        ([*SURE, *[(0.5, 36)] * 3], 0.441),  # here it is
        ([(0.15, 20)] * 8, 0.15),  # unlikely as they are, some are kept
        ([(0.09, 20)] * 8, 0.1),
        ([(0.9, 0), (0.05, 0)], 0.1),  # marks alone, without a word
    ],
)
def test_where_the_cut_is(blocks: Blocks, expected: float) -> None:
    assert _cut(blocks) == pytest.approx(expected, abs=0.002)


def test_blocks_without_words_are_judged_like_the_others() -> None:
    assert _cut([(0.9999, 6), (0.9998, 0), (0.02, 5)]) < 0.5
    assert _cut([(0.9999, 6), (0.3, 0), (0.28, 9)]) > 0.3


def test_the_shared_error_is_averaged_as_numpy_would() -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(9)
    p, words = np.array([0.6, 0.4]), np.array([3.0, 1.0])
    odds = (p / (1 - p))[:, None] * np.exp(SPREAD * nodes)
    gained = np.cumsum(words[:, None] * odds / (1 + odds), axis=0)
    f1 = (2 * gained / (np.cumsum(words)[:, None] + gained[-1])) @ (weights / weights.sum())
    assert f1[1] > f1[0]  # both are kept
    assert np.isclose(_cut([(0.6, 3), (0.4, 1), (0.01, 1)]), f1[1] / 2, atol=0.02)


def _repeated(texts: str, words: int) -> str:
    """The blocks that repeat a passage, told by a letter each, of which small ones are kept."""
    same = np.array([ord(text.lower()) for text in texts], np.uint64)
    kept = np.array([text.islower() for text in texts], np.bool_)
    flags = repeated(same, np.full(len(texts), float(words)), kept)
    return "".join("x" if flag else "." for flag in flags)


def test_a_long_passage_that_stands_above_is_repeated() -> None:
    assert _repeated("abcdabcd", 30) == "....xxxx"
    assert _repeated("abcdzbcdz", 40) == ".....xxxx"
    assert _repeated("abcdeacde", 30) == ".....xxxx"  # without one of its blocks
    assert _repeated("abcabcabc", 40) == "...xxxxxx"
    assert _repeated("aa", 100) == ".x"


def test_a_passage_is_as_long_as_it_stands_in_the_page() -> None:
    assert _repeated("abcdaBCd", 30) == "....xxxx"  # its second copy was not kept whole
    assert _repeated("aBcdabcd", 30) == "....x.xx"  # what was left out stays where it was kept
    assert _repeated("ABCDabcd", 30) == "........"


def test_what_recurs_for_good_reasons_is_no_repeated_passage() -> None:
    assert _repeated("", 30) == ""
    assert _repeated("abcd", 100) == "...."
    assert _repeated("aa", 99) == ".."
    assert _repeated("abcabc", 30) == "......"  # too short a passage
    assert _repeated("abcdaebfcgdh", 40) == "............"  # not one passage
    assert _repeated("abcdcbad", 40) == "........"  # in another order
    assert _repeated("aaaaaaaa", 40) == "........"


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 90), st.booleans()), max_size=30))
def test_of_what_is_repeated_the_first_copy_stays(blocks: list[tuple[int, int, bool]]) -> None:
    same = np.array([number for number, _, _ in blocks], np.uint64)
    words = np.array([count for _, count, _ in blocks], np.float64)
    kept = np.array([keep for _, _, keep in blocks], np.bool_)
    flags = repeated(same, words, kept)
    assert set(same[kept & ~flags]) == set(same[kept])
    everything = repeated(same, words, np.ones(len(blocks), np.bool_))
    assert not (flags & ~everything).any()
    assert not flags.any() or words[everything].sum() >= PASSAGE


def _decided(
    content: list[float],
    headline: list[float],
    texts: str,
    words: list[int],
    threshold: float | None = None,
) -> str:
    """The initials of the blocks' labels.

    Each letter of `texts` stands for a text, a capital one for that of a first-level heading.
    """
    p, h = np.array(content), np.array(headline)
    same = np.array([ord(text.lower()) for text in texts], np.uint64)
    tags = ["h1" if text.isupper() else "p" for text in texts]
    labels, keep = decide(
        np.column_stack((p, h, 1.0 - p - h)), np.array(words, np.float64), same, tags, threshold
    )
    assert ((keep >= p) & (keep <= p + h)).all()
    return "".join(label[0] for label in labels)


ARTICLE = [0.05] + [0.99] * 10 + [0.65, 0.5, 0.4, 0.3]
LENGTHS = [2] + [40] * 10 + [5] * 4


@pytest.mark.parametrize(("headline", "label"), [(0.55, "h"), (0.4, "b")])
def test_a_likely_headline_stays_though_a_sure_article_is_cut_above_it(
    headline: float, label: str
) -> None:
    found = _decided(ARTICLE, [headline] + [0.0] * 14, "abcdefghijklmno", LENGTHS)
    assert found == label + "c" * 10 + "b" * 4


def test_a_threshold_is_the_headline_s_too() -> None:
    found = _decided(ARTICLE, [0.55] + [0.0] * 14, "abcdefghijklmno", LENGTHS, threshold=0.62)
    assert found == "b" + "c" * 11 + "b" * 3


def test_there_is_one_headline() -> None:
    assert _decided([0.1, 0.1, 0.9], [0.6, 0.8, 0.0], "abc", [3, 3, 90]) == "bhc"
    assert _decided([0.9, 0.9, 0.9], [0.05] * 3, "abc", [3, 3, 90]) == "ccc"


def test_the_first_level_heading_is_the_headline_where_a_trail_says_the_same() -> None:
    content, headline = [0.1, 0.1, 0.5, 0.9], [0.0, 0.7, 0.2, 0.0]
    assert _decided(content, headline, "abBc", [3, 3, 3, 90]) == "bbhc"
    assert _decided(content, headline, "abbc", [3, 3, 3, 90]) == "bhcc"
    assert _decided(content, headline, "abDc", [3, 3, 3, 90]) == "bhcc"
    assert _decided([0.1, 0.1, 0.9], [0.6, 0.8, 0.0], "BBc", [3, 3, 90]) == "bhc"
    assert _decided([0.1, 0.1, 0.0, 0.9], [0.0, 0.7, 0.0, 0.0], "abBc", [3, 3, 3, 90]) == "bhbc"


def test_a_copy_goes_though_it_is_not_kept_whole_but_for_what_it_alone_keeps() -> None:
    content = [0.02 if k in (1, 5) else 0.98 for k in range(10)]
    assert _decided(content, [0.0] * 10, "abcdeabcde", [30] * 10) == "cbcccbcbbb"
    assert _decided(content, [0.0] * 10, "abcdeabcde", [30] * 10, threshold=0.5) == "cbcccbcccc"


def test_a_strict_numpy_is_no_matter() -> None:
    with np.errstate(all="raise"):
        assert _decided([0.99], [0.0], "a", [15]) == "c"
