"""Is a string HTML or flattened text?"""

from __future__ import annotations

import re

_LOOK = 200_000  # characters that are looked at: enough to tell, and bounded
_BLOCK_TAGS = (
    "html|head|body|div|p|ul|ol|li|table|tr|td|th|h[1-6]|article|section|main|nav|header|footer|"
    "blockquote|pre|form|br|dl|dt|dd|figure|center|aside|tbody|thead|figcaption"
)
_INLINE_TAGS = "a|b|i|em|strong|span|img|font|small|sup|sub|code|u|script|style|meta|link|title"
_PROLOG = r"(?>\s+|<!--.*?-->|<\?[^>]*>)*+"  # comments and an XML declaration
_DOCUMENT = re.compile(rf"{_PROLOG}<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_COMMENTS = re.compile(_PROLOG, re.S)
_JSON = re.compile(r"\s*(?:\{\s*\"|\[\s*[{\"])")
_OPENS = re.compile(rf"\s*<({_BLOCK_TAGS}|{_INLINE_TAGS})(?:\s[^<>]*)?/?>", re.I)
_TAG = re.compile(rf"</?({_BLOCK_TAGS})(?:\s[^<>]*)?/?>", re.I)
_CLOSED = re.compile(rf"<({_BLOCK_TAGS}|{_INLINE_TAGS})(?:\s[^<>]*)?>[^<>]*</\1\s*>", re.I)
# A new paragraph between two sentences.
_PARAGRAPHS = re.compile(
    r"[.!?…:\"'”»)]\s*(?:</p>\s*<p(?:\s[^<>]*)?>|<br\s*/?>\s*<br\s*/?>)\s*\w", re.I
)
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n\s*\S")
_PARAGRAPH_WORDS = 150  # of a long one

# A tag without attributes amid the words of a sentence, or in quotes there.
_MENTIONED = re.compile(
    rf"\w[ \"'`(]{{1,3}}</?(?!br\b)(?:{_BLOCK_TAGS})>[ \"'`)]{{0,3}}[\w.,;:]", re.I
)


def guess_kind(text: str) -> str:
    """``"html"`` or ``"text"``.

    A document says so in its first words. Else it is a matter of how much of the string is
    markup: a fragment opens with a tag that is closed again, or has a block tag to every few
    words, or parts its paragraphs by tags, while text that talks about HTML names tags amid its
    words, Markdown that begins with a tag or two goes on without, and text in somebody's own XML
    holds none of HTML's tags.
    """
    head = text[:_LOOK].lstrip("\ufeff")
    if _DOCUMENT.match(head):
        return "html"
    if "<" not in head or _JSON.match(head):
        return "text"
    if _COMMENTS.fullmatch(head):
        return "html"
    tags = len(_TAG.findall(head)) - 2 * len(_MENTIONED.findall(head))
    words = len(head.split())
    if _OPENS.match(head):
        held = sum(len(element[0].split()) for element in _CLOSED.finditer(head))
        if tags * 40 >= words or held * 10 >= words or (held and not _BLANK_LINE.search(head)):
            return "html"
    parted = len(_PARAGRAPHS.findall(head))
    if parted and parted * _PARAGRAPH_WORDS >= words:
        return "html"
    return "html" if tags >= 2 and tags * 20 >= words else "text"
