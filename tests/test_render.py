"""Kept blocks as text, Markdown, HTML and JSON."""

import json
from collections.abc import Sequence
from html import escape

import pytest
from selectolax.lexbor import LexborHTMLParser

from boilerplate.page import Block
from boilerplate.render import render
from boilerplate.segment import segment


def rendered(
    html: str, format: str, kind: str = "html", headline: int = -1, left_out: int = -1
) -> str:
    """A page in a format, with one block as the headline, whole or without one block."""
    page = segment(html, kind)
    tags: Sequence[str | None] = page.tags or [None] * len(page)
    blocks = [
        Block(text, "headline" if index == headline else "content", 0.5, tag, 0.0, index)
        for index, (text, tag) in enumerate(zip(page.texts, tags, strict=True))
        if index != left_out
    ]
    return render(page, blocks, format, "https://example.org/")


def markdown(html: str) -> str:
    return rendered(html, "markdown")


def test_text_keeps_rows_items_and_paragraphs_apart() -> None:
    html = (
        "<p>a<br>b<p>c<ul><li>d<ul><li>e</ul><li><p>f<p>g</ul>"
        "<table><tr><td>h<td><p>i<p>j<tr><td>k<td>l</table><p>m"
    )
    assert rendered(html, "text") == "a\nb\n\nc\n\nd\ne\nf\n\ng\n\nh\ti j\nk\tl\n\nm"


def test_flattened_text_keeps_its_blank_lines() -> None:
    assert rendered("a b.\nc\n\n\n- d\n# e <f>", "text", "text") == "a b.\nc\n\n- d\n# e <f>"


def test_lines_of_flattened_text_are_paragraphs_in_markdown() -> None:
    page = "a b.\nc d.\n- e\n- f\ng <h>, `<i>`, <https://example.org/>"
    shown = "a b.\n\nc d.\n\n- e\n- f\n\ng \\<h>, `<i>`, <https://example.org/>"
    assert rendered(page, "markdown", "text") == shown
    assert rendered("a\nb.", "markdown", "text", headline=0) == "# a\n\nb."
    assert rendered("#a\nb.", "markdown", "text", headline=0) == "# #a\n\nb."
    assert rendered("a \\<b>, <c@d.e>" + "`" * 50_000, "markdown", "text").startswith(
        "a \\<b>, <c@d.e>`"
    )


@pytest.mark.parametrize(
    "lines",
    [
        "# a\n- b\n1. c\n2. d",
        "> a\n> b",
        "| a |\n| --- |\n| b |",
        "A title\n-------",
        "Title\n=====",
    ],
)
def test_lines_that_are_markdown_stay_together(lines: str) -> None:
    assert rendered(lines, "markdown", "text") == lines


@pytest.mark.parametrize(
    "lines", ["- a\nb | c", "a | b\nc | d", "- a\n2. b", "> a\n| b |", "A longer line.\n-----"]
)
def test_lines_that_would_be_one_in_markdown_are_parted(lines: str) -> None:
    assert rendered(lines, "markdown", "text") == lines.replace("\n", "\n\n")


def test_fences_stand_in_pairs() -> None:
    listed = "1. a\n\n   ```sh\n   b\n     c\n   ```\n\n2. d"
    assert rendered(listed, "markdown", "text") == listed
    assert "<pre>b\n  c</pre>" in rendered(listed, "html", "text")
    nested = "a\n~~~\n```\nb\n```\n~~~\nc"
    assert rendered(nested, "markdown", "text") == "a\n\n````\n```\nb\n```\n````\n\nc"
    assert "<pre>```\nb\n```</pre>" in rendered(nested, "html", "text")
    assert "<pre>```\nb</pre>" in rendered("````md\n```\nb\n````", "html", "text")
    # One that nothing closes is no fence.
    assert rendered("a\n````\nb\n    c", "markdown", "text") == "a\n\n\\````\n\nb\n\nc"
    opened = rendered("a\n```sh\nb\n```\nc", "markdown", "text", left_out=1)
    assert opened == rendered("a\n```\nb\n```\nc", "markdown", "text")


