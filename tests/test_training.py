"""Corpora, alignment and flattening: what the models are made from."""

import json
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from boilerplate.errors import BoilerplateError
from boilerplate.segment import segment
from training.align import block_labels, content_share, oracle, tokens
from training.corpora import fingerprint, folds, read_corpus, site
from training.flatten import STYLES, flatten, style_of
from training.peers import html_peers, kept, text_peers

BODY = [
    "The harbour froze over for the first time since the winter of nineteen eighty one.",
    "Ferries stayed at their moorings while the pilots waited for a southerly wind.",
    "Two tugs broke a channel before noon, and by evening the first freighter had sailed.",
]
PAGE = f"""<html><head><title>Ice in the harbour</title><style>p {{color: red}}</style></head><body>
<ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li><li>Contact</li></ul>
<h1>Ice in the harbour</h1><p>{BODY[0]}</p><div>{BODY[1]}<br>By <b>our</b> reporter</div>
<script>var slot = {{"size": 300}};</script>
<table><tr><td>Wind</td><td>North</td></tr></table><noscript><p>{BODY[2]}</p></noscript></body></html>
"""

words = st.lists(st.sampled_from("a b c d the of ice 港 ไ".split()), max_size=12).map(" ".join)


def _write_corpus(folder: Path, name: str, content: str) -> Path:
    path = folder / f"{name}.jsonl.zst"
    path.write_bytes(zstandard.ZstdCompressor().compress(content.encode()))
    return path


def test_a_page_without_address_is_of_the_site_that_it_names(tmp_path: Path) -> None:
    named = '<link href="https://www.bbc.co.uk/a" rel="canonical"><meta property=og:url content=x>'
    other = '<meta property="og:url" content="http://blog.example.org/b?c">'
    pages = [{"id": "1", "url": None, "html": html} for html in (named, other, "<p>bbc.co.uk")]
    pages.append({"id": "2", "url": "https://example.net/", "html": named})
    _write_corpus(tmp_path, "mine", "".join(f"{json.dumps(page)}\n" for page in pages))
    sites = [page.site for page in read_corpus(tmp_path, "mine")]
    assert sites == ["bbc.co.uk", "example.org", "1", "example.net"]


def test_a_corpus_is_read_with_what_its_records_leave_out(tmp_path: Path) -> None:
    first = {"id": "1", "url": "https://www.bbc.co.uk/a", "html": "<p>A\u2028b</p>", "text": "A b",
             "title": None, "type": "article", "with": ["A"]}  # fmt: skip
    second = {"id": "2", "url": None, "html": ""}
    path = _write_corpus(tmp_path, "mine", f"{json.dumps(first, ensure_ascii=False)}\n"
                                           f"{json.dumps(second)}\n")  # fmt: skip
    one, two = read_corpus(tmp_path, "mine")
    assert (one.site, one.html, one.title, one.keep, one.drop) == (
        "bbc.co.uk", "<p>A\u2028b</p>", "", ("A",), ())  # fmt: skip
    assert (two.corpus, two.site, two.text, two.type) == ("mine", "2", None, None)
    digest = fingerprint(path)
    path.write_bytes(path.read_bytes() + b"\0")
    assert len(digest) == 64 and fingerprint(path) != digest


def test_the_fingerprint_of_labelled_pages_is_over_labels_and_pages(tmp_path: Path) -> None:
    def with_file(name: str, content: str) -> str:
        (tmp_path / name).write_text(content, encoding="utf-8")
        return fingerprint(tmp_path)

    with_file("pages.jsonl", "{}")
    page = with_file("a.html", "<p>Ice")
    assert with_file("a.html", "<p>Ice.") != page
    assert with_file("a.html", "<p>Ice") == page == with_file("README.md", "How to label")
    assert with_file("pages.jsonl", "{} ") != page
    with_file("pages.jsonl", "{}")
    (tmp_path / "a.html").rename(tmp_path / "b.html")
    assert fingerprint(tmp_path) != page


def test_a_missing_or_damaged_corpus_says_so(tmp_path: Path) -> None:
    with pytest.raises(BoilerplateError, match="no corpus 'mine'"):
        read_corpus(tmp_path, "mine")
    _write_corpus(tmp_path, "mine", '{"id": "1", "url": null, "html": ""}\n{"id": "2"}\n')
    pages = read_corpus(tmp_path, "mine")
    assert next(pages).id == "1"
    with pytest.raises(BoilerplateError, match="cannot be read at page 2"):
        next(pages)


