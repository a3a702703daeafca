"""Responses of HTTP as crawls store them: status, headers, and the body without its codings.

A small body may be gigabytes once it is decoded, so all decoding has an end. Many crawlers store
bodies decoded and leave the headers as they were: a body that is not coded as its headers say is
taken as it is.
"""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader, BytesIO

from boilerplate.errors import SourceError
from boilerplate.sources.items import MOST_BYTES
from boilerplate.sources.streams import CutShort, Decompressed, compression, needed

_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(r"HTTP/[\d.]+\s+(\d{3})\b")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"';,]+)""", re.I)
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")
_CHUNK_END = re.compile(rb"\r?\n|\Z")
_CUT_SIZE = re.compile(rb"\s*(?:[0-9a-fA-F]{1,16}[ \t]*(?:;[^\r\n]*)?\r?)?\Z")


@dataclass(frozen=True, slots=True)
class Response:
    """A response; the names of its headers are in small letters."""

    status: int | None
    headers: dict[str, str]
    body: bytes

    @property
    def charset(self) -> str | None:
        """What its content type says that the body is encoded in."""
        found = _CHARSET.search(self.headers.get("content-type", ""))
        return found[1] if found else None


def response(message: bytes) -> Response:
    """Read a response; of a body that ends early what is there is taken.

    Raises:
        SourceError: If the body is damaged, is longer than a page may be, or is coded with what
            needs a library that is not there.
    """
    head, body = message, b""
    if end := _END_OF_HEADERS.search(message):
        head, body = message[: end.start()], message[end.end() :]
    first, *lines = head.decode("latin-1").splitlines() or [""]
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _dechunked(body)
    for coding in reversed(headers.get("content-encoding", "").lower().split(",")):
        body = _decoded(body, coding.strip())
    status = _STATUS.match(first)
    return Response(int(status[1]) if status else None, headers, body)


def _dechunked(body: bytes) -> bytes:
    parts: list[bytes] = []
    place = 0
    while size := _CHUNK_SIZE.match(body, place):
        start = size.end()
        place = start + int(size[1], 16)
        if place == start:
            return b"".join(parts)
        end = _CHUNK_END.match(body, min(place, len(body)))
        if end is None:
            break
        parts.append(body[start:place])
        place = end.end()
    if not parts:
        return body
    if not _CUT_SIZE.match(body, place):
        raise SourceError("the chunks of the body are damaged")
    return b"".join(parts)


def _decoded(body: bytes, coding: str) -> bytes:
    if coding in ("gzip", "x-gzip", "deflate", "zstd") and compression(body[:4]):
        plain = _joined_members(body)
    elif coding == "deflate":
        plain = _inflated(body)
    elif coding == "br":
        plain = _unbrotlied(body)
    else:
        return body
    if len(plain) > MOST_BYTES:
        raise SourceError(f"a page of more than {MOST_BYTES:,} bytes")
    return plain


def _joined_members(body: bytes) -> bytes:
    plain = bytearray()
    stream = Decompressed(BufferedReader(BytesIO(body)))
    with suppress(CutShort):
        while len(plain) <= MOST_BYTES and (part := stream.read(1 << 20)):
            plain += part
    return bytes(plain)


def _inflated(body: bytes) -> bytes:
    for bits in (15, -15):  # with zlib's header, as it should be, and without, as some send it
        try:
            return zlib.decompressobj(bits).decompress(body, MOST_BYTES + 1)
        except zlib.error:
            continue
    return body


def _unbrotlied(body: bytes) -> bytes:
    try:
        import brotli
    except ImportError:
        raise needed("brotli", "reading pages that are compressed with it") from None
    try:
        plain: bytes = brotli.Decompressor().process(body, output_buffer_limit=MOST_BYTES + 1)
    except brotli.error:
        return body
    return plain
