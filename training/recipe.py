"""Make the shipped models, in one command.

    python -m training.recipe --corpora ../shared/corpora

cross-validates by site, fits on everything that may be trained on, and writes `models/html.json`,
`models/text.json` and their cards.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
import numpy as np

from boilerplate.page import LABELS
from training.calibration import expected_calibration_error
from training.cards import write_card
from training.corpora import fingerprint
from training.evaluation import FOLDS, LABELED, measure, print_report, train, trains
from training.examples import Example

MODELS = Path(__file__).parent.parent / "models"
_LICENCES = {
    "wcxb-dev": "CC-BY-4.0 (WCXB, the Web Content eXtraction Benchmark, Foley 2026)",
    "multilingual-hand": "pages of trafilatura's evaluation set, Apache-2.0; "
    "labels of this project",
    "news-hand": "test pages of Postlight's parser, goose3 and newspaper4k, MIT and Apache-2.0; "
    "labels of this project",
    "labeled": "Apache-2.0, written and labelled for this project",
}


def make(folder: Path, kind: str, *, peers: bool) -> None:
    """Cross-validate, fit and write the model of one kind and its card."""
    examples, scores, bins = measure(folder, kind, peers=peers)
    print_report(scores, f"{kind}: word F1, grouped cross-validation in {FOLDS} folds")
    model = train(examples, kind)
    model.info_ = {
        "trained_on": _provenance(examples, folder),
        "scores": scores,
        "calibration_error": round(expected_calibration_error(bins), 4),
    }
    path = MODELS / f"{kind}.json"
    model.save(path)
    write_card(MODELS / f"{kind}.md", kind, model)
    click.echo(f"{path} and its card are written")


def _provenance(examples: list[Example], folder: Path) -> list[dict[str, object]]:
    """What the model was trained on: source, licence, counts, fingerprint."""
    result: list[dict[str, object]] = []
    used = [e for e in examples if trains(e)]
    for corpus, pages in Counter(e.gold.corpus for e in used).items():
        here = [e for e in used if e.gold.corpus == corpus]
        shares = np.concatenate([e.shares for e in here if e.shares is not None])
        file = LABELED / "pages.jsonl" if corpus == "labeled" else folder / f"{corpus}.jsonl.zst"
        counts = dict(zip(LABELS, shares.sum(axis=0).round().astype(int).tolist(), strict=True))
        result.append(
            {
                "source": corpus,
                "licence": _LICENCES[corpus],
                "pages": pages,
                "sites": len({e.gold.site for e in here}),
                "blocks": counts,
                "sha256": fingerprint(file),
            }
        )
    return result


@click.command()
@click.option("--corpora", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--kind", type=click.Choice(["html", "text", "both"]), default="both")
@click.option("--peers/--no-peers", default=True, help="Run the installed peers for the cards.")
def main(corpora: Path, kind: str, peers: bool) -> None:
    """Make the shipped models from labeled/ and the corpora."""
    for one in ("html", "text") if kind == "both" else (kind,):
        make(corpora, one, peers=peers)


if __name__ == "__main__":
    main()
