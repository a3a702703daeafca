"""Ray Data: a callable class for `map_batches`."""

from __future__ import annotations

from boilerplate.engines._pages import PageColumns, engine
from boilerplate.errors import BoilerplateError

with engine("ray"):
    import pyarrow


class ArticleMapper(PageColumns):
    """For ``dataset.map_batches(ArticleMapper, batch_format="pyarrow", compute=...)``.

    Its arguments, which go into `fn_constructor_kwargs`, are the names of the columns and those
    of `boilerplate.BoilerplateFilter`. Batches are Arrow tables, since these alone keep the
    types of the other columns.
    """

    def __call__(self, batch: pyarrow.Table) -> pyarrow.Table:
        """The batch with the columns of articles and errors."""
        if not isinstance(batch, pyarrow.Table):
            raise BoilerplateError(
                f"a batch must be an Arrow table, not {type(batch).__name__}; "
                f'give map_batches batch_format="pyarrow"'
            )
        self._check(batch.column_names)
        pages = batch.column(self.text_column).to_pylist()
        for name, values in self._columns(pages).items():
            column = pyarrow.array(values, pyarrow.large_string())
            if name in batch.column_names:
                batch = batch.set_column(batch.column_names.index(name), name, column)
            else:
                batch = batch.append_column(name, column)
        return batch
