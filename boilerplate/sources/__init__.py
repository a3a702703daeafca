"""Pages from where crawls keep them: files, folders, JSONL, WARC, WET, Parquet, standard input.

Every format has a module with a function `read` that yields an `Item` after the other and holds
no more than a few records at a time. Only the page's text is looked at; the other fields of a
record go through as they came. Articles go out by `sinks`, and by `shards` where there are many.
"""

from boilerplate.sources.inputs import Input, Source, find
from boilerplate.sources.items import Failed, Item, Record, Skipped
from boilerplate.sources.reader import Reader

__all__ = ["Failed", "Input", "Item", "Reader", "Record", "Skipped", "Source", "find"]
