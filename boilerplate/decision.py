"""Where to cut: from a page's probabilities to the blocks that are kept."""

from __future__ import annotations

from boilerplate.page import Floats
from boilerplate.scoring import expected_scores

LEAST = 0.1  # a page whose blocks are all less likely than this has no article


def cut(probability: Floats, words: Floats) -> float:
    """The content probability from which on a page's blocks are kept.

    Those blocks are kept whose text has the largest word F1 to expect; they are the ones that
    are at least half as probable as that F1 is large (Lipton, Elkan and Naryanaswamy, 2014). On
    a page that the model is sure of that is a cut near .5; where nothing is likely, as in a grid
    of products, it is lower, since an empty text would score nothing at all.
    """
    _, expected_f1 = expected_scores(probability, words)
    return max(float(expected_f1.max()) / 2.0, LEAST)
