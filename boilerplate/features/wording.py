"""What a block's characters and words say, in any language.

No stop-word lists: only the classes of characters (letters by case, digits, punctuation by its
job, the characters of code), the words that they form, and where those stand. Scripts without
spaces count each character as one word.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boilerplate.arrays import Floats, Ints
from boilerplate.page import SPACELESS_RANGES

# Classes of characters. Letters and digits come first: below _SPACE a character forms words.
LOWER, UPPER, _LETTER, SPACELESS, DIGIT, _SPACE = range(6)
_SINGLE = {
    name: number
    for number, name in enumerate(
        (
            "terminal", "comma", "colon", "semicolon", "quote", "guillemet", "bracket", "brace",
            "equals", "underscore", "slash", "bar", "angle", "currency", "at", "hash", "dash",
            "bullet", "arrow", "copyright", "symbol", "newline",
        ),
        start=_SPACE + 1,
    )
}  # fmt: skip
_MEMBERS = {
    "terminal": ".!?…。！？｡؟۔।॥։።᙮‥\u037e",
    "comma": ",،、，､՝፣",
    "colon": ":：",
    "semicolon": ";；؛",
    "quote": "\"'`´‘’‚“”„「」『』《》〈〉",
    "guillemet": "«»‹›",  # which quote, and point on like arrows: "More »"
    "bracket": "()[]（）［］【】〔〕",
    "brace": "{}",
    "equals": "=+*^~%&",
    "underscore": "_",
    "slash": "/\\",
    "bar": "|¦",
    "angle": "<>",
    "currency": "$€£¥₹₽¢₩₺₴",
    "at": "@",
    "hash": "#",
    "dash": "-‐‑‒–—―",
    "bullet": "•·▪‣●○■□★☆✓✔",
    "arrow": "→←↑↓▶►▼▲⇒",
    "copyright": "©®™",
    "newline": "\n",
}
_CLASSES = _SPACE + 1 + len(_SINGLE)
_UNSEEN = _CLASSES  # soft hyphens, joiners, marks of direction: they part no word


def _character_classes() -> NDArray[np.uint8]:
    """The class of every character of the Basic Multilingual Plane, and one entry for the rest."""
    by_category = {"Ll": LOWER, "Lu": UPPER, "Lt": UPPER, "Nd": DIGIT, "Nl": DIGIT,
                   "No": DIGIT, "Lo": _LETTER, "Lm": _LETTER, "Mn": _LETTER, "Mc": _LETTER,
                   "Zs": _SPACE, "Zl": _SPACE, "Zp": _SPACE, "Cc": _SPACE,
                   "Cf": _UNSEEN, "Pd": _SINGLE["dash"], "Pi": _SINGLE["quote"],
                   "Pf": _SINGLE["quote"], "Ps": _SINGLE["bracket"],
                   "Pe": _SINGLE["bracket"], "Sc": _SINGLE["currency"]}  # fmt: skip
    symbol = _SINGLE["symbol"]
    categories = map(unicodedata.category, map(chr, range(0x10000)))
    table = np.frombuffer(bytearray(by_category.get(c, symbol) for c in categories), np.uint8)
    for low, high in zip(SPACELESS_RANGES[::3], SPACELESS_RANGES[2::3], strict=True):
        stretch = table[ord(low) : ord(high) + 1]
        stretch[stretch == _LETTER] = SPACELESS
    for name, members in _MEMBERS.items():
        for member in members:
            table[ord(member)] = _SINGLE[name]
    return np.append(table, np.uint8(_LETTER))


_CLASS_OF = _character_classes()
_NOTES = re.compile(r"(?:\s?\[[^\[\]\n]{1,6}\])+\Z")  # "as was shown.[3][4]"
_MOST_NOTES = 40  # characters of them
_QUESTION = np.zeros(0x10001)
_QUESTION[[*map(ord, "?？؟\u037e")]] = 1.0
_BASE = np.uint64(0x9E3779B97F4A7C15)
_UNBASE = np.uint64(pow(int(_BASE), -1, 1 << 64))
_POWERS = [
    np.cumprod(np.full(1 << 16, base), dtype=np.uint64) for base in (_BASE, _UNBASE)
]  # as many as most pages need


@dataclass(slots=True)
class Words:
    """The characters and words of some texts, joined by line breaks, without unseen characters.

    Numbers stand for words and for whole texts, the same for those that differ in case alone.
    """

    text: str  # in small letters
    code: NDArray[np.uint32]  # code points, shape (n_characters,)
    kind: NDArray[np.uint8]  # their classes
    begin: Ints  # where each text begins, shape (n_texts,)
    length: Ints
    same: NDArray[np.uint64]  # the number of each text
    start: Ints  # where each word begins, shape (n_words,)
    end: Ints
    first: Ints  # the first word of each text, and the number of words; shape (n_texts + 1,)
    block: Ints  # the text that each word stands in, shape (n_words,)
    hashed: NDArray[np.uint64]  # the number of each word


@dataclass(slots=True)
class Wording:
    """Raw counts by block, shape (n_blocks,), on which context builds, and the feature columns."""

    words: Floats
    chars: Floats  # without spaces
    commas: Floats
    ends_sentence: Floats  # 0 or 1
    each: Words
    columns: dict[str, Floats]


def words_of(texts: list[str]) -> Words:
    """Find the words of texts."""
    joined = "\n".join(texts) + "\n"
    code = code_points(joined)
    kind = kinds(code)
    length = np.fromiter(map(len, texts), np.intp, len(texts))
    seen = kind != _UNSEEN
    if not seen.all():
        text = np.repeat(np.arange(length.size), length + 1)
        length -= np.bincount(text[~seen], minlength=length.size)
        code, kind = code[seen], kind[seen]
        joined = code.tobytes().decode("utf-32-le", "surrogatepass")
    semicolon = np.flatnonzero(kind == _SINGLE["semicolon"])
    asks = _is_greek(code[semicolon - 1]) | _is_greek(code[semicolon - 2])  # or a quote between
    kind[semicolon[asks]] = _SINGLE["terminal"]
    stop = np.cumsum(length + 1) - 1  # where the line breaks stand
    # Words: runs of word characters; a character of a spaceless script is one by itself.
    in_word = kind < _SPACE
    spaceless = kind == SPACELESS
    starts = in_word.copy()
    starts[1:] &= spaceless[1:] | ~in_word[:-1] | spaceless[:-1]
    ends = in_word.copy()
    ends[:-1] &= ~in_word[1:] | starts[1:]
    start, end = np.flatnonzero(starts), np.flatnonzero(ends) + 1
    first = np.append(np.searchsorted(start, stop - length), start.size)
    lower = code if (low := lowered(joined)) == joined else code_points(low)
    number = hashed(lower, np.append(start, stop - length), np.append(end, stop))
    return Words(
        text=low,
        code=code,
        kind=kind,
        begin=stop - length,
        length=length,
        same=number[start.size :],
        start=start,
        end=end,
        first=first,
        block=np.repeat(np.arange(length.size), np.diff(first)),
        hashed=number[: start.size],
    )


def wording(texts: list[str]) -> Wording:
    """Count characters, words and sentences of all blocks of a page at once."""
    n = len(texts)
    each = words_of(texts)
    code, kind, lengths = each.code, each.kind, each.length
    block = np.repeat(np.arange(n), lengths + 1)

    def per_block(flags: NDArray[np.bool_]) -> Floats:
        return np.bincount(block[np.flatnonzero(flags)], minlength=n).astype(np.float64)

    counts = np.bincount(block * _CLASSES + kind, minlength=n * _CLASSES).reshape(n, _CLASSES)
    count = counts.astype(np.float64)
    count[:, _SINGLE["newline"]] -= 1  # the separator

    word_length = each.end - each.start
    first_kind = kind[each.start]
    upper_sum = counts_before(kind == UPPER)
    uppers = upper_sum[each.end] - upper_sum[each.start]

    def words_where(flags: NDArray[np.bool_]) -> Floats:
        return np.bincount(each.block[flags], minlength=n).astype(np.float64)

    words = np.bincount(each.block, minlength=n).astype(np.float64)
    chars = np.maximum(lengths - count[:, _SPACE] - count[:, _SINGLE["newline"]], 1.0)
    per_word = 1.0 / np.maximum(words, 1.0)
    per_char = 1.0 / chars

    next_kind, previous_kind = np.empty_like(kind), np.empty_like(kind)
    next_kind[:-1], previous_kind[1:] = kind[1:], kind[:-1]
    next_kind[-1] = previous_kind[0] = _SINGLE["newline"]
    ends = (next_kind == _SPACE) | (next_kind == _SINGLE["newline"]) | _quotes(next_kind)
    terminal = kind == _SINGLE["terminal"]
    wide = terminal & (code >= 0x3000)  # no space follows a full stop in Chinese or Japanese
    sentences = per_block(terminal & (ends | wide) & (previous_kind != _SINGLE["terminal"]))
    inner_dots = per_block((code == ord(".")) & (previous_kind <= _LETTER) & (next_kind <= _LETTER))
    camel = per_block((kind == UPPER) & (previous_kind == LOWER))
    doubled = per_block((kind == previous_kind) & (kind > _SPACE) & (code >= ord("!")))

    letters = count[:, : SPACELESS + 1].sum(axis=1)
    cased = np.maximum(count[:, LOWER] + count[:, UPPER], 1.0)
    punctuation = count[:, _SPACE + 1 : _SINGLE["newline"]].sum(axis=1)
    code_like = (
        count[:, _SINGLE["brace"] : _SINGLE["angle"] + 1].sum(axis=1)
        + count[:, _SINGLE["semicolon"]]
    )

    def single(name: str) -> Floats:
        return count[:, _SINGLE[name]]

    columns = {
        "log_words": np.log1p(words),
        "log_chars": np.log1p(chars),
        "words_to_5": np.minimum(words, 5.0) / 5.0,
        "words_to_15": np.minimum(words, 15.0) / 15.0,
        "words_to_40": np.minimum(words, 40.0) / 40.0,
        "words_over_100": np.log1p(np.maximum(words - 100.0, 0.0)),
        "word_length": np.minimum(chars * per_word, 20.0),
        "short_words": words_where(word_length <= 3) * per_word,
        "long_words": words_where(word_length >= 9) * per_word,
        "huge_words": words_where(word_length >= 25) * per_word,
        "letters": letters * per_char,
        "digits": count[:, DIGIT] * per_char,
        "uppercase": count[:, UPPER] / cased,
        "spaceless": count[:, SPACELESS] * per_char,
        "capitalised_words": words_where(first_kind == UPPER) * per_word,
        "lowercase_words": words_where(first_kind == LOWER) * per_word,
        "capital_words": words_where((uppers == word_length) & (word_length > 1)) * per_word,
        "number_words": words_where(first_kind == DIGIT) * per_word,
        "punctuation": punctuation * per_char,
        "terminals": single("terminal") * per_word,
        "commas": single("comma") * per_word,
        "log_commas": np.log1p(single("comma")),
        "colons": np.minimum(single("colon") * per_word, 2.0),
        "quotes": np.minimum((single("quote") + single("guillemet")) * per_word, 2.0),
        "brackets": np.minimum(single("bracket") * per_word, 2.0),
        "dashes": np.minimum(single("dash") * per_word, 2.0),
        "bars": np.minimum((single("bar") + single("bullet")) * per_word, 2.0),
        "arrows": np.minimum((single("arrow") + single("guillemet")) * per_word, 2.0),
        "currency": np.minimum(single("currency") * per_word, 1.0),
        "copyright": np.minimum(single("copyright"), 1.0),
        "ats": np.minimum(single("at") + single("hash"), 3.0),
        "slashes": np.minimum(single("slash") * per_word, 2.0),
        "braces": np.minimum(single("brace"), 4.0),
        "code_like": code_like * per_char,
        "inner_dots": np.minimum(inner_dots * per_word, 1.0),
        "camel_case": np.minimum(camel * per_word, 1.0),
        "doubled_marks": np.minimum(doubled * per_word, 1.0),
        "log_sentences": np.log1p(sentences),
        "sentence_length": np.log1p(words / np.maximum(sentences, 1.0)),
        "log_lines": np.log1p(single("newline")),
    } | _beginnings_and_ends(each)
    columns["sentence_of_10"] = columns["ends_sentence"] * (words >= 10)
    return Wording(
        words=words,
        chars=chars,
        commas=single("comma"),
        ends_sentence=columns["ends_sentence"],
        each=each,
        columns=columns,
    )


def _beginnings_and_ends(each: Words) -> dict[str, Floats]:
    """What the first and the last characters of each block say, columns of shape (n_blocks,)."""
    code, kind, lengths, starts = each.code, each.kind, each.length, each.begin
    stops = starts + lengths
    # The last character decides how a block ends, or the one before a closing quote or bracket,
    # from which French parts it by a space. Notes do not count.
    noted = np.flatnonzero(code[np.maximum(stops - 1, starts)] == ord("]"))
    for k in noted.tolist():
        found = _NOTES.search(each.text, max(starts[k] + 1, stops[k] - _MOST_NOTES), stops[k])
        stops[k] = found.start() if found else stops[k]
    last, second_last, third_last = (kind[np.maximum(stops - back, starts)] for back in (1, 2, 3))
    closes = _quotes(last) | (last == _SINGLE["bracket"])
    inner = np.where(second_last == _SPACE, third_last, second_last)
    ending = np.where(closes, inner, last)
    final = code[np.maximum(stops - 1, 0)]
    greek_question = (final == ord(";")) & (last == _SINGLE["terminal"])
    dots = final == ord(".")
    for back in (2, 3):
        dots &= (lengths >= back) & (code[np.maximum(stops - back, 0)] == ord("."))
    first = kind[starts]
    return {
        "ends_sentence": (ending == _SINGLE["terminal"]).astype(np.float64),
        "ends_ellipsis": (dots | (final == ord("…"))).astype(np.float64),
        "ends_colon": (last == _SINGLE["colon"]).astype(np.float64),
        "ends_comma": (last == _SINGLE["comma"]).astype(np.float64),
        "ends_question": np.maximum(_QUESTION[np.minimum(final, 0x10000)], greek_question),
        "starts_lower": (first == LOWER).astype(np.float64),
        "starts_upper": (first == UPPER).astype(np.float64),
        "starts_digit": (first == DIGIT).astype(np.float64),
        "starts_mark": (first > _SPACE).astype(np.float64),
    }


def _is_greek(code: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Whether characters are letters of a script whose question mark is the semicolon."""
    flags: NDArray[np.bool_] = ((code >= 0x370) & (code < 0x400)) | (code >> 8 == 0x1F)
    return flags


