"""Whether a page is HTML or flattened text."""

import pytest

from boilerplate.segment import segment

SOME = "Ten words stand in this sentence, which explains it all.\n"


LONG = "many more words follow in this long and patient explanation " * 20


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><body>hi",
        "\ufeff<!doctype HTML><p>x",
        "<HTML><BODY>x",
        "<!-- c --><html>",
        "<?xml version='1.0'?><!-- c -->\n<!DOCTYPE html><html>" + LONG,
        "<p>Hello there</p>",
        "<P>UP</P>",
        '<div class="x">Hello <b>there</b></div>',
        "Hello<br>there<br>you",
        "one<p>two<p>three",
        "<h1>T</h1>\n" + LONG,
        f"<p>{LONG}</p><p> {LONG} </p>",
        '<a href="/x">Home</a> <a href="/y">News</a>',
        "<span>just a span</span>",
        'Plain start, then <p class="lead">a paragraph</p> and <div>more</div>.',
        "<li>one</li><li>two</li>",
        "<aside>x</aside>",
        f"<p>{SOME * 3}<p>{SOME * 3}",  # a tag to forty words where it begins with one
        f"{SOME}<p>{SOME * 2}<p>{SOME}",  # to twenty where not
        f"{SOME * 4}</p>\n<p class=x>{SOME * 4}",  # paragraphs that tags part
        f"{SOME * 4}<br /><br>{SOME * 4}",
        "<script>var a=1;</script><p>hello</p>",
        f"<!-- a --><script>{'var a = 1; ' * 30_000}</script><p>{SOME}</p>",
        f"<div data-state='{'a ' * 1000}'><p>{SOME}</p></div>",
        f"<!-- {'a ' * 200_000} --><!doctype html>{LONG}",
        *(f"<{tag}></{tag}><p>{LONG}</p>" for tag in ("iframe", "picture", "details", "my-box")),
        f"<hr><p>{LONG}</p>",
        "<!doctype html>",
        "<!doctypehtml><title>T</title>" + LONG,
        f"HTTP/1.1 200 OK\nServer: x\n\n<!DOCTYPE html>\n<html><script>{LONG}</script><p>{LONG}",
        f"Warning: mysql in /x.php on line 3\n<html lang=en><head><style>{LONG}</style><p>{LONG}",
        "<!-- nothing else -->",
        "<div>" + "港口昨晚结冰了，渡轮暂时停航。<br>" * 20 + "</div>",
        "<p>" + "港口昨晚结冰了，渡轮暂时停航。" * 20 + "</p>\n\n<p>港口昨晚结冰了。</p>",
    ],
)
def test_html_is_told(page: str) -> None:
    assert segment(page).kind == segment(page.encode()).kind == "html"


@pytest.mark.parametrize(
    "page",
    [
        "",
        " \n",
        ("港口昨晚结冰了，渡轮暂时停航。" * 9 + "\n") * 9 + "分享<br>打印<br>关闭<br>",
        "Just text.",
        "a < b and c > d",
        "if (a<b) { return x>y; } vector<int> a; template<class T> T f(T x);",
        '{"a": "<p>x</p>", "b": 1}',
        '[{"html": "<p>x</p><p>y</p>"}]',
        "body { color: red } p > a { x: y }",
        "The <p> and <div> tags are block elements.",
        "Use <p> for paragraphs and <ul> for lists. Close them with </p> and </ul>.",
        "<p> is the tag of a paragraph and <div> that of a box.",
        f"<p>{SOME * 5}",
        f"{SOME * 2}<p>{SOME * 2}<p>{SOME}",
        "A paragraph is written as <p>text</p>. " + LONG,
        f"{LONG}\n<p>Hello.</p>\n<p>World.</p>\n{LONG}",
        "# Title\n\nSome *text* with <br> a break and `<div>` code.\n\n- item\n\n" + LONG,
        "<name>Anna</name> said to <name>Ben</name>: <quote>hello</quote>",
        "<rss version='2.0'><channel><item><guid>x</guid></item></channel></rss>",
        "From: <anna@example.com>\nTo: <ben@example.com>\n\nHello",
        f"<script src=x\n{LONG}",  # cut off
        f"# A page\n\n```html\n<!DOCTYPE html>\n<html><head></html>\n```\n{LONG}",
        "<anna> hi all\n<ben> hello\n<anna> there is a <p> tag again",
        "1. Write <html> at the top and </html> at the end.\n2. Save it and look at it.",
        f"<h1 align='center'>Tide</h1>\n\n## One\n\n{LONG}\n\n```\nx = 0\n```\n{LONG}",  # a README
    ],
)
def test_text_is_told(page: str) -> None:
    assert segment(page).kind == "text"


def test_the_kind_that_is_asked_for_is_used() -> None:
    assert segment("plain", "html").kind == "html"
    assert segment("<p>a</p>", "text").texts == ["<p>a</p>"]
