"""Reading and writing the containers of crawls: real files, whole and damaged."""

import datetime
import errno
import gzip
import io
import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
import zstandard
from crawls import (
    COMPRESS,
    PAGES,
    record_id,
    response,
    run,
    warc_record,
    write_lines,
    write_warc,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from boilerplate.sources import MOST_BYTES, Failed, Input, Item, Reader, Record, Skipped, find
from boilerplate.sources.parquet import schema
from boilerplate.sources.sinks import SUFFIXES, joined, sink, suffix_of

SUFFIX = sorted(COMPRESS)
HTML = [f"<html><body><p>The page number {n}, {'and on ' * n}</p></body></html>" for n in range(40)]


def items(path: Path, **fields: str) -> list[Item]:
    return list(Reader(find(str(path)), **fields))


def inputs(path: Path, text_field: str = "text") -> list[Input]:
    return [source for source in find(str(path), text_field) if isinstance(source, Input)]


def records(found: list[Item]) -> list[Record]:
    return [item for item in found if isinstance(item, Record)]


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
    reader = Reader(find(str(path)))
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
        (response(body, Content_Encoding="gzip"), "utf-8"),  # as crawlers store it decoded
        (response(chunked, Transfer_Encoding="chunked"), "utf-8"),
        (response(body, "404 Not Found"), Skipped(record_id(4), "HTTP status 404")),
        (
            response(b"%PDF-1.7", Content_Type="application/pdf"),
            Skipped(record_id(5), "content type application/pdf"),
        ),
        (response(b" "), Skipped(record_id(6), "no text")),
        (b"", Skipped(record_id(7), "HTTP status missing")),
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


@pytest.mark.parametrize("suffix", SUFFIX)
@pytest.mark.parametrize("format", ["warc", "jsonl"])
def test_a_file_that_is_cut_short_says_so(format: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"whole.{format}{suffix}"
    if format == "warc":
        write_warc(path, HTML, suffix)
    else:
        write_lines(path, [{"id": n, "text": page} for n, page in enumerate(HTML)], suffix)
    data, whole = path.read_bytes(), items(path)
    assert len(records(whole)) == len(HTML)
    cut = tmp_path / f"cut.{format}{suffix}"
    for length in random.Random(5).sample(range(1, len(data)), 60):
        cut.write_bytes(data[:length])
        found = items(cut)
        got = [record.page for record in records(found)]
        assert got == [record.page for record in records(whole)][: len(got)]
        assert [type(item) for item in found[len(got) :]] in ([], [Failed])
        # Between two records nobody can see the cut; within one everybody can.
        if isinstance(found[-1] if found else None, Record) or not found:
            assert length in _ends(data, format, suffix)


def _ends(data: bytes, format: str, suffix: str) -> set[int]:
    """Where a file can be cut without a trace: after each of its records or members."""
    if suffix and format == "jsonl":
        return set()
    if suffix:
        magic = {".gz": b"\x1f\x8b\x08", ".zst": b"\x28\xb5\x2f\xfd"}[suffix]
        return {place for place in range(len(data)) if data.startswith(magic, place)}
    if format == "jsonl":  # the end of the line is not missed
        return {end for place, byte in enumerate(data) if byte == 10 for end in (place, place + 1)}
    begins = {place for place in range(len(data)) if data.startswith(b"WARC/1.", place)}
    return {place - n for place in begins | {len(data)} for n in range(5)}


def test_a_broken_line_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    good = json.dumps({"id": "a", "text": "A line of text."})
    path.write_text(
        f'{good}\n{{"id": "b", "text": \n\n[1]\n{{"id": 7, "text": 8}}\n{{"id": "c"}}\n'
        f'{{"id": "d", "text": null}}\n\xff\n{good}'
    )
    found = items(path)
    assert [type(item) for item in found] == [
        *(Record, Failed, Failed, Failed, Failed, Skipped, Failed, Record)
    ]
    ids = [item.id for item in found]
    assert ids == [
        "a",
        *(f"{path}, line {n}" for n in (2, 4)),
        "7",
        "c",
        "d",
        f"{path}, line 8",
        "a",
    ]


@pytest.mark.parametrize("suffix", SUFFIX)
def test_the_bytes_tell_the_format_where_the_name_does_not(suffix: str, tmp_path: Path) -> None:
    warc = write_warc(tmp_path / "a", HTML[:3], suffix)
    lines = write_lines(tmp_path / "b", [{"text": page} for page in HTML[:3]], suffix)
    assert [source.format for path in (warc, lines) for source in inputs(path)] == [
        "warc",
        "jsonl",
    ]
    assert len(records(items(warc))) == len(records(items(lines))) == 3
    (tmp_path / "c").write_text(json.dumps({"text": "a page that is JSON"}, indent=1))
    assert inputs(tmp_path / "c")[0].format == "page"


@pytest.mark.parametrize("before", [{}, {"html": "<p>" + "x " * 70000}])
@pytest.mark.parametrize("ask", [{}, {"text_field": "page"}])
def test_lines_are_seen_to_be_lines_wherever_their_page_is(
    before: dict[str, str], ask: dict[str, str], tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "rows", [{**before, "page": page} for page in HTML[:3]])
    found = list(Reader(find(str(path), **ask), **ask))
    if ask:
        assert [record.page for record in records(found)] == HTML[:3]
    else:
        [failed] = found
        assert isinstance(failed, Failed)
        assert "no field 'text' but" in failed.sentence and "--text-field" in failed.sentence


@pytest.mark.parametrize("format", ["warc", "jsonl", "page"])
def test_a_pipe_with_a_name_is_read_as_standard_input_is(
    format: str, extract: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "source"
    if format == "warc":
        write_warc(path, PAGES[:3])
    elif format == "jsonl":
        write_lines(path, [{"text": page} for page in PAGES[:3]])
    else:
        path.write_text(PAGES[0], encoding="utf-8")
    named = run(*extract, "/dev/stdin", input=path.read_bytes())
    assert named.stdout == run(*extract, path).stdout != b""


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_compressed_lines_on_standard_input_are_known_by_more_than_their_first_bytes(
    suffix: str, extract: list[str], tmp_path: Path
) -> None:
    rows = [{"text": PAGES[0], "key": Random(0).randbytes(20_000).hex()}] * 3
    path = write_lines(tmp_path / "rows", rows, suffix)
    with path.open("rb") as stdin:
        assert run(*extract, "-", stdin=stdin).stdout.count(b"\n") == 3


@pytest.mark.parametrize("crawl", [[], ["--workers", "1"]])
def test_standard_input_that_is_closed(crawl: list[str], extract: list[str]) -> None:
    done = run("sh", "-c", '"$@" <&-', "sh", *extract, "-", *crawl)
    assert done.returncode == 2
    assert b"Error: -: standard input is closed\n" in done.stderr


def test_a_folder_holds_pages_and_containers(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "page.HTML").write_text(HTML[0])
    write_lines(tmp_path / "b.jsonl.gz", [{"text": page} for page in HTML[1:3]], ".gz")
    write_warc(tmp_path / "a.warc", HTML[3:5])
    (tmp_path / "style.css").write_text("p { color: red }")
    found = records(items(tmp_path))
    pages = [r.page.decode() if isinstance(r.page, bytes) else r.page for r in found]
    assert pages == [*HTML[3:5], *HTML[1:3], HTML[0]]


def test_lines_of_something_else_are_passed_over_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(HTML[0])
    rows = [{"id": 1, "error": "why, " * 9999}]
    other = write_lines(tmp_path / "errors.jsonl", rows)
    (tmp_path / "broken.jsonl").write_text('{"text": \n')
    assert [Path(source.name).name for source in inputs(tmp_path)] == [
        "broken.jsonl",
        "page.html",
    ]
    (tmp_path / "page.html").unlink()
    (tmp_path / "broken.jsonl").unlink()
    [failed] = items(tmp_path)  # where there is nothing else it is told what they hold
    assert isinstance(failed, Failed)
    assert "'text' but id, error" in failed.sentence and "--text-field" in failed.sentence
    assert [source.name for source in inputs(tmp_path, "error")] == [str(other)]


def test_what_cannot_be_read_in_a_folder_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed, scandir = tmp_path / "closed", os.scandir

    def refusing(path: str) -> Any:
        if path == str(closed):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    closed.mkdir()
    (tmp_path / "page.html").write_text(HTML[0])
    monkeypatch.setattr(os, "scandir", refusing)
    refused = Failed(str(closed), "Permission denied")
    assert [item for item in items(tmp_path) if isinstance(item, Failed)] == [refused]
    assert len(records(items(tmp_path))) == 1
    assert items(closed) == [refused]


@pytest.mark.parametrize("crawl", [[], ["--workers", "1"]])
def test_a_pipe_in_a_folder_is_not_waited_for(
    crawl: list[str], extract: list[str], tmp_path: Path
) -> None:
    (tmp_path / "a.html").write_text(PAGES[0], encoding="utf-8")
    os.mkfifo(tmp_path / "b.html")
    os.mkfifo(tmp_path / "style.css")
    done = run(*extract, tmp_path, *crawl, timeout=60)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 1)
    assert done.stderr.startswith(f"Error: {tmp_path / 'b.html'}: this is no regular file".encode())
    assert b"style.css" not in done.stderr


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.parquet"])
def test_a_field_that_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    rows = [{"key": n, "html": page} for n, page in enumerate(HTML)]
    if name.endswith(".parquet"):
        parquet.write_table(pa.Table.from_pylist(rows), path)
    else:
        write_lines(path, rows)
    [failed] = items(path)
    assert isinstance(failed, Failed)
    assert "'text' but key, html" in failed.sentence and "--text-field" in failed.sentence
    found = records(items(path, text_field="html", id_field="key"))
    assert [(record.id, record.page) for record in found] == [
        (str(n), page) for n, page in enumerate(HTML)
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.dictionaries(st.text(), VALUES, max_size=5), min_size=1, max_size=5))
def test_every_field_but_the_page_goes_through(rows: list[dict[str, Any]]) -> None:
    lines = [{**row, "text": f"Page {n}"} for n, row in enumerate(rows)]
    source = io.BytesIO("".join(json.dumps(line) + "\n" for line in lines).encode())
    from boilerplate.sources.lines import read

    found = records(list(read(io.BufferedReader(source), "rows", "text", "id")))
    assert [{**record.fields, "text": record.page} for record in found] == lines
    assert [list(record.fields) for record in found] == [list(line) for line in lines]


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_numbers_that_json_or_python_has_not(suffix: str, tmp_path: Path) -> None:
    long = "9" * 5000
    source, out = tmp_path / "rows", tmp_path / f"out{suffix}"
    table = pa.table({"text": HTML[:1], "score": [[float("nan"), -float("inf"), 0.5, None]]})
    source.write_text(f'{{"text": "a", "score": [1e999, NaN, 0.5, null], "n": {long}}}\n')
    parquet.write_table(table, tmp_path / "rows.parquet")
    with sink(out, suffix) as rows:
        for record in records([*items(source), *items(tmp_path / "rows.parquet")]):
            rows.write({**record.fields, "text": record.page}, "text")
    if suffix == ".parquet":
        written = [json.loads(row["metadata"]) for row in parquet.read_table(out).to_pylist()]
    else:
        written = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["score"] for row in written] == [[None, None, 0.5, None]] * 2
    assert written[0]["n"] == long