def test_sentences_of_a_line_stay_in_a_line() -> None:
    page = "Home\n" + "The ice held. " * 150 + "\nMap"
    for format in ("text", "markdown"):
        shown = rendered(page, format, "text").split("\n")
        assert [line for line in shown if line] == ["Home", ("The ice held. " * 150).strip(), "Map"]

    for sentence in ("港口昨晚结冰了。", "他说：“渡轮停航了。”"):
        assert rendered(sentence * 100, "text", "text") == sentence * 100
    assert rendered("The ice held. " * 150, "html", "text").count("<p>") == 1


def test_a_headline_amid_a_line_stands_by_itself() -> None:
    line = "Home. " + "The ice held. " * 150
    shown = rendered(line, "markdown", "text", headline=1)
    assert shown.startswith("Home.\n\n# The ice held.\n\nThe ice held. The")
    assert rendered(line, "text", "text", headline=1) == shown.replace("# ", "")


def test_addresses_of_links_and_pictures_are_no_text() -> None:
    page = "A [bridge](https://example.org/a?x=1) in town.\n![x](a.png)\n[![y](b.png)](c) z\n[d]"
    assert rendered(page, "text", "text") == "A bridge in town.\nz\n[d]"
    assert rendered(page, "markdown", "text") == page.replace("\n", "\n\n")
    assert json.loads(rendered(page, "json", "text"))["text"] == "A bridge in town.\nz\n[d]"
    code = "```\n[a](b)\n```"
    assert rendered(code, "text", "text") == code


def test_flattened_text_keeps_how_code_and_lists_are_indented() -> None:
    code = "```\ndef f():\n\tif x:\n\n        y = 1\n```"
    page = f"  A b.\n\n{code}\n  - c\n    - d\n  - e\n   F g."
    shown = "A b.\n\n```\ndef f():\n    if x:\n\n        y = 1\n```\n- c\n  - d\n- e\nF g."
    assert rendered(page, "text", "text") == shown
    shown = "A b.\n\n```\ndef f():\n    if x:\n\n        y = 1\n```\n\n- c\n  - d\n- e\n\nF g."
    assert rendered(page, "markdown", "text") == shown
    assert "<pre>def f():\n    if x:\n\n        y = 1</pre>\n<p>- c</p>" in rendered(
        page, "html", "text"
    )
    python = rendered(page.replace("```\ndef", "```python\ndef"), "markdown", "text")
    assert "\n```python\ndef" in python


def test_a_blank_line_stays_when_the_line_behind_it_goes() -> None:
    assert rendered("One.\n\nAdvertisement\nTwo.", "text", "text", left_out=1) == "One.\n\nTwo."
    assert rendered("One.\nAdvertisement\nTwo.", "text", "text", left_out=1) == "One.\nTwo."


def test_markdown_headings() -> None:
    assert markdown("<h1>a</h1><h3>b <i>c</i><br>d</h3><h6>e") == "# a\n\n### b c d\n\n###### e"
    assert rendered("<div>title</div><p>text", "markdown", headline=0) == "# title\n\ntext"


def test_markdown_nested_lists() -> None:
    html = "<ul><li>a<ol><li>b<li>c<ul><li>d</ul></ol><li><p>e<p>f</ul><p>g<ol><li>h<li>i</ol>"
    assert markdown(html) == ("- a\n  1. b\n  2. c\n     - d\n- e\n\n  f\n\ng\n\n1. h\n2. i")


def test_markdown_items_with_headings_and_code() -> None:
    html = "<ol><li><h3>a</h3>b<pre>c\n\n  d</pre><li>e</ol>"
    assert markdown(html) == "1. ### a\n\n   b\n\n   ```\n   c\n\n     d\n   ```\n2. e"


