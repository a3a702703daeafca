"""Labelled pages: reading them, and labels that outlive a change of the segmentation."""

import gzip
import json
from itertools import islice, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from boilerplate.errors import LabelError
from boilerplate.labeled import read_labeled

HTML = """<html><body><ul><li><a href="/">Home</a></li><li><a href="/tea">Tea</a></li></ul>
<h1>How we brew</h1><p>Warm the pot before the leaves go in.</p>
<p>Four minutes are enough for black tea,<br>two for green.</p><div>Share this</div></body></html>
"""
BLOCKS = [
    ("Home", "boilerplate"),
    ("Tea", "boilerplate"),
    ("How we brew", "headline"),
    ("Warm the pot before the leaves go in.", "content"),
    ("Four minutes are enough for black tea,\ntwo for green.", "content"),
    ("Share this", "boilerplate"),
]


def _record(**changes: Any) -> dict[str, Any]:
    blocks = [{"text": text, "label": label, "role": "body"} for text, label in BLOCKS]
    record = {"id": "tea", "kind": "html", "source": "ours", "html": HTML, "blocks": blocks}
    return {name: value for name, value in (record | changes).items() if value is not None}


def _write(folder: Path, *records: object) -> Path:
    path = folder / "pages.jsonl"
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def test_a_page_keeps_its_labels(tmp_path: Path) -> None:
    [page] = read_labeled(_write(tmp_path, _record()))
    assert (page.id, page.kind, page.source) == ("tea", "html", "ours")
    assert list(zip(page.page.texts, page.labels, strict=True)) == BLOCKS


def test_lone_surrogates_are_replaced_in_page_and_labels(tmp_path: Path) -> None:
    blocks = [{"text": "foo \ud800 bar", "label": "content"}]
    record = {"id": "note", "kind": "text", "source": "ours", "blocks": blocks}
    path = tmp_path / "text.jsonl"
    path.write_text(json.dumps(record), encoding="utf-8")
    [page] = read_labeled(path)
    assert (page.page.texts, page.labels) == (["foo \ufffd bar"], ["content"])


def test_a_folder_is_read_with_the_pages_that_stand_beside(tmp_path: Path) -> None:
    _write(tmp_path, _record(html=None))
    (tmp_path / "tea.html").write_text(HTML, encoding="utf-8")
    text = {"id": "note", "kind": "text", "source": "ours"}
    labels = {"blocks": [{"text": "Menu", "label": "boilerplate"},
                         {"text": "Nothing is as it was.", "label": "content"}]}  # fmt: skip
    (tmp_path / "text.jsonl").write_text(json.dumps(text | labels) + "\n\n", encoding="utf-8")
    (tmp_path / "note.txt").write_text("Menu\n\nNothing is\u00a0as it was.\n", encoding="utf-8")
    tea, note = read_labeled(tmp_path)
    assert tea.labels == [label for _, label in BLOCKS]
    assert (note.page.kind, note.page.texts) == ("text", ["Menu", "Nothing is as it was."])
    assert note.labels == ["boilerplate", "content"]


def test_the_text_that_stands_beside_is_cut_and_not_the_labelled_blocks(tmp_path: Path) -> None:
    blocks = [{"text": "Menu Nothing", "label": "boilerplate"},
              {"text": "is as it was. Nobody came back.", "label": "content"}]  # fmt: skip
    text = "Menu\n\nNothing is as it was.\nNobody came back.\n"
    path = _write(
        tmp_path,
        _record(id="note", kind="text", html=None, blocks=blocks),
        _record(id="within", kind="text", html=text, blocks=blocks),
    )
    (tmp_path / "note.txt").write_text(text)
    for note in read_labeled(path):
        assert note.page.texts == ["Menu", "Nothing is as it was.", "Nobody came back."]
        assert note.labels == ["boilerplate", "content", "content"]


def test_labels_outlive_another_segmentation(tmp_path: Path) -> None:
    blocks = [
        {"text": "Home Tea", "label": "boilerplate"},
        {"text": "How we brew", "label": "headline"},
        {"text": "Warm the pot before", "label": "content"},
        {"text": "the leaves go in. Four minutes are enough for black tea,", "label": "content"},
        {"text": "two for green.", "label": "content"},
        {"text": "Share", "label": "boilerplate"},
        {"text": "this", "label": "boilerplate"},
    ]
    [page] = read_labeled(_write(tmp_path, _record(blocks=blocks)))
    assert page.labels == [label for _, label in BLOCKS]


def test_labels_of_chinese_text_outlive_it_too(tmp_path: Path) -> None:
    blocks = [{"text": "首页", "label": "boilerplate"}, {"text": "港口结冰了,", "label": "content"},
              {"text": "渡轮停航。", "label": "content"}]  # fmt: skip
    html = "<p>首页</p><p>港口结冰了,渡轮停航。</p>"
    [page] = read_labeled(_write(tmp_path, _record(blocks=blocks, html=html)))
    assert page.labels == ["boilerplate", "content"]


def test_labels_of_a_long_page_of_few_different_words_outlive_it_too(tmp_path: Path) -> None:
    lines = list(map(" ".join, islice(permutations("warm the pot and wait".split()), 60)))
    labels = ["content", "boilerplate"] * 15
    pairs = zip(lines[::2], lines[1::2], labels, strict=True)
    blocks = [{"text": f"{one} {two}", "label": label} for one, two, label in pairs]
    html = "".join(f"<p>{line}" for line in ["Back", *lines])
    [page] = read_labeled(_write(tmp_path, _record(html=html, blocks=blocks)))
    assert page.labels == [None, *(label for label in labels for _ in range(2))]


