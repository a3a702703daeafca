"""Containers for the tests, written with the formats' own libraries, and what becomes of them."""

import gzip
import io
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import zstandard
from commands import LABELED
from fastwarc.warc import WarcRecord, WarcRecordType

from boilerplate.sources import Item, Reader, Record, find

PAGES = [path.read_text(encoding="utf-8") for path in sorted(LABELED.glob("*.html"))]
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(LABELED.glob("*.txt"))]

HTML = [f"<html><body><p>The page number {n}, {'and on ' * n}</p></body></html>" for n in range(40)]

Compress = Callable[[bytes], bytes]
COMPRESS: dict[str, Compress] = {
    "": bytes,
    ".gz": lambda data: gzip.compress(data, 1, mtime=0),
    ".zst": zstandard.compress,
}
SUFFIX = sorted(COMPRESS)


def warc_record(
    number: int, block: bytes, kind: str = "response", content_type: str | None = None
) -> bytes:
    """One record, not compressed."""
    record = WarcRecord()
    record.init_headers(getattr(WarcRecordType, kind), record_urn=b"%032d" % number)
    record.headers["WARC-Record-ID"] = record_id(number)
    record.headers["WARC-Target-URI"] = f"https://example.org/{number}"
    record.headers["WARC-Date"] = "2026-01-02T03:04:05Z"
    record.headers["Content-Type"] = content_type or "application/http; msgtype=response"
    record.set_bytes_content(block)
    written = io.BytesIO()
    record.write(written)
    return written.getvalue()


def record_id(number: int) -> str:
    return f"<urn:uuid:{number:032d}>"


def response(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP response."""
    headers = {"Content_Type": "text/html; charset=utf-8", **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def pages(count: int) -> list[str]:
    """So many pages, no two alike."""
    return [
        PAGES[n % len(PAGES)].replace("</body>", f"<p>Page {n}.</p></body>") for n in range(count)
    ]


def write_warc(path: Path, pages: Iterable[str], suffix: str = "") -> Path:
    """Every record in a member of its own, with a record of the crawl before."""
    records = [warc_record(999, b"software: test", "warcinfo", "application/warc-fields")]
    records += [warc_record(n, response(page.encode())) for n, page in enumerate(pages)]
    path.write_bytes(b"".join(map(COMPRESS[suffix], records)))
    return path


def write_lines(path: Path, rows: Sequence[dict[str, Any]], suffix: str = "") -> Path:
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(COMPRESS[suffix](lines.encode()))
    return path


def items(path: Path, **fields: str) -> list[Item]:
    return list(Reader(find([str(path)]), **fields))


def records(found: list[Item]) -> list[Record]:
    return [item for item in found if isinstance(item, Record)]


def tree(folder: Path) -> dict[str, bytes]:
    """All that is in a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
