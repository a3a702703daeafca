"""Reading WARC files: real ones, whole and damaged."""

import gzip
import re
from pathlib import Path

import pytest
import zstandard
from crawls import (
    COMPRESS,
    HTML,
    SUFFIX,
    items,
    record_id,
    records,
    response,
    warc_record,
    write_warc,
)

from boilerplate.sources import MOST_BYTES, Failed, Reader, Record, Skipped, find


@pytest.mark.parametrize("suffix", SUFFIX)
def test_a_warc_gives_its_pages(suffix: str, tmp_path: Path) -> None:
    path = write_warc(tmp_path / f"crawl.warc{suffix}", HTML, suffix)
    found = records(items(path))
    assert [record.page for record in found] == [page.encode() for page in HTML]
    for number, record in enumerate(found):
        assert (record.id, record.url) == (record_id(number), f"https://example.org/{number}")
        assert (record.kind, record.encoding) == ("html", "utf-8")
        assert record.fields["date"] == "2026-01-02T03:04:05Z"
        assert record.fields["warc"]["WARC-Type"] == "response"
    reader = Reader(find([str(path)]))
    assert reader.size == path.stat().st_size
    positions = [reader.position for _ in reader]
    assert positions == sorted(positions)
    assert reader.position == reader.size


def test_http_headers_serve_the_decoding_and_say_what_is_no_page(tmp_path: Path) -> None:
    body = HTML[3].encode()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    blocks: list[tuple[bytes, str | Skipped]] = [
        (response(body, Content_Type='TEXT/HTML; Charset="windows-1251"'), "windows-1251"),
        (response(gzip.compress(body), Content_Encoding="gzip"), "utf-8"),
        (response(gzip.compress(body), Content_Encoding="x-gzip"), "utf-8"),
        (response(body, Content_Encoding="gzip"), "utf-8"),  # as crawlers store it decoded
        (response(chunked, Transfer_Encoding="chunked"), "utf-8"),
        (response(body, "404 Not Found"), Skipped(record_id(5), "HTTP status 404")),
        (
            response(b"%PDF-1.7", Content_Type="application/pdf"),
            Skipped(record_id(6), "content type application/pdf"),
        ),
        (response(b" "), Skipped(record_id(7), "no text")),
        (b"", Skipped(record_id(8), "HTTP status missing")),
    ]
    path = tmp_path / "crawl.warc"
    path.write_bytes(b"".join(warc_record(n, block) for n, (block, _) in enumerate(blocks)))
    for item, (_, expected) in zip(items(path), blocks, strict=True):
        if isinstance(expected, str):
            assert isinstance(item, Record)
            assert (item.page, item.encoding) == (body, expected)
        else:
            assert item == expected


def test_the_other_records_of_a_warc(tmp_path: Path) -> None:
    path = tmp_path / "crawl.warc"
    path.write_bytes(
        warc_record(0, b"the text of a page", "conversion", "text/plain")
        + warc_record(1, HTML[1].encode(), "resource", "text/html")
        + warc_record(2, b"", "revisit")
        + warc_record(3, b"{}", "metadata", "application/json")
        + warc_record(4, b"GET / HTTP/1.1\r\n\r\n", "request", "application/http; msgtype=request")
    )
    text, html, revisit = items(path)
    assert isinstance(text, Record) and isinstance(html, Record)
    assert (text.page, text.kind, text.encoding) == (b"the text of a page", "text", "utf-8")
    assert (html.page, html.kind, html.encoding) == (HTML[1].encode(), "html", None)
    assert revisit == Skipped(record_id(2), "revisit of a page that did not change")


@pytest.mark.parametrize("suffix", SUFFIX)
def test_a_damaged_record_of_a_warc_costs_itself_alone(suffix: str, tmp_path: Path) -> None:
    compress = COMPRESS[suffix]
    parts = [compress(warc_record(n, response(page.encode()))) for n, page in enumerate(HTML)]
    middle = len(parts[7]) - 90  # of the page's body
    broken = parts.copy()
    broken[7] = parts[7][:middle] + bytes(9) + parts[7][middle + 9 :]  # lies about nothing
    broken[20] = b"\x07" * 50 + parts[20][50:]
    path = tmp_path / f"crawl.warc{suffix}"
    path.write_bytes(b"".join(broken))
    found = items(path)
    whole = {record.id for record in records(found)}
    lost = {record_id(20)} | ({record_id(7)} if suffix else set())
    assert whole == {record_id(n) for n in range(len(HTML))} - lost
    failures = [item for item in found if isinstance(item, Failed)]
    assert len(failures) == len(lost)
    assert all("damaged" in f.sentence or "not a sound" in f.sentence for f in failures)


