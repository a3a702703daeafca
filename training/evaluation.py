"""Cross-validation grouped by site, and the scores of what it extracts.

    python -m training.evaluation --corpora folder

prints word precision, recall and F1 of every corpus, page type and language, ours from a model
that was trained without the page's site, beside the installed peers on the same pages, and checks
them against the floors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from boilerplate import BoilerplateClassifier, BoilerplateFilter
from boilerplate.arrays import Floats
from boilerplate.page import Kind
from boilerplate.render import render
from training.align import tokens
from training.augment import fragment, respelled, with_teasers
from training.calibration import expected_calibration_error, reliability
from training.command import command
from training.corpora import CHECKING, LABELED, TRAINING, folds
from training.examples import (
    SAMPLES,
    Example,
    corpus_examples,
    labeled_examples,
)
from training.failures import failures
from training.peers import Peer, html_peers, kept, text_peers
from training.report import ALONE, Report, Texts, print_report, report

FOLDS = 5
FRAGMENTS = 5  # one page in so many is trained on in part, too
TEASERS = 10  # one page of flattened text in so many above teasers of others
RESPELLED = 4  # one HTML page in so many in another script, too


def settings(kind: str) -> BoilerplateClassifier:
    """The unfitted classifier whose settings the shipped model of a kind is made with."""
    if kind == "html":
        return BoilerplateClassifier(C=0.005, min_groups=8)
    return BoilerplateClassifier(C=0.02, min_groups=8)


def train(examples: Sequence[Example], kind: str) -> BoilerplateClassifier:
    """Fit a classifier on the examples that may be trained on, and on what is made of some."""
    pages = [e for e in examples if trains(e)]
    used = pages + [part for e in pages[::FRAGMENTS] if (part := fragment(e)) is not None]
    if kind == "html":
        used += [respelled(e) for e in pages[3::RESPELLED]]
    else:
        used += with_teasers(pages[2::TEASERS])
    return _fit(settings(kind), used)


def _fit(classifier: BoilerplateClassifier, examples: Sequence[Example]) -> BoilerplateClassifier:
    return classifier.fit(
        [e.page for e in examples],
        [e.shares for e in examples if e.shares is not None],  # all have some, see `trains`
        [e.gold.site for e in examples],
    )


def trains(example: Example) -> bool:
    """Whether the shipped models may learn from this example."""
    if example.shares is None or not len(example.page):
        return False
    if example.gold.corpus == "labeled":
        return not example.gold.site.startswith(SAMPLES)
    return example.gold.corpus in TRAINING


@dataclass(frozen=True, slots=True)
class Judged:
    """What a model that was trained without a page's site makes of the page.

    Attributes:
        text: The body, without the headline.
        kept: Whether each block belongs to the body, shape (n_blocks,).
        content: Each block's probability of being content, shape (n_blocks,).
    """

    text: str
    kept: NDArray[np.bool_]
    content: Floats


def _judged(model: BoilerplateClassifier, example: Example) -> Judged:
    blocks = BoilerplateFilter(model).classify(example.page)
    body = [block for block in blocks if block.label == "content"]
    return Judged(
        render(example.page, body, "text"),
        np.array([block.label == "content" for block in blocks], np.bool_),
        model.page_proba(example.page)[:, 0],
    )


def out_of_fold(examples: Sequence[Example], kind: str, *, jobs: int = 2) -> list[Judged]:
    """Judge each example by a model that was trained without its site."""
    fold = folds([e.gold.site for e in examples], FOLDS)
    examples = [replace(e, source="") for e in examples]  # what the workers need no copy of

    def judged(k: int) -> list[Judged]:
        model = train([e for e, f in zip(examples, fold, strict=True) if f != k], kind)
        return [_judged(model, e) for e, f in zip(examples, fold, strict=True) if f == k]

    by_fold = [iter(found) for found in Parallel(n_jobs=jobs)(map(delayed(judged), range(FOLDS)))]
    return [next(by_fold[k]) for k in fold]


def left_one_out(examples: Sequence[Example], *, jobs: int = 2) -> list[Judged]:
    """Judge each example by a model that learnt from the others, and from nothing else.

    Those that `trains` does not admit are judged only. The settings are the library's own, so it
    shows what a few dozen labelled pages are good for.
    """

    def judged(i: int) -> Judged:
        used = [e for j, e in enumerate(examples) if j != i and trains(e)]
        return _judged(_fit(BoilerplateClassifier(), used), examples[i])

    return list(Parallel(n_jobs=jobs)(map(delayed(judged), range(len(examples)))))


def calibration(examples: Sequence[Example], judged: Sequence[Judged]) -> list[dict[str, float]]:
    """Reliability of the probabilities on the pages with full gold texts, by words."""
    known = [(e, j) for e, j in zip(examples, judged, strict=True) if e.shares is not None]
    return reliability(
        np.concatenate([j.content for _, j in known]),
        np.concatenate([e.shares[:, 0] for e, _ in known if e.shares is not None]),
        np.array([len(tokens(text)) for e, _ in known for text in e.page.texts], np.float64),
    )


def peer_texts(examples: Sequence[Example], kind: str) -> dict[str, list[str | None]]:
    """What each installed peer keeps of each example; None where it raised."""
    peers = html_peers() if kind == "html" else text_peers()
    chunks = Parallel(n_jobs=-1, batch_size=8)(
        delayed(_all_kept)(peers, e.source, e.gold.lang) for e in examples
    )
    return {name: [chunk[name] for chunk in chunks] for name in sorted(peers)}


def _all_kept(peers: dict[str, Peer], page: str, lang: str | None) -> dict[str, str | None]:
    return {name: kept(peer, page, lang) for name, peer in peers.items()}


@dataclass(frozen=True, slots=True)
class Measured:
    """What the cross-validation of one kind of page shows.

    Attributes:
        examples: Every page, to learn from and to judge on.
        report: The scores.
        bins: The reliability of the probabilities, see `training.calibration`.
        failures: The worst pages, see `training.failures`.
    """

    examples: list[Example]
    report: Report
    bins: list[dict[str, float]]
    failures: list[dict[str, Any]]


def measure(folder: Path, kind: str, *, peers: bool) -> Measured:
    """Cross-validate on the corpora and on `labeled/`, beside the peers.

    Raises:
        BoilerplateError: If a corpus is not there or damaged.
    """
    examples = corpus_examples(folder, (*TRAINING, *CHECKING), kind)
    corpora = len(examples)
    examples += labeled_examples(LABELED, kind)
    judged = out_of_fold(examples, kind)
    texts: dict[str, Texts] = {"boilerplate": [j.text for j in judged]}
    if peers:
        texts |= peer_texts(examples, kind)
    alone = [replace(e, gold=replace(e.gold, corpus=ALONE)) for e in examples[corpora:]]
    texts_alone: dict[str, Texts] = {name: kept[corpora:] for name, kept in texts.items()}
    texts_alone["boilerplate"] = [j.text for j in left_one_out(examples[corpora:])]
    return Measured(
        examples,
        report(examples, texts) | report(alone, texts_alone),
        calibration(examples, judged),
        failures(examples, [j.text for j in judged], [j.kept for j in judged]),
    )


@command
def main(corpora: Path, kind: Kind, peers: bool) -> Report:
    """Cross-validate by site on the corpora, beside the installed peers.

    A figure under its floor (training/floors.json) fails the command.
    """
    found = measure(corpora, kind, peers=peers)
    print_report(found.report, f"{kind}, words (trafilatura-eval: segments)")
    error = expected_calibration_error(found.bins)
    click.echo(f"{kind}: expected calibration error, by words: {error:.4f}")
    for failure in found.failures:
        click.echo(f"{kind}: worst of {failure['group']}: {failure['id']}: ", nl=False)
        click.echo(f"F1 {failure['scores'][2]:.3f}, {failure['what']}: {failure['block']}")
    return found.report


if __name__ == "__main__":
    main()
