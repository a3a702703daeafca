"""Where the command writes: files, pipes, terminals, and what it must not write over."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from commands import COMMAND, LABELED, PAGE, ROOT, cli, lines, run, sentences
from crawls import tree, write_lines


def test_output_file_is_whole_or_as_it_was(page: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "article.txt"
    out.parent.mkdir()
    assert cli("extract", page, "-o", out).returncode == 0
    article = out.read_bytes()
    assert article == cli("extract", page).stdout
    assert cli("extract", tmp_path / "missing.html", "-o", out).returncode == 2
    assert out.read_bytes() == article
    assert list(out.parent.iterdir()) == [out]
    assert cli("extract", page, "-o", tmp_path / "no" / "folder.txt").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["extract", "page.html"], "page.html"),
        (["extract", "page.html"], "link.html"),
        (["extract", "folder"], "page.html"),
        (["extract", "folder", "--workers", "1"], "page.html"),
        (["classify", "folder"], "page.html"),
        (["classify", "."], "blocks.jsonl"),
        (["classify", "page.html"], "page.html"),
        (["extract", "page.html", "-m", "model.json"], "model.json"),
        (["extract", "x.jsonl", "-m", "model.json"], "model.json"),
        (["extract", "x.jsonl.errors.jsonl"], "x.jsonl"),
        (["train", "labeled.jsonl"], "labeled.jsonl"),
        (["train", "."], "labeled.jsonl"),
    ],
)
def test_what_is_read_is_not_written_over(
    arguments: list[str], output: str, page: Path, model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(page.parent)
    Path("link.html").symlink_to(page)
    Path("folder").mkdir()
    Path("folder/link.html").symlink_to(page)
    Path("model.json").write_bytes(model_file.read_bytes())
    for name in ("x.jsonl", "x.jsonl.errors.jsonl"):
        Path(name).write_text(json.dumps({"text": PAGE, "error": ""}) + "\n")
    Path("labeled.jsonl").write_bytes((LABELED / "pages.jsonl").read_bytes())
    before = {path: path.read_bytes() for path in page.parent.iterdir() if path.is_file()}
    done = cli(*arguments, "-o", output)
    assert (done.returncode, done.stdout) == (2, b"")
    [sentence] = sentences(done.stderr)
    assert "the output must not lie in what is read" in sentence
    assert {path: path.read_bytes() for path in page.parent.iterdir() if path.is_file()} == before


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
@pytest.mark.parametrize(
    "command",
    [
        "extract rows.jsonl folder >> rows.jsonl",
        "extract folder > folder/rows.jsonl",
        "extract folder > folder/more.html",
        "classify folder >> folder/page.html",
        "extract - >> page.html < page.html",
        "extract - -o page.html < page.html",
        "extract - --workers 1 -o rows.jsonl < rows.jsonl",
    ],
)
def test_what_is_read_is_not_written_over_through_a_stream(
    command: str, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(page.parent)
    Path("folder").mkdir()
    Path("folder/page.html").write_text(PAGE, encoding="utf-8")
    write_lines(Path("rows.jsonl"), [{"text": PAGE}])
    before = tree(Path())
    done = run("sh", "-c", f'ulimit -f 1000; "$0" {command}', COMMAND)
    assert (done.returncode, done.stdout) == (2, b"")
    [sentence] = sentences(done.stderr)
    assert "the output must not lie in what is read" in sentence
    after = tree(Path())
    assert {name: after[name] for name in before} == before
    assert not any(after[name] for name in after.keys() - before.keys())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_disk_under_what_is_told_costs_no_page(page: Path, tmp_path: Path) -> None:
    rows = write_lines(tmp_path / "rows.jsonl", [{"text": PAGE}, {"other": 1}, {"text": PAGE}])
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([COMMAND, "extract", rows], stdout=subprocess.PIPE, stderr=full)
        assert (done.returncode, done.stdout.count(b"\n")) == (1, 2)
        for option in ("--help", "--version"):
            told = subprocess.run([COMMAND, option], stdout=full, stderr=subprocess.PIPE)
            assert (told.returncode, told.stderr.count(b"\n")) == (2, 1)


@pytest.mark.skipif(os.name == "nt", reason="needs limits on files")
@pytest.mark.parametrize("verb", ["extract", "classify"])
@pytest.mark.parametrize("output", ["out.txt", None])
def test_a_file_that_cannot_grow_is_named(verb: str, output: str | None, page: Path) -> None:
    options = ["-o", output] if output else []
    # Below the buffer of standard output, which is written when all is done, and above it.
    for pages in (1, 30):
        with page.with_name("stdout.txt").open("wb") as file:
            done = subprocess.run(
                [COMMAND, verb, *["page.html"] * pages, *options],
                stdout=file,
                stderr=subprocess.PIPE,
                cwd=page.parent,
                env=os.environ | {"PYTHONUNBUFFERED": ""},
                preexec_fn=_small_files,
            )
        assert done.returncode == 2
        named = output or "standard output"
        assert done.stderr.decode() == f"Error: {named}: File too large\n"
        assert not page.with_name("out.txt").exists()


def _small_files() -> None:
    import resource  # not on Windows

    resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))


def test_a_closed_pipe_ends_quietly() -> None:
    command = [COMMAND, "classify", str(LABELED)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.skipif(os.name == "nt", reason="needs a shell that closes streams")
@pytest.mark.parametrize(
    ("closed", "arguments", "code"),
    [
        ("<&-", ["extract", "-"], 2),
        ("<&-", ["extract", "-", "--workers", "1"], 2),
        ("<&-", ["classify", "-"], 2),
        ("2>&-", ["extract", "page.html", "missing.html"], 1),
        ("2>&-", ["extract", "page.html", "--workers", "1"], 0),
        (">&-", ["extract", "page.html"], 2),
    ],
)
def test_standard_streams_may_be_closed(
    closed: str, arguments: list[str], code: int, page: Path
) -> None:
    shell = ["sh", "-c", f'"$@" {closed}', "sh", COMMAND, *arguments]
    done = subprocess.run(shell, capture_output=True, cwd=page.parent)
    assert (done.returncode, len(done.stdout.splitlines())) == (code, int(code < 2))
    assert (done.stderr == b"") == (closed == "2>&-")
    assert b"Traceback" not in done.stderr


def test_output_is_utf8_in_every_locale(tmp_path: Path) -> None:
    path = tmp_path / "Φάρος.txt"
    path.write_text("\n\n".join(["Ο φάρος στον βράχο άναψε πάλι το βράδυ της Παρασκευής."] * 5))
    done = cli("classify", path, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"})
    assert "φάρος".encode() in done.stdout
    assert lines(done.stdout)[0]["id"] == str(path)


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("verb", ["extract", "classify"])
def test_a_terminal_gets_pages_for_people(verb: str, page: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.html"
    hostile.write_text(PAGE.replace("lamp", "lamp\x1b]0;owned\x07 [red]"), encoding="utf-8")
    shown = _on_terminal(verb, page, hostile)
    assert "page.html" in shown
    assert "hostile.html" in shown
    assert "The lamp itself" in shown or "After nine winters" in shown
    assert '{"id"' not in shown
    assert "\x1b]0;" not in shown


@pytest.mark.skipif(os.name == "nt", reason="needs file names of all kinds")
@pytest.mark.parametrize(
    "arguments",
    [["extract", "{}"], ["classify", "{}"], ["train", str(LABELED), "-o", "{}/mine.json"]],
)
def test_messages_do_not_steer_a_terminal(arguments: list[str]) -> None:
    done = cli(*(argument.format("no\x1b[31m\x9b\nfolder") for argument in arguments))
    assert done.returncode == 2
    [sentence] = sentences(done.stderr)
    assert sentence.startswith("Error: no[31m folder")


def _on_terminal(*arguments: str | Path) -> str:
    ours, theirs = os.openpty()
    env = os.environ | {"COLUMNS": "200", "TERM": "xterm"}
    with subprocess.Popen([COMMAND, *arguments], stdout=theirs, stderr=theirs, env=env):
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # Linux says so when the other side is gone
            pass
    os.close(ours)
    return shown.decode()


@pytest.mark.parametrize(
    "arguments", [["extract", "-"], ["extract", "-", "--workers", "1"], ["train", "labeled"]]
)
def test_an_output_without_a_name(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = cli(*arguments, "-o", "", stdin=PAGE.encode())
    assert done.returncode == 2 and b"'-o' / '--output': The name is empty." in done.stderr


def test_a_dash_is_standard_output_and_no_model_file(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for verb in ("extract", "classify"):
        assert cli(verb, page, "-o", "-").stdout == cli(verb, page).stdout != b""
    assert cli("extract", page, "-o", "-", "--workers", "1").stdout.startswith(b"{")
    done = cli("train", LABELED, "-o", "-")
    assert done.returncode == 2 and b"- is standard output" in done.stderr
    assert not (tmp_path / "-").exists()
