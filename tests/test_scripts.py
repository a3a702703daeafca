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


def _same_decisions(name: str, kind: str) -> float:
    """The share of a page's words that are judged alike in its language and in none."""
    suffix, pseudo = (".html", _pseudo) if kind == "html" else (".txt", _pseudo_text)
    page = (LABELED / f"{name}{suffix}").read_text(encoding="utf-8")
    before = boilerplate.classify(page, kind=kind)
    after = boilerplate.classify(pseudo(page), kind=kind)
    assert len(before) == len(after) and page != pseudo(page)
    words = [len(block.text.split()) for block in before]
    same = [a.label == b.label for a, b in zip(before, after, strict=True)]
    return sum(w for w, s in zip(words, same, strict=True) if s) / sum(words)


def _latin_pages(suffix: str) -> list[str]:
    return sorted(
        path.stem
        for path in LABELED.glob(f"*{suffix}")
        if path.stem[:2] in ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr")
        and path.stem != "en-shell-parcelo"  # no article, hardly a word
    )


@pytest.mark.parametrize("name", _latin_pages(".html"))
def test_html_is_judged_without_knowing_a_word(name: str) -> None:
    assert _same_decisions(name, "html") >= 0.98


def test_text_is_mostly_judged_without_knowing_a_word() -> None:
    same = [_same_decisions(name, "text") for name in _latin_pages(".txt")]
    assert len(same) > 10
    assert sum(same) / len(same) >= 0.9
