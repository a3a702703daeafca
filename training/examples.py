"""Gold pages as examples: segmented, with the share of each label in every block."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from boilerplate.labeled import read_labeled
from boilerplate.page import LABELS, Floats, Page
from boilerplate.segment import segment
from training.align import block_labels
from training.corpora import GoldPage, read_corpus
from training.flatten import flatten

SAMPLES = "user sample page"  # sources that begin so are never trained on: they are a check


@dataclass(frozen=True, slots=True)
class Example:
    """A page to learn from or to judge on.

    Attributes:
        gold: What people said of the page; its HTML is left out, the source stands for it.
        source: The page as an extractor is given it: HTML, or flattened text.
        page: The source, segmented.
        shares: The share of each label in each block, shape (n_blocks, 3); None where the
            corpus has no full gold text.
    """

    gold: GoldPage
    source: str
    page: Page
    shares: Floats | None


def corpus_examples(
    folder: Path, names: Iterable[str], kind: str, style: str | None = None
) -> list[Example]:
    """The pages of some corpora as HTML, or flattened (each in its own style, or all in one)."""
    pages = (page for name in names for page in read_corpus(folder, name))
    return list(
        Parallel(n_jobs=-1, batch_size=16)(delayed(_example)(page, kind, style) for page in pages)
    )


def _example(gold: GoldPage, kind: str, style: str | None) -> Example:
    source = gold.html
    if kind == "text":
        source = flatten(gold.html, zlib.crc32(gold.id.encode()), style)
    page = segment(source, kind)
    shares = None
    if gold.text is not None:
        shares = block_labels(page.texts, gold.text, gold.title) if len(page) else np.zeros((0, 3))
    return Example(replace(gold, html=""), source, page, shares)


def labeled_examples(folder: Path, kind: str) -> list[Example]:
    """The hand-labelled pages of one kind, as examples of the corpus ``labeled``."""
    return [
        _labeled_example(page.id, page.source, page.page, page.labels)
        for page in read_labeled(folder)
        if page.kind == kind
    ]


def _labeled_example(id: str, site: str, page: Page, labels: Sequence[str]) -> Example:
    shares = np.array([[label == name for name in LABELS] for label in labels], np.float64)
    content = [t for t, label in zip(page.texts, labels, strict=True) if label == "content"]
    headline = [t for t, label in zip(page.texts, labels, strict=True) if label == "headline"]
    gold = GoldPage(
        id=id, corpus="labeled", url=None, site=site, html="", text="\n".join(content),
        title=" ".join(headline), type=None, lang=None, keep=(), drop=(),
    )  # fmt: skip
    return Example(gold, "\n".join(page.texts), page, shares.reshape(-1, len(LABELS)))
