"""Hugging Face datasets: a function for `map(batched=True)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from boilerplate.engines._pages import PageColumns
from boilerplate.errors import BoilerplateError


class ArticleMapper(PageColumns):
    """For ``dataset.map(ArticleMapper(...), batched=True)``.

    Its arguments are the names of the columns and those of `boilerplate.BoilerplateFilter`. Of an
    article and its error one is the empty string, since `map` takes a column's type from its
    first values and refuses strings after nulls.
    """

    def __call__(self, batch: Mapping[str, Sequence[Any]]) -> dict[str, list[str]]:
        """The columns of articles and errors, which `map` adds to the others."""
        if not hasattr(batch, "keys"):
            raise BoilerplateError(
                f"a batch must hold columns by name, not be a {type(batch).__name__}; leave out "
                f"with_format"
            )
        self._check(batch)
        if isinstance(batch[self.text_column], (str, bytes)):
            raise BoilerplateError("this is one row, not a batch: map it with batched=True")
        columns = self._columns(batch[self.text_column])
        return {name: [value or "" for value in values] for name, values in columns.items()}
