"""`boilerplate train`: fit a model on labelled blocks."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from boilerplate.cli import options
from boilerplate.cli.output import check_apart, write_summary
from boilerplate.cli.report import Failure, progress, warn
from boilerplate.errors import LabelError
from boilerplate.page import LABELS
from boilerplate.writing import is_device

if TYPE_CHECKING:
    from boilerplate import BoilerplateClassifier
    from boilerplate.labeled import LabeledPage
    from boilerplate.scoring import Scores


@click.command("train", short_help="Fit a model on labelled blocks.")
@click.argument("labeled", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    metavar="MODEL",
    required=True,
    type=options.Named(dir_okay=False, path_type=Path),
    help="File to save the model in.",
)
@click.option(
    "--C",
    "c",
    type=options.Number(1e-9, 1e9),
    help="Inverse strength of the regularisation.",
)
@click.option(
    "--folds",
    type=click.IntRange(0),
    default=5,
    show_default=True,
    help="Folds of the cross-validation, at least 2; 0 leaves it out.",
)
def command(labeled: tuple[Path, ...], output: Path, c: float | None, folds: int) -> None:
    """Fit one model on all of LABELED: JSONL files of labelled pages, or folders of such files.

    HTML pages and flattened text are fitted apart and saved in one file. A cross-validation says
    how good each will be: the pages of a source (a site) are judged by a model that has not seen
    that source. The scores compare words and leave the headline aside.
    """
    if folds == 1:
        raise Failure("--folds is 1; it must be at least 2, or 0 for no cross-validation")
    folder = Path(os.path.realpath(output)).parent
    if not folder.is_dir():
        raise Failure(f"{output}: there is no folder {folder} to save the model in")
    # A file is not written but replaced, which is up to its folder.
    if not os.access(output if is_device(output) else folder, os.W_OK):
        raise Failure(f"{output}: no permission to write here")
    from sklearn.exceptions import ConvergenceWarning

    from boilerplate import BoilerplateClassifier
    from boilerplate.labeled import SUFFIXES, read_labeled
    from boilerplate.sources.inputs import PAGE_SUFFIXES

    suffixes = (*SUFFIXES, *PAGE_SUFFIXES["html"], *PAGE_SUFFIXES["text"])
    places = [path.resolve() for path in labeled]
    for path in places:
        if places.count(path) > 1 or path.parent in places:
            raise Failure(f"{path}: its pages would be learnt from twice")
    for path in labeled:
        beside = path if path.is_dir() else path.parent
        read = [path, *(page for suffix in suffixes for page in beside.glob(f"*{suffix}"))]
        check_apart([str(file) for file in read if file.is_file()], [output])
        if path.is_dir() and output.name.endswith(suffixes) and folder == path.resolve():
            raise Failure(f"{output}: the model would be read as labels in {path}; name it .json")

    def fit(pages: Sequence[LabeledPage]) -> BoilerplateClassifier:
        classifier = BoilerplateClassifier() if c is None else BoilerplateClassifier(C=c)
        with warnings.catch_warnings():
            # At odd values of C single precision ends before the tolerance: that is the end, too.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return classifier.fit(
                [page.page for page in pages],
                [page.labels for page in pages],
                groups=[page.source for page in pages],
            )

    pages = _to_learn_from([page for path in labeled for page in read_labeled(path)])
    try:
        model = fit(pages)
    except LabelError as error:
        raise Failure(f"{', '.join(map(str, labeled))}: {error}") from error
    trained_on: dict[str, dict[str, Any]] = {}
    scores: dict[str, dict[str, Any]] = {}
    for kind in sorted(model.passes_):
        of_kind = [page for page in pages if page.kind == kind]
        sources = {page.source for page in of_kind}
        labels = Counter(label for page in of_kind for label in page.labels)
        trained_on[kind] = {"pages": len(of_kind), "sources": len(sources)}
        trained_on[kind] |= {label: labels[label] for label in LABELS}
        parts = min(folds, len(sources))
        if parts > 1:
            scores[kind] = {"folds": parts, **_cross_validate(of_kind, parts, fit)._asdict()}
        elif folds > 1:
            warn(kind, "all pages are of one source: there is no cross-validation")
    model.info_ = {"trained_on": trained_on, "scores": scores}
    model.save(output)
    rows = [{"kind": kind, **trained_on[kind], **scores.get(kind, {})} for kind in trained_on]
    write_summary(f"Saved {output}", rows)


def _to_learn_from(pages: Sequence[LabeledPage]) -> list[LabeledPage]:
    """The pages that have blocks; tells of what is not learnt from."""
    for page in pages:
        if not page.labels:
            warn(page.id, "the page has no text: it is left out")
    made = [page.id for page in pages if page.labels and not page.stored]
    if made:
        what = (
            "text pages without a file <id>.txt beside their labels: they are made of their blocks"
        )
        warn(made[0], f"the first of {len(made)} {what}, which stand otherwise in real ones")
    lacking = [page for page in pages if None in page.labels]
    if lacking:
        blocks = sum(page.labels.count(None) for page in lacking)
        what = f"pages with blocks that have no label, {blocks} in all: these are left out"
        warn(lacking[0].id, f"the first of {len(lacking)} {what}")
    return [page for page in pages if page.labels]


def _cross_validate(
    pages: Sequence[LabeledPage],
    folds: int,
    fit: Callable[[Sequence[LabeledPage]], BoilerplateClassifier],
) -> Scores:
    """Mean word scores of the pages, each judged by a model that has not seen its source."""
    from sklearn.model_selection import GroupKFold

    from boilerplate import BoilerplateFilter
    from boilerplate.cli.judging import judge
    from boilerplate.scoring import mean_scores

    scores = []
    splits = GroupKFold(folds).split(pages, groups=[page.source for page in pages])
    for known, unseen in progress(splits, folds, "Cross-validation"):
        try:
            keep = BoilerplateFilter(fit([pages[i] for i in known]))
        except LabelError as error:
            raise Failure(
                f"in a fold of the cross-validation, {error}; --folds 0 leaves it out"
            ) from error
        scores += [judge(pages[i], keep)[0] for i in unseen]
    return mean_scores(scores)
