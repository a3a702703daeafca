"""datatrove: an extractor for HTML, and a filter for text such as WET holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from typing import Any, Unpack

from boilerplate.engines._pages import Articles, FilterOptions, engine
from boilerplate.errors import PageError

with engine("datatrove"):
    from datatrove.data import Document, DocumentsPipeline
    from datatrove.pipeline.extractors.base import BaseExtractor, ExtractorSandbox
    from datatrove.pipeline.filters.base_filter import BaseFilter
    from datatrove.pipeline.writers.disk_base import DiskWriter


def _without_processes(sandbox: ExtractorSandbox) -> dict[str, Any]:
    held = ("process", "all_processes", "parent_conn", "child_conn")
    return {name: value for name, value in vars(sandbox).items() if name not in held}


# Where processes are spawned, datatrove's sandbox sends itself to a new one with its dead ones,
# which cannot be pickled: after one page that took too long no other would come out.
if "__getstate__" not in vars(ExtractorSandbox):
    ExtractorSandbox.__getstate__ = _without_processes


def _article(articles: Articles, text: str) -> str | PageError:
    article, error = articles(text)
    return PageError(error) if article is None else article


class ArticleExtractor(BaseExtractor):
    """Replaces each document's page by its article; a page that takes too long costs itself alone.

    datatrove counts what it lets go: ``clean_error``, ``timeout``, ``broken_process``, and
    ``dropped`` for empty articles.

    Args:
        timeout: Seconds a page may take; its process starts within as many, too.
        exclusion_writer: Takes the documents without an article as they came in, with
            ``"empty"`` or ``"failed"`` as their metadata's ``filter_reason``.
        options: The arguments of `boilerplate.BoilerplateFilter`.
    """

    name = "📰 Article"

    def __init__(
        self,
        timeout: float = 10,
        exclusion_writer: DiskWriter | None = None,
        **options: Unpack[FilterOptions],
    ) -> None:
        super().__init__(timeout)
        self.exclusion_writer = exclusion_writer
        self._articles = Articles(**options)

    @property
    def extract(self) -> Callable[[str], str | PageError]:
        """What gives a page's article; it goes into the sandbox without the writer's open files.

        An error is returned, for datatrove to raise outside of its sandbox.
        """
        return partial(_article, self._articles)

    def run(
        self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1
    ) -> Iterator[Document]:
        """The documents that have an article, with it as their text."""
        forwarded: Document | None = None
        writer = self.exclusion_writer

        def watched() -> Iterator[Document]:
            for document in data:
                page = document.text
                yield document
                # Asked for the next one, and this one did not come out of the base class.
                if writer is not None and document is not forwarded:
                    empty = page and not document.text
                    document.metadata["filter_reason"] = "empty" if empty else "failed"
                    document.text = page
                    writer.write(document, rank)

        with writer or nullcontext():
            for document in super().run(watched(), rank, world_size):
                forwarded = document
                yield document


class ArticleFilter(BaseFilter):
    """Replaces each document's text by its article, and drops the documents that have none.

    For flattened text, which needs no sandbox and no time limit. Dropped documents keep their
    text and are counted as ``dropped_empty`` or ``dropped_failed``.

    Args:
        exclusion_writer: Takes the dropped documents.
        options: The arguments of `boilerplate.BoilerplateFilter`.
    """

    name = "📰 Article"

    def __init__(
        self, exclusion_writer: DiskWriter | None = None, **options: Unpack[FilterOptions]
    ) -> None:
        super().__init__(exclusion_writer)
        self._articles = Articles(**options)

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        """Whether the document has an article, which is its text from now on."""
        article, error = self._articles(doc.text)
        if error is not None:
            doc.metadata["boilerplate_error"] = error
            return False, "failed"
        if not article:
            return False, "empty"
        doc.text = article
        return True
