"""No feature may need a language: pages keep their article when their words are spelled anew."""

from __future__ import annotations

import re
from collections.abc import Callable
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


def _same_decisions(name: str, kind: str, change: Callable[[str], str] | None = None) -> float:
    """The share of a page's words that are judged alike before and after a change of the page.

    By default the change is to spell its words in no language.
    """
    suffix, pseudo = (".html", _pseudo) if kind == "html" else (".txt", _pseudo_text)
    change = change or pseudo
    page = (LABELED / f"{name}{suffix}").read_text(encoding="utf-8")
    changed = change(page)
    before = boilerplate.classify(page, kind=kind)
    after = boilerplate.classify(changed, kind=kind)
    assert len(before) == len(after) and page != changed
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


def test_text_that_was_decoded_wrongly_is_judged_much_as_before() -> None:
    def mojibake(text: str) -> str:
        return "\n".join(line.encode().decode("cp1252", "replace") for line in text.split("\n"))

    names = [
        name
        for name in _latin_pages(".txt")
        if not (LABELED / f"{name}.txt").read_text(encoding="utf-8").isascii()
    ]
    same = [_same_decisions(name, "text", mojibake) for name in names]
    assert len(same) > 5
    assert sum(same) / len(same) >= 0.95
