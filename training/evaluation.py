"""Cross-validation grouped by site, and the scores of what it extracts.

    python -m training.evaluation --corpora ../shared/corpora

prints word precision, recall and F1 of every corpus, page type and language, ours from a model
that has not seen the page's site, beside the installed peers on the same pages, and checks them
against the floors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import click
import numpy as np
from joblib import Parallel, delayed
from rich.console import Console
from rich.table import Table

from boilerplate import BoilerplateClassifier, BoilerplateFilter
from boilerplate.page import Floats
from boilerplate.scoring import Scores, word_scores
from training.align import oracle
from training.calibration import expected_calibration_error, reliability
from training.calibration import plot as draw
from training.corpora import CHECKING, TRAINING, fingerprint, folds
from training.examples import (
    SAMPLES,
    Example,
    corpus_examples,
    fragment,
    labeled_examples,
)
from training.floors import pin, regressions
from training.peers import html_peers, text_peers

FOLDS = 5
LABELED = Path(__file__).parent.parent / "labeled"
_ADDRESS = re.compile(r"\]\([^()\s]*\)")  # of a Markdown link, which no gold text holds
_RESAMPLES = 2000
_FRAGMENTS = 5  # one page in so many is trained on in part, too

Report: TypeAlias = dict[str, dict[str, Any]]


def settings(kind: str) -> BoilerplateClassifier:
    """The unfitted classifier whose settings the shipped model of a kind is made with."""
    if kind == "html":
        return BoilerplateClassifier(C=0.005, min_groups=8, max_iter=60)
    return BoilerplateClassifier(C=0.02, min_groups=8, max_iter=100)


def train(examples: Sequence[Example], kind: str) -> BoilerplateClassifier:
    """Fit a classifier on the examples that may be trained on, and fragments of some of them."""
    used = [e for e in examples if trains(e)]
    used += [part for e in used[::_FRAGMENTS] if (part := fragment(e)) is not None]
    return settings(kind).fit(
        [e.page for e in used],
        [e.shares for e in used if e.shares is not None],
        [e.gold.site for e in used],
    )


def trains(example: Example) -> bool:
    """Whether the shipped models may learn from this example."""
    if example.gold.corpus == "labeled":
        return len(example.page) > 0 and not example.gold.site.startswith(SAMPLES)
    return example.gold.corpus in TRAINING and len(example.page) > 0


@dataclass(frozen=True, slots=True)
class Judged:
    """What a model that was trained without a page's site makes of the page.

    Attributes:
        text: The body, without the headline.
        content: Each block's probability of being content, shape (n_blocks,).
    """

    text: str
    content: Floats


def out_of_fold(examples: Sequence[Example], kind: str, *, jobs: int = 2) -> list[Judged]:
    """Judge each example by a model that was trained without its site."""
    fold = folds([e.gold.site for e in examples], FOLDS)
    examples = [replace(e, source="") for e in examples]  # what the workers need no copy of

    def judged(k: int) -> list[Judged]:
        model = train([e for e, f in zip(examples, fold, strict=True) if f != k], kind)
        keep = BoilerplateFilter(model, headline=False)
        return [
            Judged(keep(e.page), model.page_proba(e.page)[:, 0])
            for e, f in zip(examples, fold, strict=True)
            if f == k
        ]

    by_fold = [iter(found) for found in Parallel(n_jobs=jobs)(map(delayed(judged), range(FOLDS)))]
    return [next(by_fold[k]) for k in fold]


def calibration(examples: Sequence[Example], judged: Sequence[Judged]) -> list[dict[str, float]]:
    """Reliability of the probabilities on the pages with full gold texts, by words."""
    known = [(e, j) for e, j in zip(examples, judged, strict=True) if e.shares is not None]
    return reliability(
        np.concatenate([j.content for _, j in known]),
        np.concatenate([e.shares[:, 0] for e, _ in known if e.shares is not None]),
        np.array([len(text.split()) for e, _ in known for text in e.page.texts], np.float64),
    )


def peer_texts(examples: Sequence[Example], kind: str) -> dict[str, list[str]]:
    """What each installed peer keeps of each example."""
    names = sorted(html_peers() if kind == "html" else text_peers())
    chunks = Parallel(n_jobs=-1, batch_size=8)(
        delayed(_peers)(e.source, e.gold.lang, kind) for e in examples
    )
    return {name: [chunk[name] for chunk in chunks] for name in names}


def _peers(source: str, lang: str | None, kind: str) -> dict[str, str]:
    peers = html_peers() if kind == "html" else text_peers()
    return {name: peer(source, lang) for name, peer in peers.items()}


def page_scores(examples: Iterable[Example], texts: Iterable[str]) -> list[Scores]:
    """Word scores of each page with a gold text; those without come out as not a number."""
    nothing = Scores(float("nan"), float("nan"), float("nan"))
    return [
        nothing if e.gold.text is None else word_scores(_ADDRESS.sub("]", text), e.gold.text)
        for e, text in zip(examples, texts, strict=True)
    ]


def segment_scores(examples: Iterable[Example], texts: Iterable[str]) -> Scores:
    """Scores over the segments that must be kept and that must go, as trafilatura counts them."""
    kept = lost = wrong = 0
    for example, text in zip(examples, texts, strict=True):
        found = sum(segment in text for segment in example.gold.keep)
        kept, lost = kept + found, lost + len(example.gold.keep) - found
        wrong += sum(segment in text for segment in example.gold.drop)
    precision, recall = kept / max(kept + wrong, 1), kept / max(kept + lost, 1)
    return Scores(precision, recall, 2 * precision * recall / max(precision + recall, 1e-9))


def interval(values: Floats, seed: int = 0) -> tuple[float, float]:
    """The 95 % bootstrap interval of a mean over pages."""
    draws = np.random.default_rng(seed).integers(len(values), size=(_RESAMPLES, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), (0.025, 0.975))
    return float(low), float(high)


def groups(examples: Sequence[Example]) -> dict[str, list[int]]:
    """The rows of a report: every corpus, WCXB's page types, the languages of the others."""
    result: dict[str, list[int]] = {}
    for i, example in enumerate(examples):
        gold = example.gold
        result.setdefault(gold.corpus, []).append(i)
        finer = gold.type if gold.corpus == "wcxb-dev" else gold.lang
        if finer and gold.corpus in TRAINING:
            result.setdefault(f"{gold.corpus}/{finer}", []).append(i)
    order = {name: n for n, name in enumerate((*TRAINING, *CHECKING, "labeled"))}
    return dict(
        sorted(
            ((name, rows) for name, rows in result.items() if "/" not in name or len(rows) >= 10),
            key=lambda item: (order[item[0].split("/")[0]], "/" in item[0], item[0]),
        )
    )


