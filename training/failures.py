"""Where a model fails: the worst page of every corpus and page type, and what went wrong there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boilerplate.scoring import Scores
from training.align import tokens
from training.examples import Example
from training.report import page_scores, place

_LONGEST = 80  # characters of a block that are quoted


def failures(
    examples: Sequence[Example], texts: Sequence[str], kept: Sequence[NDArray[np.bool_]]
) -> list[dict[str, Any]]:
    """The page of the lowest word F1 of each corpus, and of each page type of WCXB.

    Pages whose gold text is missing or empty are passed over. Of equal pages the first by id
    is told.

    Args:
        examples: The pages.
        texts: The body that was kept of each.
        kept: Which blocks of each page were kept, shape (n_blocks,).

    Returns:
        For each page its ``group``, ``id``, ``url``, ``scores`` (precision, recall, F1), ``what``
        went wrong, and the beginning of the largest ``block`` that was wrongly kept or lost.
    """
    worst: dict[str, tuple[float, str, int, Scores]] = {}
    for i, (example, scores) in enumerate(zip(examples, page_scores(examples, texts), strict=True)):
        gold = example.gold
        group = f"{gold.corpus}/{gold.type}" if gold.corpus == "wcxb-dev" else gold.corpus
        found = (scores.f1, gold.id, i, scores)
        if gold.text and tokens(gold.text) and (group not in worst or found < worst[group]):
            worst[group] = found
    return [
        {"group": group, "id": page, "url": examples[i].gold.url}
        | {"scores": [round(value, 3) for value in scores]}
        | _told(examples[i], texts[i], kept[i])
        for group, (_, page, i, scores) in sorted(worst.items(), key=lambda item: place(item[0]))
    ]


def _told(example: Example, text: str, kept: NDArray[np.bool_]) -> dict[str, str]:
    assert example.gold.text is not None and example.shares is not None
    found, wanted = Counter(tokens(text)), Counter(tokens(example.gold.text))
    extra, lost = (found - wanted).total(), (wanted - found).total()
    words = np.array([len(tokens(block)) for block in example.page.texts], np.float64)
    if extra >= lost:
        what = f"kept {extra:,} words that the gold text leaves out"
        wrong = words * (1 - example.shares[:, 0]) * kept
    else:
        what = f"lost {lost:,} of {wanted.total():,} words"
        wrong = words * example.shares[:, 0] * ~kept
        if not wrong.any():
            what += ", which stand in no block of the page"
    block = " ".join(example.page.texts[int(wrong.argmax())].split()) if wrong.any() else ""
    return {"what": what, "block": block if len(block) <= _LONGEST else block[:_LONGEST] + "…"}
