"""`boilerplate train` and `boilerplate evaluate`, and models of one's own on the command line."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from commands import LABELED, PAGE, PARAGRAPHS, cli, lines, sentences

from boilerplate import BoilerplateClassifier
from boilerplate.labeled import read_labeled


@pytest.fixture(scope="module")
def own_model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A model trained on a few of the labelled pages, and what training said."""
    folder = tmp_path_factory.mktemp("train")
    records = lines((LABELED / "pages.jsonl").read_bytes())
    chosen = [record for record in records if record["kind"] == "html"][:6]
    chosen += [record for record in records if record["kind"] == "text"][:6]
    _write_labeled(folder / "pages.jsonl", chosen)
    done = cli("train", folder, "-o", folder / "mine.json", "--folds", "2")
    assert (done.returncode, done.stderr) == (0, b"")
    return folder / "mine.json", lines(done.stdout)


def _write_labeled(path: Path, records: Sequence[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            if "html" not in record and record["kind"] == "html":
                source = LABELED / f"{record['id']}.html"
                record = {**record, "html": source.read_text(encoding="utf-8")}
            stored = LABELED / f"{record['id']}.txt"
            if stored.is_file():
                path.with_name(stored.name).write_bytes(stored.read_bytes())
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


def test_train_deals_the_pages_of_a_source_to_one_fold(
    own_model: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    pages = read_labeled(own_model[0].with_name("pages.jsonl"))
    columns = [page.page for page in pages], [page.labels for page in pages]
    BoilerplateClassifier().fit(*columns, [page.source for page in pages]).save(tmp_path / "m.json")
    saved, trained = (json.loads(path.read_bytes()) for path in (tmp_path / "m.json", own_model[0]))
    assert saved["models"] == trained["models"]

    # What one source calls content the other calls boilerplate: each is judged by the other alone.
    sentence, word = "The ferry sails at dawn, they say, if the ice lets it pass.", "Ferry"
    for name, content in (("one", sentence), ("two", word)):
        blocks = [
            {"text": text, "label": "content" if text == content else "boilerplate"}
            for text in [sentence, word] * 4
        ]
        page = {"kind": "text", "source": f"{name}.example", "blocks": blocks}
        records = [{"id": f"{name}{k}", **page} for k in range(4)]
        _write_labeled(tmp_path / f"{name}.jsonl", records)
    sources = (tmp_path / "one.jsonl", tmp_path / "two.jsonl")
    [row] = lines(cli("train", *sources, "-o", tmp_path / "both.json").stdout)
    assert (row["pages"], row["folds"]) == (8, 2)
    assert row["f1"] < 0.3


def test_a_model_of_ones_own_extracts(
    own_model: tuple[Path, list[dict[str, Any]]], page: Path
) -> None:
    done = cli("extract", "-m", own_model[0], page)
    assert done.returncode == 0
    assert all(paragraph in done.stdout.decode() for paragraph in PARAGRAPHS)


def test_evaluate_on_labelled_blocks(own_model: tuple[Path, list[dict[str, Any]]]) -> None:
    model, _ = own_model
    [row] = lines(cli("evaluate", model.parent / "pages.jsonl", "-m", model).stdout)
    assert row["pages"] == 12
    assert all(0.7 < row[name] <= 1 for name in ("precision", "recall", "f1", "block_accuracy"))


def test_evaluate_scores_the_labelled_pages_of_a_kind_if_asked_to(
    own_model: tuple[Path, list[dict[str, Any]]],
) -> None:
    gold = own_model[0].parent / "pages.jsonl"
    scores = [lines(cli("evaluate", gold, "--kind", kind).stdout) for kind in ("html", "text")]
    assert [row["pages"] for [row] in scores] == [6, 6]
    html = [r for r in lines(gold.read_bytes()) if r["kind"] == "html"]
    _write_labeled(gold.with_name("html.jsonl"), html)
    done = cli("evaluate", gold.with_name("html.jsonl"), "--kind", "text")
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
    [row] = lines(cli("evaluate", gold).stdout)
    assert row == {
        "pages": 2,
        "precision": pytest.approx(1),
        "recall": pytest.approx(3 / 4),
        "f1": pytest.approx((1 + 2 / 3) / 2),
    }


@pytest.mark.skipif(not Path("/dev/stdin").exists(), reason="needs /dev/stdin")
def test_evaluate_reads_a_pipe_once(own_model: tuple[Path, list[dict[str, Any]]]) -> None:
    gold = "".join(json.dumps({"html": PAGE, "text": p}) + "\n" for p in PARAGRAPHS)
    [row] = lines(cli("evaluate", "/dev/stdin", stdin=gold.encode()).stdout)
    assert row["pages"] == len(PARAGRAPHS)
    labeled = (own_model[0].parent / "pages.jsonl").read_bytes()
    done = cli("evaluate", "/dev/stdin", stdin=labeled)
    assert (done.returncode, done.stdout) == (2, b"") and b"from a pipe" in done.stderr


def test_evaluate_goes_on_after_a_bad_line(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    good = json.dumps({"html": PAGE, "text": PARAGRAPHS[0]})
    gold.write_text(f'{good}\n{{"html": 7}}\nnot json\n{good}\n', encoding="utf-8")
    done = cli("evaluate", gold)
    assert done.returncode == 1
    assert lines(done.stdout)[0]["pages"] == 2
    assert [line.split(": ")[1] for line in sentences(done.stderr)] == [
        f"{gold}, line 2",
        f"{gold}, line 3",
    ]


def test_train_tells_what_it_leaves_out(tmp_path: Path) -> None:
    records = lines((LABELED / "pages.jsonl").read_bytes())
    records = [record for record in records if record["kind"] == "html"][:6]
    del records[0]["blocks"][1]
    blank: dict[str, Any] = {"id": "blank", "kind": "text", "source": "ours", "blocks": []}
    blocks = [
        {"text": "The ferry sails at dawn.", "label": "content"},
        {"text": "Home", "label": "boilerplate"},
    ]
    stored, lost = ({**blank, "id": id, "blocks": blocks} for id in ("stored.txt", "lost"))
    (tmp_path / "stored.txt").write_text("The ferry sails at dawn.\nHome")
    _write_labeled(tmp_path / "pages.jsonl", [*records, blank, stored, lost])
    done = cli("train", tmp_path, "-o", tmp_path / "mine.json", "--folds", "0")
    assert done.returncode == 0
    assert sum(row["pages"] for row in lines(done.stdout)) == 8
    told = sentences(done.stderr)
    assert len(told) == 3
    assert told[0].startswith("Warning: blank: the page has no text")
    assert told[1].startswith("Warning: lost: the first of 1 text pages without a file")
    assert told[2].startswith(f"Warning: {records[0]['id']}: ") and "1 in all" in told[2]


def test_train_names_the_labels_that_lack(tmp_path: Path) -> None:
    records = lines((LABELED / "pages.jsonl").read_bytes())[:6]
    for record in records:
        for block in record["blocks"]:
            block["label"] = "boilerplate"
    _write_labeled(tmp_path / "pages.jsonl", records)
    done = cli("train", tmp_path, "-o", tmp_path / "mine.json")
    [told] = sentences(done.stderr)
    assert done.returncode == 2 and "--folds" not in told
    assert told.startswith(f"Error: {tmp_path}: ") and "labelled content" in told


def test_one_fold_is_none(tmp_path: Path) -> None:
    done = cli("train", LABELED, "-o", tmp_path / "mine.json", "--folds", "1")
    [told] = sentences(done.stderr)
    assert done.returncode == 2 and "at least 2" in told


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
            done = cli("train", labeled, "-o", output, "--folds", "0")
            assert done.returncode == 2 and b"must not lie in what is read" in done.stderr
            assert output.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="needs permissions")
def test_who_may_not_write_is_told_before_the_training(
    own_model: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    """A model takes the place of a file, which its folder permits and not the file itself."""
    model, labels = tmp_path / "mine.json", tmp_path / "broken.jsonl"
    labels.write_text("no labels")
    model.write_bytes(b"")
    tmp_path.chmod(0o500)
    if os.access(tmp_path, os.W_OK):
        pytest.skip("this user may write anywhere")
    told = cli("train", labels, "-o", model)
    assert (told.returncode, sentences(told.stderr)) == (
        2,
        [f"Error: {model}: no permission to write here"],
    )
    tmp_path.chmod(0o700)
    model.chmod(0o400)
    labels = own_model[0].parent / "pages.jsonl"
    assert cli("train", labels, "-o", model, "--folds", "0").returncode == 0
    assert model.stat().st_size > 0


@pytest.mark.parametrize("content", [b"", b"plain words\n", b"[1]\n", b'{"title": "x"}\n'])
def test_no_gold_and_no_labels(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(content)
    for arguments in (["evaluate"], ["train", "-o", str(tmp_path / "mine.json")]):
        done = cli(*arguments, path)
        assert (done.returncode, done.stdout) == (2, b"")
        assert str(path) in done.stderr.decode()
    assert not (tmp_path / "mine.json").exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"\x80\x04pickle", b'{"schema": 1e999}'])
def test_a_model_that_does_not_fit(content: bytes, page: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.json"
    model.write_bytes(content)
    for verb, argument in (("extract", page), ("classify", page), ("evaluate", LABELED)):
        done = cli(verb, argument, "-m", model)
        assert (done.returncode, done.stdout) == (2, b"")
        assert str(model) in done.stderr.decode()


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
        told = cli(*command, pipe)
        if not pipe.is_fifo():
            reader.kill()  # it would wait for a writer
        piped, _ = reader.communicate()
    assert told.returncode == cli(*command, link).returncode == 0
    assert link.is_symlink()
    assert piped == (tmp_path / "file").read_bytes() != b""