def test_parquet_keeps_its_columns_and_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "key": pa.array(range(40), pa.int16()),
            "page": pa.array(HTML),
            "seen": pa.array(
                [1_700_000_000_123_456_789 + n for n in range(40)], pa.timestamp("ns")
            ),
            "tags": pa.array([["a", None]] * 39 + [None]),
            "raw": pa.array([bytes([n]) for n in range(40)]),
        }
    )
    path, out = tmp_path / "rows.parquet", tmp_path / "out.parquet"
    parquet.write_table(table, path, row_group_size=7)
    with sink(out, ".parquet", schema([str(path)], "page")) as rows:
        for record in records(items(path, text_field="page", id_field="key")):
            assert isinstance(record.page, str)
            rows.write({**record.fields, "page": record.page.upper()}, "page")
    written = parquet.read_table(out)
    assert written.column_names == table.column_names
    assert written.drop_columns("page").equals(table.drop_columns("page"))
    assert written["page"].to_pylist() == [page.upper() for page in HTML]


def test_parquet_that_cannot_be_read_decides_on_no_columns(tmp_path: Path) -> None:
    table = pa.table({"text": HTML, "n": range(len(HTML))})
    good, other, broken, bare = (tmp_path / name for name in ("good", "other", "broken", "bare"))
    parquet.write_table(table, good)
    parquet.write_table(table.rename_columns(["text", "m"]), other)
    parquet.write_table(table.drop_columns("text"), bare)
    broken.write_bytes(b"PAR1")
    bad = [str(broken), str(tmp_path / "missing"), str(bare)]
    assert schema([*bad, str(good), *bad, str(good)], "text").names == ["text", "n"]
    assert schema(bad, "text") is None
    assert schema([str(good), str(other)], "text") is None


