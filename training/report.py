"""The scores of what extractors keep: by corpus, page type and language, with intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from rich.console import Console
from rich.table import Table

from boilerplate.arrays import Floats, Ints
from boilerplate.scoring import Scores, word_scores
from training.align import oracle, without_addresses
from training.corpora import CHECKING, TRAINING
from training.examples import Example

ALONE = "labeled-alone"  # the pages of `labeled/` once more, from models that saw nothing else

_RESAMPLES = 2000
_FEWEST = 10  # pages of a type or a language that make a row of their own
_ORDER = (*TRAINING, *CHECKING, "labeled", ALONE)

Report: TypeAlias = dict[str, dict[str, Any]]
Texts: TypeAlias = Sequence[str | None]
"""What an extractor keeps of each page; None where it failed, which counts as nothing kept."""


def page_scores(examples: Iterable[Example], texts: Iterable[str | None]) -> list[Scores]:
    """Word scores of each page with a gold text; those without come out as not a number."""
    nothing = Scores(float("nan"), float("nan"), float("nan"))
    return [
        nothing if e.gold.text is None else word_scores(without_addresses(text or ""), e.gold.text)
        for e, text in zip(examples, texts, strict=True)
    ]


def segment_counts(examples: Iterable[Example], texts: Iterable[str | None]) -> Ints:
    """Segments rightly kept, lost, and wrongly kept of each page, shape (n_pages, 3)."""
    counts = []
    for example, text in zip(examples, texts, strict=True):
        kept = sum(segment in (text or "") for segment in example.gold.keep)
        wrong = sum(segment in (text or "") for segment in example.gold.drop)
        counts.append((kept, len(example.gold.keep) - kept, wrong))
    return np.array(counts, np.intp).reshape(-1, 3)


def segment_scores(counts: Ints) -> Scores:
    """Scores over the segments of all pages together, as trafilatura counts them."""
    kept, lost, wrong = counts.sum(axis=0)
    precision, recall = kept / max(kept + wrong, 1), kept / max(kept + lost, 1)
    return Scores(float(precision), float(recall), float(_segment_f1(counts.sum(axis=0))))


def _segment_f1(counts: Ints) -> Floats:
    kept, lost, wrong = np.moveaxis(counts, -1, 0)
    f1: Floats = 2 * kept / np.maximum(2 * kept + lost + wrong, 1)
    return f1


def _resampled(pages: int) -> Ints:
    """The pages of every draw, the same ones for every extractor, so that draws are paired."""
    return np.random.default_rng(0).integers(pages, size=(_RESAMPLES, pages))


def _central(draws: Floats) -> tuple[float, float]:
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


def groups(examples: Sequence[Example]) -> dict[str, list[int]]:
    """The rows of a report: every corpus, WCXB's page types and styles of flattening, languages.

    Languages of fewer than ten pages, and pages of no known language, are one row together.
    """
    finer = [e.gold.type if e.gold.corpus == "wcxb-dev" else e.gold.lang for e in examples]
    pages = Counter((e.gold.corpus, name) for e, name in zip(examples, finer, strict=True))
    result: dict[str, list[int]] = {}
    for i, (example, name) in enumerate(zip(examples, finer, strict=True)):
        corpus = example.gold.corpus
        result.setdefault(corpus, []).append(i)
        if corpus in TRAINING:
            large = name is not None and pages[corpus, name] >= _FEWEST
            result.setdefault(f"{corpus}/{name if large else 'other'}", []).append(i)
        if corpus == "wcxb-dev" and example.style:
            result.setdefault(f"{corpus}/style {example.style}", []).append(i)
    return dict(sorted(result.items(), key=lambda item: place(item[0])))


def place(group: str) -> tuple[int, bool, bool, str]:
    """Where a row stands in a report: a key to sort by."""
    corpus, _, finer = group.partition("/")
    return _ORDER.index(corpus), bool(finer), finer == "other", finer


def report(examples: Sequence[Example], by_name: Mapping[str, Texts]) -> Report:
    """Scores of every extractor in every group, and how far ours is from the others.

    An entry holds precision, recall and F1 under each extractor's name; under ``interval`` and
    ``median`` those of our F1; under ``oracle`` the F1 that perfect labels of the blocks would
    reach; under ``lead`` how far it is above each peer's (the paired difference and its
    interval); under ``failed`` on how many pages a peer raised. The F1 of a corpus without full
    gold texts is over the segments of all its pages: no median, no oracle.
    """
    return {
        group: _entry(
            [examples[i] for i in rows],
            {name: [texts[i] for i in rows] for name, texts in by_name.items()},
        )
        for group, rows in groups(examples).items()
    }


def _entry(examples: Sequence[Example], by_name: Mapping[str, Texts]) -> dict[str, Any]:
    entry: dict[str, Any] = {"pages": len(examples)}
    drawn = _resampled(len(examples))
    f1: dict[str, float] = {}
    draws: dict[str, Floats] = {}
    for name, texts in by_name.items():
        if examples[0].gold.text is None:
            counts = segment_counts(examples, texts)
            overall = segment_scores(counts)
            draws[name] = _segment_f1(counts[drawn].sum(axis=1))
        else:
            scores = np.array(page_scores(examples, texts))
            overall = Scores(*scores.mean(axis=0))
            draws[name] = scores[:, 2][drawn].mean(axis=1)
            if name == "boilerplate":
                entry["median"] = round(float(np.median(scores[:, 2])), 4)
                entry["oracle"] = round(_oracle(examples), 4)
        entry[name], f1[name] = _rounded(overall), overall.f1
    entry["interval"] = _rounded(_central(draws["boilerplate"]))
    for name in by_name:
        if name != "boilerplate":
            ahead = f1["boilerplate"] - f1[name], *_central(draws["boilerplate"] - draws[name])
            entry.setdefault("lead", {})[name] = _rounded(ahead)
    failed = {name: sum(text is None for text in texts) for name, texts in by_name.items()}
    entry["failed"] = {name: pages for name, pages in failed.items() if pages}
    return entry


def _oracle(examples: Sequence[Example]) -> float:
    """The mean F1 that perfect labels of the blocks would reach."""
    return float(
        np.mean(
            [
                oracle(e.page.texts, e.shares, e.gold.text).f1
                for e in examples
                if e.shares is not None and e.gold.text is not None
            ]
        )
    )


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(float(value), 4) for value in values]


def peers_in(result: Report) -> list[str]:
    """The names of the peers that a report has scores of."""
    return list(next(iter(result.values())).get("lead", ()))


def failed_peers(result: Report) -> str:
    """One sentence: on how many pages did which peer raise?"""
    failed: Counter[str] = Counter()
    for group, entry in result.items():
        if "/" not in group and group != ALONE:
            failed.update(entry["failed"])
    told = ", ".join(f"{name} on {pages:,}" for name, pages in sorted(failed.items()))
    if not told:
        return "No peer raised on any page."
    return f"Pages on which a peer raised, counted as if it had kept nothing: {told}."


def tables(result: Report) -> list[list[list[str]]]:
    """A report as tables of text, each with its head: our figures, and every peer's F1."""
    peers = peers_in(result)
    ours = [["pages of", "pages", "precision", "recall", "F1", "95 %", "median", "oracle"]]
    theirs = [["F1, pages of", "boilerplate", *peers]]
    if peers:
        ours[0] += ["best peer", "its F1", "lead", "95 % of the lead"]
    for group, entry in result.items():
        whole = [f"{entry[key]:.3f}" if key in entry else "" for key in ("median", "oracle")]
        figures = [f"{value:.3f}" for value in entry["boilerplate"]]
        row = [group, str(entry["pages"]), *figures, _span(entry["interval"], ".3f"), *whole]
        if peers:
            best = max(peers, key=lambda name: float(entry[name][2]))
            lead, *ends = entry["lead"][best]
            row += [best, f"{entry[best][2]:.3f}", f"{lead:+.3f}", _span(ends, "+.3f")]
        ours.append(row)
        theirs.append([group, *(f"{entry[name][2]:.3f}" for name in ("boilerplate", *peers))])
    return [ours, theirs] if peers else [ours]


def _span(ends: Iterable[float], style: str) -> str:
    return " to ".join(f"{value:{style}}" for value in ends)


def print_report(result: Report, title: str) -> None:
    """Print the tables of a report, and the peers' failures."""
    console = Console(width=200)
    for head, *rows in tables(result):
        table = Table(*head, title=title)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    if peers_in(result):
        console.print(failed_peers(result))
