"""Gold pages as examples: segmented, with the share of each label in every block."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from boilerplate.arrays import Floats
from boilerplate.labeled import LabeledPage, read_labeled
from boilerplate.page import LABELS, Page
from boilerplate.segment import segment
from training.align import block_labels
from training.corpora import GoldPage, read_corpus
from training.flatten import flatten, style_of

_SUFFIX = {"html": ".html", "text": ".txt"}
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
        style: How the page was flattened, of `training.flatten.STYLES`; None if it was not.
    """

    gold: GoldPage
    source: str
    page: Page
    shares: Floats | None
    style: str | None = None


def corpus_examples(folder: Path, names: Iterable[str], kind: str) -> list[Example]:
    """The pages of some corpora as HTML, or flattened, each in a style that its id decides."""
    pages = (page for name in names for page in read_corpus(folder, name))
    return list(Parallel(n_jobs=-1, batch_size=16)(delayed(_example)(page, kind) for page in pages))


def _example(gold: GoldPage, kind: str) -> Example:
    source, style = gold.html, None
    if kind == "text":
        seed = zlib.crc32(gold.id.encode())
        source, style = flatten(gold.html, seed), style_of(seed)
    page = segment(source, kind)
    shares = None
    if gold.text is not None:
        shares = block_labels(page.texts, gold.text, gold.title) if len(page) else np.zeros((0, 3))
    return Example(replace(gold, html=""), source, page, shares, style)


def labeled_examples(folder: Path, kind: str) -> list[Example]:
    """The hand-labelled pages of one kind, as examples of the corpus ``labeled``."""
    return [
        _labeled_example(page, (folder / f"{page.id}{_SUFFIX[kind]}").read_text(encoding="utf-8"))
        for page in read_labeled(folder)
        if page.kind == kind
    ]


def _labeled_example(labeled: LabeledPage, source: str) -> Example:
    blocks = list(zip(labeled.page.texts, labeled.labels, strict=True))
    shares = np.array([[label == name for name in LABELS] for _, label in blocks], np.float64)
    content = [text for text, label in blocks if label == "content"]
    headline = [text for text, label in blocks if label == "headline"]
    gold = GoldPage(
        id=labeled.id, corpus="labeled", url=None, site=labeled.source, html="",
        text="\n".join(content), title=" ".join(headline), type=None, lang=None, keep=(), drop=(),
    )  # fmt: skip
    return Example(gold, source, labeled.page, shares.reshape(-1, len(LABELS)))