def test_markdown_lists_one_after_another_stay_two() -> None:
    assert markdown("<ol><li>a</ol><ol><li>b</ol>") == "1. a\n\n1) b"
    three = markdown("<ul><li>a</ul><ul><li>b<li>c</ul><ul><li>d</ul><p>e<ul><li>f</ul>")
    assert three == "- a\n\n* b\n* c\n\n- d\n\ne\n\n- f"
    assert markdown("<ul><li>a<ul><li>b</ul><li>c</ul>") == "- a\n  - b\n- c"


def test_lists_of_one_item_that_go_on_counting_have_one_mark() -> None:
    items = "".join(f"<ol start={k}><li>{k}</ol>" for k in (1, 2, 3))
    assert markdown(items) == "1. 1\n\n2. 2\n\n3. 3"


def test_a_list_right_in_a_list_stands_under_its_last_item() -> None:
    html = "<ul><li>a<ul><li>b</ul><ul><li>c<li>d<ol><ol><li>e</ol></ol></ul><li>f</ul>"
    assert markdown(html) == "- a\n  - b\n\n  * c\n  * d\n    1. e\n- f"
    html = "<ul><li>a</li><ul><li>b</li><ol><ol><li>c</li></ol></ol></ul><li>d</li></ul>"
    assert markdown(html) == "- a\n  - b\n    1. c\n- d"
    assert "<li>\n<p>a</p>\n<ul><li>\n<p>b</p>" in rendered(html, "html")
    assert markdown("<ul><ul><li>a</ul><li>b</ul>") == "- a\n\n* b"


def test_a_nested_list_that_does_not_begin_with_one_stands_behind_a_blank_line() -> None:
    html = "<ul><li>a<ol start=3><li>b<li>c</ol><li>d<ol><li>e</ol></ul>"
    assert markdown(html) == "- a\n\n  3. b\n  4. c\n- d\n  1. e"


def test_quotations_in_one_item_stay_two() -> None:
    html = "<ul><li><blockquote>a</blockquote><blockquote>b</blockquote><li>c</ul>"
    assert markdown(html) == "- > a\n\n  > b\n- c"
    assert rendered(html, "text") == "a\n\nb\nc"
    assert markdown("<blockquote><ul><li>a<li>b</ul>c</blockquote>") == "> - a\n> - b\n>\n> c"


@pytest.mark.parametrize("tag", ["menu", "dir"])
def test_lists_of_other_names_are_lists(tag: str) -> None:
    assert markdown(f"<{tag}><li>a<li>b</{tag}>") == "- a\n- b"


def test_an_ordered_list_may_count_down() -> None:
    html = "<ol reversed><li>a<li>b<li value=7>c<li>d</ol><ol reversed start=2><li>e<li>f</ol>"
    assert markdown(html) == "4. a\n3. b\n7. c\n6. d\n\n2) e\n1) f"


def test_what_would_be_struck_through_is_escaped() -> None:
    assert markdown("<p>~~a~~ and ~b c~") == "\\~\\~a~~ and \\~b c~"
    assert markdown("<p>~5 km to ~10 km") == "~5 km to ~10 km"
    assert markdown("<p>~~5 to ~6~~ km") == "\\~~5 to \\~6~~ km"


def test_markdown_items_without_a_list_are_paragraphs() -> None:
    assert markdown("<li>a</li><ul>b</ul>") == "a\n\nb"


def test_markdown_quotes() -> None:
    html = "<blockquote><p>a<br>b<br>x<p>c<blockquote>d</blockquote><ul><li>e</ul></blockquote><p>f"
    assert markdown(html) == "> a  \n> b  \n> x\n>\n> c\n>\n> > d\n>\n> - e\n\nf"


def test_markdown_code_fences_outlast_those_in_the_code() -> None:
    assert markdown("<pre>a &lt;b>\n```\n# c</pre>") == "````\na <b>\n```\n# c\n````"


