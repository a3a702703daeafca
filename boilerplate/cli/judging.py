"""How well a filter does on a labelled page."""

from __future__ import annotations

from collections.abc import Sequence

from boilerplate.filter import BoilerplateFilter
from boilerplate.labeled import LabeledPage
from boilerplate.scoring import Scores, word_scores


def judge(page: LabeledPage, keep: BoilerplateFilter) -> tuple[Scores, float]:
    """Word scores of the page's body without the headline, and the share of blocks labelled right.

    A page without blocks is right.
    """
    labels = [block.label for block in keep.classify(page.page)]
    right = [found == true for found, true in zip(labels, page.labels, strict=True)]
    scores = word_scores(_body(page, labels), _body(page, page.labels))
    return scores, sum(right) / len(right) if right else 1.0


def _body(page: LabeledPage, labels: Sequence[str]) -> str:
    blocks = zip(page.page.texts, labels, strict=True)
    return "\n".join(text for text, label in blocks if label == "content")
