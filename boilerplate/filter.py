"""Decide and keep: from a page to the blocks that are its article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from functools import lru_cache
from itertools import chain, islice
from numbers import Integral, Real
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, TypeVar

from boilerplate.decision import decide
from boilerplate.errors import BoilerplateError, ModelError, PageError, ParameterError
from boilerplate.features import features
from boilerplate.model import BoilerplateClassifier
from boilerplate.page import LABELS, Block, Label, Page
from boilerplate.pruning import prune
from boilerplate.render import FORMATS, render
from boilerplate.segment import AnyPage, check_kind, check_many, is_soup, segment

if TYPE_CHECKING:
    from bs4 import Tag

    Soup = TypeVar("Soup", bound=Tag)

_WINDOW = 128  # pages a worker is given at a time: bounds the memory of a pipe
_BATCH = 32  # pages that are sent with a copy of the filter, whose model has to be prepared anew


class BoilerplateFilter:
    """Keeps the article of pages; one filter serves many pages, threads and processes.

    Args:
        model: A classifier, the path of a model file, or None for the shipped models.
        threshold: Keep the blocks whose probability of being kept is at least this, 0 to 1; by
            default the decision rule of `boilerplate.decision`, which also keeps a long passage
            only once.
        format: ``"text"``, ``"markdown"``, ``"html"`` or ``"json"``.
        kind: ``"html"``, ``"text"`` or ``"auto"``.
        headline: Whether the headline belongs to the article.

    Raises:
        ModelError: If the model cannot be loaded.
        ParameterError: If another argument is out of range.
    """

    def __init__(
        self,
        model: BoilerplateClassifier | str | Path | None = None,
        threshold: float | None = None,
        format: str = "text",
        kind: str = "auto",
        headline: bool = True,
    ) -> None:
        if format not in FORMATS:
            raise ParameterError(f"format is {format!r}; it must be one of {', '.join(FORMATS)}")
        check_kind(kind)
        if threshold is not None and not (isinstance(threshold, Real) and 0.0 <= threshold <= 1.0):
            raise ParameterError(f"threshold is {threshold!r}; it must lie between 0 and 1")
        if not isinstance(model, (BoilerplateClassifier, str, Path, NoneType)):
            raise ModelError(
                f"model is {model!r}; it must be a classifier, the path of a model file, or None"
            )
        self.model = _loaded(model) if isinstance(model, (str, Path)) else model
        self.threshold = threshold
        self.format = format
        self.kind = kind
        self.headline = headline

    def __call__(self, page: AnyPage, *, url: str | None = None) -> str:
        """The article of a page; empty where the page has none.

        Args:
            page: Text, undecoded bytes, or a BeautifulSoup tree or tag.
            url: Where the page is from; told in the JSON format.

        Raises:
            PageError: If the page is of another type or has too many blocks.
            ModelError: If the model does not fit the page's kind.
            ParameterError: If the `url` is no string.
        """
        if not isinstance(url, (str, NoneType)):
            raise ParameterError(f"url is {url!r}; it must be a string or None")
        segmented = segment(page, self.kind)
        return render(segmented, self._judged(segmented, self._kept), self.format, url)

    def classify(self, page: AnyPage) -> list[Block]:
        """Every block of a page with its label and probability, in reading order.

        What a page may be and what is raised is as in a call.
        """
        return self._judged(segment(page, self.kind), LABELS)

    def pipe(self, pages: Iterable[AnyPage], workers: int = 1) -> Iterator[str]:
        """The articles of many pages, in their order, lazily and in constant memory.

        Args:
            pages: Read as they are needed, a window ahead where there are several workers.
            workers: Processes that share the work.

        Raises:
            ParameterError: If there is not even one worker.
            PageError: If there is one page in the place of many.
            PageError, ModelError: As a call does, at the place of the page in the order; who asks
                for the next article after that gets the next page's.
        """
        check_many(pages)
        if not isinstance(workers, Integral) or workers < 1:
            raise ParameterError(f"workers is {workers!r}; it must be a whole number above zero")
        # With `map` an error ends one page, not the iterator.
        return map(self, pages) if workers == 1 else map(_unless_error, self._tried(pages, workers))

    def _tried(self, pages: Iterable[AnyPage], workers: int) -> Iterator[str | BoilerplateError]:
        """The article of each page, or why there is none, by several processes."""
        from joblib import Parallel, delayed

        with Parallel(n_jobs=workers, batch_size=1) as parallel:
            for window in _windows(pages, workers * _WINDOW):
                sent = [self._sent(page) for page in window]
                parts = (sent[first : first + _BATCH] for first in range(0, len(sent), _BATCH))
                yield from chain.from_iterable(parallel(map(delayed(self._try_all), parts)))

    def _sent(self, page: AnyPage) -> str | bytes | Page | BoilerplateError:
        """A page as it goes to another process, which takes neither large trees nor all else."""
        if type(page) is str or type(page) is bytes:
            return page
        try:
            return segment(page, self.kind)
        except BoilerplateError as error:
            return error

    def _try_all(
        self, pages: Iterable[str | bytes | Page | BoilerplateError]
    ) -> list[str | BoilerplateError]:
        tried: list[str | BoilerplateError] = []
        for page in pages:
            try:
                tried.append(page if isinstance(page, BoilerplateError) else self(page))
            except BoilerplateError as error:
                tried.append(error)
        return tried

    def prune(self, soup: Soup) -> Soup:
        """Remove the boilerplate from a BeautifulSoup tree in place, and return the tree.

        Of the rest, the head stays, and so do the pictures and rules among the kept text. The cells
        of a kept row stay, emptied, and so does a block right between kept texts.

        Args:
            soup: A tree of HTML, whatever the `kind` of the filter.

        Raises:
            PageError: If it is no tree.
            ModelError: If the model does not fit HTML.
        """
        if not is_soup(soup):
            raise PageError(f"prune takes a BeautifulSoup tree, not {type(soup).__name__}")
        page = segment(soup)
        prune(soup, page, [block.index for block in self._judged(page, self._kept)])
        return soup

    @property
    def _kept(self) -> tuple[Label, ...]:
        return ("content", "headline") if self.headline else ("content",)

    def _judged(self, page: Page, wanted: tuple[Label, ...]) -> list[Block]:
        """The blocks that have one of the wanted labels, in reading order."""
        if not len(page):
            return []
        computed = features(page)
        model = shipped_model(page.kind) if self.model is None else self.model
        found = model.page_proba(page, computed)
        tags: Sequence[str | None] = page.tags or [None] * len(page)
        labels, probability = decide(found, computed.words, computed.same, tags, self.threshold)
        columns = (page.texts, labels, probability.tolist(), tags, computed.link_density.tolist())
        rows = enumerate(zip(*columns, strict=True))
        return [Block(*row, index) for index, row in rows if row[1] in wanted]


def extract(
    page: AnyPage,
    *,
    kind: str = "auto",
    format: str = "text",
    headline: bool = True,
    threshold: float | None = None,
    model: BoilerplateClassifier | str | Path | None = None,
    url: str | None = None,
) -> str:
    """The article of a page.

    Args:
        page: Text, undecoded bytes, or a BeautifulSoup tree or tag.
        url: Where the page is from; told in the JSON format.

    The other arguments are those of `BoilerplateFilter`.

    Raises:
        PageError: If the page is of another type.
        ModelError: If the model cannot be loaded or does not fit the page's kind.
        ParameterError: If another argument is out of range.
    """
    keep = BoilerplateFilter(model, threshold, format, kind, headline)
    return keep(page, url=url)


def classify(
    page: AnyPage,
    *,
    kind: str = "auto",
    threshold: float | None = None,
    model: BoilerplateClassifier | str | Path | None = None,
    url: str | None = None,
) -> list[Block]:
    """Every block of a page with its label and probability, in reading order.

    The arguments are those of the same names of `extract`, and the errors its; no block tells the
    `url`.
    """
    return BoilerplateFilter(model, threshold, kind=kind).classify(page)


def _unless_error(article: str | BoilerplateError) -> str:
    if isinstance(article, BoilerplateError):
        raise article
    return article


def _windows(pages: Iterable[AnyPage], size: int) -> Iterator[list[AnyPage]]:
    """So many pages at a time; those before an error of their source are not lost."""
    rest = iter(pages)
    while True:
        window: list[AnyPage] = []
        try:
            window.extend(islice(rest, size))
        except Exception:
            yield window
            raise
        if not window:
            return
        yield window


@lru_cache(maxsize=2)
def shipped_model(kind: str) -> BoilerplateClassifier:
    """The model for a kind of page that comes with the library."""
    here = Path(__file__).parent
    for folder in (here / "models", here.parent / "models"):  # installed; in a checkout
        path = folder / f"{kind}.json"
        if path.is_file():
            return BoilerplateClassifier.load(path)
    raise ModelError(f"the shipped model {kind}.json is not there; install the library anew")


def load_shipped(kind: str) -> None:
    """Load the shipped models that pages of a kind, ``"auto"`` included, may need."""
    for one in ("html", "text"):
        if kind in ("auto", one):
            shipped_model(one)


@lru_cache(maxsize=8)
def _loaded_version(path: Path, place: Path, *version: int) -> BoilerplateClassifier:
    return BoilerplateClassifier.load(path)


def _loaded(path: str | Path) -> BoilerplateClassifier:
    """A model file, read once as long as it does not change."""
    path = Path(path)
    try:
        place, found = path.resolve(), path.stat()
    except (OSError, ValueError):
        return BoilerplateClassifier.load(path)  # which says why not
    version = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    model = copy(_loaded_version(path, place, *version))  # to be changed without harm to others
    model.info_ = dict(model.info_)
    return model
