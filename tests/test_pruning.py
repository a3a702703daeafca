"""What of a BeautifulSoup tree stays beside the blocks that are kept."""

import pytest
from bs4 import BeautifulSoup

from boilerplate.pruning import prune
from boilerplate.segment import segment


def pruned(html: str, *left_out: str, parser: str = "html.parser") -> str:
    """The tree of a page without the blocks of some texts."""
    soup = BeautifulSoup(html, parser)
    page = segment(soup)
    prune(soup, page, [k for k, text in enumerate(page.texts) if text not in left_out])
    return str(soup)


@pytest.mark.parametrize("parser", ["html.parser", "lxml"])
def test_white_space_of_kept_text_stays(parser: str) -> None:
    html = "<p>Hello<span> </span>world</p><pre><b>def</b><i> </i>f():\n<i>    </i>return</pre>"
    assert html in pruned(html, parser=parser)


def test_what_stood_apart_stays_apart() -> None:
    html = (
        "<div>One.<div class=ad>Ad</div> <div>Ad</div> <i>Two.</i><p>Three.</p><p>Ad</p>Four.</div>"
    )
    assert pruned(html, "Ad") == (
        '<div>One.<div class="ad"></div>  <i>Two.</i><p>Three.</p>Four.</div>'
    )
    code = '<pre><i class="ln">1</i>a\n<i class="ln">2</i>b</pre>'
    assert pruned(f"<div>{code}<p>Ad</p></div>", "Ad") == f"<div>{code}</div>"
    many = "<div>One." + "<p>Ad</p> " * 2_000 + "</div>"
    assert pruned(many, "Ad").replace(" ", "") == "<div>One.</div>"


def test_forms_go_with_their_text() -> None:
    form = "<form><label>Mail</label><input type=email><input type=submit value=Send></form>"
    rest = "<p><img src=b><br>c</p><hr><meta content=d><p>e</p>"
    assert pruned(f"<main><p>a</p>{form}{rest}</main>", "Mail") == (
        '<main><p>a</p><p><img src="b"/><br/>c</p><hr/><p>e</p></main>'
    )


def test_comments_go_and_what_xml_has_in_empty_elements_stays() -> None:
    assert pruned("<p>One<!-- -->two<!-- c --></p>") == "<p>Onetwo</p>"
    xml = "<div><br>One.</br><p>Ad</p></div>"
    assert "<div><br>One.</br></div>" in pruned(xml, "Ad", parser="xml")


def test_a_head_without_tags_stays() -> None:
    head = '<html><meta charset="utf-8"/><title>The title</title><link href="/x"/><h1>One</h1>'
    assert pruned(f"{head}<p>Ad</p></html>", "Ad") == f"{head}</html>"
