"""The scores that compare texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.errors import BoilerplateError
from boilerplate.scoring import Scores, mean_scores, word_scores


def test_words_count_as_often_as_they_stand() -> None:
    scores = word_scores("The cat, the CAT and a dog", "the cat sat")
    assert scores == pytest.approx((2 / 7, 2 / 3, 0.4))


def test_an_empty_gold_text_wants_an_empty_prediction() -> None:
    assert word_scores(" -- ", "") == (1, 1, 1)
    assert word_scores("word", "...") == (0, 0, 0)
    assert word_scores("", "word") == (0, 0, 0)


@given(st.text(), st.text())
def test_swapping_the_texts_swaps_precision_and_recall(predicted: str, gold: str) -> None:
    scores, swapped = word_scores(predicted, gold), word_scores(gold, predicted)
    assert all(0 <= score <= 1 for score in scores)
    assert scores.f1 == pytest.approx(swapped.f1)
    assert word_scores(gold, gold) == (1, 1, 1)
    if scores.f1:
        assert (scores.precision, scores.recall) == (swapped.recall, swapped.precision)


def test_the_mean_f1_is_the_mean_of_the_pages() -> None:
    mean = mean_scores([Scores(1, 0.5, 2 / 3), Scores(0, 0, 0)])
    assert mean == pytest.approx((0.5, 0.25, 1 / 3))
    with pytest.raises(BoilerplateError, match="no scores"):
        mean_scores([])
