"""`boilerplate extract` on containers, run as a user runs it."""

import gzip
import json
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from commands import lines, run
from crawls import (
    COMPRESS,
    PAGES,
    TEXTS,
    items,
    pages,
    record_id,
    records,
    response,
    tree,
    warc_record,
    write_lines,
    write_warc,
)
from pyarrow import parquet

from boilerplate import BoilerplateClassifier, BoilerplateFilter


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_a_warc_becomes_the_articles_that_the_library_gives(
    suffix: str, extract: list[str], small_model: BoilerplateClassifier, tmp_path: Path
) -> None:
    records = [response(page.encode()) for page in pages(30)]
    records[4] = response(b"gone", "404 Not Found")
    records[9] = response(b"%PDF-1.7", Content_Type="application/pdf")
    records[11] = response(b"\x00\x01\x02" * 99)
    cyrillic = "<html><body><p>" + "Маяк на скале снова зажёгся в пятницу вечером. " * 9
    records[17] = response(cyrillic.encode("cp1251"), Content_Type="text/html; charset=cp1251")
    path = tmp_path / f"crawl.warc{suffix}"
    path.write_bytes(b"".join(COMPRESS[suffix](warc_record(n, r)) for n, r in enumerate(records)))
    done = run(*extract, path, "--workers", "2")
    keep = BoilerplateFilter(small_model, kind="html")
    expected = {record_id(n): keep(page) for n, page in enumerate(pages(30)) if n not in (4, 9, 11)}
    expected[record_id(17)] = keep(cyrillic)
    rows = lines(done.stdout)
    assert [row["id"] for row in rows] == list(expected)
    assert [row["text"] for row in rows] == list(expected.values())
    assert rows[0]["url"] == "https://example.org/0"
    assert done.returncode == 1
    failed, pages_in, characters = done.stderr.decode().splitlines()
    assert failed.startswith(f"Error: {record_id(11)}: this is binary data")
    kept = sum(map(bool, expected.values()))
    assert pages_in == (
        f"30 pages in: {kept} kept, {27 - kept} empty, 2 skipped (1 HTTP status 404, "
        "1 content type application/pdf), 1 failed"
    )
    assert f"{sum(map(len, expected.values())):,} after" in characters


def test_the_text_of_a_wet_is_read_as_text(
    extract: list[str], small_model: BoilerplateClassifier, tmp_path: Path
) -> None:
    path = tmp_path / "crawl.warc.wet.gz"
    records = [warc_record(n, t.encode(), "conversion", "text/plain") for n, t in enumerate(TEXTS)]
    path.write_bytes(b"".join(map(gzip.compress, records)))
    keep = BoilerplateFilter(small_model, kind="text")
    rows = lines(run(*extract, path).stdout)
    assert [row["text"] for row in rows] == [keep(text) for text in TEXTS]


def test_fields_go_through_and_columns_are_chosen_by_name(
    extract: list[str], tmp_path: Path
) -> None:
    rows = [
        {"key": n, "raw": page, "lang": ["x", None], "score": n / 7} for n, page in enumerate(PAGES)
    ]
    source = write_lines(tmp_path / "rows.jsonl.zst", rows, ".zst")
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    chosen = ("--text-field", "raw", "--id-field", "key")
    outputs = [tmp_path / name for name in ("a.jsonl", "b.jsonl.gz", "c.jsonl.zst", "d.parquet")]
    assert run(*extract, source, *chosen, "-o", outputs[0]).returncode == 0
    for output in outputs[1:]:
        assert run(*extract, tmp_path / "rows.parquet", *chosen, "-o", output).returncode == 0
    made = lines(outputs[0].read_bytes())
    assert [{**row, "raw": None} for row in made] == [{**row, "raw": None} for row in rows]
    assert all(isinstance(row["raw"], str) and "<" not in row["raw"][:1] for row in made)
    assert lines(gzip.decompress(outputs[1].read_bytes())) == made
    assert parquet.read_table(outputs[3]).to_pylist() == made
    assert run(*extract, source, *chosen, "-o", tmp_path / "e.parquet").returncode == 0
    table = parquet.read_table(tmp_path / "e.parquet")
    assert table.column("id").to_pylist() == [str(row["key"]) for row in rows]
    again = run(*extract, outputs[2], *chosen, "--kind", "text")
    assert [row["key"] for row in lines(again.stdout)] == [row["key"] for row in made if row["raw"]]


def test_a_container_in_a_pipe(extract: list[str], tmp_path: Path) -> None:
    source = write_warc(tmp_path / "crawl.warc.gz", pages(20), ".gz")
    from_file = run(*extract, source)
    assert len(lines(from_file.stdout)) == 20
    assert run(*extract, "-", input=source.read_bytes()).stdout == from_file.stdout


