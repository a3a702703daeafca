"""Make the shipped models, in one command.

    python -m training.recipe --corpora folder

cross-validates by site, fits on everything that may be trained on, and writes `models/html.json`,
`models/text.json`, their cards, and `docs/reliability.png`. A figure under its floor fails the
command.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
import numpy as np

from boilerplate import BoilerplateClassifier, ModelError
from boilerplate.page import LABELS, Kind
from training.calibration import expected_calibration_error, plot
from training.cards import write_card
from training.command import command
from training.corpora import fingerprints
from training.evaluation import FOLDS, measure, train, trains
from training.examples import Example
from training.peers import peer_versions
from training.report import Report, print_report

ROOT = Path(__file__).parent.parent
_LICENCES = {
    "wcxb-dev": "CC-BY-4.0 (WCXB, the Web Content eXtraction Benchmark, Foley 2026)",
    "multilingual-hand": "pages of trafilatura's evaluation set, Apache-2.0; "
    "labels of this project",
    "news-hand": "test pages of Postlight's parser, goose3 and newspaper4k, MIT and Apache-2.0; "
    "labels of this project",
    "labeled": "Apache-2.0, written and labelled for this project",
}


@command
def main(corpora: Path, kind: Kind, peers: bool) -> Report:
    """Make the shipped models from labeled/ and the corpora, and their cards.

    A figure under its floor (training/floors.json) fails the command.
    """
    found = measure(corpora, kind, peers=peers)
    print_report(found.report, f"{kind}: words, grouped cross-validation in {FOLDS} folds")
    model = train(found.examples, kind)
    model.info_ = {
        "trained_on": _provenance(found.examples, corpora),
        "scores": found.report,
        "peers": peer_versions() if peers else {},
        "calibration_error": round(expected_calibration_error(found.bins), 4),
        "reliability": found.bins,
        "failures": found.failures,
    }
    path = ROOT / "models" / f"{kind}.json"
    model.save(path)
    write_card(path.with_suffix(".md"), kind, model)
    draw()
    click.echo(f"{path} and its card are written")
    return found.report


def draw() -> None:
    """Draw the reliability of the shipped models, as their files tell it.

    A model of other features than today's, which waits for its own recipe, is left out.
    """
    bins = {}
    for kind in ("html", "text"):
        try:
            model = BoilerplateClassifier.load(ROOT / "models" / f"{kind}.json")
        except ModelError:
            continue
        if told := model.info_.get("reliability"):
            bins[kind] = told
    plot(ROOT / "docs" / "reliability.png", bins)


def _provenance(examples: list[Example], folder: Path) -> list[dict[str, object]]:
    """What the model was trained on: source, licence, counts, fingerprint."""
    result: list[dict[str, object]] = []
    used = [e for e in examples if trains(e)]
    known = fingerprints(folder)
    for corpus, pages in Counter(e.gold.corpus for e in used).items():
        here = [e for e in used if e.gold.corpus == corpus]
        shares = np.concatenate([e.shares for e in here if e.shares is not None])
        counts = dict(zip(LABELS, shares.sum(axis=0).round().astype(int).tolist(), strict=True))
        result.append(
            {
                "source": corpus,
                "licence": _LICENCES[corpus],
                "pages": pages,
                "sites": len({e.gold.site for e in here}),
                "blocks": counts,
                "sha256": known[corpus],
            }
        )
    return result


if __name__ == "__main__":
    main()
