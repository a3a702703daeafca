"""Bytes to text, as the HTML standard reads a page's encoding, and by detection after that."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from boilerplate.errors import PageError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The standard looks at 1,024 bytes; real pages declare themselves later than that.
_PRESCAN = 16384
_DETECT = 65536
_WHOLE = 4  # characters beyond ASCII to one that is broken, at least
_DECLARED = re.compile(rb"<meta[^>]{0,500}?\bcharset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_XML_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.I)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.S)
_MARKUP = re.compile(rb"<[^<>]*>")
_ASCII_LETTER = re.compile(rb"[A-Za-z]")
_ACCENTED = re.compile(rb"[\xc0-\xff]")  # in windows-1252
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
# In windows-1252 and most of its kin: dots, quotes, dashes, signs and spaces, each by itself.
_PUNCTUATION = re.compile(
    rb"(?<![\x80-\xff])[\x85\x91-\x97\x99\xa0\xa9\xab\xae\xb7\xbb](?![\x80-\xff])"
)
_NEARLY_ALL = 0.9
_MOST_ACCENTED = 0.3  # of the letters
_FEW_ACCENTED = 40  # tell nothing: a sample may begin with the last words of the page
_BEYOND_CHANCE = 4  # bytes of UTF-8 beyond one a character: two or three characters
# Detected of pages in windows-1252 far more often than anything was written in them for the web:
# encodings of the Macintosh, of DOS (but for what Russia and Thailand have), and some of ISO's.
_UNHEARD_OF = re.compile(r"mac.*|cp(?!866|874)[478]\d\d|iso8859-(?:3|4|10|14)")

# Where the Encoding Standard of the WHATWG gives a label another meaning than Python does.
_WEB_MEANING = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
    "utf-7": "utf-8",
}
_WEB_LABELS = {"gb_2312-80": "gb18030", "csgb2312": "gb18030", "cn-big5": "big5hkscs",
               "windows-31j": "cp932", "ksc_5601": "cp949", "koi": "koi8-r", "koi8": "koi8-r",
               "koi8-ru": "koi8-u", "iso88592": "iso8859-2", "iso88597": "iso8859-7",
               "x-sjis": "cp932", "windows-949": "cp949", "cseuckr": "cp949",
               "x-gbk": "gb18030", "unicode": "utf-8",
               "x-user-defined": "cp1252", "dos-874": "cp874", "windows-874": "cp874",
               "x-x-big5": "big5hkscs", "x-euc-jp": "euc_jp",
               "iso-8859-8-i": "iso8859-8", "visual": "iso8859-8", "logical": "iso8859-8",
               "x-mac-roman": "mac-roman", "x-mac-cyrillic": "mac-cyrillic",
               "x-mac-ukrainian": "mac-cyrillic"}  # fmt: skip
_WEB_LABELS |= {f"x-cp125{k}": f"cp125{k}" for k in range(9)}
# What holds characters that pages in another have beside those of their own.
_WIDER = {"euc_jp": "euc_jis_2004", "koi8-r": "koi8-u"}
_NO_PAGE = frozenset(
    ("charmap", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined")
)

_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")  # in UTF-8
# Characters of UTF-8 whose bytes were taken for Latin-1.
_TWICE = re.compile(
    "(?:[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    "|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3})+"
)
_OF_CONTROLS = {  # but for those that it lacks, and Unicode's line break, which texts do have
    code: bytes([code]).decode("cp1252")
    for code in set(range(0x80, 0xA0)) - {0x81, 0x85, 0x8D, 0x8F, 0x90, 0x9D}
}
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b"))  # escapes switch sets in ISO-2022-JP
# How files that hold no text begin, and text does not: a page may begin with the word RIFF.
_MAGIC = (
    (rb"%PDF-", "a PDF"),
    (rb"\x89PNG\r\n", "a PNG image"),
    (rb"\xff\xd8\xff", "a JPEG image"),
    (rb"GIF8[79]a", "a GIF image"),
    (rb"RIFF.{4}(?:WEBP|WAVE|AVI )", "a RIFF file (an image or sound)"),
    (rb"PK\x03\x04", "a ZIP archive or an office document"),
    (rb"\x1f\x8b", "a gzip archive"),
    (rb"(?:\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18)", "a zstandard archive"),
    (rb"\x7fELF", "a program"),
    (rb"SQLite format 3\0", "a database"),
    (rb"\xd0\xcf\x11\xe0", "an office document"),
)


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode a page; never raises.

    The byte-order mark decides, or the zeros of UTF-16, or that the bytes are UTF-8 beyond chance,
    whatever is declared: pages are written anew in UTF-8 and keep what they said. Then `declared`
    decides (as an HTTP header gives it), then the page's own declaration, read as browsers read it.
    A declaration that the bytes contradict, or none, leads to detection by their frequencies; so
    does windows-1252, which servers declare by default, where too many letters would have accents.
    """
    return decoded(data, declared)[0]


def decoded(data: bytes, declared: str | None = None) -> tuple[str, bytes]:
    """A page as `decode` gives it, and the same in UTF-8, which most pages are as they come."""
    text, encoding = _decoded(data, declared)
    return _legible(text, data if encoding == "utf-8" else text.encode())


def encoded(text: str) -> tuple[str, bytes]:
    """A page's text, and the same in UTF-8, both without a byte-order mark.

    Lone surrogates, which no file can hold, are replaced.
    """
    try:
        data = text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        data = text.encode()
    return _legible(text, data)


