"""The classifier: fit on labelled pages, predict, save and load."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from boilerplate.arrays import Floats
from boilerplate.errors import LabelError, ModelError, ParameterError
from boilerplate.features import Features
from boilerplate.modelfile import read_model, write_model
from boilerplate.page import LABELS, Label, Page
from boilerplate.passes import Passes
from boilerplate.segment import AnyPage, check_many, segment

if TYPE_CHECKING:
    from sklearn.utils import Tags

_C = (1e-9, 1e9)  # what C may be


class BoilerplateClassifier:
    """Two-pass logistic regression that labels the blocks of pages.

    It follows scikit-learn's estimator contract; a "sample" is a whole page, since a block is
    judged in its context. HTML pages and flattened text have a model each, fitted on the pages
    of that kind. Searches and `cross_validate` take it with a scorer of one's own, and give their
    `groups` to the splitter alone, not to `fit`; `cross_val_predict` does not take it, for pages
    have lists of labels of different lengths.

    Args:
        C: Inverse strength of the L2 regularisation, as in scikit-learn.
        folds: Folds of the cross-validation that gives the second pass its first-pass
            probabilities; pages of one group stay in one fold, unless some label would be missing
            in the others.
        min_groups: Class names and the like are used as features if they stand in pages of at
            least so many groups.
        seed: Of the sampling of blocks: from pages that have very many, and of those that are no
            headline for the fit that tells headlines.
        n_jobs: Fits that run at once, as joblib counts them.

    Attributes:
        classes_: The labels, in the order of `predict_proba`'s columns.
        passes_: The fitted model for each kind of page.
        info_: What the model file tells besides: what it was trained on, its scores.
    """

    def __init__(
        self,
        C: float = 0.02,
        folds: int = 3,
        min_groups: int = 3,
        seed: int = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.C = C
        self.folds = folds
        self.min_groups = min_groups
        self.seed = seed
        self.n_jobs = n_jobs

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's arguments by name."""
        return {name: getattr(self, name) for name in _parameters(type(self))}

    def set_params(self, **params: Any) -> Self:
        """Set constructor arguments by name; returns the classifier.

        Raises:
            ParameterError: If there is no such argument.
        """
        for name, value in params.items():
            if name not in _parameters(type(self)):
                raise ParameterError(f"BoilerplateClassifier has no parameter {name!r}")
            setattr(self, name, value)
        return self

    def __sklearn_tags__(self) -> Tags:
        """What scikit-learn asks an estimator: pages are no matrix, and labels are needed."""
        from sklearn.utils import InputTags, Tags, TargetTags  # for who predicts, not needed

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=True),
            input_tags=InputTags(two_d_array=False),
        )

    def __repr__(self) -> str:
        params = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"BoilerplateClassifier({params})"

    def fit(
        self,
        pages: Iterable[AnyPage],
        labels: Iterable[Sequence[str | None] | NDArray[Any]],
        groups: Iterable[object] | None = None,
    ) -> Self:
        """Fit on labelled pages.

        Args:
            pages: Pages of either kind or of both.
            labels: For each page the label of every block that `segment` cuts it into, or the
                share of each label in every block, shape (n_blocks, 3), columns as in `classes_`.
                A label of None is not learnt from, nor what a row of shares lacks to 1.
            groups: The site of each page; by default each page is a site of its own.

        Raises:
            LabelError: If the labels do not fit the pages, or there is nothing to learn from.
            ParameterError: If a constructor argument is out of range.
        """
        from boilerplate.fitting import fit_passes

        self._check_parameters()
        check_many(pages)
        segmented = [segment(page) for page in pages]
        given = _as_many(labels, segmented, "labels")
        shares = [_shares(given[i], page, i) for i, page in enumerate(segmented)]
        each = range(len(segmented)) if groups is None else groups
        sites = [str(site) for site in _as_many(each, segmented, "groups")]
        passes: dict[str, Passes] = {}
        for kind in ("html", "text"):
            chosen = [i for i, p in enumerate(segmented) if p.kind == kind and len(p)]
            total = sum((shares[i].sum(axis=0) for i in chosen), np.zeros(len(LABELS)))
            missing = [LABELS[k] for k in (0, 2) if total[k] == 0]
            if chosen and missing:
                raise LabelError(
                    f"no block of the {kind} pages is labelled {missing[0]}, and a model learns "
                    f"from both content and boilerplate; label such pages, too, or leave out all "
                    f"that are {kind}"
                )
            if chosen:
                passes[kind] = fit_passes(
                    [segmented[i] for i in chosen],
                    [shares[i] for i in chosen],
                    [sites[i] for i in chosen],
                    C=float(self.C),
                    folds=self.folds,
                    min_groups=self.min_groups,
                    seed=self.seed,
                    n_jobs=self.n_jobs,
                ).rounded()
        if not passes:
            raise LabelError("no page with any block to learn from")
        self.passes_ = passes
        self.classes_ = np.array(LABELS)
        self.info_: dict[str, Any] = {}
        return self

    def predict_proba(self, pages: Iterable[AnyPage]) -> list[Floats]:
        """For each page the probability of each label, shape (n_blocks, 3).

        Raises:
            ModelError: If the classifier is not fitted, or not for pages of that kind.
        """
        check_many(pages)
        return [self.page_proba(segment(page)) for page in pages]

    def predict(self, pages: Iterable[AnyPage]) -> list[list[Label]]:
        """For each page the most probable label of every block; raises as `predict_proba`."""
        return [[LABELS[k] for k in p.argmax(axis=1)] for p in self.predict_proba(pages)]

    def save(self, path: str | Path) -> None:
        """Write the fitted model as JSON.

        Raises:
            ModelError: If the classifier is not fitted, the file cannot be written, or `info_`
                holds what JSON does not.
        """
        self._check_fitted()
        params = {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in self.get_params().items()
            if name != "n_jobs"  # of the machine, not of the model
        }
        write_model(Path(path), self.passes_, params, self.info_)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a model that `save` wrote; nothing in the file is ever executed.

        Raises:
            ModelError: If the file is missing, is no model, or does not fit this version.
        """
        passes, params, info = read_model(Path(path))
        known = {name: value for name, value in params.items() if name in _parameters(cls)}
        classifier = cls(**known)
        try:
            classifier._check_parameters()
        except ParameterError as error:
            raise ModelError(f"{path} cannot be used as a model: {error}") from None
        classifier.passes_, classifier.info_ = passes, info
        classifier.classes_ = np.array(LABELS)
        return classifier

    def page_proba(self, page: Page, computed: Features | None = None) -> Floats:
        """`predict_proba` of one segmented page, whose features may be computed already.

        Raises:
            ModelError: If the classifier is not fitted, or not for pages of that kind.
        """
        self._check_fitted()
        if not len(page):
            return np.zeros((0, len(LABELS)))
        if page.kind not in self.passes_:
            fitted = " and ".join(self.passes_)
            raise ModelError(
                f"this model was trained on {fitted} pages and cannot judge one of kind "
                f"{page.kind}; train it on labelled {page.kind} pages too, or use the shipped one"
            )
        return self.passes_[page.kind].predict_proba(page, computed)

    def _check_parameters(self) -> None:
        if not isinstance(self.C, Real) or isinstance(self.C, bool) or not _C[0] <= self.C <= _C[1]:
            raise ParameterError(f"C is {self.C!r}; it must be a number from {_C[0]} to {_C[1]}")
        if self.n_jobs is not None and not (isinstance(self.n_jobs, Integral) and self.n_jobs):
            raise ParameterError(f"n_jobs is {self.n_jobs!r}; it must be a number of jobs or None")
        for name, least in (("folds", 2), ("min_groups", 1), ("seed", 0)):
            value = getattr(self, name)
            if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
                raise ParameterError(
                    f"{name} is {value!r}; it must be a whole number of at least {least}"
                )

    def _check_fitted(self) -> None:
        if not hasattr(self, "passes_"):
            raise ModelError("the classifier is not fitted; call fit, or load a model file")


def _parameters(cls: type) -> list[str]:
    return list(inspect.signature(cls).parameters)


def _as_many(values: Iterable[Any], pages: Sequence[Page], name: str) -> list[Any]:
    result = list(values)
    if len(result) != len(pages):
        raise LabelError(f"there are {len(pages)} pages but {len(result)} {name}")
    return result


def _shares(labels: Sequence[str | None] | NDArray[Any], page: Page, number: int) -> Floats:
    """Labels by name or by share to shares, shape (n_blocks, 3)."""
    if isinstance(labels, np.ndarray) and labels.dtype.kind in "biuf":
        shares = labels.astype(np.float64)
        fits = shares.shape == (len(page), len(LABELS))
        if fits and not ((shares >= 0).all() and (shares.sum(axis=1) <= 1.01).all()):
            raise LabelError(
                f"the shares of page {number} must be 0 to 1 and sum to no more than 1 in each row"
            )
    elif labels is None:
        raise LabelError(f"page {number} has no labels")
    else:
        # In pandas a label that is None may become NaN.
        names = [None if isinstance(one, float) and one != one else one for one in labels]
        for one in names:
            if one is not None and not (isinstance(one, str) and one in LABELS):
                raise LabelError(
                    f"page {number} has the label {one!r}; labels are {', '.join(LABELS)} and "
                    f"None, or an array of shares"
                )
        shares = np.array([[one == name for name in LABELS] for one in names], np.float64)
        shares = shares.reshape(-1, len(LABELS))
        fits = len(shares) == len(page)
    if not fits:
        raise LabelError(
            f"the labels of page {number} do not fit its {len(page)} blocks: they have the shape "
            f"{shares.shape}"
        )
    return shares
