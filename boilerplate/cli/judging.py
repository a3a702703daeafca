"""How well a filter does on a labelled page."""

from __future__ import annotations

from boilerplate.filter import BoilerplateFilter
from boilerplate.labeled import LabeledPage
from boilerplate.scoring import Scores, word_scores


def judge(page: LabeledPage, keep: BoilerplateFilter) -> tuple[Scores, float]:
    """Word scores of the page's body without the headline, and the share of blocks labelled right.

    Blocks without a label are left aside. A page without any others is right.
    """
    judged = zip(keep.classify(page.page), page.labels, strict=True)
    blocks = [(block, label) for block, label in judged if label is not None]
    found = "\n".join(block.text for block, _ in blocks if block.label == "content")
    wanted = "\n".join(block.text for block, label in blocks if label == "content")
    right = [block.label == label for block, label in blocks]
    return word_scores(found, wanted), sum(right) / len(right) if right else 1.0
