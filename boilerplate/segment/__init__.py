"""A page to blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from boilerplate.decoding import decode
from boilerplate.errors import PageError
from boilerplate.page import Page
from boilerplate.segment.html import segment_html, segment_soup
from boilerplate.segment.kind import guess_kind
from boilerplate.segment.text import segment_text

if TYPE_CHECKING:
    from bs4 import Tag


def segment(page: str | bytes | Tag | Page, kind: str = "auto") -> Page:
    """Cut a page into blocks.

    Args:
        page: Text, undecoded bytes, a BeautifulSoup tree or one of its tags. A page that is
            segmented already comes back as it is.
        kind: ``"html"``, ``"text"`` or ``"auto"``, which looks at the page.

    Raises:
        PageError: If the page is of another type or the kind is not one of the three.
    """
    if kind not in ("auto", "html", "text"):
        raise PageError(f"kind is {kind!r}; it must be 'auto', 'html' or 'text'")
    if isinstance(page, Page):
        return page
    if isinstance(page, (bytes, bytearray, memoryview)):
        page = decode(bytes(page))
    elif isinstance(page, str):
        page = _whole(page)
    if isinstance(page, str):
        if kind == "auto":
            kind = guess_kind(page)
        return segment_html(page) if kind == "html" else segment_text(page)
    if _is_soup(page):
        return segment_soup(page)
    raise PageError(f"a page must be str, bytes or a BeautifulSoup tree, not {type(page).__name__}")


def _whole(text: str) -> str:
    """The text with its lone surrogates replaced: they are no characters and cannot be written."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _is_soup(page: Any) -> bool:
    """Whether the page is a bs4 Tag, without importing bs4 for callers that never use it."""
    return hasattr(page, "descendants") and hasattr(page, "attrs")
