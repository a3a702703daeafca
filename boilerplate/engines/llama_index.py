"""LlamaIndex: a transformation for an `IngestionPipeline`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from boilerplate.engines._pages import Articles, engine

with engine("llama-index"):
    from llama_index.core.schema import BaseNode, TransformComponent
    from pydantic import BeforeValidator, ConfigDict, PrivateAttr


def _as_text(model: Any) -> Any:
    return str(model) if isinstance(model, Path) else model


class ArticleTransform(TransformComponent):
    """Replaces the page that each node holds by its article.

    A page that fails leaves an empty node, and in its metadata a sentence why. The fields but
    `error_key` are the arguments of `boilerplate.BoilerplateFilter`; the model is given by its
    path, so that LlamaIndex can tell one transformation's cache from another's.
    """

    model_config = ConfigDict(extra="forbid")

    model: Annotated[str | None, BeforeValidator(_as_text)] = None
    threshold: float | None = None
    format: str = "text"
    kind: str = "auto"
    headline: bool = True
    error_key: str = "boilerplate_error"
    _articles: Articles = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Load the model."""
        self._articles = Articles(
            model=self.model,
            threshold=self.threshold,
            format=self.format,
            kind=self.kind,
            headline=self.headline,
        )

    @classmethod
    def class_name(cls) -> str:
        """The name in LlamaIndex's serialised form."""
        return "ArticleTransform"

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        """New nodes in the same order, with the ids and metadata of the old."""
        return [self._article(node) for node in nodes]

    def _article(self, node: BaseNode) -> BaseNode:
        article, error = self._articles(node.get_content())
        failed = {} if error is None else {self.error_key: error}
        result = node.model_copy(update={"metadata": node.metadata | failed})
        result.set_content(article or "")
        return result