@pytest.mark.parametrize("name", ["missing.parquet", "other.parquet"])
def test_parquet_of_one_kind_and_another(name: str, extract: list[str], tmp_path: Path) -> None:
    for number, path in enumerate(("good.parquet", "other.parquet")):
        table = {"id": ["a"], "text": [PAGES[number]], f"n{number}": [number]}
        parquet.write_table(pa.table(table), tmp_path / path)
    done = run(*extract, "good.parquet", name, "-o", "out.parquet", cwd=tmp_path)
    made = parquet.read_table(tmp_path / "out.parquet")
    if name == "other.parquet":
        assert (done.returncode, made.column_names) == (0, ["id", "url", "text", "metadata"])
        assert made["metadata"].to_pylist() == ['{"n0": 0}', '{"n1": 1}']
    else:
        assert (done.returncode, made.column_names) == (1, ["id", "text", "n0"])
        assert b"1 failed, see" in done.stderr


def _not_utf8(*values: bytes) -> pa.Array:
    return pa.array(values, pa.binary()).view(pa.string())


NANOSECONDS = pa.array([1_700_000_000_123_456_789], pa.timestamp("ns"))
WRITTEN = "2023-11-14 22:13:20.123456789"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (NANOSECONDS, WRITTEN),
        (pa.array([123_456_789], pa.time64("ns")), "00:00:00.123456789"),
        (pa.array([10**15], pa.timestamp("ms", "UTC")), 10**15),
        (pa.array([10**15], pa.timestamp("us", "Europe/Nowhere")), 10**15),
        (pa.array([2**30], pa.date32()), 2**30),
        (pa.array([2**62], pa.duration("s")), 2**62),
        (_not_utf8(b"caf\xe9"), "caf\ufffd"),
        (pa.ListArray.from_arrays([0, 1], NANOSECONDS), [WRITTEN]),
        (pa.StructArray.from_arrays([NANOSECONDS, [7]], ["at", "n"]), {"at": WRITTEN, "n": 7}),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_values_of_parquet_that_python_has_not_are_written(
    value: pa.Array, expected: Any, tmp_path: Path
) -> None:
    path, out = tmp_path / "rows.parquet", tmp_path / "out.jsonl"
    parquet.write_table(pa.table({"id": value, "text": [HTML[0]], "value": value}), path)
    with sink(out, ".jsonl") as rows:
        for record in records(items(path)):
            rows.write({**record.fields, "text": record.page}, "text")
    assert json.loads(out.read_bytes())["value"] == expected