def _legible(text: str, data: bytes) -> tuple[str, bytes]:
    """A page, and the same in UTF-8, without what wrong encodings and joined files leave in it.

    UTF-8 and windows-1252 that were taken for Latin-1 have control characters in letters and quotes
    or for them, and files that were joined have byte-order marks amid their words.
    """
    has_controls = b"\xc2" in data and _CONTROL.search(data)
    if not has_controls and "\ufeff" not in text:
        return text, data
    if has_controls:
        inside = "".join(_TWICE.findall(text)).encode()
        # French in windows-1252 looks like UTF-8 where spaces stand before guillemets.
        if 2 * len(_CONTROL.findall(inside)) > len(_CONTROL.findall(data)):
            text = _TWICE.sub(lambda run: run[0].encode("latin-1").decode(), text)
        text = text.translate(_OF_CONTROLS)
    text = text.replace("\ufeff", "")
    return text, text.encode()


def _is_nearly_whole(text: str) -> bool:
    """Whether broken characters are few among whole ones: damage, not another encoding."""
    return text.count("\ufffd") * _WHOLE <= len(text) - len(text.encode("ascii", "ignore"))


def _decoded(data: bytes, declared: str | None) -> tuple[str, str | None]:
    """The text, and its encoding where the bytes are that to the last."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), None
    if wide := _wide(data[:_PRESCAN]):
        return data.decode(wide, "replace"), None
    with suppress(UnicodeDecodeError):
        text = data.decode()
        if len(data) - len(text) >= _BEYOND_CHANCE:
            return text, "utf-8"
        if b"\x1b$" in data and b"\x1b(" in data and data.isascii():
            japanese = data.decode("iso2022_jp_ext", "replace")
            if _is_nearly_whole(japanese):
                return japanese, None
    named = (_python_name(declared) if declared else None, _own_declaration(data), "utf-8")
    candidates = [name for name in named if name is not None]
    if "cp1252" in candidates and not data.isascii() and _is_foreign(data):
        candidates = [name for name in candidates if name != "cp1252"]
    for name in candidates:
        with suppress(UnicodeDecodeError):
            return data.decode(name), name
    for name in candidates:
        text = data.decode(_WIDER.get(name, name), "replace")
        if _is_nearly_whole(text):
            return text, None
    return _detect(data), None


def binary_nature(data: bytes) -> str | None:
    """What kind of file this is in words, if it is none that holds text; else None."""
    for magic, name in _MAGIC:
        if re.match(magic, data, re.S):
            return name
    if any(data.startswith(mark) for mark, _ in _BOMS[1:]):
        return None
    head = data[:_PRESCAN]
    if wide := _wide(head):
        head = head[wide == "utf-16-be" :: 2]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return "binary data" if controls * 50 > len(head) else None


def _wide(head: bytes) -> str | None:
    """The encoding if this begins a page in UTF-16 without a byte-order mark.

    In its markup, if not in its text, every other byte is zero, and hardly another one is.
    """
    if b"\0" not in head:
        return None
    low, high = head[::2], head[1::2]
    for name, letters, zeros in (("utf-16-le", low, high), ("utf-16-be", high, low)):
        if 4 * zeros.count(0) > len(zeros) and 8 * letters.count(0) < zeros.count(0):
            return name
    return None


def check_page(page: str | bytes) -> None:
    """Refuse what is no page: nothing at all, or a file that holds no text.

    Raises:
        PageError: In words for people.
    """
    if not page.strip():
        raise PageError("the page is empty")
    if isinstance(page, bytes) and (nature := binary_nature(page)):
        raise PageError(f"this is {nature}, not a page of HTML or text")


def _own_declaration(data: bytes) -> str | None:
    head = data[:_PRESCAN]
    found = _DECLARED.search(_COMMENT.sub(b"", head)) or _XML_DECLARED.search(head)
    return _python_name(found.group(1).decode("ascii", "replace")) if found else None


def _python_name(label: str) -> str | None:
    label = label.strip().lower()
    if label in _WEB_LABELS:
        return _WEB_LABELS[label]
    try:
        "".encode(label)  # refuses what is no encoding of text (hex, rot13, ...)
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    return None if name in _NO_PAGE else _WEB_MEANING.get(name, name)


def _sample(data: bytes) -> bytes:
    """Some text of a page from the first character beyond ASCII on.

    Markup and scripts are ASCII whatever the encoding, and would only dilute the text.
    """
    text = _MARKUP.sub(b" ", data)
    beyond = _BEYOND_ASCII.search(text)
    start = beyond.start() if beyond else 0
    return text[start : start + _DETECT]


def _is_foreign(data: bytes) -> bool:
    """Whether more letters are accented than in any language that windows-1252 is for."""
    text = _sample(data)
    accented = len(_ACCENTED.findall(text))
    letters = accented + len(_ASCII_LETTER.findall(text))
    return accented > max(_MOST_ACCENTED * letters, _FEW_ACCENTED)


def _detect(data: bytes) -> str:
    from cchardet import detect

    text = _sample(data)
    # What is punctuation in windows-1252 alone makes frequencies of letters in other encodings.
    if len(_PUNCTUATION.findall(text)) >= _NEARLY_ALL * len(_BEYOND_ASCII.findall(text)):
        return data.decode("cp1252", "replace")
    guess = _python_name(detect(text)["encoding"] or "")
    if guess is None or guess == "utf-8" or _UNHEARD_OF.fullmatch(guess):
        guess = "cp1252"
    return data.decode(_WIDER.get(guess, guess), "replace")
