"""Reading and writing the containers of crawls, whichever: real files, whole and damaged."""

import datetime
import gzip
import io
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from crawls import HTML, SUFFIX, items, records, write_lines, write_warc
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from boilerplate.sources import Failed, Reader, Record, Skipped, find
from boilerplate.sources.sinks import SUFFIXES, joined, sink, suffix_of


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


@pytest.mark.parametrize("format", ["warc", "jsonl"])
def test_a_wrong_checksum_of_gzip_costs_nothing_before_it(format: str, tmp_path: Path) -> None:
    path = tmp_path / f"rows.{format}.gz"
    if format == "warc":
        write_warc(tmp_path / "plain", HTML)
        path.write_bytes(gzip.compress((tmp_path / "plain").read_bytes()))
    else:
        write_lines(path, [{"text": page} for page in HTML], ".gz")
    path.write_bytes(path.read_bytes()[:-8] + bytes(8))
    *whole, failed = items(path)
    assert len(records(whole)) == len(whole) == len(HTML)
    assert isinstance(failed, Failed) and "damaged" in failed.sentence


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


@pytest.mark.parametrize(("count", "fails"), [(9, False), (10, True)])
def test_the_first_records_tell_whether_lines_are_of_pages(
    count: int, fails: bool, tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    write_lines(path, [{"id": n, "note": "a"} for n in range(count)] + [{"text": HTML[0]}])
    found = items(path)
    assert len(records(found)) == (not fails)
    assert [item.id for item in found if isinstance(item, Failed)] == (
        [str(path)] if fails else list(map(str, range(count)))
    )


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
            rows.write({**record.fields, "text": record.page}, record)
    if suffix == ".parquet":
        written = [json.loads(row["metadata"]) for row in parquet.read_table(out).to_pylist()]
    else:
        written = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["score"] for row in written] == [[None, None, 0.5, None]] * 2
    assert written[0]["n"] == long


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
                out.write(dict(row), Record("", "", row))
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
    sources = find(map(str, paths))
    spoil(paths[1])
    found = list(Reader(sources))
    assert [item.id for item in found if isinstance(item, Failed)] == [str(paths[1])]
    assert len(records(found)) == 4


@pytest.mark.parametrize(
    ("name", "content", "fails"),
    [
        ("a.warc", b"", True),
        ("a.warc.gz", b"", True),
        ("a.warc.gz", gzip.compress(b"", mtime=0), True),
        ("a.jsonl.gz", b"", True),
        ("a.jsonl.zst", b"", True),
        ("a.jsonl.gz", gzip.compress(b"", mtime=0), False),  # as a crawl writes that kept nothing
        ("a.jsonl", b"", False),
    ],
)
def test_a_container_without_a_byte_is_no_container(
    name: str, content: bytes, fails: bool, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    found = items(path)
    assert [item.id for item in found] == [str(path)] * fails
    assert all(isinstance(item, Failed) and "is empty" in item.sentence for item in found)


def test_records_before_a_damage_are_told_though_none_has_the_field(tmp_path: Path) -> None:
    rows = "".join(f'{{"id": "{n}", "error": "{n * 7919}"}}\n' for n in range(3))
    path = tmp_path / "crawl.jsonl.gz"
    path.write_bytes(gzip.compress(rows.encode())[:-8])
    *records, damage = Reader(find([str(path)]))
    assert [item.id for item in records if isinstance(item, Failed)] == ["0", "1", "2"]
    assert isinstance(damage, Failed) and "end early" in damage.sentence
