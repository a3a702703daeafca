"""LangChain: a document transformer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

from boilerplate.engines._pages import Articles, FilterOptions, engine

with engine("langchain"):
    from langchain_core.documents import BaseDocumentTransformer, Document


class ArticleTransformer(BaseDocumentTransformer):
    """Replaces the page that each document holds by its article.

    A page that fails leaves an empty document, and in its metadata a sentence why.

    Args:
        error_key: Of that sentence in the metadata.
        options: The arguments of `boilerplate.BoilerplateFilter`.
    """

    def __init__(
        self, error_key: str = "boilerplate_error", **options: Unpack[FilterOptions]
    ) -> None:
        self.error_key = error_key
        self._articles = Articles(**options)

    def transform_documents(self, documents: Sequence[Document], **kwargs: Any) -> list[Document]:
        """New documents in the same order, with the ids and metadata of the old."""
        return [self._article(document) for document in documents]

    def _article(self, document: Document) -> Document:
        article, error = self._articles(document.page_content)
        failed = {} if error is None else {self.error_key: error}
        metadata = document.metadata | failed
        return document.model_copy(update={"page_content": article or "", "metadata": metadata})