@pytest.mark.parametrize(
    ("url", "id", "expected"),
    [
        ("https://www.example.com/a?b=c.de", "1", "example.com"),
        ("http://news.example.co.jp:80/", "1", "example.co.jp"),
        ("https://blog.example.fr", "1", "example.fr"),
        ("https://web.archive.org/web/20120101000000/http://www.example.org/x", "1", "example.org"),
        ("hard::example.com.pa-news.html", "1", "example.com.pa"),
        ("/only/a/path", "folder/page.html", "folder/page.html"),
        ("http://[broken", "page", "page"),
        (None, "parser/fixtures__www.example.ne.jp.html", "example.ne.jp"),
    ],
)
def test_the_site_is_the_registrable_domain(url: str | None, id: str, expected: str) -> None:
    assert site(url, id) == expected


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1), st.integers(2, 5))
def test_folds_keep_sites_together_and_do_not_see_the_order(sites: list[str], k: int) -> None:
    fold = folds(sites, k)
    assert len({(name, number) for name, number in zip(sites, fold, strict=True)}) == len(
        set(sites)
    )
    assert set(fold) <= set(range(k))
    assert np.array_equal(folds(sites[::-1], k), fold[::-1])
    counts = np.bincount(fold, minlength=k)
    assert counts.max() - counts.min() <= max(map(sites.count, sites))


def test_scripts_without_spaces_have_a_token_a_character() -> None:
    assert tokens("Die 港区 is Ice-cold: ไทย!") == ["die", "港", "区", "is", "ice", "cold", *"ไทย"]


@given(st.lists(words, max_size=8), words)
def test_shares_are_fractions_and_need_the_words_of_gold(blocks: list[str], gold: str) -> None:
    share = content_share(blocks, gold)
    assert share.shape == (len(blocks),)
    assert ((share >= 0) & (share <= 1)).all()
    held = sum(s * len(tokens(block)) for s, block in zip(share, blocks, strict=True))
    assert held <= len(tokens(gold)) + 1e-6


@given(st.lists(words.filter(bool), min_size=1, max_size=8))
def test_gold_that_is_the_page_holds_every_block(blocks: list[str]) -> None:
    assert (content_share(blocks, "\n".join(blocks)) == 1).all()


def test_chance_matches_do_not_count() -> None:
    blocks = ["Read the story of the day", *BODY, "All of the rights of the publisher", "Ferries"]
    gold = "\n".join(["A word of the editor in the news", *BODY, "Of the end"])
    assert content_share(blocks, gold).round() == pytest.approx([0, 1, 1, 1, 0, 0])
    assert content_share(blocks, gold)[[0, 4]] == pytest.approx([0, 0])


def test_of_two_copies_one_counts() -> None:
    share = content_share([BODY[1], BODY[0], BODY[1], BODY[2]], "\n".join(BODY))
    assert share == pytest.approx([0, 1, 1, 1])


def test_gold_may_tell_the_page_in_another_order() -> None:
    blocks = [BODY[2], "Home", BODY[0], BODY[1]]
    assert content_share(blocks, "\n".join(BODY)) == pytest.approx([1, 0, 1, 1])


def test_a_page_too_long_for_one_matrix_that_holds_all_twice_is_aligned() -> None:
    numbers = [str(number) for number in range(70_000)]
    body = [" ".join(numbers[i : i + 1_000]) for i in range(0, 70_000, 1_000)]
    share = content_share(["Menu", *body, "Menu", *body], "\n".join(body))
    assert share.tolist() == [0, *[1] * 70, 0, *[0] * 70]


def test_blocks_without_words_and_addresses_of_links() -> None:
    blocks = ["Home", "*", BODY[0], "***", BODY[1], f"[{BODY[2]}](https://example.com/a/b/c/d/e)"]
    share = content_share(blocks, "\n".join(BODY))
    assert share == pytest.approx([0, 0.5, 1, 1, 1, 1])
    assert (content_share(blocks, "") == 0).all()
    assert (content_share(["*"], "gold") == 0).all()


def test_the_headline_is_the_last_to_say_the_title_before_the_content() -> None:
    blocks = ["Ice in the Harbour", "News", "Ice in the harbour!", *BODY, "Ice in the harbour"]
    labels = block_labels(blocks, "\n".join(BODY), "Ice in the harbour")
    assert labels.argmax(axis=1).tolist() == [2, 2, 1, 0, 0, 0, 2]
    assert labels.sum(axis=1) == pytest.approx(1)
    in_gold = block_labels(blocks[2:6], "\n".join(blocks[2:6]), "Ice in the harbour")
    assert in_gold.argmax(axis=1).tolist() == [0, 0, 0, 0]


def test_the_oracle_keeps_content_and_not_the_headline() -> None:
    blocks = ["Ice in the harbour", *BODY, "Home"]
    gold = "\n".join(BODY)
    assert oracle(blocks, block_labels(blocks, gold, "Ice in the harbour"), gold) == (1, 1, 1)


