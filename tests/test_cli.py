"""The command `boilerplate`, run as a user runs it: its verbs and what they make of pages."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from commands import HEADLINE, MENU, PAGE, PARAGRAPHS, ROOT, cli, lines, sentences

import boilerplate

VERBS = ("extract", "classify", "train", "evaluate")
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x06\x00\x00\x00"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    overview, own = cli("--help"), cli(verb, "--help")
    assert overview.returncode == own.returncode == 0
    assert f"  {verb}" in overview.stdout.decode()
    assert own.stdout.decode().startswith(f"Usage: boilerplate {verb}")
    assert f"boilerplate {verb}" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"boilerplate {verb}" in (ROOT / "docs/command-line.md").read_text(encoding="utf-8")


def test_the_module_runs_as_the_command_does(page: Path) -> None:
    module = subprocess.run(
        [sys.executable, "-m", "boilerplate", "extract", page], capture_output=True
    )
    assert module.returncode == 0, module.stderr.decode()
    assert module.stdout == cli("extract", page).stdout


def test_one_page_comes_out_as_its_article(page: Path) -> None:
    done = cli("extract", page)
    article = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert article.startswith(HEADLINE)
    assert all(paragraph in article for paragraph in PARAGRAPHS)
    assert not any(item in article for item in [*MENU, "Terms of use"])
    assert cli("extract", "-", stdin=PAGE.encode()).stdout == done.stdout
    assert HEADLINE not in cli("extract", "--no-headline", page).stdout.decode()


def test_formats(page: Path) -> None:
    assert cli("extract", "--format", "markdown", page).stdout.decode().startswith(f"# {HEADLINE}")
    assert f"<p>{PARAGRAPHS[0]}</p>" in cli("extract", "--format", "html", page).stdout.decode()
    [record] = lines(cli("extract", "--format", "json", page).stdout)
    assert record["id"] == str(page)
    assert record["headline"] == HEADLINE
    assert PARAGRAPHS[1] in record["text"]


def test_a_folder_becomes_json_lines(page: Path, tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "SECOND.HTM").write_text(PAGE, encoding="utf-8")
    (deep / "third.txt").write_text("\n\n".join([*MENU, *PARAGRAPHS]), encoding="utf-8")
    (deep / "style.css").write_text("body { color: red }", encoding="utf-8")
    done = cli("extract", tmp_path)
    records = lines(done.stdout)
    assert done.returncode == 0
    assert [record["id"] for record in records] == sorted(
        map(str, [deep / "SECOND.HTM", deep / "third.txt", page])
    )
    assert all(PARAGRAPHS[0] in record["text"] for record in records)


def test_the_batch_goes_on_after_a_bad_page(page: Path, tmp_path: Path) -> None:
    bad = {"missing.html": None, "empty.html": b" \n", "picture.html": PNG, "paper.html": PDF}
    for name, content in bad.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
    done = cli("extract", *(tmp_path / name for name in bad), page)
    [record] = lines(done.stdout)
    assert done.returncode == 1
    assert record["id"] == str(page)
    told = sentences(done.stderr)
    assert len(told) == len(bad)
    for name, sentence in zip(bad, told, strict=True):
        assert sentence.startswith(f"Error: {tmp_path / name}: ")


@pytest.mark.parametrize("name", ["rows.jsonl", "rows", "-"])
def test_classify_takes_no_container_for_a_page(name: str, page: Path) -> None:
    rows = json.dumps({"text": PAGE}).encode() + b"\n"
    path = name if name == "-" else page.with_name(name)
    if isinstance(path, Path):
        path.write_bytes(rows)
    done = cli("classify", path, page, stdin=rows)
    assert (done.returncode, {row["id"] for row in lines(done.stdout)}) == (1, {str(page)})
    [sentence] = sentences(done.stderr)
    assert sentence.startswith(f"Error: {path}: ") and "`boilerplate extract`" in sentence


def test_what_a_crawl_has_written_is_left_alone(page: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert cli("extract", page, "--workers", "2", "-o", out).returncode == 0
    written = out.read_bytes()
    done = cli("extract", page, "-o", out)
    assert (done.returncode, out.read_bytes()) == (2, written)
    assert b"a crawl has written this" in done.stderr
    assert cli("classify", page, "-o", out).returncode == 2
    (tmp_path / "out.jsonl.manifest.json").unlink()
    assert cli("extract", page, "-o", out).returncode == 0


@pytest.mark.parametrize("name", ["blocks.jsonl.gz", "blocks.parquet"])
def test_classify_writes_no_lines_under_another_format_s_name(
    name: str, page: Path, tmp_path: Path
) -> None:
    done = cli("classify", page, "-o", tmp_path / name)
    assert done.returncode == 2 and not (tmp_path / name).exists()
    assert b"name it .jsonl" in done.stderr


@pytest.mark.parametrize("content", [None, b"", b"\n \n", PNG, PDF])
@pytest.mark.parametrize("verb", ["extract", "classify"])
def test_nothing_but_a_bad_page_is_a_failure(
    verb: str, content: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "bad.html"
    if content is not None:
        path.write_bytes(content)
    done = cli(verb, path)
    assert (done.returncode, done.stdout) == (2, b"")
    [sentence] = sentences(done.stderr)
    assert sentence.startswith(f"Error: {path}: ")


def test_an_empty_folder_is_a_failure(tmp_path: Path) -> None:
    done = cli("extract", tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"{tmp_path}: this folder holds no pages" in done.stderr.decode()


def test_an_empty_article_is_not_silent(page: Path) -> None:
    done = cli("extract", "--threshold", "1", page)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode().startswith(f"Warning: {page}: the article is empty")
    [record] = lines(cli("extract", "--threshold", "1", "--format", "json", page).stdout)
    assert record["text"] == ""


def test_classify_tells_every_block(page: Path) -> None:
    records = lines(cli("classify", page).stdout)
    blocks = boilerplate.classify(PAGE.encode())
    assert [record["text"] for record in records] == [block.text for block in blocks]
    assert [record["label"] for record in records] == [block.label for block in blocks]
    assert [record["index"] for record in records] == list(range(len(records)))
    for record, block in zip(records, blocks, strict=True):
        assert (record["id"], record["tag"]) == (str(page), block.tag)
        assert record["link_density"] == pytest.approx(block.link_density, abs=1e-6)
        assert record["probability"] == pytest.approx(block.probability, abs=1e-6)


def test_classify_says_what_holds_many_pages_and_judges_the_others(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "crawl.warc").write_bytes(b"WARC/1.0\r\n")
    done = cli("classify", tmp_path)
    assert done.returncode == 1
    assert {row["id"] for row in lines(done.stdout)} == {str(tmp_path / "page.html")}
    [told] = sentences(done.stderr)
    assert str(tmp_path / "crawl.warc") in told and "holds many pages" in told


@pytest.mark.parametrize(
    "arguments",
    [
        ["extract"],
        ["extract", "--kind", "pdf", "-"],
        ["extract", "--threshold", "2", "-"],
        ["extract", "--threshold", "nan", "-"],
        ["extract", "-m", "no-such-model.json", "-"],
        ["extract", "-", "-o", "."],
        ["train", "labeled"],
        ["train", "labeled", "-o", "."],
        ["train", "labeled", "-o", "no-such-file.json", "--folds", "0", "--C", "nan"],
        ["train", "labeled", "-o", "no-such-file.json", "--folds", "0", "--C", "inf"],
        ["train", "labeled", "-o", "no-such-folder/mine.json"],
        ["evaluate", "no-such-file.jsonl"],
        ["no-such-verb"],
    ],
)
def test_wrong_usage(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = cli(*arguments, stdin=PAGE.encode())
    assert (done.returncode, done.stdout) == (2, b"")
    assert "Error: " in done.stderr.decode()