def test_a_folder_of_pages_gives_the_same_in_several_processes(
    extract: list[str], tmp_path: Path
) -> None:
    for number, page in enumerate(PAGES):
        (tmp_path / f"{number}.html").write_text(page, encoding="utf-8")
    for form in ("text", "json"):
        alone = run(*extract, "--format", form, tmp_path)
        shared = run(*extract, "--format", form, tmp_path, "--workers", "2")
        assert shared.stdout == alone.stdout and len(lines(alone.stdout)) == len(PAGES)


@pytest.mark.parametrize("output", ["a.txt", "a.json", "a.json.GZ", "a.zst", "a.parquet", "a/"])
def test_the_output_makes_one_page_an_article_or_a_row(
    output: str, extract: list[str], page: Path, tmp_path: Path
) -> None:
    article = run(*extract, page).stdout
    assert run(*extract, page, "-o", f"{tmp_path}/{output}").returncode == 0
    if output in ("a.txt", "a.json"):
        assert (tmp_path / output).read_bytes() == article
    else:
        [row] = records(items(tmp_path / output))
        assert (row.id, row.page) == (str(page), article.decode().rstrip("\n"))


def test_shards_have_a_manifest_and_are_the_one_file(extract: list[str], tmp_path: Path) -> None:
    source = write_warc(tmp_path / "crawl.warc", [*pages(20), " ", *pages(3)])
    sized = [*extract, str(source), "--shard-size", "10"]
    assert run(*sized, "-o", tmp_path / "one.jsonl").returncode == 0
    assert run(*sized, "-o", f"{tmp_path}/many/").returncode == 0
    many = tmp_path / "many"
    manifest = json.loads((many / "manifest.json").read_bytes())
    names = [shard["name"] for shard in manifest["shards"]]
    assert [shard["rows"] for shard in manifest["shards"]] == [10, 10, 3]
    assert (manifest["pages"], manifest["skipped"]) == (24, {"no text": 1})
    assert {path.name for path in many.iterdir()} == {"manifest.json", *names}
    assert (
        b"".join(map(Path.read_bytes, (many / name for name in names)))
        == (tmp_path / "one.jsonl").read_bytes()
    )
    before = tree(many), many.stat().st_mtime_ns
    refused = run(*sized, "-o", f"{many}/")
    assert (refused.returncode, tree(many), many.stat().st_mtime_ns) == (2, *before)
    assert b"not empty" in refused.stderr
    whole = run(*sized, "-o", f"{many}/", "--resume")
    assert (whole.returncode, tree(many), many.stat().st_mtime_ns) == (0, *before)
    refused = run(*sized, "-o", f"{many}/", "--resume", "--no-headline")
    assert (refused.returncode, tree(many), many.stat().st_mtime_ns) == (2, *before)
    assert b"this was made with other inputs" in refused.stderr


def test_outputs_of_one_stem_have_manifests_and_errors_of_their_own(
    extract: list[str], tmp_path: Path
) -> None:
    sources = [
        write_lines(tmp_path / f"{n}.jsonl", [{"text": page}, {"text": 7}])
        for n, page in enumerate(PAGES[:2])
    ]
    assert run(*extract, sources[0], "-o", tmp_path / "a.jsonl").returncode == 1
    before = tree(tmp_path)
    other = [*extract, str(sources[1]), "-o"]
    assert run(*other, tmp_path / "a.jsonl.gz").returncode == 1
    assert before.items() <= tree(tmp_path).items()
    assert (
        b"this was made with other inputs" in run(*other, tmp_path / "a.jsonl", "--resume").stderr
    )
    assert run(*other, tmp_path / "a.jsonl").returncode == 1
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == (
        (tmp_path / "a.jsonl").read_bytes()
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl.manifest.json", "{}"),
        ("a.jsonl.manifest.json", '{"settings": {}}'),
        ("a.jsonl.manifest.json", "no JSON"),
        ("a.jsonl.errors.jsonl", '{"text": "a"}\n'),
    ],
)
@pytest.mark.parametrize("resume", [[], ["--resume"]])
def test_a_file_that_no_crawl_has_written_is_not_written_over(
    name: str, content: str, resume: list[str], extract: list[str], tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content)
    write_lines(tmp_path / "rows.jsonl", [{"text": PAGES[0]}])
    (tmp_path / "a.jsonl").touch()
    before = tree(tmp_path)
    done = run(*extract, "rows.jsonl", "-o", "a.jsonl", *resume, cwd=tmp_path)
    assert (done.returncode, tree(tmp_path)) == (2, before)
    [sentence] = done.stderr.decode().splitlines()
    assert sentence.startswith(f"Error: {tmp_path / name}: ")