@pytest.mark.parametrize("turned", [False, True])
def test_a_block_gets_the_label_of_most_of_its_words(turned: bool, tmp_path: Path) -> None:
    blocks = [{"text": "Warm the pot and wait", "label": "content"},
              {"text": "Read more", "label": "boilerplate"}]  # fmt: skip
    if turned:
        blocks.reverse()
    html = f"<p>{' '.join(block['text'] for block in blocks)}"
    [page] = read_labeled(_write(tmp_path, _record(html=html, blocks=blocks)))
    assert page.labels == ["content"]


def test_a_text_page_is_made_of_its_blocks(tmp_path: Path) -> None:
    record = _record(kind="text", html=None)
    [page] = read_labeled(_write(tmp_path, record))
    assert " ".join(page.page.texts).split() == " ".join(text for text, _ in BLOCKS).split()
    assert page.labels[0] == "boilerplate" and page.labels[2] == "headline"
    assert page.labels[3:5] == ["content", "content"]


@settings(max_examples=200)
@example(blocks=[("a ", "content"), ("a", "content")])
@example(blocks=[("a\na", "content"), ("a", "headline")])
@given(
    blocks=st.lists(
        st.tuples(
            st.text(st.sampled_from("ab 港,.\n"), max_size=12),
            st.sampled_from(["content", "headline", "boilerplate"]),
        ),
        max_size=8,
    )
)
def test_any_labelled_text_gives_a_label_a_block(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[tuple[str, str]]
) -> None:
    record = _record(kind="text", html=None, blocks=[{"text": t, "label": a} for t, a in blocks])
    [page] = read_labeled(_write(tmp_path_factory.mktemp("labeled"), record))
    assert len(page.labels) == len(page.page.texts)
    assert set(page.labels) <= {label for _, label in blocks} | {None}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"id": 7}, "'id' must be a string"),
        ({"source": None}, "'source' must be a string"),
        ({"kind": "pdf"}, "kind of a page is 'html' or 'text', not 'pdf'"),
        ({"blocks": None}, "'blocks' must be a list"),
        ({"blocks": ["Home"]}, "a block must be an object"),
        ({"blocks": [{"label": "content"}]}, "'text' must be a string"),
        ({"blocks": [{"text": "Home", "label": "ad"}]}, "unknown label 'ad'"),
        ({"html": None}, "put its HTML into the field 'html' or into the file"),
        ({"html": "<p>Another page altogether</p>"}, "only 0.0% of the words of the page 'tea'"),
    ],
)
def test_a_bad_record_is_named(tmp_path: Path, changes: dict[str, Any], complaint: str) -> None:
    path = _write(tmp_path, _record(id="first"), _record(**changes))
    with pytest.raises(LabelError, match=complaint) as error:
        read_labeled(path)
    assert f"{path}, line 2" in str(error.value)


def test_a_page_that_lost_words_is_told_from_one_that_lost_few(tmp_path: Path) -> None:
    blocks = _record()["blocks"]
    few = [block for block in blocks if block["text"] != "Tea"]
    [page] = read_labeled(_write(tmp_path, _record(blocks=few)))
    assert page.labels == [None if text == "Tea" else label for text, label in BLOCKS]
    with pytest.raises(LabelError, match="label the page anew"):
        read_labeled(_write(tmp_path, _record(blocks=blocks[:4])))


def test_labels_outlive_words_that_are_parted_or_joined(tmp_path: Path) -> None:
    blocks = [{**block, "text": block["text"].replace(" ", "")} for block in _record()["blocks"]]
    [page] = read_labeled(_write(tmp_path, _record(blocks=blocks)))
    assert page.labels == [label for _, label in BLOCKS]


def test_a_folder_is_read_with_what_is_compressed_in_it(tmp_path: Path) -> None:
    path = _write(tmp_path, _record())
    (tmp_path / "more.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.write_text(json.dumps(_record(id="coffee")), encoding="utf-8")
    assert [page.id for page in read_labeled(str(tmp_path))] == ["tea", "coffee"]


@pytest.mark.parametrize("compression", ["gzip", "zstandard"])
def test_a_compressed_file_is_read_and_told_where_it_is_cut_short(
    compression: str, tmp_path: Path
) -> None:
    path = _write(tmp_path, _record())
    data = pytest.importorskip(compression).compress(path.read_bytes())
    path.write_bytes(data)
    [page] = read_labeled(path)
    assert page.labels == [label for _, label in BLOCKS]
    path.write_bytes(data[:-20])
    with pytest.raises(LabelError, match=r"pages\.jsonl: the .* data end early"):
        read_labeled(path)


def test_a_bad_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"no \.jsonl file"):
        read_labeled(tmp_path)
    path = tmp_path / "pages.jsonl"
    with pytest.raises(LabelError, match=r"pages\.jsonl: No such file"):
        read_labeled(path)
    for content, complaint in [
        (b"\n", "no labelled pages"),
        (b"\n{", "line 2: this is not JSON"),
        (b"\xff\xfe", "line 1: this is not JSON"),
        (b"[" * 100_000, "line 1: this is not JSON"),
        (b"[]", "must be a JSON object"),
    ]:
        path.write_bytes(content)
        with pytest.raises(LabelError, match=complaint):
            read_labeled(path)
    with pytest.raises(LabelError, match=r"line 2: a page with the id 'tea' came before"):
        read_labeled(_write(tmp_path, _record(), _record()))
