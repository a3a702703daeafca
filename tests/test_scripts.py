"""No feature may need a language: pages keep their article when their words are spelled anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import boilerplate

LABELED = Path(__file__).parent.parent / "labeled"
# Every Latin letter to one of Greek: no word stays a word of any language.
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_GREEK = "αβψδεφγηιξκλμνοπθρστυωχζκς"
_SPELLED = str.maketrans(_LATIN + _LATIN.upper(), _GREEK + _GREEK.upper())
_TEXT = re.compile(r"(<script.*?</script>|<style.*?</style>|<!--.*?-->|<[^>]*>|&\w+;)", re.S | re.I)


def _pseudo_text(text: str) -> str:
    """Leaked code stays code, in whatever language the page is."""
    lines = text.split("\n")
    return "\n".join(line if "{" in line else line.translate(_SPELLED) for line in lines)


def _pseudo(html: str) -> str:
    parts = _TEXT.split(html)
    return "".join(p if i % 2 else p.translate(_SPELLED) for i, p in enumerate(parts))


@pytest.mark.parametrize("name", ["en-news-harrow", "de-news-weserbote", "fr-blog-ruche"])
def test_a_page_in_no_language_keeps_its_article(name: str) -> None:
    html = (LABELED / f"{name}.html").read_text(encoding="utf-8")
    before, after = boilerplate.classify(html), boilerplate.classify(_pseudo(html))
    assert len(before) == len(after)
    words = [len(block.text.split()) for block in before]
    same = [a.label == b.label for a, b in zip(before, after, strict=True)]
    assert sum(w for w, s in zip(words, same, strict=True) if s) >= 0.97 * sum(words)


@pytest.mark.parametrize("name", ["en-text-kestrel", "de-text-almpost", "fr-text-meridien"])
def test_text_in_no_language_keeps_its_article(name: str) -> None:
    text = (LABELED / f"{name}.txt").read_text(encoding="utf-8")
    before = boilerplate.classify(text, kind="text")
    after = boilerplate.classify(_pseudo_text(text), kind="text")
    words = [len(block.text.split()) for block in before]
    same = [a.label == b.label for a, b in zip(before, after, strict=True)]
    assert sum(w for w, s in zip(words, same, strict=True) if s) >= 0.9 * sum(words)
