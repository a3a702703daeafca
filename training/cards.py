"""Model cards: what a shipped model is made of, what it does well, where it fails."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from boilerplate import BoilerplateClassifier
from boilerplate.features.table import columns
from boilerplate.page import Kind
from training.evaluation import FOLDS, FRAGMENTS, RESPELLED, TEASERS
from training.report import failed_peers, peers_in, tables

_PURPOSE = {
    "html": "keeps the main text of web pages given as HTML",
    "text": "keeps the main text of web pages that somebody flattened to text before",
}
_TOKENS = {
    "html": "tags, classes, ids and roles, each in four places (the block's element, its parent, "
    "its ancestors, inside it)",
    "text": "words, each by where it stands (in the line, first or last of it, in the line before, "
    "in the short line above, in the line that heads the section, first of the next line), and of "
    "shapes of short lines",
}
_MADE = {
    "html": f"bare of class names and menus, and one in {RESPELLED} with its words spelled anew, "
    "in Chinese characters or in letters without case",
    "text": f"bare of menus, and of one in {TEASERS} the content with beginnings of other pages "
    "below it as teasers",
}
_FAILURES = {
    "html": (
        "product grids and listings, where the gold texts themselves disagree on what is content",
        "comments that the gold text leaves out, or in, without a sign of which in the page",
        "an article that stands twice in its page, in other words or cut into other blocks",
        "text that only a script would bring into the page: it is not in the HTML",
    ),
    "text": (
        "teasers that read like prose and stand under no heading that tells them apart",
        "a caption on the same line as a paragraph",
        "forum threads and listings, which have lost all that marked them as such",
    ),
}


def write_card(path: Path, kind: Kind, model: BoilerplateClassifier) -> None:
    """Write the card of a model whose `info_` tells what it was trained on and its scores."""
    passes, info = model.passes_[kind], model.info_
    counted = Counter(column.group for column in columns(kind))
    families = ", ".join(f"{number} {group}" for group, number in counted.items())
    lines = [
        f"# The model for {'HTML pages' if kind == 'html' else 'flattened text'}",
        "",
        f"A logistic regression in two passes that {_PURPOSE[kind]}. Written by",
        "`python -m training.recipe --corpora folder`; do not edit by hand. How all this is",
        "measured: [docs/quality.md](../docs/quality.md).",
        "",
        "## Intended use",
        "",
        "Building text corpora, indexing pages for search, filtering in a scraper. It judges blocks"
        " of text by their form and place, not what they say: it does not tell true from false,"
        " nor safe from unsafe.",
        "",
        "## What it was trained on",
        "",
        "| source | licence | pages | sites | content | headline | boilerplate |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for source in info["trained_on"]:
        counts = " | ".join(f"{source['blocks'][label]:,}" for label in model.classes_)
        lines.append(
            f"| {source['source']} | {source['licence']} | {source['pages']:,} "
            f"| {source['sites']:,} | {counts} |"
        )
    lines += [
        "",
        f"The last three columns count blocks. Of one page in {FRAGMENTS} the part around the "
        f"content was trained on a second time, {_MADE[kind]}. The fingerprints of the files stand "
        "in the model file.",
        "",
        "## Features",
        "",
        f"{counted.total()} columns ({families}; `boilerplate/features/table.py` tells what each "
        "means; the second pass alone sees the stacked ones), and "
        f"{len(passes.vocabulary):,} tokens of {_TOKENS[kind]}.",
        "",
        "## How good it is",
        "",
        f"Cross-validated in {FOLDS} folds; no site is on both sides of a fold, and pages of "
        "corpora that are not trained on are judged by a model that was trained without their "
        "site. Mean over pages of word precision, recall and F1 of the body without its headline, "
        "with the 95 % bootstrap interval of F1, its median, and the F1 that perfect labels of the "
        "blocks would reach (oracle); then the best other extractor of the same run on the same "
        "pages, and how far we are above it, with the interval of the paired difference. "
        "`trafilatura-eval` has no full gold texts: its row counts segments kept and dropped. "
        "`labeled-alone` are the pages of `labeled/` judged by models that learnt from the other "
        "pages of `labeled/`, but for the two sample pages, and from nothing else.",
    ]
    for table in tables(info["scores"]):
        lines += ["", *_markdown(table)]
    if peers_in(info["scores"]):
        versions = ", ".join(f"{name} {version}" for name, version in info["peers"].items())
        lines += ["", f"{failed_peers(info['scores'])} Versions: {versions}."]
    lines += [
        "",
        "## Calibration",
        "",
        f"Expected calibration error of the probability of content, by words and out of fold: "
        f"{info['calibration_error']:.3f} ([reliability plot](../docs/reliability.png)).",
        "",
        "## Known failures",
        "",
        *(f"- {failure}" for failure in _FAILURES[kind]),
        "",
        "The worst page of each corpus and page type, out of fold, of those that have an article: "
        "where we and the annotators are "
        "furthest apart, not what is usual. Some of these gold texts are arbitrary.",
        "",
        *_markdown(_worst(info["failures"]), numbers=range(2, 5)),
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


def _worst(failures: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    rows = [["pages of", "page", "precision", "recall", "F1", "what went wrong"]]
    for failure in failures:
        page, url = _plain(failure["id"]), failure["url"]
        told = f"{failure['what']}: “{_plain(failure['block'])}”"
        rows.append(
            [
                failure["group"],
                f"[{page}](<{_address(url)}>)" if (url or "").startswith("http") else page,
                *(f"{value:.3f}" for value in failure["scores"]),
                told if failure["block"] else failure["what"],
            ]
        )
    return rows


def _plain(text: str) -> str:
    """A stranger's text as it may stand in a cell of a Markdown table."""
    return re.sub(r"([\\`*\[\]<>|&$])", r"\\\1", text)


def _address(url: str) -> str:
    for mark, code in (("<", "%3C"), (">", "%3E"), ("|", "%7C"), (" ", "%20")):
        url = url.replace(mark, code)
    return url


def _markdown(table: Sequence[Sequence[str]], numbers: range = range(1, 99)) -> list[str]:
    head, *rows = table
    rule = ["---:" if i in numbers else "---" for i in range(len(head))]
    return [f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)]
