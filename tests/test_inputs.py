"""What an argument names: files known by name or bytes, pipes, standard input, folders."""

import errno
import json
import os
import subprocess
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest
import zstandard
from commands import run
from crawls import HTML, PAGES, SUFFIX, items, records, write_lines, write_warc

from boilerplate.sources import Failed, Input, Reader, find


def inputs(path: Path, text_field: str = "text") -> list[Input]:
    return [source for source in find([str(path)], text_field) if isinstance(source, Input)]


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
    found = list(Reader(find([str(path)], **ask), **ask))
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


@pytest.mark.parametrize("suffix", SUFFIX)
@pytest.mark.parametrize("first", [1, 20])
def test_a_pipe_is_known_however_little_comes_first(
    first: int, suffix: str, extract: list[str], tmp_path: Path
) -> None:
    data = write_lines(tmp_path / "rows", [{"text": page} for page in PAGES[:3]], suffix)
    given = b"\n" * (not suffix) + data.read_bytes()
    command = [*extract, "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(given[:first])
        process.stdin.flush()
        time.sleep(0.5)  # it may read the first part alone
        articles, _ = process.communicate(given[first:])
    assert articles.count(b"\n") == 3


@pytest.mark.parametrize("before", [b"", b"\x50\x2a\x4d\x18\x04\x00\x00\x00skip"])
def test_frames_that_other_readers_skip_and_long_windows_of_zstd(
    before: bytes, tmp_path: Path
) -> None:
    params = zstandard.ZstdCompressionParameters(window_log=28)
    lines = "".join(json.dumps({"text": page}) + "\n" for page in HTML[:3]).encode()
    path = tmp_path / "rows"
    compressor = zstandard.ZstdCompressor(compression_params=params).compressobj()
    path.write_bytes(before + compressor.compress(lines) + compressor.flush())
    assert len(records(items(path))) == 3


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
    late = write_lines(tmp_path / "late.jsonl", [{"id": 1}, {"id": 2, "text": HTML[0]}])
    assert str(late) in [source.name for source in inputs(tmp_path)]
    for name in ("page.html", "broken.jsonl", "late.jsonl"):
        (tmp_path / name).unlink()
    [failed] = items(tmp_path)  # where there is nothing else it is told what they hold
    assert isinstance(failed, Failed)
    assert "'text' but id, error" in failed.sentence and "--text-field" in failed.sentence
    assert [source.name for source in inputs(tmp_path, "error")] == [str(other)]


@pytest.mark.parametrize("crawl", [[], ["--workers", "1"]])
def test_what_is_passed_over_in_a_folder_is_told(
    crawl: list[str], extract: list[str], tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(PAGES[0], encoding="utf-8")
    (tmp_path / "style.css").write_text("p { color: red }")
    other = write_lines(tmp_path / "other.jsonl", [{"html": PAGES[1]}])
    done = run(*extract, tmp_path, *crawl)
    assert (done.returncode, done.stdout.count(b"\n")) == (0, 1)
    reason = "JSONL whose first records have no field 'text'"
    first, *summary = done.stderr.decode().splitlines()
    assert first == f"Warning: {other}: this is passed over: {reason}"
    assert summary == [] or f"1 skipped (1 {reason})" in summary[0]


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
