"""Scores that compare an extracted text with a gold text."""

import re
from collections import Counter
from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

from boilerplate.errors import BoilerplateError

_WORD = re.compile(r"\w+")


class Scores(NamedTuple):
    """Precision, recall and their harmonic mean, each between 0 and 1."""

    precision: float
    recall: float
    f1: float


def word_scores(predicted: str, gold: str) -> Scores:
    """Compare two texts as bags of words.

    This is the word measure of WCXB, the Web Content eXtraction Benchmark (Foley, 2026): the words
    are the runs of ``\\w`` of the lower-cased text, and precision and recall are the shares of the
    overlap of both bags in the predicted and in the gold one. Where the gold text has no words,
    every score is 1 for a prediction without words and 0 for any other.
    """
    found = Counter(_WORD.findall(predicted.lower()))
    wanted = Counter(_WORD.findall(gold.lower()))
    if not wanted:
        perfect = float(not found)
        return Scores(perfect, perfect, perfect)
    overlap = (found & wanted).total()
    if not overlap:
        return Scores(0.0, 0.0, 0.0)
    precision, recall = overlap / found.total(), overlap / wanted.total()
    return Scores(precision, recall, 2 * precision * recall / (precision + recall))


def mean_scores(scores: Sequence[Scores]) -> Scores:
    """Average each of the scores over pages.

    The mean F1 is the mean of the pages' F1, not the harmonic mean of the other two means.

    Raises:
        BoilerplateError: If there are no scores.
    """
    if not scores:
        raise BoilerplateError("no scores to average")
    return Scores(*(fsum(column) / len(scores) for column in zip(*scores, strict=True)))
