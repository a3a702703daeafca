"""Bytes to text, as the HTML standard reads a page's encoding, and by detection after that."""

from __future__ import annotations

import codecs
import re

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
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")

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
_WEB_LABELS = {"x-sjis": "cp932", "windows-949": "cp949", "x-gbk": "gb18030", "unicode": "utf-8",
               "x-user-defined": "cp1252", "dos-874": "cp874", "windows-874": "cp874",
               "x-x-big5": "big5hkscs", "x-euc-jp": "euc_jp", "x-cp1251": "cp1251",
               "x-cp1252": "cp1252", "iso-8859-8-i": "iso8859-8",
               "x-mac-roman": "mac-roman", "x-mac-cyrillic": "mac-cyrillic"}  # fmt: skip
_NO_PAGE = frozenset(
    ("charmap", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined")
)

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

    The byte-order mark decides, or the zeros of UTF-16, then `declared` (as an HTTP header gives
    it), then the page's own declaration, read as browsers read it. A declaration that the bytes
    contradict, or none, leads to UTF-8 where the bytes are UTF-8 and to detection by their
    frequencies where not.
    """
    return decoded(data, declared)[0]


def decoded(data: bytes, declared: str | None = None) -> tuple[str, bytes]:
    """A page as `decode` gives it, and the same in UTF-8, which most pages are as they come."""
    text, encoding = _decoded(data, declared)
    return text, data if encoding == "utf-8" else text.encode()


def encoded(text: str) -> tuple[str, bytes]:
    """A page's text, and the same in UTF-8, both without a byte-order mark.

    Lone surrogates, which no file can hold, are replaced.
    """
    text = text.removeprefix("\ufeff")
    try:
        return text, text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text, text.encode()


def _decoded(data: bytes, declared: str | None) -> tuple[str, str | None]:
    """The text, and its encoding where the bytes are that to the last."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), None
    if wide := _wide(data[:_PRESCAN]):
        return data.decode(wide, "replace"), None
    candidates = [_python_name(declared) if declared else None, _own_declaration(data), "utf-8"]
    for name in candidates:
        if name is not None:
            try:
                return data.decode(name), name
            except UnicodeDecodeError:
                continue
    for name in candidates:
        if name is not None:
            text = data.decode(name, "replace")
            # Some broken characters among whole ones are damage, not another encoding.
            if text.count("\ufffd") * _WHOLE <= len(text) - len(text.encode("ascii", "ignore")):
                return text, None
    return _detect(data), None


def binary_nature(data: bytes) -> str | None:
    """What kind of file this is in words, if it is none that holds text; else None."""
    for magic, name in _MAGIC:
        if re.match(magic, data, re.S):
            return name
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
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
        info = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    name = info.name
    # Python's registry also holds codecs that no page is written in (hex, rot13, idna, ...).
    if name in _NO_PAGE or not info._is_text_encoding:
        return None
    return _WEB_MEANING.get(name, name)


def _detect(data: bytes) -> str:
    from cchardet import detect

    # Markup and scripts are ASCII whatever the encoding, and would only dilute the text.
    text = _MARKUP.sub(b" ", data)
    beyond = _BEYOND_ASCII.search(text)
    start = beyond.start() if beyond else 0
    guess = _python_name(detect(text[start : start + _DETECT])["encoding"] or "")
    return data.decode("cp1252" if guess in (None, "utf-8") else guess, "replace")
