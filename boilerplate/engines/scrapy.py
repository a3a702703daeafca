"""Scrapy: an item pipeline."""

from __future__ import annotations

import logging
from typing import Any, Unpack

from boilerplate.engines._pages import Articles, FilterOptions, engine
from boilerplate.errors import BoilerplateError

with engine("scrapy"):
    from itemadapter import ItemAdapter
    from scrapy.crawler import Crawler

_logger = logging.getLogger(__name__)


class ArticlePipeline:
    """Adds to each item the article of its page.

    Its arguments are the setting ``BOILERPLATE``, a dictionary. The article of a page that fails
    is None; the sentence why is logged as an error, and the statistics count it under
    ``boilerplate/failed``.

    Args:
        text_field: Holds the page, as text or undecoded bytes.
        output_field: Takes the article.
        options: The arguments of `boilerplate.BoilerplateFilter`.
    """

    def __init__(
        self,
        text_field: str = "html",
        output_field: str = "text",
        **options: Unpack[FilterOptions],
    ) -> None:
        self.text_field = text_field
        self.output_field = output_field
        self._articles = Articles(**options)
        self._crawler: Crawler | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArticlePipeline:
        """The pipeline as the crawler's settings want it."""
        pipeline = cls(**crawler.settings.getdict("BOILERPLATE"))
        pipeline._crawler = crawler
        return pipeline

    def process_item(self, item: Any, spider: Any = None) -> Any:
        """The item, with the article of its page."""
        fields = ItemAdapter(item)
        article, error = self._articles(fields.get(self.text_field))
        try:
            fields[self.output_field] = article
        except KeyError:
            raise BoilerplateError(
                f"{type(item).__name__} has no field {self.output_field!r} for the article; "
                f"declare it, or name another one by output_field in the setting BOILERPLATE"
            ) from None
        if error is not None:
            _logger.error("No article of %s: %s", fields.get("url", "an item"), error)
        if self._crawler is not None:
            outcome = "failed" if error is not None else "kept" if article else "empty"
            self._crawler.stats.inc_value(f"boilerplate/{outcome}")
        return item