def test_markdown_tables() -> None:
    html = "<table><tr><th>a<th>b|c<tr><td>d<td><p>e<p>f<tr><td>g</table>"
    assert markdown(html) == "| a | b\\|c |\n| --- | --- |\n| d | e f |\n| g |"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("<th><th>a<th>b<tr><td>c<td><td>d", "\ta\tb|c\t\td"),
        ("<th>a<th colspan=2>b<th>c<tr><td>d<td>e<td>f<td>g", "a\tb\t\tc|d\te\tf\tg"),
        ("<th rowspan=2>a<th>b<tr><td>c<tr><td>d<td>e", "a\tb|\tc|d\te"),
        ("<td rowspan=2 colspan=2>a<td>b<tr><td>c<tr><td>d<td>e<td>f", "a\t\tb|\t\tc|d\te\tf"),
        ("<td rowspan=9>a<td>b<tbody><tr><td>c<td>d", "a\tb|c\td"),  # no further than its part
        ("<th>a<th>&nbsp;<th>b<tr><td>c<td><td>d", "a\tb|c\td"),  # a column without any text
        ("<td>a<td colspan=99999>b<td>c<td>d<tr><td>e<td>f", "a\tb\tc\td|e\tf"),
        ("<td colspan=x>a<td rowspan>b<tr><td>c<td>d", "a\tb|c\td"),
    ],
)
def test_cells_keep_their_columns(rows: str, expected: str) -> None:
    lines = expected.split("|")
    html = f"<table><tbody><tr>{rows}</table>"
    assert rendered(html, "text").split("\n") == lines
    cells = [line.split("\t") for line in lines]
    out = LexborHTMLParser(rendered(html, "html"))
    assert [[cell.text() for cell in row.css("td, th")] for row in out.css("tr")] == cells
    cells[0] += [""] * (max(map(len, cells)) - len(cells[0]))  # no row may be longer than the head
    written = [line for line in markdown(html).split("\n") if "---" not in line]
    assert [[cell.strip() for cell in line.split("|")[1:-1]] for line in written] == cells


def test_a_cell_that_is_left_out_does_not_shift_the_others() -> None:
    page = segment("<table><tr><td>a<td>b<td>c<tr><td>d<td>e<td>f</table>", "html")
    kept = [Block(page.texts[k], "content", 0.5, "td", 0.0, k) for k in (0, 1, 3, 5)]
    assert render(page, kept, "text") == "a\tb\nd\t\tf"
    assert render(page, kept, "markdown") == "| a | b | |\n| --- | --- | --- |\n| d | | f |"


def test_tables_that_lay_out_a_page_are_no_tables() -> None:
    html = (
        "<table><tr><td>logo<tr><td><h2>a</h2><p>b<p>c<ul><li>d</ul>"
        "<table><tr><td>e<td>f<tr><td>g<td>h</table></table>"
    )
    assert markdown(html) == (
        "logo\n\n## a\n\nb\n\nc\n\n- d\n\n| e | f |\n| --- | --- |\n| g | h |"
    )
    assert rendered(html, "html").count("<table>") == 1
    assert markdown("<table><tr><td>a<tr><td>b</table>") == "a\n\nb"
    html = "<table><tr><td>menu<td><p>a<p>b<p>c<p>d</table>"
    assert markdown(html) == "menu\n\na\n\nb\n\nc\n\nd"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<pre><div>if x:</div><div>    y()</div></pre>", "if x:\n    y()"),
        ("<pre>a<br><br>b<div>c</div>d</pre>", "a\n\nb\nc\nd"),
        ("<pre><ol><li>a<li>  b<ul><li>c</ul></ol></pre>", "a\n  b\nc"),
    ],
)
def test_preformatted_text_stays_whole(html: str, text: str) -> None:
    assert rendered(html + "<p>e", "text") == f"{text}\n\ne"
    assert markdown(html + "<pre>e</pre>") == f"```\n{text}\n```\n\n```\ne\n```"
    assert rendered(html, "html") == f"<article>\n<pre>{text}</pre>\n</article>"
    fenced = f"```\n{text}\n```".replace("\n", "\n  ").replace("\n  \n", "\n\n")
    assert markdown(f"<ul><li>f{html}</ul>") == f"- f\n\n  {fenced}"


