"""WARC and WET: the pages of HTTP responses, and the text that a crawler made of them."""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from boilerplate.errors import SourceError
from boilerplate.sources.http import response
from boilerplate.sources.items import MOST_BYTES, Failed, Item, Record, Skipped
from boilerplate.sources.streams import MAGIC, Decompressed, needed

_HTML = ("text/html", "application/xhtml+xml")
_WITH_PAGES = ("response", "resource", "conversion", "revisit")
_FIELDS = {"id": "WARC-Record-ID", "url": "WARC-Target-URI", "date": "WARC-Date"}
_BEGIN = b"WARC/1."  # of a record where nothing is compressed
_WITHIN = re.compile(rb"WARC/1\.\d\r\n[A-Za-z-]+:")
_CHUNK = 1 << 20
_CHECKSUM = re.compile(r"incorrect (?:data|length) check|match checksum")  # as decompressors say it
_DIGITS = 18  # of a length that can be
_GAP = 4  # bytes of the line ends behind a record


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
        members: deque[tuple[int, int]] = deque()
        plain = Decompressed(file, dictionary, members)
        dictionary = plain.dictionary
        end = 0  # of the last whole record, or a little before
        held: tuple[Item | None, int] | None = None  # a record in which another begins; its end
        culprit = name
        ready: Item | None = None  # the item of a sound record, whose checksum is yet to be read
        begun = 0  # where that record begins
        try:
            for record in ArchiveIterator(plain, parse_http=False, stream_detect=False):
                if ready is not None:
                    yield ready
                    ready = None
                if held:  # and a third one where it ends: it only speaks of WARC
                    item, end = held
                    held, in_damage = None, False
                    if item is not None:
                        yield item
                _forget(members, record.stream_pos)
                culprit = record.record_id or name
                block = _block(record)
                item = _item(record, block, name)
                after = record.stream_pos + record.content_length
                if _WITHIN.search(block):  # one cut short takes what it lacks from the next
                    held = item, after
                    continue
                end, culprit, in_damage = after, name, False
                ready, begun = item, record.stream_pos
            if ready is not None:
                yield ready
            if held and held[0] is not None:
                yield held[0]
            if not start and not plain.tell():
                yield Failed(name, "this file is empty")
            return
        except (SourceError, OSError, ValueError) as error:
            sentence = plain.damage or f"this is not a sound WARC record ({error})"
        wrong = plain.damage is not None and _CHECKSUM.search(plain.damage) is not None
        if ready is not None and wrong and members[-1][0] == begun:
            culprit = ready.id  # it has a member of its own, all of which was there
        elif ready is not None:
            yield ready
        follows = _follows(plain)
        place = _next_start(file, start, plain.compression, members, end)
        is_end = place is None and follows and (not file.seekable() or plain.damage is None)
        if is_end:
            sentence += "; what follows it is lost"
        if is_end or not in_damage:
            yield Failed(culprit, sentence)
        in_damage = True
        if place is None:
            return
        file.seek(place)


def _block(record: Any) -> bytes:
    """What a record holds, up to one byte more than a page may have."""
    length = record.headers.get("Content-Length") or ""
    if not length.isdecimal():
        raise SourceError("its header is cut short")
    if len(length) > _DIGITS:
        raise SourceError(f"it says that it has {length} bytes")
    block: bytes = record.reader.read(min(record.content_length, MOST_BYTES + 1))
    rest = record.content_length - len(block)
    while rest and (chunk := record.reader.read(min(rest, _CHUNK))):
        rest -= len(chunk)
    if rest:
        raise SourceError("it is cut short")
    return block


def _item(record: Any, block: bytes, name: str) -> Item | None:
    headers = record.headers  # in which the case of a name does not matter
    fields: dict[str, Any] = {ours: headers.get(theirs) for ours, theirs in _FIELDS.items()}
    if fields["url"]:
        fields["url"] = fields["url"].removeprefix("<").removesuffix(">")  # as Wget writes it
    shown = [name.lower() for name in _FIELDS.values()]
    others: dict[str, str] = {}
    for header, value in headers.to_tuples():
        if header.lower() not in shown:
            others[header] = f"{others[header]}, {value}" if header in others else value
    fields["warc"] = others
    identity = fields["id"] or f"{name}, byte {record.stream_pos:,}"
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
    content_type, encoding, page = headers.get("Content-Type"), None, block
    if (content_type or "").lower().startswith("application/http") or block.startswith(b"HTTP/"):
        try:
            http = response(block)
        except SourceError as error:
            return Failed(identity, str(error))
        if http.status != 200:
            return Skipped(identity, f"HTTP status {http.status or 'missing'}")
        content_type, encoding, page = http.headers.get("content-type"), http.charset, http.body
    if content_type and _type(content_type) not in _HTML:
        return Skipped(identity, f"content type {_type(content_type)}")
    return _record(identity, page, fields, kind="html", encoding=encoding)


def _record(identity: str, page: bytes, fields: dict[str, Any], **known: Any) -> Item:
    if not page.strip():
        return Skipped(identity, "no text")
    return Record(identity, page, fields, url=fields["url"], **known)


def _type(content_type: str | None) -> str:
    # Some separate parameters by a comma, or send the header twice, which joins it by one.
    return re.split("[;,]", content_type or "missing", maxsplit=1)[0].strip().lower()


def _follows(plain: Decompressed) -> bool:
    """Whether anything may stand behind the place of a damage."""
    try:
        return plain.damage is not None or plain.read(1) != b""
    except SourceError:
        return True


def _forget(members: deque[tuple[int, int]], place: int) -> None:
    """Drop the members that end before this place."""
    while len(members) > 1 and members[1][0] <= place:
        members.popleft()


def _next_start(
    file: io.BufferedReader,
    start: int,
    compression: str | None,
    members: deque[tuple[int, int]],
    end: int,
) -> int | None:
    """Where in the file the next record may begin, after a damage that follows `end`."""
    if not file.seekable():
        return None
    if compression is None:
        return _search(file, _BEGIN, start + end + 1)
    for begin, place in members:
        if begin >= end:  # right behind the record it is the damage, further on the next record
            return _search(file, MAGIC[compression], place + (begin <= end + _GAP))
    return _search(file, MAGIC[compression], members[-1][1] + 1)


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
