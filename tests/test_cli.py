"""The command `boilerplate`, run as a user runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import boilerplate

ROOT = Path(__file__).resolve().parents[1]
LABELED = ROOT / "labeled"
COMMAND = str(Path(sys.executable).with_name("boilerplate"))
VERBS = ("extract", "classify", "train", "evaluate")

HEADLINE = "The lighthouse on Gull Rock is lit again"
PARAGRAPHS = [
    "After nine winters in the dark, the lighthouse on Gull Rock was lit again on Friday evening, "
    "and a few hundred people stood on the harbour wall to watch the first turn of the lamp.",
    "The keeper's grandson, who is a carpenter in the village, climbed the ninety-one steps with "
    "the mayor. He said that the stairs had seemed much higher when he was a boy.",
    "The lamp itself is new. It needs less current than a kettle, and yet it can be seen from "
    "eighteen miles away, which is two miles further than the old one on a clear night.",
]
MENU = ["Home", "Weather", "Harbour news", "Subscribe", "Log in"]
PAGE = (
    f"<!DOCTYPE html><html><head><title>{HEADLINE}</title></head><body>"
    f"<nav class='menu'><ul>{''.join(f'<li><a href=/{i}>{m}</a></li>' for i, m in enumerate(MENU))}"
    f"</ul></nav><article><h1>{HEADLINE}</h1>{''.join(f'<p>{p}</p>' for p in PARAGRAPHS)}</article>"
    "<footer class='footer'><a href='/terms'>Terms of use</a> <a href='/privacy'>Privacy</a>"
    "</footer></body></html>"
)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x06\x00\x00\x00"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n"


def run(
    *arguments: str | Path, stdin: bytes = b"", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the installed command; a traceback fails every test."""
    done = subprocess.run(
        [COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        env=os.environ | (env or {}),
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


def lines(output: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def sentences(output: bytes) -> list[str]:
    return output.decode().splitlines()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    overview, own = run("--help"), run(verb, "--help")
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
    assert module.stdout == run("extract", page).stdout


def test_one_page_comes_out_as_its_article(page: Path) -> None:
    done = run("extract", page)
    article = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert article.startswith(HEADLINE)
    assert all(paragraph in article for paragraph in PARAGRAPHS)
    assert not any(item in article for item in [*MENU, "Terms of use"])
    assert run("extract", "-", stdin=PAGE.encode()).stdout == done.stdout
    assert HEADLINE not in run("extract", "--no-headline", page).stdout.decode()


def test_formats(page: Path) -> None:
    assert run("extract", "--format", "markdown", page).stdout.decode().startswith(f"# {HEADLINE}")
    assert f"<p>{PARAGRAPHS[0]}</p>" in run("extract", "--format", "html", page).stdout.decode()
    [record] = lines(run("extract", "--format", "json", page).stdout)
    assert record["id"] == str(page)
    assert record["headline"] == HEADLINE
    assert PARAGRAPHS[1] in record["text"]


def test_a_folder_becomes_json_lines(page: Path, tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "SECOND.HTM").write_text(PAGE, encoding="utf-8")
    (deep / "third.txt").write_text("\n\n".join([*MENU, *PARAGRAPHS]), encoding="utf-8")
    (deep / "style.css").write_text("body { color: red }", encoding="utf-8")
    done = run("extract", tmp_path)
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
    done = run("extract", *(tmp_path / name for name in bad), page)
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
    done = run("classify", path, page, stdin=rows)
    assert (done.returncode, {row["id"] for row in lines(done.stdout)}) == (1, {str(page)})
    [sentence] = sentences(done.stderr)
    assert sentence.startswith(f"Error: {path}: ") and "`boilerplate extract`" in sentence


@pytest.mark.parametrize("content", [None, b"", b"\n \n", PNG, PDF])
@pytest.mark.parametrize("verb", ["extract", "classify"])
def test_nothing_but_a_bad_page_is_a_failure(
    verb: str, content: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "bad.html"
    if content is not None:
        path.write_bytes(content)
    done = run(verb, path)
    assert (done.returncode, done.stdout) == (2, b"")
    [sentence] = sentences(done.stderr)
    assert sentence.startswith(f"Error: {path}: ")


def test_an_empty_folder_is_a_failure(tmp_path: Path) -> None:
    done = run("extract", tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"{tmp_path}: this folder holds no pages" in done.stderr.decode()


def test_an_empty_article_is_not_silent(page: Path) -> None:
    done = run("extract", "--threshold", "1", page)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode().startswith(f"Warning: {page}: the article is empty")
    [record] = lines(run("extract", "--threshold", "1", "--format", "json", page).stdout)
    assert record["text"] == ""


def test_output_file_is_whole_or_as_it_was(page: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "article.txt"
    out.parent.mkdir()
    assert run("extract", page, "-o", out).returncode == 0
    article = out.read_bytes()
    assert article == run("extract", page).stdout
    assert run("extract", tmp_path / "missing.html", "-o", out).returncode == 2
    assert out.read_bytes() == article
    assert list(out.parent.iterdir()) == [out]
    assert run("extract", page, "-o", tmp_path / "no" / "folder.txt").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["extract", "page.html"], "page.html"),
        (["extract", "page.html"], "link.html"),
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
    Path("model.json").write_bytes(model_file.read_bytes())
    for name in ("x.jsonl", "x.jsonl.errors.jsonl"):
        Path(name).write_text(json.dumps({"text": PAGE, "error": ""}) + "\n")
    Path("labeled.jsonl").write_bytes((LABELED / "pages.jsonl").read_bytes())
    before = {path: path.read_bytes() for path in page.parent.iterdir()}
    done = run(*arguments, "-o", output)
    assert (done.returncode, done.stdout) == (2, b"")
    [sentence] = sentences(done.stderr)
    assert "the output must not lie in what is read" in sentence
    assert {path: path.read_bytes() for path in page.parent.iterdir()} == before


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


def test_classify_tells_every_block(page: Path) -> None:
    records = lines(run("classify", page).stdout)
    blocks = boilerplate.classify(PAGE.encode())
    assert [record["text"] for record in records] == [block.text for block in blocks]
    assert [record["label"] for record in records] == [block.label for block in blocks]
    assert [record["index"] for record in records] == list(range(len(records)))
    for record, block in zip(records, blocks, strict=True):
        assert (record["id"], record["tag"]) == (str(page), block.tag)
        assert record["link_density"] == pytest.approx(block.link_density, abs=1e-6)
        assert record["probability"] == pytest.approx(block.probability, abs=1e-6)


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
    done = run("classify", path, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"})
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
    done = run(*(argument.format("no\x1b[31m\x9b\nfolder") for argument in arguments))
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


@pytest.fixture(scope="module")
def own_model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A model trained on a few of the labelled pages, and what training said."""
    folder = tmp_path_factory.mktemp("train")
    records = lines((LABELED / "pages.jsonl").read_bytes())
    chosen = [record for record in records if record["kind"] == "html"][:6]
    chosen += [record for record in records if record["kind"] == "text"][:6]
    _write_labeled(folder / "pages.jsonl", chosen)
    done = run("train", folder, "-o", folder / "mine.json", "--folds", "2")
    assert (done.returncode, done.stderr) == (0, b"")
    return folder / "mine.json", lines(done.stdout)


def _write_labeled(path: Path, records: Sequence[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            if "html" not in record and record["kind"] == "html":
                source = LABELED / f"{record['id']}.html"
                record = {**record, "html": source.read_text(encoding="utf-8")}
            file.write(json.dumps(record) + "\n")


def test_train_reports_by_kind(own_model: tuple[Path, list[dict[str, Any]]]) -> None:
    _, rows = own_model
    assert [(row["kind"], row["pages"], row["folds"]) for row in rows] == [
        ("html", 6, 2),
        ("text", 6, 2),
    ]
    for row in rows:
        assert row["content"] > 0 and row["headline"] > 0 and row["boilerplate"] > 0
        assert 0.5 < row["f1"] <= 1


def test_a_model_of_ones_own_extracts(
    own_model: tuple[Path, list[dict[str, Any]]], page: Path
) -> None:
    done = run("extract", "-m", own_model[0], page)
    assert done.returncode == 0
    assert all(paragraph in done.stdout.decode() for paragraph in PARAGRAPHS)


@pytest.mark.skipif(os.name == "nt", reason="needs links and named pipes")
@pytest.mark.parametrize("verb", ["extract", "train"])
def test_links_are_followed_and_pipes_are_written_into(
    verb: str, own_model: tuple[Path, list[dict[str, Any]]], page: Path, tmp_path: Path
) -> None:
    command: list[str | Path] = [verb, page, "-o"]
    if verb == "train":
        command = [verb, own_model[0].parent / "pages.jsonl", "--folds", "0", "-o"]
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(tmp_path / "file")
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        told = run(*command, pipe)
        if not pipe.is_fifo():
            reader.kill()  # it would wait for a writer
        piped, _ = reader.communicate()
    assert told.returncode == run(*command, link).returncode == 0
    assert link.is_symlink()
    assert piped == (tmp_path / "file").read_bytes() != b""


def test_classify_says_what_holds_many_pages_and_judges_the_others(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "crawl.warc").write_bytes(b"WARC/1.0\r\n")
    done = run("classify", tmp_path)
    assert done.returncode == 1
    assert {row["id"] for row in lines(done.stdout)} == {str(tmp_path / "page.html")}
    [told] = sentences(done.stderr)
    assert str(tmp_path / "crawl.warc") in told and "holds many pages" in told


def test_evaluate_on_labelled_blocks(own_model: tuple[Path, list[dict[str, Any]]]) -> None:
    model, _ = own_model
    [row] = lines(run("evaluate", model.parent / "pages.jsonl", "-m", model).stdout)
    assert row["pages"] == 12
    assert all(0.7 < row[name] <= 1 for name in ("precision", "recall", "f1", "block_accuracy"))


def test_evaluate_scores_the_labelled_pages_of_a_kind_if_asked_to(
    own_model: tuple[Path, list[dict[str, Any]]],
) -> None:
    gold = own_model[0].parent / "pages.jsonl"
    scores = [lines(run("evaluate", gold, "--kind", kind).stdout) for kind in ("html", "text")]
    assert [row["pages"] for [row] in scores] == [6, 6]
    html = [r for r in lines(gold.read_bytes()) if r["kind"] == "html"]
    _write_labeled(gold.with_name("html.jsonl"), html)
    done = run("evaluate", gold.with_name("html.jsonl"), "--kind", "text")
    assert done.returncode == 2 and b"no labelled page here is text" in done.stderr


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.zst"])
def test_evaluate_on_gold_texts(suffix: str, tmp_path: Path) -> None:
    gold = tmp_path / f"gold{suffix}"
    text = "\n".join(PARAGRAPHS)
    records = [{"html": PAGE, "text": text}, {"html": PAGE, "text": f"{text} {text}"}]
    content = "".join(json.dumps(record) + "\n" for record in records).encode()
    if suffix.endswith(".zst"):
        content = pytest.importorskip("zstandard").compress(content)
    gold.write_bytes(content)
    [row] = lines(run("evaluate", gold).stdout)
    assert row == {
        "pages": 2,
        "precision": pytest.approx(1),
        "recall": pytest.approx(3 / 4),
        "f1": pytest.approx((1 + 2 / 3) / 2),
    }


def test_evaluate_goes_on_after_a_bad_line(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    good = json.dumps({"html": PAGE, "text": PARAGRAPHS[0]})
    gold.write_text(f'{good}\n{{"html": 7}}\nnot json\n{good}\n', encoding="utf-8")
    done = run("evaluate", gold)
    assert done.returncode == 1
    assert lines(done.stdout)[0]["pages"] == 2
    assert [line.split(": ")[1] for line in sentences(done.stderr)] == [
        f"{gold}, line 2",
        f"{gold}, line 3",
    ]


def test_train_writes_over_nothing_that_it_reads(
    own_model: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    records = lines((own_model[0].parent / "pages.jsonl").read_bytes())
    _write_labeled(tmp_path / "pages.jsonl", records)
    beside = tmp_path / "page.html"
    beside.write_text(PAGE, encoding="utf-8")
    for output in (beside, tmp_path / "pages.jsonl"):
        before = output.read_bytes()
        for labeled in (tmp_path, tmp_path / "pages.jsonl"):
            done = run("train", labeled, "-o", output, "--folds", "0")
            assert done.returncode == 2 and b"must not lie in what is read" in done.stderr
            assert output.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"plain words\n", b"[1]\n", b'{"title": "x"}\n'])
def test_no_gold_and_no_labels(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(content)
    for arguments in (["evaluate"], ["train", "-o", str(tmp_path / "mine.json")]):
        done = run(*arguments, path)
        assert (done.returncode, done.stdout) == (2, b"")
        assert str(path) in done.stderr.decode()
    assert not (tmp_path / "mine.json").exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"\x80\x04pickle", b'{"schema": 1e999}'])
def test_a_model_that_does_not_fit(content: bytes, page: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.json"
    model.write_bytes(content)
    for verb, argument in (("extract", page), ("classify", page), ("evaluate", LABELED)):
        done = run(verb, argument, "-m", model)
        assert (done.returncode, done.stdout) == (2, b"")
        assert str(model) in done.stderr.decode()


@pytest.mark.parametrize(
    "arguments", [["extract", "-"], ["extract", "-", "--workers", "1"], ["train", "labeled"]]
)
def test_an_output_without_a_name(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = run(*arguments, "-o", "", stdin=PAGE.encode())
    assert done.returncode == 2 and b"'-o' / '--output': The name is empty." in done.stderr


def test_a_dash_is_standard_output_and_no_model_file(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for verb in ("extract", "classify"):
        assert run(verb, page, "-o", "-").stdout == run(verb, page).stdout != b""
    assert run("extract", page, "-o", "-", "--workers", "1").stdout.startswith(b"{")
    done = run("train", LABELED, "-o", "-")
    assert done.returncode == 2 and b"- is standard output" in done.stderr
    assert not (tmp_path / "-").exists()


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
    done = run(*arguments, stdin=PAGE.encode())
    assert (done.returncode, done.stdout) == (2, b"")
    assert "Error: " in done.stderr.decode()
