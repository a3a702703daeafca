"""Is a string HTML or flattened text?"""

from __future__ import annotations

import re

from boilerplate.page import SPACELESS
from boilerplate.segment.html import BLOCKS, DROPPED

_LOOK = 200_000  # characters that are looked at: enough to tell, and bounded
_BLOCK_TAGS = "|".join(sorted(BLOCKS | {"br", "head"}))
_INLINE_TAGS = "|".join(DROPPED) + (
    "|a|abbr|b|big|cite|code|del|em|font|i|img|input|ins|kbd|label|link|mark|marquee|meta|noscript|"
    "picture|q|ruby|s|samp|small|span|strike|strong|sub|sup|time|title|tt|u|var|wbr|[a-z]+-[a-z-]+"
)
_PROLOG = r"(?>\s+|<!--.*?-->|<\?[^>]*>)*+"  # comments and an XML declaration
_DOCUMENT = re.compile(rf"{_PROLOG}<(?:!doctype\s*html|(?:html|head|body)\b)", re.I | re.S)
# Behind what a server or a program wrote before it: headers, warnings, marks.
_LATER_DOCUMENT = re.compile(
    rf"<!doctype\s*html[^<>]*>{_PROLOG}<(?:html|head|meta|title|body)\b|<html\b[^<>]*>\s*<head\b",
    re.I | re.S,
)
_LATER = 5_000  # characters before it, at most
_COMMENTS = re.compile(_PROLOG, re.S)
_CODE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|svg|template)\b.*?(?:(</\1\s*>)|\Z)", re.I | re.S
)
_ATTRIBUTES = re.compile(r"(?<=<)([\w-]+)\s[^<>]*")
_JSON = re.compile(r"\s*(?:\{\s*\"|\[\s*[{\"])")
_OPENS = re.compile(rf"{_PROLOG}<({_BLOCK_TAGS}|{_INLINE_TAGS})(?:\s[^<>]*)?/?>", re.I | re.S)
_TAG = re.compile(rf"</?({_BLOCK_TAGS})(?:\s[^<>]*)?/?>", re.I)
_CLOSED = re.compile(rf"<({_BLOCK_TAGS}|{_INLINE_TAGS})(?:\s[^<>]*)?>[^<>]*</\1\s*>", re.I)
# A new paragraph between two sentences.
_PARAGRAPHS = re.compile(
    r"[.!?…:\"'”“»)。！？」』）।۔؟]\s*(?:</p>\s*<p(?:\s[^<>]*)?>|<br\s*/?>\s*<br\s*/?>)\s*\w", re.I
)
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_PARAGRAPH_WORDS = 150  # of a long one

# A tag without attributes amid the words of a sentence, or in quotes there.
_MENTIONED = re.compile(
    rf"\w[ \"'`(]{{1,3}}</?(?!br\b)(?:{_BLOCK_TAGS})>[ \"'`)]{{0,3}}[\w.,;:]", re.I
)


def _but_text(code: re.Match[str]) -> str:
    """What is left of code: of a script that is cut off, all below its line."""
    cut_off = code[1] and not code[2] and len(code.string) < 5 * _LOOK
    return code[0].partition("\n")[2] if cut_off else " "


def _words(text: str) -> int:
    """How many words a text has, about: two characters are one in scripts without spaces."""
    return len(text.split()) + (0 if text.isascii() else len(SPACELESS.findall(text)) // 2)


def guess_kind(text: str) -> str:
    """``"html"`` or ``"text"``.

    A document says so in its first words, or after some headers and warnings. Else it is a matter
    of how much of the string is markup: a fragment opens with a tag that is closed again, or has a
    block tag to every few words, or parts its paragraphs by tags, while text that talks about HTML
    names tags amid its words, Markdown that begins with a tag or two goes on without, and text in
    somebody's own XML holds none of HTML's tags.
    """
    text = text.lstrip("\ufeff").rstrip()
    head = text[:_LOOK]
    if _DOCUMENT.match(text):
        return "html"
    later = _LATER_DOCUMENT.search(text, 0, _LATER)
    if later and "```" not in text[: later.start()]:
        return "html"
    if "<" not in head or _JSON.match(head):
        return "text"
    if _COMMENTS.fullmatch(text):
        return "html"
    opens = _OPENS.match(head)
    if opens:  # code and data, of which fragments may have more than text
        head = _ATTRIBUTES.sub(r"\1", _CODE.sub(_but_text, text[: 5 * _LOOK])[:_LOOK])
    tags = len(_TAG.findall(head)) - 2 * len(_MENTIONED.findall(head))
    words = _words(head)
    if opens:
        end_tag = f"</{opens[1].lower()}>"
        closed = text[-len(end_tag) :].lower() == end_tag
        held = sum(_words(element[0]) for element in _CLOSED.finditer(head))
        if tags * 40 >= words or held * 15 >= words:
            return "html"
        if (held or closed) and not _BLANK_LINE.search(head):
            return "html"
    parted = len(_PARAGRAPHS.findall(head))
    if parted and parted * _PARAGRAPH_WORDS >= words:
        return "html"
    return "html" if tags >= 2 and tags * 20 >= words else "text"
