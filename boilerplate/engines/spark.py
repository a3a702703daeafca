"""Spark: a pandas UDF, and a function for `mapInPandas`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

from boilerplate.engines._pages import Articles, FilterOptions, PageColumns, engine

with engine("spark"):
    import pandas as pd
    from pyspark.sql.functions import pandas_udf
    from pyspark.sql.types import StringType, StructField, StructType
    from pyspark.sql.udf import UserDefinedFunction


def article_udf(**options: Unpack[FilterOptions]) -> UserDefinedFunction:
    """A UDF from a column of pages, string or binary, to a struct of ``text`` and ``error``.

    One of the two is null: ``text`` where the page failed, ``error`` where it did not. The
    options are the arguments of `boilerplate.BoilerplateFilter`.
    """
    articles = Articles(**options)

    def both(pages: pd.Series) -> pd.DataFrame:
        return pd.DataFrame(map(articles, pages), columns=["text", "error"], dtype=object)

    fields = [StructField(name, StringType()) for name in ("text", "error")]
    return pandas_udf(both, StructType(fields))


class ArticleMapper(PageColumns):
    """For ``table.mapInPandas(mapper, mapper.schema(table.schema))``.

    Its arguments are the names of the columns and those of `boilerplate.BoilerplateFilter`.
    """

    def schema(self, schema: StructType) -> StructType:
        """The schema of what comes out, from that of what goes in."""
        self._check(schema.names)
        added = (self.output_column, self.error_column)
        rest = [field for field in schema.fields if field.name not in added]
        return StructType([*rest, *(StructField(name, StringType()) for name in added)])

    def __call__(self, batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        """Each batch with the columns of articles and errors."""
        for batch in batches:
            self._check(batch.columns)  # the schema may have been written by hand
            columns = self._columns(batch[self.text_column])
            yield batch.assign(**pd.DataFrame(columns, index=batch.index, dtype=object))
