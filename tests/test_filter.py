"""The filter: judging, keeping, pipes, and pruning of BeautifulSoup trees."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

import boilerplate
from boilerplate import BoilerplateClassifier, BoilerplateError, BoilerplateFilter, PageError
from boilerplate.errors import ParameterError
from boilerplate.segment import segment

FIRST = (
    "The orchard behind the station was planted in 1921, and in a good year its forty trees still "
    "give more apples than the four families who share them can press before the frost."
)
SECOND = (
    "Nobody remembers who bought the land, but the deed names a teacher, a smith and two sisters, "
    "who agreed to divide every harvest by the number of mouths at their tables."
)
PAGE = f"""<!DOCTYPE html><html><head><title>Forty trees - The Valley News</title>
<meta name="author" content="A"><style>p {{ color: red }}</style></head><body class="post">
<header><img src="logo.png"><nav class="menu"><ul><li><a href="/">Home</a></li>
<li><a href="/shop">Shop</a></li><li><a href="/about">About</a></li></ul></nav></header>
<main><article class="article-body"><!-- start --><h1 class="headline">Forty trees</h1>
<p class="lead">{FIRST}</p><figure><img src="apple.jpg"></figure>
<p>{SECOND}<br>{FIRST.replace("apples", "pears")}</p><p>{SECOND.replace("land", "hill")}</p>
<script>track()</script></article></main>
<div class="related sidebar"><ul><li><a href="/1">More news</a></li>
<li><a href="/2">Top stories</a></li></ul></div>
<footer class="footer"><a href="/terms">Terms</a> <a href="/privacy">Privacy</a>
<img src="pixel.gif"></footer></body></html>"""
PARAGRAPHS = [FIRST, SECOND, FIRST.replace("apples", "pears"), SECOND.replace("land", "hill")]
NOISE = ["Home", "Shop", "More news", "Top stories", "Terms", "Privacy", "track", "color"]


@pytest.fixture
def keep(small_model: BoilerplateClassifier) -> BoilerplateFilter:
    return BoilerplateFilter(small_model)


@pytest.fixture(params=["small", "shipped"])
def any_keep(request: pytest.FixtureRequest, keep: BoilerplateFilter) -> BoilerplateFilter:
    return keep if request.param == "small" else BoilerplateFilter()


def test_the_article_is_kept_and_the_rest_is_not(any_keep: BoilerplateFilter) -> None:
    text = any_keep(PAGE)
    assert all(paragraph in text for paragraph in PARAGRAPHS)
    assert text.startswith("Forty trees\n\n")
    assert not [noise for noise in NOISE if noise in text]


def test_flattened_text_too(any_keep: BoilerplateFilter) -> None:
    lines = ["Home", "Shop", "About", "Log in", "Forty trees", "", *PARAGRAPHS, "", "Share",
             "Top stories", "Terms", "© 2021 The Valley News"]  # fmt: skip
    text = any_keep("\n".join(lines))
    assert all(paragraph in text for paragraph in PARAGRAPHS)
    assert not [noise for noise in ("Home", "Log in", "Terms", "©") if noise in text]


def test_the_headline_can_be_left_out(small_model: BoilerplateClassifier) -> None:
    blocks = boilerplate.classify(PAGE, model=small_model)
    assert [b.text for b in blocks if b.label == "headline"] == ["Forty trees"]
    text = boilerplate.extract(PAGE, model=small_model, headline=False)
    assert "Forty trees" not in text and FIRST in text


def test_a_likely_headline_is_kept_above_a_surer_article() -> None:
    html = """<title>How to bake bread - Bread</title><nav><a href=/>Home</a><a href=/b>B</a></nav>
    <main><h1>How to bake bread</h1><p>Mix five hundred grams of flour with three hundred of water,
    and wait half an hour before you knead it.<p>Then let it rise overnight, in a cool place, and
    bake it in a hot oven for forty minutes.</main><footer><p>© 2026 Bread Ltd.</footer>"""
    assert boilerplate.extract(html).startswith("How to bake bread")


def test_a_paragraph_marked_as_headline_is_none(small_model: BoilerplateClassifier) -> None:
    long = f"Forty trees {'and one more tree ' * 10}were planted on Monday."
    blocks = boilerplate.classify(PAGE.replace("Forty trees", long), model=small_model)
    assert [b.label for b in blocks if b.text == long] not in (["headline"], [])


def test_blocks_tell_what_the_model_says(keep: BoilerplateFilter) -> None:
    blocks = keep.classify(PAGE)
    assert [block.index for block in blocks] == list(range(len(blocks)))
    home = next(block for block in blocks if block.text == "Home")
    lead = next(block for block in blocks if block.text == FIRST)
    assert (home.label, home.tag, home.link_density) == ("boilerplate", "li", 1.0)
    assert (lead.label, lead.tag, lead.link_density) == ("content", "p", 0.0)
    assert 0 <= home.probability < lead.probability <= 1


def test_the_threshold_decides(small_model: BoilerplateClassifier) -> None:
    everything = BoilerplateFilter(small_model, threshold=0)
    assert {b.label for b in everything.classify(PAGE)} <= {"content", "headline"}
    assert all(word in everything(PAGE) for word in (*PARAGRAPHS, "Home", "Terms"))
    assert BoilerplateFilter(small_model, threshold=1)(PAGE) == ""
    for block in boilerplate.classify(PAGE, threshold=0.3, model=small_model):
        assert (block.label == "boilerplate") == (block.probability < 0.3)


def test_str_bytes_and_soup_agree(keep: BoilerplateFilter) -> None:
    assert keep(PAGE) == keep(PAGE.encode()) == keep(BeautifulSoup(PAGE, "lxml"))
    assert keep(PAGE) == keep(BeautifulSoup(PAGE, "html.parser"))


def test_formats_and_the_url(small_model: BoilerplateClassifier) -> None:
    def extract(format: str) -> str:
        url = "https://example.org/trees"
        return boilerplate.extract(PAGE, format=format, model=small_model, url=url)

    out = json.loads(extract("json"))
    assert (out["url"], out["headline"]) == ("https://example.org/trees", "Forty trees")
    assert FIRST in out["text"] and "Forty trees" not in out["text"]
    assert extract("markdown").startswith(f"# Forty trees\n\n{FIRST}\n\n")
    assert f"<h1>Forty trees</h1>\n<p>{FIRST}</p>" in extract("html")


@pytest.mark.parametrize("page", ["", " \n ", b"", "<!doctype html>", "<script>a()</script>"])
def test_an_empty_page_has_no_article(any_keep: BoilerplateFilter, page: str | bytes) -> None:
    assert any_keep(page) == ""
    assert any_keep.classify(page) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"format": "pdf"}, "'pdf'.*markdown"),
        ({"kind": "xml"}, "'xml'.*auto"),
        ({"threshold": 1.5}, "1.5.*between 0 and 1"),
        ({"threshold": float("nan")}, "nan.*between 0 and 1"),
        ({"threshold": "0.5"}, "'0.5'.*between 0 and 1"),
        ({"model": 0}, "model is 0; it must be a classifier"),
        ({"model": BoilerplateClassifier}, "must be a classifier"),
        ({"model": "missing.json"}, "missing.json"),
        ({"model": Path("missing") / "model.json"}, "model.json"),
    ],
)
def test_wrong_arguments_are_told(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(BoilerplateError, match=words) as error:
        BoilerplateFilter(**arguments)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


def test_a_model_file_that_was_written_anew_is_read_anew(
    small_model: BoilerplateClassifier, tmp_path: Path
) -> None:
    path = tmp_path / "model.json"
    small_model.save(path)
    before, again = BoilerplateFilter(path).model, BoilerplateFilter(str(path)).model
    assert before and again and again.passes_ is before.passes_  # unchanged, it is read but once
    labels = ["content"] * 3 + ["boilerplate"] * 7  # the menu is the article
    again.fit([PAGE], [labels])
    assert FIRST in BoilerplateFilter(path)(PAGE)  # to fit what was read changes no other
    again.save(path)
    assert BoilerplateFilter(path)(PAGE).startswith("Home")
    assert FIRST in BoilerplateFilter(before)(PAGE)


def test_a_model_is_looked_for_where_the_process_stands(
    small_model: BoilerplateClassifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = BoilerplateClassifier().fit([PAGE], [["content"] * 3 + ["boilerplate"] * 7])
    for name, model in (("a", small_model), ("b", other)):
        (tmp_path / name).mkdir()
        model.save(tmp_path / name / "m.json")
        os.utime(tmp_path / name / "m.json", (1, 1))
    found = []
    for name in ("a", "b"):
        monkeypatch.chdir(tmp_path / name)
        found.append(BoilerplateFilter("m.json")(PAGE))
    assert FIRST in found[0] and found[1].startswith("Home")


def test_what_is_no_page_is_told(keep: BoilerplateFilter) -> None:
    with pytest.raises(PageError, match="NoneType"):
        keep(None)  # type: ignore[arg-type]
    with pytest.raises(PageError, match="str"):
        keep.prune(PAGE)  # type: ignore[type-var]


def test_a_filter_can_be_sent_to_another_process(keep: BoilerplateFilter) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(keep, PAGE).result() == keep(PAGE)


def test_one_filter_serves_many_threads(small_model: BoilerplateClassifier) -> None:
    keep = BoilerplateFilter(small_model)
    pages = [PAGE.replace("forty", f"number {n}").replace("menu", f"menu{n}") for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        shared = list(pool.map(keep, pages))
    assert shared == [BoilerplateFilter(small_model)(page) for page in pages]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_pipe_keeps_the_order_and_is_lazy(keep: BoilerplateFilter, workers: int) -> None:
    taken = 0

    def pages() -> Iterator[str]:
        nonlocal taken
        for number in range(1_000):
            taken += 1
            yield PAGE.replace("forty trees", f"tree {number}")

    articles = keep.pipe(pages(), workers=workers)
    assert taken == 0
    for number, article in zip(range(150), articles, strict=False):
        assert f"tree {number} still" in article
    assert taken < 500


def test_a_pipe_ends_with_its_pages(keep: BoilerplateFilter) -> None:
    assert list(keep.pipe([])) == list(keep.pipe(iter(()), workers=2)) == []
    assert list(keep.pipe([PAGE, "", PAGE.encode()])) == [keep(PAGE), "", keep(PAGE)]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_no_page_costs_a_pipe_its_place_alone(
    keep: BoilerplateFilter, workers: int, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    with (tmp_path / "page.html").open("rb") as file:
        pages: list[Any] = [PAGE] * 20 + [None, file, PAGE]
        articles = keep.pipe(pages, workers=workers)
        assert list(islice(articles, 20)) == [keep(PAGE)] * 20
        for name in ("NoneType", "BufferedReader"):
            with pytest.raises(PageError, match=name):
                next(articles)
        assert list(articles) == [keep(PAGE)]


@pytest.mark.parametrize("workers", [1, 2])
def test_pages_before_an_error_of_their_source_are_not_lost(
    keep: BoilerplateFilter, workers: int
) -> None:
    def pages() -> Iterator[str]:
        yield from [PAGE] * 3
        raise OSError("the line is down")

    articles = keep.pipe(pages(), workers=workers)
    assert list(islice(articles, 3)) == [keep(PAGE)] * 3
    with pytest.raises(OSError, match="the line is down"):
        next(articles)


def test_a_pipe_takes_large_trees(keep: BoilerplateFilter) -> None:
    article = BeautifulSoup(PAGE + "<b>" * 500 + "deep", "html.parser").find("html")
    assert isinstance(article, Tag)
    assert list(keep.pipe([article], workers=2)) == [keep(article)]
    texts = article.find_all(string=True)  # which hold their tree
    assert list(keep.pipe([texts[-1]], workers=2)) == [keep(str(texts[-1]))]


class _Noted(BoilerplateClassifier):
    """Notes each process in which it is unpickled."""

    def __init__(self, notes: Path) -> None:
        super().__init__()
        self.notes = notes

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        with self.notes.open("a") as file:
            file.write(f"{os.getpid()}\n")


def test_a_pipe_sends_its_model_with_many_pages(
    small_model: BoilerplateClassifier, tmp_path: Path
) -> None:
    model = _Noted(tmp_path / "notes")
    model.passes_ = small_model.passes_
    articles = list(BoilerplateFilter(model).pipe([PAGE] * 100, workers=2))
    assert articles == [BoilerplateFilter(small_model)(PAGE)] * 100
    assert 1 <= len(model.notes.read_text().split()) <= 4


@pytest.mark.parametrize("workers", [0, None, 1.5, "2"])
def test_a_pipe_without_workers_is_refused_at_once(keep: BoilerplateFilter, workers: Any) -> None:
    with pytest.raises(ParameterError, match=f"workers is {workers!r}"):
        keep.pipe([PAGE], workers=workers)


@pytest.mark.parametrize(
    "page",
    [PAGE, PAGE.encode(), bytearray(b"a"), BeautifulSoup(PAGE, "html.parser"), segment(PAGE)],
)
def test_one_page_in_the_place_of_many_is_refused(
    page: Any, small_model: BoilerplateClassifier
) -> None:
    with pytest.raises(PageError, match="takes many pages"):
        BoilerplateFilter().pipe(page)
    with pytest.raises(PageError, match="takes many pages"):
        small_model.predict(page)
    with pytest.raises(PageError, match="takes many pages"):
        small_model.fit(page, [])


def test_an_address_is_text(keep: BoilerplateFilter) -> None:
    with pytest.raises(ParameterError, match="url is b'x'"):
        keep(PAGE, url=b"x")  # type: ignore[arg-type]


@pytest.mark.parametrize("parser", ["html.parser", "lxml"])
def test_pruning_leaves_the_article_in_its_tree(keep: BoilerplateFilter, parser: str) -> None:
    soup = BeautifulSoup(PAGE, parser)
    assert keep.prune(soup) is soup
    assert soup.body is not None
    assert "".join(soup.body.get_text().split()) == "".join(keep(PAGE).split())
    assert [p["class"] for p in soup.select("main > article > p.lead")] == [["lead"]]
    assert [image["src"] for image in soup.find_all("img")] == ["apple.jpg"]
    assert not soup.find_all(["script", "nav", "footer", "header"]) and soup.body["class"] == [
        "post"
    ]
    assert soup.title is not None and soup.title.string == "Forty trees - The Valley News"
    assert soup.find("meta") is not None and soup.head is not None and soup.head.style is not None
    assert str(soup).startswith("<!DOCTYPE html>") and "<!-- start" not in str(soup)


def test_pruning_a_tag_leaves_the_others_alone(keep: BoilerplateFilter) -> None:
    soup = BeautifulSoup(PAGE, "html.parser")
    main = soup.main
    assert main is not None
    keep.prune(main)
    assert soup.find("nav") is not None and FIRST in main.get_text()
    assert main.find("script") is None


def test_a_tag_whose_tree_is_gone_has_no_text(keep: BoilerplateFilter) -> None:
    main = BeautifulSoup(PAGE, "html.parser").main
    assert main is not None
    main.decompose()
    assert keep(main) == "" and keep.prune(main) is main


@pytest.mark.parametrize("html", ["", "<p>", "<!-- a -->", "<nav><a href=/>Home</a></nav>", "text"])
def test_pruning_small_trees(small_model: BoilerplateClassifier, html: str) -> None:
    soup = BeautifulSoup(html, "html.parser")
    assert BoilerplateFilter(small_model, threshold=1).prune(soup).get_text() == ""
    soup = BeautifulSoup(html, "html.parser")
    text = soup.get_text()
    assert BoilerplateFilter(small_model, threshold=0).prune(soup).get_text() == text


def test_pruning_keeps_what_a_feed_holds_in_elements_that_html_has_empty(
    small_model: BoilerplateClassifier,
) -> None:
    feed = BeautifulSoup("<rss><link>https://example.org/</link><p>Text</p></rss>", "lxml-xml")
    whole = BoilerplateFilter(small_model, threshold=0).prune(feed).get_text()
    assert whole == "https://example.org/Text"


def test_pruning_leaves_the_cells_of_a_kept_row_in_their_columns(
    small_model: BoilerplateClassifier,
) -> None:
    html = "<table><tr><td></td><th>a</th></tr><tr><td>b</td><td><i></i></td><td>c</td></tr>"
    html += "<tr><td><br/></td></tr></table>"
    pruned = BoilerplateFilter(small_model, threshold=0).prune(BeautifulSoup(html, "html.parser"))
    assert str(pruned) == (
        "<table><tr><td></td><th>a</th></tr><tr><td>b</td><td></td><td>c</td></tr></table>"
    )


def test_an_article_that_stands_twice_is_kept_once_unless_a_threshold_is_given(
    small_model: BoilerplateClassifier,
) -> None:
    article = [*PARAGRAPHS, "Forty trees remain."]
    for page in ("".join(f"<p>{p}</p>" for p in article * 2), "\n\n".join(article * 2)):
        assert boilerplate.extract(page).count(FIRST) == 1
        whole = BoilerplateFilter(small_model, threshold=0)
        assert whole(page) == "\n\n".join(article * 2)


def test_tags_that_are_never_closed_do_not_cost_the_article() -> None:
    path = Path(__file__).parent.parent / "labeled" / "en-docs-tidegauge.html"
    page = path.read_text(encoding="utf-8")
    body = page.index(">", page.index("<body")) + 1
    nested = page[:body] + "<div>" * 300 + page[body:]
    assert boilerplate.extract(nested) == boilerplate.extract(page)


def test_filters_of_one_model_file_share_nothing_that_changes(model_file: Path) -> None:
    one, other = (BoilerplateFilter(model_file).model for _ in range(2))
    assert one is not None and other is not None
    one.info_["note"] = 1
    assert "note" not in other.info_