@pytest.mark.parametrize("style", [style for style in STYLES if style != "scraped"])
def test_every_style_but_one_keeps_the_article_and_the_menu(style: str) -> None:
    for seed in range(20):
        text = flatten(PAGE, seed, style)
        assert flatten(PAGE, seed, style) == text
        assert all(tokens(part) for part in text.split("\n\n"))
        folded = " ".join(text.split())
        for part in [*BODY, "Home", "News", "Contact", "Wind", "North", "Ice in the harbour"]:
            assert part in folded
        shown = "color" in text or "slot" in text
        assert not shown or style in ("leaky", "text-nodes")


def test_a_scraper_keeps_the_article_and_mostly_leaves_the_menu_out() -> None:
    texts = [flatten(PAGE, seed, "scraped") for seed in range(20)]
    assert all(part in " ".join(text.split()) for text in texts for part in BODY)
    assert 0 < sum("Contact" in text for text in texts) < 20


def test_the_style_that_a_seed_draws_is_told() -> None:
    assert {style_of(seed) for seed in range(200)} == set(STYLES)
    assert all(flatten(PAGE, seed) == flatten(PAGE, seed, style_of(seed)) for seed in range(40))


def test_styles_differ_where_they_should() -> None:
    assert "\nWind\tNorth\n" in flatten(PAGE, 0, "inner-text")
    assert f"\n\n{BODY[0]}\n\n{BODY[1]}\nBy our reporter\n" in flatten(PAGE, 0, "inner-text")
    assert "Home News Contact\n" in flatten(PAGE, 0, "glued")
    assert "By\nour\nreporter" in flatten(PAGE, 0, "text-nodes")
    assert "- [Home](/)\n- [News](/news)\n- Contact" in flatten(PAGE, 0, "markdown")
    assert "# Ice in the harbour\n" in flatten(PAGE, 0, "markdown")
    assert "\n\n" not in flatten(PAGE, 0, "wet")
    assert max(map(len, flatten(PAGE, 0, "wrapped").split("\n"))) <= 80
    leaks = [flatten(PAGE, seed, "leaky") for seed in range(20)]
    assert any('{"size": 300}' in text for text in leaks)
    assert any("color: red" in text for text in leaks)
    assert len({flatten(PAGE, seed) for seed in range(40)}) > len(STYLES)
    with pytest.raises(ValueError, match="no style 'pdf'"):
        flatten(PAGE, 0, "pdf")


def test_a_script_that_quotes_the_article_does_not_leak() -> None:
    page = f"<p>x</p><script>data = '{' '.join(BODY)}'</script>"
    assert not any("harbour" in flatten(page, seed, "leaky") for seed in range(20))


PARTS = (
    "<p> </p> <li> <a\thref=x> </a> <pre> <table> <td> <br> <iframe/> <svg> <title> <h2> </ul> "
    "word 港 &lt; &amp; \n \ud800 <!-- --> <script> </script>"
).split(" ")
pages = st.lists(st.sampled_from(PARTS), min_size=20).map("".join) | st.text()


def _shown(html: str) -> str:
    """What a page shows, without white space: its text but that of elements nobody reads."""
    tree = LexborHTMLParser(html.replace("<iframe/>", " ").replace("\ud800", "\ufffd"))
    tree.strip_tags(["script", "svg", "title"])
    return "".join(tree.root.text().split()) if tree.root else ""


@example(html="<pre><iframe/>word", seed=0)
@given(html=pages, seed=st.integers(0, 99))
def test_every_style_but_one_keeps_all_that_any_page_shows(html: str, seed: int) -> None:
    shown = _shown(html)
    for style in STYLES:
        text = iter(flatten(html, seed, style))
        assert style == "scraped" or all(letter in text for letter in shown), style


def test_deep_nesting_is_no_trouble() -> None:
    assert flatten("<div><ul><li>" * 3_000 + "deep", 0, "markdown").endswith("deep")


def test_labels_of_a_page_carry_over_to_its_flattened_text() -> None:
    gold = "\n".join(BODY)
    for style in STYLES:
        texts = segment(flatten(PAGE, 1, style), kind="text").texts
        assert oracle(texts, block_labels(texts, gold, "Ice in the harbour"), gold).f1 > 0.9


def test_baselines_keep_lines_and_only_a_peer_that_raises_keeps_none() -> None:
    text = f"Home\n{BODY[0]}\nFerries stayed at their moorings today, all of them\nNo."
    assert kept(text_peers()["c4-lines"], text) == BODY[0]
    assert kept(text_peers()["ten-words"], text) == BODY[0]
    assert {kept(peer, "") for peer in text_peers().values()} == {""}
    assert kept(lambda page, lang: page[99], "Home") is None


@pytest.mark.skipif(not html_peers(), reason="no other extractor is installed")
def test_every_installed_peer_finds_the_article() -> None:
    body = f"<p>{' '.join(BODY)} That is what it was like when all of us were there.</p>" * 5
    page = (
        f"<html><body><div id=nav><a href=/>Home</a></div><article>{body}</article></body></html>"
    )
    for name, peer in html_peers().items():
        assert BODY[1] in " ".join(peer(page, "en").split()), name
