"""The user's two sample pages, by the shipped model, which was not trained on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import boilerplate

LABELED = Path(__file__).parent.parent / "labeled"
SAMPLES = ("000_a4908a520b3ba365", "001_adf4e24e41a4e10b")
_JUNK = {"script", "placeholder", "advert", "media", "share"}


def _blocks(id: str) -> list[dict[str, Any]]:
    lines = (LABELED / "pages.jsonl").read_text(encoding="utf-8").splitlines()
    blocks: list[dict[str, Any]] = next(r for r in map(json.loads, lines) if r["id"] == id)[
        "blocks"
    ]
    return blocks


def _kept(id: str) -> list[str]:
    page = (LABELED / f"{id}.txt").read_bytes()
    return [b.text for b in boilerplate.classify(page) if b.label != "boilerplate"]


@pytest.mark.parametrize("id", SAMPLES)
def test_every_body_paragraph_and_the_headline_are_kept(id: str) -> None:
    kept = _kept(id)
    wanted = [b["text"] for b in _blocks(id) if b.get("role") in ("body", "headline")]
    assert len(wanted) >= 10
    assert [text for text in wanted if text not in kept] == []


@pytest.mark.parametrize("id", SAMPLES)
def test_no_code_advert_picture_or_share_line_is_kept(id: str) -> None:
    kept = _kept(id)
    junk = [b["text"] for b in _blocks(id) if b.get("role") in _JUNK]
    assert junk
    assert [text for text in junk if text in kept] == []


@pytest.mark.parametrize("id", SAMPLES)
def test_the_headline_is_labelled_as_such(id: str) -> None:
    page = (LABELED / f"{id}.txt").read_bytes()
    headline = next(b["text"] for b in _blocks(id) if b["label"] == "headline")
    assert [b.text for b in boilerplate.classify(page) if b.label == "headline"] == [headline]


def test_most_teasers_below_an_article_go() -> None:
    kept = _kept(SAMPLES[1])
    teasers = [b["text"] for b in _blocks(SAMPLES[1]) if b.get("role") == "related"]
    assert len(teasers) == 15
    assert sum(text in kept for text in teasers) < 4