@pytest.mark.parametrize("around", ["", "<pre>"])  # some programs write both
def test_code_beside_its_line_numbers_is_code(around: str) -> None:
    html = f"{around}<table><tr><td><pre>1\n2</pre><td><pre>if x:\n    y()</pre></table>"
    assert rendered(html, "text") == "1\n2\n\nif x:\n    y()"
    assert markdown(html) == "```\n1\n2\n```\n\n```\nif x:\n    y()\n```"


def test_columns_of_a_page_are_no_cells() -> None:
    line = "The ferry sails at dawn, they say, " * 4
    page = f"<td><a>News</a><br>Sport<td><h1>Ice</h1>{line}<br>{line}<td>About<br>Mail"
    shown = rendered(f"<table><tr>{page}</table>", "text").splitlines()
    assert shown.count(line.strip()) == 2
    data = f"<tr><td>Ice<td>{line}<br>{line}" * 3
    assert markdown(f"<table>{data}</table>").count("| Ice |") == 3
    data = "<tr><th>Ice<td>No" * 3 + f"<tr><th>Note<td>{line}<br>{line}"
    assert markdown(f"<table>{data}</table>").count("| Ice |") == 3


def test_an_equation_beside_its_number_is_no_table() -> None:
    html = "<table class='ltx_equation ltx_eqn_table'><tr><td><td>a = b<td><td>(1)</table>"
    assert markdown(html) == "a = b\n\n(1)"


def test_a_table_with_code_in_a_cell_is_a_table() -> None:
    html = "<table><tr><td>a<td>b<td>c<tr><td>d<td>e<td><pre>f: 1\ng: 2</pre></table>"
    assert rendered(html, "text") == "a\tb\tc\nd\te\tf: 1 g: 2"


def test_a_table_of_ticks_without_text_is_a_table() -> None:
    ticks = "<tr><td>Ferry<td><img><td>" * 4
    html = f"<table><tr><th>Boat<th>Ice<th>Rain{ticks}</table>"
    assert rendered(html, "text") == "Boat\tIce\tRain" + "\nFerry" * 4


def test_a_table_with_a_line_of_code_is_a_table() -> None:
    html = "<table><tr><td><pre>a</pre><td>b<tr><td>c<td><pre>d</pre></table>"
    assert rendered(html, "text") == "a\tb\nc\td"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# a <script> 1 < 2", r"\# a \<script> 1 < 2"),
        (r"C:\\<img src=x> \\wsl$\Ubuntu\<name>", r"C:\\\\\<img src=x> \\\wsl$\Ubuntu\\\<name>"),
        ("AT&amp;T &#33; &x", r"AT\&amp;T \&#33; &x"),
        ("```js", r"\```js"),
        ("~~~", r"\~~~"),
        ("`a` and `b", r"\`a\` and `b"),
        ("*_cost and enable_*", r"\*\_cost and enable_*"),
        ("Bürger*innen, Nachbar*innen", r"Bürger\*innen, Nachbar*innen"),
        ("__init__", r"\_\_init__"),
        ("[a](b) ![c](d)", r"[a\](b) ![c\](d)"),
        ('[1]: http://x.y/ "foo"', r'\[1]: http://x.y/ "foo"'),
        ("> a", r"\> a"),
        ("* * *", r"\* * *"),
        ("***", r"\***"),
        ("_____", r"\_____"),
        ("+ a", r"\+ a"),
        ("1. a", r"1\. a"),
        ("12) a", r"12\) a"),
        ("a\n---\nb\n===\n- c", "a  \n\\---  \nb  \n\\===  \n\\- c"),
    ],
)
def test_markdown_shows_text_that_looks_like_markup(text: str, expected: str) -> None:
    assert markdown(f"<p>{escape(text).replace(chr(10), '<br>')}") == expected


