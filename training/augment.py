"""More pages to learn from, made of those there are.

Fragments, articles above teasers, and pages in scripts of which there are few.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from html import escape

import numpy as np

from boilerplate.page import Page
from boilerplate.segment import segment
from training.examples import Example

_BARE_TAGS = frozenset("p h1 h2 h3 h4 h5 h6 li pre blockquote div dt dd".split())
_BEGINNING = re.compile(r".{40,}?[.!?。](?=\s|$)")
_TEASER_WORDS = 40
_WORD = re.compile("[A-Za-z\u00c0-\u052f]+")  # Latin, Greek or Cyrillic, which have case
_HAN = 0x4E00  # the first of the Chinese characters, of which a power of two are used
_HAN_BITS = 12
_LETTERS_OF_HAN = 2.9  # letters of a word that make a Chinese character
_BETWEEN_HAN = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_POINT = re.compile("([,.?!])(?: |$)", re.MULTILINE)
_HAN_POINTS = str.maketrans(",.?!", "，。？！")
_CASELESS = "אבגדהוזחטיכלמנסעפצקרשת"
_KEPT = 0.05  # of the words stay as they are, as names do


def fragment(example: Example) -> Example | None:
    """A part of a page with its content, bare of all names, as feeds and clippings hold it.

    A model that has only seen whole pages takes three paragraphs without a menu for nothing.
    Returns None where the page has no content or its part is cut differently.
    """
    page, shares = example.page, example.shares
    content = np.flatnonzero(shares[:, 0] >= 0.5) if shares is not None else np.zeros(0, np.intp)
    if shares is None or not content.size:
        return None
    rng = random.Random(example.gold.id)
    first = max(int(content[0]) - rng.randint(0, 3), 0)
    last = min(int(content[-1]) + 1 + rng.randint(0, 3), len(page))
    if rng.random() < 0.5:
        last = min(last, int(content[0]) + rng.randint(1, 12))
    chosen = range(first, last)
    if page.kind == "html":
        source = "\n".join(_bare_html(page, i) for i in chosen)
        if rng.random() < 0.5:
            title = escape(example.gold.title)
            source = f"<html><head><title>{title}</title></head><body>{source}</body></html>"
    else:
        source = "\n\n".join(page.texts[i] for i in chosen)
    part = segment(source, page.kind)
    if [text.split() for text in part.texts] != [page.texts[i].split() for i in chosen]:
        return None
    return replace(example, source=source, page=part, shares=shares[first:last])


def _bare_html(page: Page, i: int) -> str:
    tag = page.tags[i] if page.tags[i] in _BARE_TAGS else "p"
    text = escape(page.texts[i]).replace("\n", "\n" if tag == "pre" else "<br>")
    linked = 2 * page.link_chars[i] > len(page.texts[i])
    return f"<{tag}>{f'<a href=#>{text}</a>' if linked else text}</{tag}>"


def with_teasers(examples: Sequence[Example]) -> list[Example]:
    """The content of each page of flattened text, and below it teasers of the others.

    A teaser is how another page in the language begins, so nothing but what it speaks of tells
    it from the article above; it stands under a line that heads boilerplate in some page.
    Pages without content, or in a language of few pages, are left out.
    """
    begins: dict[str | None, list[str]] = {}
    heads: dict[str | None, list[str]] = {}
    for example in examples:
        lead, lines = _beginning(example), _heads(example)
        begins.setdefault(example.gold.lang, []).extend([lead] if lead else [])
        heads.setdefault(example.gold.lang, []).extend(lines[:6])
    made = (_with_teasers(e, begins[e.gold.lang], heads[e.gold.lang]) for e in examples)
    return [example for example in made if example is not None]


def _with_teasers(example: Example, begins: list[str], heads: list[str]) -> Example | None:
    page, shares = example.page, example.shares
    content = np.flatnonzero(shares[:, 0] >= 0.5) if shares is not None else np.zeros(0, np.intp)
    own = _beginning(example)
    others = [text for text in begins if text != own]
    if shares is None or not content.size or len(others) < 7 or not heads:
        return None
    rng = random.Random(f"{example.gold.id} teasers")
    first, last = max(int(content[0]) - rng.randint(0, 3), 0), int(content[-1]) + 1
    lines = page.texts[first:last]
    for _ in range(rng.randint(1, 2)):
        lines += [rng.choice(heads), *rng.sample(others, rng.randint(2, 7))]
    source = "\n\n".join(lines)
    whole = segment(source, "text")
    if [text.split() for text in whole.texts] != [line.split() for line in lines]:
        return None
    boilerplate = np.tile([0.0, 0.0, 1.0], (len(lines) - (last - first), 1))
    labels = np.concatenate((shares[first:last], boilerplate))
    return replace(example, source=source, page=whole, shares=labels)


def _beginning(example: Example) -> str:
    """The first sentence of the first long block of content, or its first words."""
    if example.shares is None:
        return ""
    for text, share in zip(example.page.texts, example.shares[:, 0], strict=True):
        words = text.split()
        if share > 0.9 and len(words) >= 10:
            start = " ".join(words[:_TEASER_WORDS])
            sentence = _BEGINNING.match(start)
            return sentence[0] if sentence else start
    return ""


def _heads(example: Example) -> list[str]:
    """Short lines of boilerplate above longer ones."""
    if example.shares is None:
        return []
    words = [len(text.split()) for text in example.page.texts]
    junk = example.shares[:, 2] > 0.9
    return [
        example.page.texts[i]
        for i in range(len(words) - 1)
        if junk[i] and junk[i + 1] and words[i] <= 4 and words[i + 1] > max(2 * words[i], 4)
    ]


def respelled(example: Example) -> Example:
    """An HTML page whose words are spelled anew: in Chinese characters, or in letters without case.

    Of pages in such scripts there are few. How a word is spelled differs from page to page, so no
    word can be learnt from them.
    """
    page, seed = example.page, example.gold.id
    spell = _in_han if zlib.crc32(seed.encode()) % 2 else _without_case
    texts = [spell(text, seed) for text in page.texts]
    before, after = (np.array([_chars(t) for t in each]) for each in (page.texts, texts))
    shrunk = after / np.maximum(before, 1)
    spelled = replace(
        page,
        texts=texts,
        title=spell(page.title, seed),
        link_chars=np.rint(page.link_chars * shrunk).astype(np.intp),
        strong_chars=np.rint(page.strong_chars * shrunk).astype(np.intp),
    )
    return replace(example, source="", page=spelled)


def _in_han(text: str, seed: str) -> str:
    def spelled(word: re.Match[str]) -> str:
        rng = random.Random(f"{seed} {word[0].lower()}")
        if rng.random() < _KEPT:
            return word[0]
        length = min(max(round(len(word[0]) / _LETTERS_OF_HAN), 1), 4)
        return "".join(chr(_HAN + rng.getrandbits(_HAN_BITS)) for _ in range(length))

    text = _BETWEEN_HAN.sub("", _WORD.sub(spelled, text))
    return _POINT.sub(lambda point: point[1].translate(_HAN_POINTS), text)


def _without_case(text: str, seed: str) -> str:
    letters = random.Random(seed).sample(_CASELESS, len(_CASELESS))

    def spelled(word: re.Match[str]) -> str:
        return "".join(letters[ord(letter) % len(letters)] for letter in word[0].lower())

    return _WORD.sub(spelled, text)


def _chars(text: str) -> int:
    return len("".join(text.split()))