@pytest.mark.parametrize("length", [9_999_999_999, 2**64 - 1])
@pytest.mark.parametrize("suffix", SUFFIX)
def test_a_record_that_says_it_is_far_longer_costs_itself_alone(
    suffix: str, length: int, tmp_path: Path
) -> None:
    parts = [warc_record(n, response(page.encode())) for n, page in enumerate(HTML)]
    parts[7] = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % length, parts[7], count=1)
    path = tmp_path / f"crawl.warc{suffix}"
    path.write_bytes(b"".join(map(COMPRESS[suffix], parts)))
    found = items(path)
    assert [item.id for item in found] == [record_id(n) for n in range(len(HTML))]
    assert [n for n, item in enumerate(found) if isinstance(item, Failed)] == [7]


@pytest.mark.parametrize("suffix", SUFFIX)
@pytest.mark.parametrize(("lost", "place"), [(40, 0), (90, 7), (150, 20)])
def test_a_record_that_was_cut_short_does_not_cost_the_next_one(
    lost: int, place: int, suffix: str, tmp_path: Path
) -> None:
    parts = [warc_record(n, response(page.encode())) for n, page in enumerate(HTML)]
    parts[place] = parts[place][:-lost]
    path = tmp_path / f"crawl.warc{suffix}"
    path.write_bytes(b"".join(map(COMPRESS[suffix], parts)))
    found = items(path)
    assert [item.id for item in found] == [record_id(n) for n in range(len(HTML))]
    assert [n for n, item in enumerate(found) if isinstance(item, Failed)] == [place]


@pytest.mark.parametrize("suffix", SUFFIX)
def test_a_page_that_speaks_of_warc_is_a_page(suffix: str, tmp_path: Path) -> None:
    speaks = "<pre>WARC/1.0\r\nWARC-Type: response\r\n</pre>"
    path = write_warc(tmp_path / f"crawl.warc{suffix}", [HTML[0], speaks, HTML[1], speaks], suffix)
    wanted = [HTML[0], speaks, HTML[1], speaks]
    assert [record.page for record in records(items(path))] == [page.encode() for page in wanted]


@pytest.mark.parametrize("suffix", SUFFIX)
def test_a_record_that_is_too_long_costs_itself_alone(suffix: str, tmp_path: Path) -> None:
    pages = [b"a", b" " * MOST_BYTES, b"c"]
    parts = [warc_record(n, response(page)) for n, page in enumerate(pages)]
    path = tmp_path / f"crawl.warc{suffix}"
    path.write_bytes(b"".join(map(COMPRESS[suffix], parts)))
    found = items(path)
    assert [type(item) for item in found] == [Record, Failed, Record]
    assert found[1] == Failed(record_id(1), f"a record of more than {MOST_BYTES:,} bytes")


@pytest.mark.parametrize("compressed", [False, True])
def test_a_warc_may_bring_its_zstd_dictionary(compressed: bool, tmp_path: Path) -> None:
    plain = [warc_record(n, response(page.encode())) for n, page in enumerate(HTML)]
    dictionary = zstandard.train_dictionary(2000, [*plain * 9])
    content = dictionary.as_bytes()
    if compressed:
        content = zstandard.compress(content)
    frame = b"\x5d\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content
    parts = [zstandard.ZstdCompressor(dict_data=dictionary).compress(record) for record in plain]
    broken = [*parts[:9], parts[9][:30] + b"\x07" * 9 + parts[9][39:], *parts[10:]]
    path = tmp_path / "crawl.warc.zst"
    path.write_bytes(frame + b"".join(broken))
    found = items(path)
    assert [n for n, item in enumerate(found) if isinstance(item, Failed)] == [9]
    assert [r.page.decode() for r in records(found) if isinstance(r.page, bytes)] == [
        *HTML[:9],
        *HTML[10:],
    ]
    path.write_bytes(frame[: len(frame) // 2])
    [failed] = items(path)
    assert isinstance(failed, Failed) and "cut short" in failed.sentence
    path.write_bytes(b"".join(parts))
    first = items(path)[0]
    assert isinstance(first, Failed) and "need a dictionary" in first.sentence