def report(examples: Sequence[Example], by_name: Mapping[str, Sequence[str]]) -> Report:
    """Scores of every extractor in every group; for ours the interval and the lead as well.

    An entry holds precision, recall and F1 under each extractor's name, and under ``lead`` how
    far our F1 is above each peer's: the mean of the pages' differences and its interval.
    """
    result: Report = {}
    scored = {name: np.array(page_scores(examples, texts)) for name, texts in by_name.items()}
    for group, rows in groups(examples).items():
        here = [examples[i] for i in rows]
        entry: dict[str, Any] = {"pages": len(rows)}
        if here[0].gold.text is None:
            for name, texts in by_name.items():
                entry[name] = _rounded(segment_scores(here, [texts[i] for i in rows]))
        else:
            ours = scored["boilerplate"][rows, 2]
            for name, scores in scored.items():
                entry[name] = _rounded(scores[rows].mean(axis=0))
                if name != "boilerplate":
                    ahead = ours - scores[rows, 2]
                    entry.setdefault("lead", {})[name] = _rounded((ahead.mean(), *interval(ahead)))
            entry["interval"] = _rounded(interval(ours))
            entry["median"] = round(float(np.median(ours)), 4)
        result[group] = entry
    return result


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(float(value), 4) for value in values]


def peers_in(result: Report) -> list[str]:
    """The names of the peers that a report has scores of."""
    ours = ("pages", "boilerplate", "interval", "median", "lead")
    return [name for name in next(iter(result.values())) if name not in ours]


