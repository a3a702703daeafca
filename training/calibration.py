"""Is a probability of 0.8 right eight times in ten?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from boilerplate.arrays import Floats

_BINS = 10


def reliability(probability: Floats, share: Floats, weight: Floats) -> list[dict[str, float]]:
    """For each tenth of the probabilities: the mean probability, the share of content, the weight.

    Args:
        probability: Of content, out of fold, shape (n_blocks,).
        share: The share of each block that is content, shape (n_blocks,).
        weight: Of each block, such as its words, shape (n_blocks,).
    """
    number = np.minimum((probability * _BINS).astype(np.intp), _BINS - 1)
    held = np.bincount(number, weights=weight, minlength=_BINS)
    said = np.bincount(number, weights=weight * probability, minlength=_BINS)
    true = np.bincount(number, weights=weight * share, minlength=_BINS)
    return [
        {"probability": said[k] / held[k], "content": true[k] / held[k], "weight": held[k]}
        for k in range(_BINS)
        if held[k] > 0
    ]


def expected_calibration_error(bins: Sequence[dict[str, float]]) -> float:
    """Mean distance between what was said and what was true, over bins (Naeini et al., 2015)."""
    total = sum(b["weight"] for b in bins)
    return sum(b["weight"] * abs(b["probability"] - b["content"]) for b in bins) / total


def plot(path: Path, bins_by_name: Mapping[str, Sequence[dict[str, float]]]) -> None:
    """Draw reliability diagrams, one line a model."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for name, bins in bins_by_name.items():
        label = f"{name}: expected calibration error {expected_calibration_error(bins):.3f}"
        axes.plot(
            [b["probability"] for b in bins], [b["content"] for b in bins], marker="o", label=label
        )
    axes.set_xlabel("probability of content, out of fold")
    axes.set_ylabel("share of words that is content")
    axes.legend(loc="upper left", frameon=False)
    axes.set_aspect("equal")
    figure.savefig(path, dpi=120, bbox_inches="tight", metadata={"Software": None})
    pyplot.close(figure)
