"""WARC and WET: the pages of HTTP responses, and the text that a crawler made of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from boilerplate.errors import SourceError
from boilerplate.sources import MOST_BYTES, Failed, Item, Record, Skipped
from boilerplate.sources.streams import MAGIC, Plain, needed

_HTML = ("text/html", "application/xhtml+xml")
_WITH_PAGES = ("response", "resource", "conversion", "revisit")
_FIELDS = {"id": "WARC-Record-ID", "url": "WARC-Target-URI", "date": "WARC-Date"}
_BEGIN = b"\nWARC/1."  # of a record where nothing is compressed, with the end of the line before
_CHUNK = 1 << 20


def read(file: io.BufferedReader, name: str, text_field: str, id_field: str) -> Iterator[Item]:
    """Yield the pages of a file: responses and resources that are HTML, and conversions.

    A damaged record costs itself alone: reading goes on with the next one, unless the input is
    a pipe. Other records of the crawl (warcinfo, request, metadata) are passed over.

    Raises:
        SourceError: If FastWARC is not there.
    """
    try:
        from fastwarc.warc import ArchiveIterator
    except ImportError:
        raise needed("FastWARC", "reading WARC") from None
    dictionary = None
    in_damage = False  # so that one damage is told once, whatever is tried to get beyond it
    while True:
        start = file.tell() if file.seekable() else 0
        plain = Plain(file, dictionary)
        dictionary = plain.dictionary
        end = 0  # of the last whole record, or a little before
        culprit = name
        try:
            for record in ArchiveIterator(plain, parse_http=False, stream_detect=False):
                _forget(plain, record.stream_pos)
                culprit = record.record_id or name
                item = _item(record, name)
                end = record.stream_pos + record.content_length
                culprit, in_damage = name, False
                if item is not None:
                    yield item
            return
        except (SourceError, OSError, ValueError) as error:
            if not in_damage:
                yield Failed(culprit, plain.damage or f"this is not a sound WARC record ({error})")
        in_damage = True
        place = _next_start(file, start, plain, end)
        if place is None:
            return
        file.seek(place)


def _item(record: Any, name: str) -> Item | None:
    headers = record.headers  # in which the case of a name does not matter
    if not (headers.get("Content-Length") or "").isdecimal():
        raise SourceError("its header is cut short")
    fields: dict[str, Any] = {ours: headers.get(theirs) for ours, theirs in _FIELDS.items()}
    shown = [name.lower() for name in _FIELDS.values()]
    fields["warc"] = {
        header: value for header, value in headers.to_tuples() if header.lower() not in shown
    }
    identity = fields["id"] or f"{name}, byte {record.stream_pos:,}"
    block = record.reader.read(min(record.content_length, MOST_BYTES + 1))
    rest = record.content_length - len(block)
    while rest and (chunk := record.reader.read(min(rest, _CHUNK))):
        rest -= len(chunk)
    if rest:
        raise SourceError("it is cut short")
    if len(block) > MOST_BYTES:
        return Failed(identity, f"a record of more than {MOST_BYTES:,} bytes")
    type_of_record = headers.get("WARC-Type")
    if type_of_record not in _WITH_PAGES:
        return None
    if type_of_record == "revisit":
        return Skipped(identity, "revisit of a page that did not change")
    if type_of_record == "conversion":
        if _type(headers.get("Content-Type")) != "text/plain":
            return Skipped(identity, f"content type {_type(headers.get('Content-Type'))}")
        return _record(identity, block, fields, kind="text", encoding="utf-8")
    if not (headers.get("Content-Type") or "").lower().startswith("application/http"):
        content_type, encoding, page = headers.get("Content-Type"), None, block
    else:
        http, page = _parsed(block)
        if http.http_headers.status_code != 200:
            return Skipped(identity, f"HTTP status {http.http_headers.status_code or 'missing'}")
        content_type = http.http_headers.get("Content-Type")
        encoding = (http.http_charset or "").strip("\"' ") or None
    if content_type is not None and _type(content_type) not in _HTML:
        return Skipped(identity, f"content type {_type(content_type)}")
    return _record(identity, page, fields, kind="html", encoding=encoding)


def _record(identity: str, page: bytes, fields: dict[str, Any], **known: Any) -> Item:
    if not page.strip():
        return Skipped(identity, "no text")
    return Record(identity, page, fields, url=fields["url"], **known)


def _type(content_type: str | None) -> str:
    return (content_type or "missing").partition(";")[0].strip().lower()


def _parsed(block: bytes) -> tuple[Any, bytes]:
    """The HTTP message of a response, and its body without its transfer and content codings.

    Many crawlers store bodies decoded and leave the headers as they were: a body that is not
    coded as its headers say is taken as it is.
    """
    from fastwarc.warc import WarcRecord

    for decoding in ("all", "none"):
        message = WarcRecord()
        message.init_headers()
        message.set_bytes_content(block)
        message.is_http = True
        try:
            message.parse_http(auto_decode=decoding, strict_mode=False)
            return message, message.reader.read()
        except OSError:
            if decoding == "none":
                raise
    raise AssertionError


def _forget(plain: Plain, place: int) -> None:
    """Drop the members that end before this place."""
    while len(plain.members) > 1 and plain.members[1][0] <= place:
        plain.members.popleft()


def _next_start(file: io.BufferedReader, start: int, plain: Plain, end: int) -> int | None:
    """Where in the file the next record may begin, after a damage that follows `end`."""
    if not file.seekable():
        return None
    if plain.compression is None:
        found = _search(file, _BEGIN, start + end)
        return None if found is None else found + 1
    after = [place for begin, place in plain.members if begin >= end] or [plain.members[-1][1]]
    return _search(file, MAGIC[plain.compression], after[0] + 1)


def _search(file: io.BufferedReader, pattern: bytes, place: int) -> int | None:
    """The first place of a pattern in a file, from a place on."""
    file.seek(place)
    before = b""
    while chunk := file.read(_CHUNK):
        found = (before + chunk).find(pattern)
        if found >= 0:
            return place - len(before) + found
        place += len(chunk)
        before = (before + chunk)[-len(pattern) + 1 :]
    return None