def _quotes(kind: NDArray[np.uint8]) -> NDArray[np.bool_]:
    flags: NDArray[np.bool_] = (kind == _SINGLE["quote"]) | (kind == _SINGLE["guillemet"])
    return flags


def counts_before(flags: NDArray[np.bool_]) -> Ints:
    """How many are flagged before each place and before the end."""
    result = np.zeros(flags.size + 1, np.intp)
    np.cumsum(flags, out=result[1:])
    return result


def hashed(
    values: NDArray[np.uint32] | NDArray[np.uint64], start: Ints, end: Ints
) -> NDArray[np.uint64]:
    """A number for each range of values, the same for the same values (Karp and Rabin, 1987).

    The ranges lie within the values, which are above zero; shape (n_ranges,).
    """
    power, unpower = _powers(values.size + 1)
    total = np.zeros(values.size + 1, np.uint64)
    np.cumsum(values * power[1:], out=total[1:])
    number = (total[end] - total[start]) * unpower[start]
    return (number ^ (number >> np.uint64(29))) * _BASE


def _powers(size: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The first powers of the base and of its inverse, modulo two to the 64."""
    if size <= _POWERS[0].size:
        return _POWERS[0][:size], _POWERS[1][:size]
    rounds = np.arange(size // _POWERS[0].size + 1, dtype=np.uint64)
    power, unpower = (np.outer(few[-1] ** rounds, few).ravel()[:size] for few in _POWERS)
    return power, unpower


def kinds(code: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """The class of each character."""
    return _CLASS_OF[np.minimum(code, 0x10000)]


def code_points(text: str) -> NDArray[np.uint32]:
    """The characters of a text as numbers."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def lowered(text: str) -> str:
    """The text in small letters, each character still in its place."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)
