"""Reading WARC files: real ones, whole and damaged."""

import gzip
import re
import zlib
from dataclasses import replace
from pathlib import Path
from random import Random

import brotli
import pytest
import zstandard
from crawls import (
    COMPRESS,
    HTML,
    PAGES,
    SUFFIX,
    Compress,
    items,
    record_id,
    records,
    response,
    warc_record,
    write_warc,
)

from boilerplate.decoding import check_page
from boilerplate.errors import PageError
from boilerplate.sources import Failed, Reader, Record, Skipped, find
from boilerplate.sources.items import MOST_BYTES
from boilerplate.sources.streams import DICTIONARY


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
    in_parts = b"".join(b"%x;a=b\r\n%s\r\n" % (1, body[n : n + 1]) for n in range(len(body)))
    raw = zlib.compressobj(wbits=-15)
    deflated = raw.compress(body) + raw.flush()
    blocks: list[tuple[bytes, str | Skipped | None]] = [
        (response(body, Content_Type='TEXT/HTML; Charset="windows-1251"'), "windows-1251"),
        (response(gzip.compress(body), Content_Encoding="gzip"), "utf-8"),
        (response(gzip.compress(body), Content_Encoding="x-gzip"), "utf-8"),
        (response(body, Content_Encoding="gzip"), "utf-8"),  # as crawlers store it decoded
        (response(chunked, Transfer_Encoding="chunked"), "utf-8"),
        (response(in_parts, Transfer_Encoding="chunked"), "utf-8"),  # without an end
        (response(body, Transfer_Encoding="chunked"), "utf-8"),
        (response(chunked, Transfer_Encoding="chunked", Content_Encoding="gzip"), "utf-8"),
        (
            response(gzip.compress(body), Transfer_Encoding="chunked", Content_Encoding="gzip"),
            "utf-8",
        ),
        (response(zlib.compress(body), Content_Encoding="deflate"), "utf-8"),
        (response(deflated, Content_Encoding="deflate"), "utf-8"),
        (response(brotli.compress(body), Content_Encoding="br"), "utf-8"),
        (response(body, Content_Encoding="br"), "utf-8"),
        (response(zstandard.compress(body), Content_Encoding="zstd"), "utf-8"),
        (response(gzip.compress(gzip.compress(body)), Content_Encoding="gzip, gzip"), "utf-8"),
        (response(body).replace(b"\r\n", b"\n"), "utf-8"),
        (response(body, Content_Type=""), None),
        (response(body, Content_Type="text/html, charset=utf-8"), "utf-8"),
        (response(body, Content_Type="text/html,text/html"), None),
        (response(body, "404 Not Found"), Skipped("", "HTTP status 404")),
        (
            response(b"%PDF-1.7", Content_Type="application/pdf"),
            Skipped("", "content type application/pdf"),
        ),
        (response(b" "), Skipped("", "no text")),
        (b"", Skipped("", "HTTP status missing")),
    ]
    path = tmp_path / "crawl.warc"
    path.write_bytes(b"".join(warc_record(n, block) for n, (block, _) in enumerate(blocks)))
    for number, (item, (_, expected)) in enumerate(zip(items(path), blocks, strict=True)):
        if isinstance(expected, Skipped):
            assert item == replace(expected, id=record_id(number))
        else:
            assert isinstance(item, Record)
            assert (item.page, item.encoding) == (body, expected)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_becomes_too_long_costs_itself_alone(coding: str, tmp_path: Path) -> None:
    compress: dict[str, Compress] = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": lambda data: bytes(brotli.compress(data, quality=1)),
        "zstd": zstandard.compress,
    }
    bomb = compress[coding](bytes(MOST_BYTES + 1))
    blocks = [response(HTML[0].encode()), response(bomb, Content_Encoding=coding)]
    path = tmp_path / "crawl.warc"
    path.write_bytes(b"".join(warc_record(n, b) for n, b in enumerate([*blocks, blocks[0]])))
    assert items(path)[1] == Failed(record_id(1), f"a page of more than {MOST_BYTES:,} bytes")
    assert len(records(items(path))) == 2


def test_a_body_that_is_cut_short_gives_its_beginning_and_a_damaged_one_says_so(
    tmp_path: Path,
) -> None:
    body = PAGES[0].encode()
    chunked = b"".join(b"3e8\r\n%s\r\n" % body[n : n + 1000] for n in range(0, len(body), 1000))
    broken = bytearray(gzip.compress(body))
    broken[500:520] = bytes(20)
    blocks = [
        *(response(chunked[:n], Transfer_Encoding="chunked") for n in (3000, 3017, 3019)),
        response(gzip.compress(body)[:3000], Content_Encoding="gzip"),
        response(bytes(broken), Content_Encoding="gzip"),
        response(chunked.replace(b"\r\n3e8\r\n", b"\r\n3q8\r\n", 3), Transfer_Encoding="chunked"),
        response(chunked.replace(b"\r\n3e8\r\n", b"\r\n3e7\r\n", 3), Transfer_Encoding="chunked"),
    ]
    path = tmp_path / "crawl.warc"
    path.write_bytes(b"".join(warc_record(n, block) for n, block in enumerate(blocks)))
    *beginnings, damaged, no_size, wrong_size = items(path)
    for item in beginnings:
        assert isinstance(item, Record) and isinstance(item.page, bytes)
        assert len(item.page) > 2000 and body.startswith(item.page)
    assert isinstance(damaged, Failed) and "gzip data are damaged" in damaged.sentence
    for item in (no_size, wrong_size):
        assert isinstance(item, Failed) and "chunks of the body are damaged" in item.sentence


