"""Pages that would take forever, or all memory, if nothing in them were limited."""

import numpy as np
import pytest

from boilerplate import PageError
from boilerplate.page import Page
from boilerplate.segment import segment


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "end",
        "<div>x" * 50_000 + "end" + "</div>" * 50_000,
        "<b>" * 100_000 + "end",
        "<ul><li>" * 50_000 + "end",
        "<table><tr><td colspan=999999999 rowspan=2>end",
        "<a><p>" * 50_000 + "end",
        "".join(f"<font id={n}>" for n in range(500)) + "<p>x" * 2_000 + "end",
        "<iframe " * 100_000 + "><p>end",
        "<" * 1_000_000 + " end",
        "<b>" * 20_000 + "end<" + "a" * 100_000,
        "<!-" * 300_000 + "><p>end",
        '<p class="' + "x " * 500_000 + '">end',
        "a<br>" * 100_000 + "end",
        "<p>shadowrootmode end" + "<template " * 100_000,
    ],
    ids=lambda html: html[:12],
)
def test_no_page_is_too_deep_or_too_odd(html: str) -> None:
    assert segment(html, "html").texts[-1].endswith("end")


def test_a_page_of_too_many_blocks_says_so() -> None:
    with pytest.raises(PageError, match="1,000,001 blocks"):
        segment("a\n" * 1_000_001, "text")


@pytest.mark.parametrize(
    "unit",
    ["<p ", "</p ", "<p/", "<?xml ", "<!-- ", "<!--", "<title ", "w <p> ", '"<p>"', "[](", "](",
     "[", "www.", "https://", "- ", " ", "\n", "a ", "{", "&lt;", "</"],
)  # fmt: skip
def test_repeated_delimiters_end(unit: str) -> None:
    for kind in ("auto", "html", "text"):
        assert isinstance(segment(unit * 100_000, kind), Page)


def test_blank_lines_at_the_end_end() -> None:
    for blank in ("\n", "\n \t"):
        page = segment("<b>Note</b> " + "word " * 20 + blank * 50_000)
        assert page.kind == "html"


def test_elements_of_style_are_not_opened_anew_without_end() -> None:
    styles = "".join(f"<b id={i}>" for i in range(300))
    page = segment(f"<p>{styles}</p>{'<p>x' * 2000}", "html")
    assert len(page) == 2000
    assert page.elements.inline.size < 30 * len(page)


def test_surplus_tags_of_the_root_are_left_out() -> None:
    page = segment("<p>a" + "".join(f"<body a{i}='>'><i>b</i>" for i in range(5000)), "html")
    assert page.texts == ["a" + "b" * 5000]


@pytest.mark.parametrize(
    "opening", ["<div>", "<div></nothing>", '<div title="</div>">', "<div><!-- </div> -->"]
)
def test_elements_deeper_than_browsers_go_are_left_out_and_their_text_stays(opening: str) -> None:
    page = segment(opening * 30_000 + "The ice held.", "html")
    assert page.texts == ["The ice held."]
    assert page.elements.depth.max() < 600


@pytest.mark.parametrize("block", ["<div><font color={}>The ice held.</div>", "<p><b id={}>Rain."])
def test_styles_that_are_never_closed_do_not_pile_up(block: str) -> None:
    page = segment("".join(block.format(number) for number in range(5_000)), "html")
    assert len(page) == 5_000
    assert np.bincount(page.elements.inline_block).max() < 50


def test_styles_and_elements_that_are_closed_are_left_alone() -> None:
    page = segment("<div><b>Ice</b> held <br><i>on</i></div>" * 3_000, "html")
    assert len(page) == 3_000
    assert set(np.bincount(page.elements.inline_block)[1:]) == {2}


def test_what_is_not_too_deep_keeps_its_elements_on_a_page_of_many_tags() -> None:
    styles = "<b><big><em><font><i><s><small><strong><tt><u>"
    deep = "<div>" * 300 + "Rain." + "</div>" * 300
    page = segment("<p>The ice held.</p>" * 10_000 + f"{deep}<p>{styles}Wind.", "html")
    assert page.texts[-2:] == ["Rain.", "Wind."]
    assert page.elements.depth.max() > 300
    assert np.bincount(page.elements.inline_block)[-1] == 10


def test_a_tag_of_countless_attributes_costs_no_text() -> None:
    rows = ", ".join(f'{{"n{n}": "street {n}", "id": {n}}}' for n in range(100_000))
    page = f'<p>before<div class="a" data-rows="[{rows}]"><p>inside</div><p>after'
    assert segment(page, "html").texts == ["before", "inside", "after"]
    signatures = segment(page, "html").elements
    assert "div\t.a" in signatures.names


def test_countless_attributes_do_not_hide_behind_quoted_tags() -> None:
    some = " ".join(f"a{n}" for n in range(4_000)) + ' x="<b>" '
    elements = segment(f"<p>before<div {some * 60} class=late><p>inside", "html").elements
    assert "div" in elements.names  # without its class: the tag was cut


@pytest.mark.parametrize("inside", ["<script>{}</SCRIPT >", "<!--{}-->", "<style>{}</style>"])
def test_what_only_looks_like_a_long_tag_swallows_nothing(inside: str) -> None:
    code = "for (i = 0; i<n; i++) state = {" + '"name": "value", ' * 10_000 + "}"
    assert segment(f"<p>before{inside.format(code)}<p>after", "html").texts == ["before", "after"]


def test_a_long_tag_of_few_attributes_is_left_alone() -> None:
    image = "data:image/png;base64," + "A" * 200_000
    page = f'<p>before<div style="background: url({image})" class="late" hidden><p>inside</div>'
    elements = segment(page, "html").elements
    assert "div\t.late\thidden" in elements.names
