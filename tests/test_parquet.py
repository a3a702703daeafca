"""Parquet in and out: columns, types, values that Python has not, broken files."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from commands import run
from crawls import HTML, PAGES, items, records
from pyarrow import parquet

from boilerplate.sources import Failed, Reader, Record, find
from boilerplate.sources.items import MOST_BYTES
from boilerplate.sources.parquet import schema
from boilerplate.sources.sinks import sink


def test_parquet_keeps_its_columns_and_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "key": pa.array(range(40), pa.int16()),
            "page": pa.array(HTML),
            "seen": pa.array(
                [1_700_000_000_123_456_789 + n for n in range(40)], pa.timestamp("ns")
            ),
            "tags": pa.array([["a", None]] * 39 + [None]),
            "said": pa.array([["a", "b"]] * 40, pa.list_(pa.dictionary(pa.int8(), pa.string()))),
            "raw": pa.array([bytes([n]) for n in range(40)]),
        }
    )
    path, out = tmp_path / "rows.parquet", tmp_path / "out.parquet"
    parquet.write_table(table, path, row_group_size=7)
    with sink(out, ".parquet", schema([str(path)], "page")) as rows:
        for record in records(items(path, text_field="page", id_field="key")):
            assert isinstance(record.page, str)
            rows.write({**record.fields, "page": record.page.upper()}, record)
    written, read = parquet.read_table(out), parquet.read_table(path)  # old releases widen types
    assert written.column_names == table.column_names
    assert written.drop_columns("page").equals(read.drop_columns("page"))
    assert written["page"].to_pylist() == [page.upper() for page in HTML]


@pytest.mark.parametrize("nested", [False, True])
def test_categories_of_several_files_that_do_not_fit_together(
    nested: bool, extract: list[str], tmp_path: Path
) -> None:
    sites: list[str] = []
    for number in range(3):
        names = [f"{number}-{n}.example.org" for n in range(100)]
        values = pa.array(names).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string()))
        column = pa.StructArray.from_arrays([values], ["name"]) if nested else values
        table = pa.table({"text": HTML[:1] * 100, "site": column})
        parquet.write_table(table, tmp_path / f"{number}.parquet")
        sites += names
    sources = [tmp_path / f"{number}.parquet" for number in range(3)]
    done = run(*extract, *sources, "-o", tmp_path / "out.parquet", "--shard-size", "160")
    assert done.returncode == 0
    with parquet.ParquetFile(tmp_path / "out.parquet") as out:
        site = parquet.read_schema(sources[0]).field("site")  # old releases widen its type
        assert out.schema_arrow.field("site").type == site.type
    rows = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["site"]["name"] if nested else row["site"] for row in rows] == sites


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
            rows.write({**record.fields, "text": record.page}, record)
    assert json.loads(out.read_bytes())["value"] == expected


@pytest.mark.parametrize(("page", "unit"), [("a", "characters"), (b"a", "bytes")])
def test_a_page_of_parquet_that_is_too_long_costs_itself_alone(
    page: Any, unit: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.table({"text": [page, page * (MOST_BYTES + 1), page]}), path)
    found = items(path)
    assert [type(item) for item in found] == [Record, Failed, Record]
    assert found[1] == Failed(f"{path}, row 2", f"a page of more than {MOST_BYTES:,} {unit}")


def test_long_rows_of_parquet_are_not_held_together(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    rows = [f"{n} " * 2**19 for n in range(10, 74)]
    in_pages = {"use_dictionary": False, "write_batch_size": 1}  # else they come as a whole
    parquet.write_table(pa.table({"text": rows}), path, **in_pages)
    del rows
    before = pa.total_allocated_bytes()
    held = [
        pa.total_allocated_bytes() - before
        for item in Reader(find([str(path)]))
        if isinstance(item, Record)
    ]
    assert len(held) == 64 and max(held) < 16 << 20


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
