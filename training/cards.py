"""Model cards: what a shipped model is made of, what it does well, where it fails."""

from __future__ import annotations

from pathlib import Path

from boilerplate import BoilerplateClassifier
from training.evaluation import Report, peers_in

_PURPOSE = {
    "html": "keeps the main text of web pages given as HTML",
    "text": "keeps the main text of web pages that somebody flattened to text before",
}
_FAILURES = {
    "html": (
        "product grids and listings, where the gold texts themselves disagree on what is content",
        "comments that the gold text leaves out, or in, without a sign of which in the page",
        "an article that stands twice in its page",
        "text that only a script would bring into the page: it is not in the HTML",
    ),
    "text": (
        "teasers that read like prose and stand under no heading that tells them apart",
        "a caption on the same line as a paragraph",
        "forum threads and listings, which have lost all that marked them as such",
    ),
}


def write_card(path: Path, kind: str, model: BoilerplateClassifier) -> None:
    """Write the card of a model whose `info_` tells what it was trained on and its scores."""
    passes = model.passes_[kind]
    lines = [
        f"# The model for {'HTML pages' if kind == 'html' else 'flattened text'}",
        "",
        f"A logistic regression in two passes that {_PURPOSE[kind]}. Written by",
        "`python -m training.recipe`; do not edit by hand.",
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
    for source in model.info_["trained_on"]:
        counts = " | ".join(f"{source['blocks'][label]:,}" for label in model.classes_)
        lines.append(
            f"| {source['source']} | {source['licence']} | {source['pages']:,} "
            f"| {source['sites']:,} | {counts} |"
        )
    lines += [
        "",
        "The last three columns count blocks. Of one page in five the part around the content was "
        "trained on a second time, bare of class names and menus. The fingerprints of "
        "the files stand in the model file.",
        "",
        "## Features",
        "",
        f"{len(passes.names)} columns, {len(passes.stacked_names)} more in the second pass, and "
        f"{len(passes.vocabulary):,} tokens of tags, classes, ids and roles, each in four places "
        "(the block's element, its parent, its ancestors, inside it)."
        if passes.vocabulary
        else f"{len(passes.names)} columns, and {len(passes.stacked_names)} more in the second "
        "pass.",
        "",
        "## How good it is",
        "",
        "Cross-validated in five folds; no site is on both sides of a fold, and pages of corpora "
        "that are not trained on are judged by a model that has not seen their site. Mean over "
        "pages of word precision, recall and F1 of the body without its headline, with the 95 % "
        "bootstrap interval of F1, and the F1 of other extractors on the same pages in the same "
        "run. `trafilatura-eval` has no full gold texts: its row counts segments kept and dropped.",
        "",
        *_table(model.info_["scores"]),
        "",
        f"Expected calibration error of the probabilities, by words and out of fold: "
        f"{model.info_['calibration_error']:.3f}.",
        "",
        "## Known failures",
        "",
        *(f"- {failure}" for failure in _FAILURES[kind]),
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


def _table(scores: Report) -> list[str]:
    peers = peers_in(scores)
    head = ["pages of", "pages", "precision", "recall", "F1", "95 %", *peers]
    lines = [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1)]
    for group, entry in scores.items():
        span = "–".join(f"{value:.3f}" for value in entry.get("interval", ()))
        cells = [group, str(entry["pages"]), *(f"{v:.3f}" for v in entry["boilerplate"]), span]
        cells += [f"{entry[name][2]:.3f}" for name in peers]
        lines.append(f"| {' | '.join(cells)} |")
    return lines
