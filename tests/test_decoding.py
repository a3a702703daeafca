"""Bytes to text: marks, declarations, detection, and bytes that are no page."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.decoding import binary_nature, decode
from boilerplate.segment import segment

RUSSIAN = "Вчера вечером в порту начался ледоход, и паром до острова больше не ходит."
CHINESE = "港口昨晚结冰了,渡轮暂时停航。居民们说,这样的冬天已经三十年没有见过了。"
JAPANESE = "昨夜、港が凍りつき、渡し船は運休となった。住民たちは春を待ちながら船を修理している。"
KOREAN = "어젯밤 항구가 얼어붙어 연락선이 운항을 멈췄다. 주민들은 봄을 기다리며 배를 고치고 있다."
GREEK = "Χθες το βράδυ το λιμάνι πάγωσε και το πλοίο δεν ταξιδεύει πια. Περιμένουν την άνοιξη."
GERMAN = "Gestern fror der Hafen zu, und die Fähre fährt nicht mehr; größere Schäden gab es nicht."


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_the_byte_order_mark_decides(mark: bytes, encoding: str) -> None:
    page = "<meta charset=koi8-r><p>" + RUSSIAN
    assert decode(mark + page.encode(encoding), "cp1251") == page
    assert binary_nature(mark + page.encode(encoding)) is None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_byte_order_mark(encoding: str) -> None:
    page = '<html lang="ru"><body class="article"><p>' + RUSSIAN
    data = page.encode(encoding)
    assert binary_nature(data) is None
    assert decode(data) == decode(data, encoding) == decode(data, "cp1251") == page


@pytest.mark.parametrize("stale", ["iso-8859-2", "koi8-r", "windows-1251", "gb2312", "latin-1"])
def test_utf_8_is_read_whatever_the_page_said_once(stale: str) -> None:
    for text in (RUSSIAN, GERMAN, "Mieszkańcy osiedla nie mają ciepłej wody ćwierć roku"):
        page = f"<meta charset={stale}><p>{text}"
        assert decode(page.encode()) == decode(page.encode(), stale) == page


@pytest.mark.parametrize("text", [RUSSIAN, GREEK])
def test_a_default_of_latin_1_is_not_believed_of_other_alphabets(text: str) -> None:
    encoding = "windows-1251" if text is RUSSIAN else "iso-8859-7"
    own, none, wrong = (f"<meta charset={e}><p>{text * 3}" for e in (encoding, "", "iso-8859-1"))
    for page, header in ((own, "iso-8859-1"), (none, "latin-1"), (wrong, None)):
        assert decode(page.encode(encoding), header) == page
    western = "<p>" + "He paid. " * 99 + "É" * 9
    assert decode(western.encode("cp1252"), "iso-8859-1") == western


@pytest.mark.parametrize(
    "declaration",
    [
        '<meta charset="{}">',
        "<META CHARSET='{}' />",
        "<meta charset={}>",
        '<meta charset = " {} ">',
        '<meta http-equiv="Content-Type" content="text/html; charset={}">',
        "<meta content='text/html;charset={}' http-equiv=content-type>",
        '<?xml version="1.0" encoding="{}"?>',
        '<!-- <meta charset="utf-8"> --><meta charset="{}">',
        "<style>" + "p > a, " * 900 + "</style><meta charset='{}'>",
    ],
)
def test_the_page_declares_its_encoding(declaration: str) -> None:
    page = declaration.format("iso-8859-2") + "<p>łza"  # too short for detection
    assert decode(page.encode("iso-8859-2")) == page


def test_a_declaration_in_a_comment_is_none() -> None:
    page = '<!-- <meta charset="iso-8859-7"> ' + "<p>" + "Hafen — größer"
    assert decode(page.encode()) == page


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("latin1", "cp1252", "“Hafen” – 5 €"),
        ("us-ascii", "cp1252", "“Hafen” – 5 €"),
        ("ISO-8859-1", "cp1252", "“Hafen” – 5 €"),
        ("iso-8859-9", "cp1254", "“İskele” – 5 €"),
        ("gb2312", "gb18030", "镕 € 㐀"),
        ("gbk", "gb18030", "镕 € 㐀"),
        ("shift_jis", "cp932", "①髙~"),
        ("x-sjis", "cp932", "①髙~"),
        ("euc-jp", "euc_jp", "港口は氷結した、渡し船"),
        ("euc-jp", "euc_jis_2004", "①港口は氷結した、渡し船"),
        ("koi8-ru", "koi8-u", "Міністерство"),
        ("x-cp1255", "cp1255", "הנמל קפא"),
        ("euc-kr", "cp949", "똠방각하"),
        ("ks_c_5601-1987", "cp949", "똠방각하"),
        ("tis-620", "cp874", "ท่าเรือ…"),
        ("utf-16", "utf-8", "Fähre"),
        ("utf-7", "utf-8", "Fähre"),
        ("unicode", "utf-8", "Fähre"),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label: str, encoding: str, text: str) -> None:
    page = f'<meta charset="{label}"><p>{text}'
    assert decode(page.encode(encoding)) == page


def test_damage_costs_japanese_in_seven_bits_itself_alone() -> None:
    text = "<p>" + JAPANESE * 3
    data = text.encode("iso2022_jp").replace(b"\x1b(B", b"\x1b$B-!\x1b(B")
    assert decode(data).startswith(text[:40])


def test_what_only_looks_like_japanese_in_seven_bits_is_ascii() -> None:
    for text in ("\x1b[31mred\x1b(B and \x1b$B, 5 €", "colour \x1b(B and \x1b$B then text"):
        assert decode(text.encode()) == text


def test_the_server_s_declaration_goes_before_the_page_s() -> None:
    page = '<meta charset="koi8-r">' + RUSSIAN
    assert decode(page.encode("cp1251"), "windows-1251") == page


def test_a_wrong_declaration_is_set_right_by_utf_8() -> None:
    page = '<meta charset="shift_jis"><p>' + RUSSIAN + GERMAN
    assert decode(page.encode()) == page


def test_a_wrong_declaration_of_utf_8_is_set_right_by_detection() -> None:
    page = '<meta charset="utf-8">' + f"<p>{RUSSIAN}</p>" * 3
    assert decode(page.encode("cp1251")) == page


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", RUSSIAN),
        ("koi8-r", RUSSIAN),
        ("koi8-u", "Міністерство юстиції України закликає громадян, які їдуть за кордон."),
        ("iso2022_jp", JAPANESE),
        ("gb18030", CHINESE),
        ("shift_jis", JAPANESE),
        ("euc_jp", JAPANESE),
        ("euc_kr", KOREAN),
        ("cp1253", GREEK),
        ("cp1252", GERMAN),
        ("cp874", "ประเทศไทยเป็นรัฐชาติอันตั้งอยู่ในเอเชียตะวันออกเฉียงใต้ มีพรมแดนติดกับพม่าและลาว"),
        ("cp1257", "Lietuva – valstybė Šiaurės Europoje, prie Baltijos jūros; žiemą šąla."),
    ],
)
@pytest.mark.parametrize("times", [1, 1500])
def test_an_undeclared_encoding_is_detected(encoding: str, text: str, times: int) -> None:
    page = "<html><body><div class=menu><a href=/>Home</a></div>" + f"<p>{text}</p>\n" * times
    assert decode(page.encode(encoding)) == page


@pytest.mark.parametrize(
    "text",
    [
        "The council said it’s going to vote. " * 3,
        "Harbour—all of it. " * 9,
        "© 2020 Müller GmbH",
        "El niño comió piñas",
    ],
)
def test_western_pages_are_not_taken_for_those_of_old_machines(text: str) -> None:
    assert decode(f"<p>{text}".encode("cp1252")) == f"<p>{text}"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("we’ll see – “été” Ľ", "utf-8"),
        ("Страница 日本 😀 – x", "utf-8"),
        ("a naïve’s “été”", "cp1252"),
        ("« L’été\xa0» et SOCIÉTÉ\xa0: « liberté\xa0»", "cp1252"),
        ("“l’été\xa0»” — “été\xa0»”", "utf-8"),
    ],
)
def test_what_was_taken_for_latin_1_is_read_as_it_was_meant(text: str, encoding: str) -> None:
    taken = text.encode(encoding).decode("latin-1")
    shown = [" ".join(text.split())]
    assert segment(taken, "text").texts == segment(taken.encode(), "html").texts == shown


def test_byte_order_marks_amid_words_part_none() -> None:
    assert segment("<p>H\ufeffow", "html").texts == segment("H\ufeffow", "text").texts == ["How"]


def test_an_encoding_is_detected_below_a_long_script() -> None:
    page = f"<script>{'var a = 1;' * 9000}</script>" + f"<p>{RUSSIAN}</p>" * 3
    assert decode(page.encode("cp1251")) == page


@pytest.mark.parametrize(
    "label",
    ["idna", "punycode", "rot13", "hex", "base64", "zlib", "unicode_escape", "undefined",
     "raw_unicode_escape", "charmap", "os", "aliases", "../../etc/passwd", "nonsense", "\0", "é",
     "x" * 5000],
    ids=lambda label: ascii(label[:20]),
)  # fmt: skip
def test_a_label_that_names_no_encoding_of_pages_is_ignored(label: str) -> None:
    page = f'<meta charset="{label}"><p>\\u0041 Fähre'
    assert decode(page.encode()) == page
    assert decode(page.encode(), label) == page


def test_a_character_cut_off_at_the_end_costs_only_itself() -> None:
    assert decode(RUSSIAN.encode()[:-2]) == RUSSIAN[:-2] + "\ufffd"
    declared = "<meta charset=gb18030>" + CHINESE
    assert decode(declared.encode("gb18030")[:-1]) == declared[:-1] + "\ufffd"


def test_one_broken_byte_does_not_change_the_encoding() -> None:
    data = f"<p>{RUSSIAN}</p>".encode()
    assert decode(data[:40] + b"\xff" + data[40:]).replace("\ufffd", "")[-20:] == RUSSIAN[-16:] + (
        "</p>"
    )


def test_short_text_without_a_declaration_is_western() -> None:
    assert decode(b"caf\xe9") == "café"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"GIF87a", "GIF"),
        (b"GIF89a", "GIF"),
        (b"RIFF\n\0\0\0WEBPVP8 ", "RIFF"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", "RIFF"),
        (b"RIFF\0\0\0\0AVI LIST", "RIFF"),
        (b"PK\x03\x04", "ZIP"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstandard"),
        (b"SQLite format 3\0", "database"),
        (bytes(range(64)) * 20, "binary"),
        ("\x01\x02\x03abc".encode("utf-16-le") * 20, "binary"),
    ],
)
def test_files_that_hold_no_text_are_told(data: bytes, word: str) -> None:
    assert word in (binary_nature(data) or "")


@pytest.mark.parametrize(
    "data",
    [b"", b"<p>hello", RUSSIAN.encode("utf-16"), RUSSIAN.encode("koi8-r"), b"a\0b" + b"c" * 200,
     b"RIFF Film Festival opens", b"GIF8 is how it begins", b"SQLite format 3 is a file format"],
)  # fmt: skip
def test_text_is_not_binary(data: bytes) -> None:
    assert binary_nature(data) is None


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=400), st.none() | st.text(max_size=20))
def test_any_bytes_decode(data: bytes, declared: str | None) -> None:
    text = decode(data, declared)
    assert text == decode(data, declared)
    text.encode()