def test_text_of_parquet_that_is_not_utf8_costs_no_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    table = {"id": _not_utf8(b"a", b"\xe9", b"c"), "text": _not_utf8(b"one", b"two", b"caf\xe9")}
    parquet.write_table(pa.table(table), path)
    found = [(record.id, record.page) for record in records(items(path))]
    assert found == [("a", "one"), ("\ufffd", "two"), ("c", "caf\ufffd")]


@pytest.mark.parametrize("name", ["text", "other"])
def test_two_columns_of_one_name_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    columns = [["a"], ["b"], ["c"]]
    parquet.write_table(pa.table(columns, names=["text", name, name]), path)
    [failed] = items(path)
    assert isinstance(failed, Failed)
    assert failed.sentence == f"two of the columns have one name: text, {name}, {name}"


@pytest.mark.parametrize("cut", [4, 100, -1])
def test_a_parquet_file_that_is_not_whole(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.table({"text": HTML}), path)
    path.write_bytes(path.read_bytes()[:cut])
    [failed] = items(path)
    assert isinstance(failed, Failed) and "not a whole Parquet file" in failed.sentence


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("articles", ".jsonl"),
        ("articles.json", ".jsonl"),
        ("articles.JSONL.GZ", ".jsonl.gz"),
        ("articles.json.gz", ".jsonl.gz"),
        ("articles.txt.zst", ".jsonl.zst"),
        ("articles.2.parquet", ".parquet"),
    ],
)
def test_the_end_of_a_name_tells_what_is_written(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_shards_joined_are_their_rows(suffix: str, tmp_path: Path) -> None:
    rows = [
        {
            "id": n,
            "url": None,
            "text": f"Ein schöner Tag \ud800 {n}",
            "on": datetime.date(2026, 1, 2),
        }
        for n in range(25)
    ]
    folder = tmp_path / os.fsdecode(b"nu_\xff")  # no UTF-8
    folder.mkdir()
    parts = [folder / f"part{n}{suffix}" for n in range(3)]
    for part, some in zip(parts, (rows[:10], [], rows[10:]), strict=True):
        with sink(part, suffix) as out:
            for row in some:
                out.write(dict(row), "text")
    whole = tmp_path / f"whole{suffix}"
    joined(parts, whole, suffix)
    if suffix == ".parquet":
        read = parquet.read_table(whole).to_pylist()
        assert [row["text"] for row in read] == [f"Ein schöner Tag ? {n}" for n in range(25)]
        assert json.loads(read[3]["metadata"]) == {"on": "2026-01-02"} and read[3]["id"] == "3"
    else:
        read = [record.fields | {"text": record.page} for record in records(items(whole))]
        assert read == [row | {"on": "2026-01-02"} for row in rows]


@pytest.mark.parametrize(
    "spoil", [lambda path: path.unlink(), lambda path: path.write_bytes(b"")], ids=["gone", "empty"]
)
def test_one_bad_file_among_good_ones(spoil: Callable[[Path], None], tmp_path: Path) -> None:
    paths = [write_warc(tmp_path / f"{n}.warc", HTML[n : n + 2]) for n in range(3)]
    sources = [source for path in paths for source in find(str(path))]
    spoil(paths[1])
    found = list(Reader(sources))
    assert [item.id for item in found if isinstance(item, Failed)] in ([], [str(paths[1])])
    assert len(records(found)) == 4
