"""What all adapters share: a page to its article or a sentence, and the columns of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict, Unpack

from boilerplate.decoding import check_page
from boilerplate.errors import BoilerplateError, PageError
from boilerplate.filter import BoilerplateFilter, load_shipped
from boilerplate.model import BoilerplateClassifier


class FilterOptions(TypedDict, total=False):
    """The arguments of `BoilerplateFilter`, by name."""

    model: BoilerplateClassifier | str | Path | None
    threshold: float | None
    format: str
    kind: str
    headline: bool


@contextmanager
def engine(extra: str) -> Iterator[None]:
    """Say of an engine that cannot be imported in here how it is installed.

    Raises:
        BoilerplateError: If an import fails.
    """
    try:
        yield
    except ImportError as error:
        raise BoilerplateError(
            f"the adapter for {extra} needs a package that cannot be imported ({error}); "
            f"pip install 'boilerplate-classifier[{extra}]'"
        ) from error


class Articles:
    """The article of a page, or why there is none; picklable.

    Raises:
        BoilerplateError: At once, if an option is wrong or a model cannot be loaded: no page of
            the job could be judged.
    """

    def __init__(self, **options: Unpack[FilterOptions]) -> None:
        self._keep = BoilerplateFilter(**options)
        if self._keep.model is None:
            load_shipped(self._keep.kind)

    def __call__(self, page: Any) -> tuple[str | None, str | None]:
        """The article and None, or None and one sentence; never raises."""
        try:
            return self._keep(_readable(page)), None
        except BoilerplateError as error:
            return None, str(error)
        except Exception as error:  # a job outlives whatever one page does to the library
            return None, f"{type(error).__name__}: {error}"


def _readable(page: Any) -> Any:
    # Null, which pandas may tell as NA or as NaN.
    if page is None or type(page).__name__ == "NAType" or page != page:
        raise PageError("there is no page: the value is null")
    if isinstance(page, bytearray):
        page = bytes(page)
    if isinstance(page, (str, bytes)):
        check_page(page)
    return page


class PageColumns:
    """A table's column of pages to a column of articles and one of errors.

    Args:
        text_column: Holds the pages, as text or undecoded bytes.
        output_column: Takes the articles; null where a page failed. It may be `text_column`.
        error_column: Takes a sentence for each page that failed; null where none did.
        options: The arguments of `BoilerplateFilter`.

    Raises:
        BoilerplateError: If an option is wrong or a model cannot be loaded.
    """

    def __init__(
        self,
        text_column: str = "html",
        output_column: str = "text",
        error_column: str = "error",
        **options: Unpack[FilterOptions],
    ) -> None:
        self.text_column = text_column
        self.output_column = output_column
        self.error_column = error_column
        self._articles = Articles(**options)

    def _check(self, names: Iterable[str]) -> None:
        """Raise a `BoilerplateError` if pages are missing or a column would be overwritten."""
        present = list(names)
        if self.text_column not in present:
            raise BoilerplateError(
                f"the table has no column {self.text_column!r}, only {', '.join(present)}; "
                f"name the pages' column by text_column"
            )
        for name, parameter in (
            (self.output_column, "output_column"),
            (self.error_column, "error_column"),
        ):
            replaces = parameter == "output_column" and name == self.text_column
            if name in present and not replaces:
                raise BoilerplateError(
                    f"the table has a column {name!r} already; choose another {parameter}"
                )
            present.append(name)

    def _columns(self, pages: Iterable[Any]) -> dict[str, list[str | None]]:
        results = [self._articles(page) for page in pages]
        return {
            self.output_column: [article for article, _ in results],
            self.error_column: [error for _, error in results],
        }