@pytest.mark.parametrize(
    "text",
    [
        "#tag, -1 - 2, +3, 1.5 and 5 * 3 * 2 < 31 > 30",
        "snake_case and camel_case_ as of 1. May - see [1], (2) and [3] (4).",
        r"C:\Users\me costs 20 %* of R&D at AT&T, name: ________ date: ________",
        "-- a ` b * c _ d",
    ],
)
def test_markdown_leaves_prose_as_it_is(text: str) -> None:
    assert markdown(f"<p>{escape(text)}") == text


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h2>1. C # ##</h2>", r"## 1. C # \##"),
        ("<h2>- C#</h2>", "## - C#"),
        ("<table><tr><td>#<td>1. *a|*b", "| # | 1. \\*a\\|*b |\n| --- | --- |"),
    ],
)
def test_markdown_headings_and_cells_that_look_like_markup(html: str, expected: str) -> None:
    assert markdown(html) == expected


def test_html_keeps_the_structure() -> None:
    html = (
        "<h2>a &amp; b</h2><p>c<br>d</p><ul><li>e<ol><li>f<li>g</ol><li>h</ul>"
        "<blockquote><p>i</blockquote><table><tr><th><div>j</div><td>k</table><pre>l\n &lt;m></pre>"
    )
    out = rendered(html, "html").replace("\n<", "<").replace(">\n", ">")
    assert out == (
        "<article><h2>a &amp; b</h2><p>c<br>d</p>"
        "<ul><li><p>e</p><ol><li><p>f</p></li><li><p>g</p></li></ol></li><li><p>h</p></li></ul>"
        "<blockquote><p>i</p></blockquote><table><tr><th>j</th><td>k</td></tr></table>"
        "<pre>l\n &lt;m&gt;</pre></article>"
    )


def test_items_of_ordered_lists_keep_their_numbers() -> None:
    html = (
        "<ol start=4><li>four<li></li><li value=1234567890>six<ol><div><li>one</div>"
        "<li value=7>seven</ol><li value=9>nine</ol><ol start=x><li>one"
    )
    out = rendered(html, "markdown")
    assert out == "4. four\n6. six\n   1. one\n   7. seven\n9. nine\n\n1) one"
    again = rendered(rendered(html, "html"), "markdown")
    assert again == out


def test_html_of_html_is_the_same_again() -> None:
    html = "<ul><li>a<ul><li>b</ul><li><h3>c</h3>d</ul><blockquote>e<ol><li>f</ol></blockquote>g"
    once = rendered(html, "html")
    assert rendered(once, "html") == once


@pytest.mark.parametrize(
    "text", ["&lt;script>alert(1)&lt;/script>", "a &amp;lt; b", '"&lt;/article>']
)
def test_html_is_escaped(text: str) -> None:
    for page in (f"<p>{text}", f"<pre>{text}</pre>", f"<table><tr><td>{text}<td>b</table>"):
        out = LexborHTMLParser(rendered(page, "html"))
        assert not out.css("script")
        assert out.body is not None
        assert segment(page, "html").texts[0] in out.body.text()


def test_html_holds_no_control_characters() -> None:
    for page in ("<p>a&#8;b\x0c c", "<pre>a&#8;b c</pre>"):
        assert "a\x08b" in rendered(page, "text") and ">ab c<" in rendered(page, "html")


def test_json_holds_headline_text_and_blocks() -> None:
    out = json.loads(rendered("<h1>a</h1><p>b é<p>c", "json", headline=0))
    assert out["url"] == "https://example.org/"
    assert out["headline"] == "a"
    assert out["text"] == "b é\n\nc"
    assert [block["text"] for block in out["blocks"]] == ["a", "b é", "c"]
    assert out["blocks"][0] == {
        "text": "a", "label": "headline", "probability": 0.5, "tag": "h1", "link_density": 0.0,
        "index": 0,
    }  # fmt: skip


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_nothing_kept_is_empty(format: str) -> None:
    assert rendered("", format) == ""


def test_nothing_kept_in_json() -> None:
    out = json.loads(rendered("", "json"))
    assert out == {"url": "https://example.org/", "headline": None, "text": "", "blocks": []}


def test_very_deep_lists_are_written_flat() -> None:
    out = markdown("<ul><li>" * 200 + "a<ul><li>b")
    assert out.startswith("- ") and len(out) < 60 and out.endswith("b")
