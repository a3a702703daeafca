"""Where to cut: from a page's probabilities to the blocks that are kept."""

from __future__ import annotations

from boilerplate.page import Floats


def cut(probability: Floats, words: Floats) -> float:
    """The content probability from which on a page's blocks are kept."""
    return 0.4
