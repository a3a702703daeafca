"""HTML before it is parsed: what would swallow the page, hide text or take forever is mended."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from boilerplate.arrays import Ints
from boilerplate.segment.limits import limit_attributes, limit_nesting, limit_roots, may_nest

_FRAME = re.compile(rb"iframe\b", re.I)
# `<div/>`: an empty element in XML, a start tag in HTML.
_XML = re.compile(rb"\s*<\?xml\b")
_ATTRIBUTES = rb"((?>\s+|[^<>\"'/\s]+|\"[^\"]*\"|'[^']*'|/(?!>))*+)"
_ENDED = re.compile(rb"<([a-z][\w:.-]*+)%b/>" % _ATTRIBUTES, re.I)
_NAMESPACE, _HEAD = b"http://www.w3.org/1999/xhtml", 2048  # of XHTML, in the first so many bytes
# Elements that hold no tags, whole, or only their start tag if that ends them.
_RAW = re.compile(
    rb"<(script|style|title|textarea)\b%b(?:/>|>.*?(?:</\1|\Z))" % _ATTRIBUTES, re.I | re.S
)
_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
_TEMPLATE = re.compile(rb"<(/?)template\b((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>", re.I)
_LONGEST_FALLBACK = 4096  # bytes from a frame to its end tag


def mended(source: bytes) -> bytes:
    """A page in UTF-8 as lexbor shall see it; as it is where there is nothing to mend."""
    if _XML.match(source):
        source = _ENDED.sub(_with_end_tag, source)
    elif _NAMESPACE in source[:_HEAD]:
        source = _RAW.sub(_with_end_tag, source)
    text, tag = _tags(source)
    for limit in (limit_roots, limit_attributes):
        limited = limit(source, tag)
        if limited is not source:
            source = limited
            text, tag = _tags(source)
    source = _without_frames(source, text, tag)
    if b"shadowrootmode" in source:
        source = _with_shadow_roots(source)
    if may_nest(text, tag):
        source = limit_nesting(source.decode()).encode()
    return source


def _with_end_tag(element: re.Match[bytes]) -> bytes:
    """`<script/>` as XML means it; HTML would see the rest of the page in it."""
    name, attributes = element.groups()
    if name.lower() in _VOID or element.end(2) + len("/>") < element.end():
        return element.group()
    return b"<%b%b></%b>" % (name, attributes, name)


def _with_shadow_roots(source: bytes) -> bytes:
    """A page with `<div>` in the place of templates that browsers show: declared shadow roots."""
    shown = bytearray(source)
    opened: list[bool] = []  # of the templates around, whether each is shown
    for tag in _TEMPLATE.finditer(source):
        if not tag[1]:
            opened.append(b"shadowrootmode" in tag[2].lower())
        if opened and (opened.pop() if tag[1] else opened[-1]):
            shown[tag.start(2) - len("template") : tag.start(2)] = b"div".ljust(len("template"))
    return bytes(shown)


def _tags(source: bytes) -> tuple[NDArray[np.uint8], Ints]:
    """A page as numbers, and where a ``<`` stands in it."""
    text = np.frombuffer(source, np.uint8)
    return text, np.flatnonzero(text == ord("<"))


def _without_frames(source: bytes, text: NDArray[np.uint8], tag: Ints) -> bytes:
    """A page with `<embed>`, which has no inside, in the place of each unclosed `<iframe>`.

    An `<iframe/>` that is never closed would swallow the rest of the page. One that is holds what
    browsers show that know no frames.
    """
    name = tag + 1 + (text.take(tag + 1, mode="clip") == ord("/"))
    found = name[(text.take(name + 1, mode="clip") | 32) == ord("f")].tolist()
    frames = [at for at in found if _FRAME.match(source, at)]
    if not frames:
        return source
    replaced = bytearray(source)
    ends = [source[at - 1] == ord("/") for at in frames]
    for k, at in enumerate(frames):
        closed = ends[k + 1 : k + 2] == [True] and frames[k + 1] - at < _LONGEST_FALLBACK
        if not (ends[k] or closed):
            replaced[at : at + len("iframe")] = b"embed "
    return bytes(replaced)