def test_headers_as_wget_writes_them_and_responses_that_do_not_say_so(tmp_path: Path) -> None:
    record = warc_record(0, response(HTML[0].encode()))
    record = record.replace(b"https://example.org/0", b"<https://example.org/0>")
    record = record.replace(
        b"WARC-Type", b"WARC-Protocol: h2\r\nWARC-Protocol: tls/1.3\r\nWARC-Type"
    )
    bare = warc_record(1, response(b"PNG", Content_Type="image/png"))
    path = tmp_path / "crawl.warc"
    path.write_bytes(
        record + bare.replace(b"Content-Type: application/http; msgtype=response", b"X: y")
    )
    page, picture = items(path)
    assert isinstance(page, Record)
    assert (page.url, page.fields["url"]) == ("https://example.org/0",) * 2
    assert page.fields["warc"]["WARC-Protocol"] == "h2, tls/1.3"
    assert picture == Skipped(record_id(1), "content type image/png")


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_what_is_lost_behind_a_damage_is_told(suffix: str, tmp_path: Path) -> None:
    parts = [warc_record(n, response(page.encode())) for n, page in enumerate(PAGES[:9])]
    parts[3] = re.sub(rb"Content-Length: \d+", b"Content-Length: 99", parts[3], count=1)
    path = tmp_path / f"crawl.warc{suffix}"
    path.write_bytes(COMPRESS[suffix](b"".join(parts)))  # one member: no other to go on with
    *whole, failed = items(path)
    assert len(records(whole)) == len(whole)
    assert isinstance(failed, Failed) and failed.sentence.endswith("; what follows it is lost")


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


@pytest.mark.parametrize("place", [7, len(HTML) - 1])
def test_a_record_with_a_wrong_checksum_is_not_taken_for_a_page(place: int, tmp_path: Path) -> None:
    parts = [warc_record(n, response(page.encode())) for n, page in enumerate(HTML)]
    members = [gzip.compress(part, 0) for part in parts]  # stored as they are
    members[place] = members[place].replace(b"The page number", b"The pane number")
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(b"".join(members))
    found = items(path)
    assert [item.id for item in found] == [record_id(n) for n in range(len(HTML))]
    assert [n for n, item in enumerate(found) if isinstance(item, Failed)] == [place]


def test_a_record_before_a_cut_in_its_own_member_is_a_page(tmp_path: Path) -> None:
    first, second = (warc_record(n, response(HTML[n].encode())) for n in range(2))
    member = zlib.compressobj(wbits=31)
    data = member.compress(first + second[:40]) + member.flush(zlib.Z_SYNC_FLUSH)
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(data)
    page, failed = items(path)
    assert isinstance(page, Record) and page.id == record_id(0)
    assert isinstance(failed, Failed)


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
@pytest.mark.parametrize("less", [1, 6, 40])
def test_records_longer_than_they_say_do_not_cost_each_other(
    less: int, suffix: str, tmp_path: Path
) -> None:
    parts = [warc_record(n, response(page.encode())) for n, page in enumerate(HTML)]
    short = [
        re.sub(rb"(?<=Content-Length: )\d+", lambda m: b"%d" % (int(m[0]) - less), part, count=1)
        for part in parts
    ]
    path = tmp_path / f"crawl.warc{suffix}"
    path.write_bytes(b"".join(map(COMPRESS[suffix], short)))
    found = records(items(path))
    assert [record.id for record in found] == [record_id(n) for n in range(len(HTML))]


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


def test_a_long_zstd_dictionary_tells_a_warc_from_a_page(tmp_path: Path) -> None:
    plain = [warc_record(n, response(page.encode())) for n, page in enumerate(HTML)]
    short = zstandard.train_dictionary(2000, [*plain * 9]).as_bytes()
    dictionary = zstandard.ZstdCompressionDict(short + Random(0).randbytes(110_000))
    frame = DICTIONARY + len(dictionary.as_bytes()).to_bytes(4, "little") + dictionary.as_bytes()
    compress = zstandard.ZstdCompressor(dict_data=dictionary).compress
    path = tmp_path / "crawl"
    path.write_bytes(frame + b"".join(map(compress, plain)))
    assert len(records(items(path))) == len(HTML)
    with pytest.raises(PageError, match="zstandard"):
        check_page(frame)