def print_report(result: Report, title: str) -> None:
    """Print a report as a table of F1, ours with precision, recall and interval."""
    console = Console(width=200)
    peers = peers_in(result)
    table = Table("pages of", "pages", "precision", "recall", "F1", "95 %", *peers, title=title)
    for group, entry in result.items():
        span = " to ".join(f"{value:.3f}" for value in entry.get("interval", ()))
        figures = [f"{value:.3f}" for value in entry["boilerplate"]]
        table.add_row(
            group, str(entry["pages"]), *figures, span, *(f"{entry[p][2]:.3f}" for p in peers)
        )
    console.print(table)


def oracles(examples: Sequence[Example]) -> dict[str, float]:
    """The word F1 that perfect labels of the blocks would reach, by corpus."""
    found: dict[str, list[float]] = {}
    for example in examples:
        if example.shares is not None and example.gold.text is not None:
            score = oracle(example.page.texts, example.shares, example.gold.text)
            found.setdefault(example.gold.corpus, []).append(score.f1)
    return {corpus: round(float(np.mean(scores)), 4) for corpus, scores in found.items()}


def measure(
    folder: Path, kind: str, *, peers: bool
) -> tuple[list[Example], Report, list[dict[str, float]]]:
    """Cross-validate on the corpora and on `labeled/`, beside the peers.

    Returns the examples, the report, and the reliability of the probabilities.
    """
    examples = corpus_examples(folder, (*TRAINING, *CHECKING), kind)
    examples += labeled_examples(LABELED, kind)
    judged = out_of_fold(examples, kind)
    texts = {"boilerplate": [j.text for j in judged]}
    if peers:
        texts |= peer_texts(examples, kind)
    return examples, report(examples, texts), calibration(examples, judged)


@click.command()
@click.option("--corpora", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--kind", type=click.Choice(["html", "text", "both"]), default="both")
@click.option("--peers/--no-peers", default=True, help="Run the installed peers as well.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write the report as JSON.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the reliability diagram.")
@click.option("--pin", "pinned", is_flag=True, help="Raise the floors to what is measured.")
@click.option("--lower", is_flag=True, help="With --pin: lower floors as well.")
def main(
    corpora: Path,
    kind: str,
    peers: bool,
    output: Path | None,
    plot: Path | None,
    pinned: bool,
    lower: bool,
) -> None:
    """Cross-validate by site on the corpora, beside the installed peers.

    A figure under its floor (training/floors.json) fails the command.
    """
    reports: dict[str, Report] = {}
    bins: dict[str, list[dict[str, float]]] = {}
    for one in ("html", "text") if kind == "both" else (kind,):
        examples, reports[one], bins[one] = measure(corpora, one, peers=peers)
        print_report(reports[one], f"{one}, word F1 (trafilatura-eval: F over segments)")
        error = expected_calibration_error(bins[one])
        click.echo(f"{one}: expected calibration error, by words: {error:.4f}")
        click.echo(f"{one}: F1 that perfect labels would reach: {oracles(examples)}")
    if output:
        output.write_text(json.dumps(reports, indent=1), encoding="utf-8")
    if plot:
        draw(plot, bins)
    names = (*TRAINING, *CHECKING)
    fingerprints = {name: fingerprint(corpora / f"{name}.jsonl.zst") for name in names}
    if pinned:
        pin(reports, fingerprints, lower=lower)
    elif found := regressions(reports, fingerprints):
        raise click.ClickException("under the floors:\n  " + "\n  ".join(found))


if __name__ == "__main__":
    main()
