"""Cross-validation grouped by site, and the scores of what it extracts.

    python -m training.evaluation --corpora ../shared/corpora

prints word precision, recall and F1 of every corpus and page type, ours from a model that has
not seen the page's site, beside the installed peers on the same pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click
import numpy as np
from joblib import Parallel, delayed
from rich.console import Console
from rich.table import Table

from boilerplate import BoilerplateClassifier, BoilerplateFilter
from boilerplate.page import Floats
from boilerplate.scoring import Scores, word_scores
from training.corpora import CHECKING, TRAINING, folds
from training.examples import SAMPLES, Example, corpus_examples, labeled_examples
from training.peers import html_peers, text_peers

FOLDS = 5
LABELED = Path(__file__).parent.parent / "labeled"
_ADDRESS = re.compile(r"\]\([^()\s]*\)")  # of a Markdown link, which no gold text holds
_RESAMPLES = 2000


def settings(kind: str) -> BoilerplateClassifier:
    """The unfitted classifier whose settings the shipped model of a kind is made with."""
    return BoilerplateClassifier()


def train(examples: Sequence[Example], kind: str) -> BoilerplateClassifier:
    """Fit a classifier on the examples that have labels and may be trained on."""
    used = [e for e in examples if trains(e)]
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


def out_of_fold(examples: Sequence[Example], kind: str, *, jobs: int = 2) -> list[str]:
    """The body of each example by a model that was trained without its site."""
    fold = folds([e.gold.site for e in examples], FOLDS)

    def judged(k: int) -> list[str]:
        model = train([e for e, f in zip(examples, fold, strict=True) if f != k], kind)
        keep = BoilerplateFilter(model, headline=False)
        return [keep(e.page) for e, f in zip(examples, fold, strict=True) if f == k]

    texts = dict(enumerate(Parallel(n_jobs=jobs)(delayed(judged)(k) for k in range(FOLDS))))
    return [texts[k].pop(0) for k in fold]


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


def report(examples: Sequence[Example], by_name: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """Scores of every extractor in every group; ours first, with its interval."""
    result: dict[str, object] = {}
    scored = {name: page_scores(examples, texts) for name, texts in by_name.items()}
    for group, rows in groups(examples).items():
        here = [examples[i] for i in rows]
        entry: dict[str, object] = {"pages": len(rows)}
        for name, texts in by_name.items():
            if here[0].gold.text is None:
                scores = segment_scores(here, [texts[i] for i in rows])
                entry[name] = [round(value, 4) for value in scores]
            else:
                values = np.array([scored[name][i] for i in rows])
                entry[name] = [round(float(value), 4) for value in values.mean(axis=0)]
                if name == "boilerplate":
                    entry["interval"] = [round(v, 4) for v in interval(values[:, 2])]
                    entry["median_f1"] = round(float(np.median(values[:, 2])), 4)
        result[group] = entry
    return result


def print_report(result: Mapping[str, object], title: str) -> None:
    """Print a report as a table of F1, ours with precision, recall and interval."""
    console = Console(width=200)
    first = next(iter(result.values()))
    assert isinstance(first, dict)
    peers = [n for n in first if n not in ("pages", "boilerplate", "interval", "median_f1")]
    table = Table("pages of", "pages", "precision", "recall", "F1", "95 %", *peers, title=title)
    for group, entry in result.items():
        assert isinstance(entry, dict)
        low, high = entry.get("interval", ("", ""))
        table.add_row(
            group, str(entry["pages"]), *(f"{v:.3f}" for v in entry["boilerplate"]),
            f"{low:.3f} to {high:.3f}" if low else "",
            *(f"{entry[name][2]:.3f}" for name in peers),
        )  # fmt: skip
    console.print(table)


def evaluate(folder: Path, kind: str, *, peers: bool, names: Sequence[str]) -> dict[str, object]:
    """Cross-validate on the corpora and on `labeled/`, beside the peers."""
    examples = corpus_examples(folder, names, kind) + labeled_examples(LABELED, kind)
    texts = {"boilerplate": out_of_fold(examples, kind)}
    if peers:
        texts |= peer_texts(examples, kind)
    return report(examples, texts)


@click.command()
@click.option("--corpora", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--kind", type=click.Choice(["html", "text", "both"]), default="both")
@click.option("--peers/--no-peers", default=True, help="Run the installed peers as well.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write the report as JSON.")
def main(corpora: Path, kind: str, peers: bool, output: Path | None) -> None:
    """Cross-validate by site on the corpora, beside the installed peers."""
    result = {}
    for one in ("html", "text") if kind == "both" else (kind,):
        result[one] = evaluate(corpora, one, peers=peers, names=(*TRAINING, *CHECKING))
        print_report(result[one], f"{one}, word F1 (trafilatura-eval: F over segments)")
    if output:
        output.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
