"""Time a page against its size, its depth and its number of blocks: a straight line, or a bug."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from boilerplate import extract

_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)  # characters
_SENTENCE = "The ferry had crossed the river for eleven years before the slipway gave way. "


def _long(size: int) -> str:
    return f"<p>{_SENTENCE * (size // len(_SENTENCE) + 1)}</p>"


def _many(size: int) -> str:
    item = f"<div class='item'><p>{_SENTENCE}</p><a href='#'>More</a></div>"
    return f"<main>{item * (size // len(item) + 1)}</main>"


def _deep(size: int) -> str:
    depth = size // 11 + 1
    return f"{'<div>' * depth}{_SENTENCE}{'</div>' * depth}"


def _unclosed(size: int) -> str:
    return "<div><b>word " * (size // 13 + 1)


def _text(size: int) -> str:
    line = f"{_SENTENCE}\nHome\nAbout us\n\n"
    return line * (size // len(line) + 1)


_SHAPES: dict[str, Callable[[int], str]] = {
    "one long paragraph": _long,
    "many blocks": _many,
    "nested elements": _deep,
    "unclosed elements": _unclosed,
    "flattened text": _text,
}


def growth_table(real: str, plot: Path) -> list[str]:
    """Measure, draw, and return the rows of a table; `real` is a page to repeat."""

    def repeated(size: int) -> str:
        return real * (size // len(real) + 1)

    shapes: dict[str, Callable[[int], str]] = {**_SHAPES, "a real page, repeated": repeated}
    times: dict[str, list[tuple[int, float]]] = {}
    for name, shape in shapes.items():
        for size in _SIZES:
            page = shape(size)
            repeats = max(1, 1_000_000 // size)
            before = time.process_time()
            for _ in range(repeats):
                extract(page)
            spent = (time.process_time() - before) / repeats * 1000
            times.setdefault(name, []).append((len(page), spent))
    _draw(times, plot)
    head = "| shape | " + " | ".join(f"{size / 1000:,.0f} kB" for size in _SIZES) + " |"
    lines = ["Milliseconds of a page:", "", head, "|---|" + "---:|" * len(_SIZES)]
    for name, points in times.items():
        lines.append(f"| {name} | " + " | ".join(f"{spent:,.1f}" for _, spent in points) + " |")
    return [*lines, "", f"![Time against size]({plot.name})"]


def _draw(times: dict[str, list[tuple[int, float]]], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6.5, 4.5))
    for name, points in times.items():
        axes.plot(*zip(*points, strict=True), marker="o", label=name)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("characters")
    axes.set_ylabel("milliseconds")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=120, bbox_inches="tight", metadata={"Software": None})
    pyplot.close(figure)
