"""A page to blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from boilerplate.decoding import decoded, encoded
from boilerplate.errors import PageError, ParameterError
from boilerplate.page import Page
from boilerplate.segment.html import segment_html
from boilerplate.segment.kind import guess_kind
from boilerplate.segment.soup import segment_soup
from boilerplate.segment.text import segment_text

if TYPE_CHECKING:
    from bs4 import Tag

AnyPage: TypeAlias = "str | bytes | bytearray | memoryview | Tag | Page"

_MOST_BLOCKS = 1_000_000  # each takes kilobytes of memory while a page is judged


def segment(page: AnyPage, kind: str = "auto") -> Page:
    """Cut a page into blocks.

    Args:
        page: Text, undecoded bytes, a BeautifulSoup tree or one of its tags. A page that is
            segmented already comes back as it is.
        kind: ``"html"``, ``"text"`` or ``"auto"``, which looks at the page.

    Raises:
        PageError: If the page is of another type or has more blocks than can be judged.
        ParameterError: If the kind is not one of the three.
    """
    check_kind(kind)
    if isinstance(page, Page):
        return page
    if isinstance(page, (str, bytes, bytearray, memoryview)):
        text, source = encoded(page) if isinstance(page, str) else decoded(bytes(page))
        if kind == "auto":
            kind = guess_kind(text)
        cut = segment_html(source) if kind == "html" else segment_text(text)
    elif is_soup(page):
        cut = segment_soup(page)
    else:
        kind_of = type(page).__name__
        raise PageError(f"a page must be str, bytes or a BeautifulSoup tree, not {kind_of}")
    if len(cut) > _MOST_BLOCKS:
        raise PageError(f"the page has {len(cut):,} blocks; at most {_MOST_BLOCKS:,} can be judged")
    return cut


def check_kind(kind: str) -> None:
    """Raise a ParameterError if this is no kind of page that can be asked for."""
    if kind not in ("auto", "html", "text"):
        raise ParameterError(f"kind is {kind!r}; it must be 'auto', 'html' or 'text'")


def check_many(pages: Any) -> None:
    """Raise a PageError if this is one page where many are asked for."""
    if isinstance(pages, (str, bytes, bytearray, memoryview, Page)) or is_soup(pages):
        raise PageError("this takes many pages; put a single one into a list")


def is_soup(page: Any) -> bool:
    """Whether the page is a bs4 Tag, without importing bs4 for callers that never use it."""
    return hasattr(page, "descendants") and hasattr(page, "attrs")