def test_a_cut_gzip_gives_what_is_before_the_cut(extract: list[str], tmp_path: Path) -> None:
    rows = [{"id": str(n), "text": page} for n, page in enumerate(pages(40))]
    source = write_lines(tmp_path / "rows.jsonl.gz", rows, ".gz")
    source.write_bytes(source.read_bytes()[:-2000])
    done = run(*extract, source, "-o", tmp_path / "articles.jsonl")
    made = lines((tmp_path / "articles.jsonl").read_bytes())
    assert done.returncode == 1
    assert [row["id"] for row in made] == [str(n) for n in range(len(made))]
    assert 0 < len(made) < 40
    [failed] = lines((tmp_path / "articles.jsonl.errors.jsonl").read_bytes())
    assert failed["id"] == str(source) and "cut short" in failed["error"]


def test_nothing_but_failures(extract: list[str], tmp_path: Path) -> None:
    output = tmp_path / "articles.jsonl"
    output.write_text("what stood here")
    missing = run(*extract, tmp_path / "missing.warc", "-o", output)
    assert missing.returncode == 2
    assert output.read_text() == "what stood here"
    [failed] = lines((tmp_path / "articles.jsonl.errors.jsonl").read_bytes())
    assert failed == {"id": str(tmp_path / "missing.warc"), "error": "No such file or directory"}
    assert missing.stderr.decode().endswith("missing.warc: No such file or directory\n")
    for _ in range(2):  # nothing is left that would keep the next run away
        folder = tmp_path / "shards"
        assert run(*extract, tmp_path / "missing.warc", "-o", f"{folder}/").returncode == 2
        assert [path.name for path in folder.iterdir()] == ["errors.jsonl"]


@pytest.mark.parametrize("options", [[], ["-o", "a.jsonl"]])
def test_messages_do_not_steer_a_terminal(
    options: list[str], extract: list[str], tmp_path: Path
) -> None:
    rows = write_lines(tmp_path / "rows.jsonl", [{"id": "a\x1b[31m\nb", "text": 7}])
    failed = run(*extract, rows, *options, cwd=tmp_path).stderr.decode()
    assert "Error: a[31m b: " in failed and failed.count("\n") == 3
    warc = tmp_path / "a.warc"
    warc.write_bytes(warc_record(1, response(b"a", Content_Type="a\x1b[31m")))
    skipped = run(*extract, warc, *options, "--no-headline", cwd=tmp_path).stderr.decode()
    assert "1 content type a[31m" in skipped and skipped.count("\n") == 2


@pytest.mark.parametrize(
    ("package", "name"),
    [("fastwarc", "a.warc"), ("pyarrow", "a.parquet"), ("zstandard", "a.jsonl.zst")],
)
def test_a_library_that_is_not_installed_is_named(
    package: str, name: str, model_file: Path, tmp_path: Path
) -> None:
    if package == "fastwarc":
        write_warc(tmp_path / name, PAGES[:1])
    else:
        (tmp_path / name).write_bytes(COMPRESS[".zst"](b'{"text": "a"}\n'))
    program = (
        f"import sys; sys.modules[{package!r}] = None\n"
        f"sys.argv[1:] = ['extract', '-m', {str(model_file)!r}, {str(tmp_path / name)!r}]\n"
        "from boilerplate.cli import main\nif __name__ == '__main__': main()"
    )
    done = run(sys.executable, "-c", program)
    assert done.returncode == 2
    assert b"pip install 'boilerplate-classifier[crawl]'" in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--workers", "0"],
        ["--timeout", "0"],
        ["--timeout", "nan"],
        ["--timeout", "inf"],
        ["--timeout", "1e7"],
        ["--resume"],
        ["--format", "json", "-o", "a.parquet"],
        ["-o", "no-such-folder/a.jsonl"],
        ["-o", "rows.jsonl"],
        [".", "-o", "a.jsonl"],
    ],
)
def test_wrong_usage(options: list[str], extract: list[str], tmp_path: Path) -> None:
    write_lines(tmp_path / "rows.jsonl", [{"text": "a"}])
    done = run(*extract, "rows.jsonl", *options, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


def test_files_of_pages_are_read_one_by_one(extract: list[str], tmp_path: Path) -> None:
    good = [tmp_path / f"{n}.html" for n in range(3)]
    for path, page in zip(good, PAGES, strict=False):
        path.write_text(page, encoding="utf-8")
    good[1].write_bytes(b" ")
    done = run(*extract, *good, "--workers", "1")
    assert done.returncode == 1
    assert [row["id"] for row in lines(done.stdout)] == [str(good[0]), str(good[2])]
    assert done.stderr.decode().startswith(f"Error: {good[1]}: the page is empty\n")
