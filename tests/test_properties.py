"""What holds for every page whatsoever."""

import json

import numpy as np
import pytest
from bs4 import BeautifulSoup
from bs4.element import PreformattedString
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from boilerplate import BoilerplateClassifier, BoilerplateFilter, classify
from boilerplate.decoding import decode, encoded
from boilerplate.features import features
from boilerplate.page import Kind
from boilerplate.passes import OUTPUTS, PLACES, Passes
from boilerplate.render import FORMATS
from boilerplate.segment import segment
from boilerplate.segment.html import DROPPED
from boilerplate.vocabulary import token_rows, vocabulary_of

pytestmark = pytest.mark.usefixtures("small_model")
everything = settings(deadline=None, max_examples=60)

_TAGS = (
    "p div ul li ol table tr td th a b span br pre h1 h2 blockquote dl dt dd script img ruby rt "
)
_TAGS += "template svg select iframe noscript nav article form title head body html math"
_WORDS = st.sampled_from(
    ["The ferry sails at dawn.", "Home", "港口结冰了。", "a < b", "&amp;", "\n", " ", "\u2028",
     "x" * 99, "12,50 €", "[a](/b)", "- ", "# ", "\ud800", "\0", "}", "<!-- ", "-->",
     "<![CDATA[", "]]>", "|"]
)  # fmt: skip
_MARKUP = st.builds(
    "<{}{}{}>".format,
    st.sampled_from(["", "", "/"]),
    st.sampled_from(_TAGS.split()),
    st.sampled_from(
        ["", "", " class='a b'", ' href="/x"', " hidden", "/", ' id="', ' style="a:b"']
    ),
)
_HTML = st.lists(_MARKUP | _WORDS, max_size=40).map("".join)
PAGES = _HTML | st.text(max_size=200) | st.binary(max_size=200)
KINDS = st.sampled_from(["auto", "html", "text"])
PARSERS = st.sampled_from(["html.parser", "lxml"])


def bare(text: str) -> str:
    return "".join(text.split())


def is_subsequence(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(character in rest for character in part)


@everything
@given(
    page=PAGES, kind=KINDS, format=st.sampled_from(FORMATS), threshold=st.none() | st.floats(0, 1)
)
def test_any_page_gives_the_same_result_twice(
    small_model: BoilerplateClassifier,
    page: str | bytes,
    kind: str,
    format: str,
    threshold: float | None,
) -> None:
    keep = BoilerplateFilter(small_model, threshold, format, kind)
    assert keep(page) == keep(page)


@everything
@given(page=PAGES, kind=KINDS, threshold=st.sampled_from([None, 0.0, 0.2]))
def test_the_kept_text_is_a_subsequence_of_the_page_s_text(
    small_model: BoilerplateClassifier, page: str | bytes, kind: str, threshold: float | None
) -> None:
    whole = bare("".join(segment(page, kind).texts))
    kept = bare(BoilerplateFilter(small_model, threshold, kind=kind)(page))
    assert is_subsequence(kept, whole)
    assert threshold != 0.0 or kept == whole or "](" in whole  # the addresses of links are no text
    if segment(page, kind).kind == "text":  # nothing is lost or made up on the way to the blocks
        assert whole == bare(encoded(page)[0] if isinstance(page, str) else decode(page))


@everything
@given(page=PAGES, kind=KINDS, threshold=st.none() | st.floats(0, 1))
@example(page="- <p><p>[a](/b)", kind="html", threshold=None)  # a likely block without a word
def test_blocks_are_in_order_and_labelled_by_their_probability(
    small_model: BoilerplateClassifier, page: str | bytes, kind: str, threshold: float | None
) -> None:
    blocks = classify(page, kind=kind, threshold=threshold, model=small_model)
    assert [block.index for block in blocks] == list(range(len(blocks)))
    assert [block.text for block in blocks] == segment(page, kind).texts
    for block in blocks:
        assert 0 <= block.probability <= 1 and 0 <= block.link_density <= 1
        assert block.text.strip()
    assert sum(block.label == "headline" for block in blocks) <= 1
    kept = [block.probability for block in blocks if block.label != "boilerplate"]
    gone = [block for block in blocks if block.label == "boilerplate"]
    if threshold is None:
        body = [block.probability for block in blocks if block.label == "content"]
        once = {block.text.lower() for block in blocks if block.label != "boilerplate"}
        dropped = [block.probability for block in gone if block.text.lower() not in once]
        assert not body or min(body) >= max(dropped, default=0)
    else:
        dropped = [block.probability for block in gone]
        assert all(p >= threshold for p in kept) and all(p < threshold for p in dropped)


@pytest.mark.filterwarnings("ignore::bs4.MarkupResemblesLocatorWarning")
@everything
@given(html=_HTML, parser=PARSERS, threshold=st.sampled_from([None, 0.0, 0.2, 1.0]))
def test_pruning_leaves_what_extraction_keeps(
    small_model: BoilerplateClassifier, html: str, parser: str, threshold: float | None
) -> None:
    keep = BoilerplateFilter(small_model, threshold)
    soup = BeautifulSoup(html.replace("\ud800", ""), parser)
    kept = bare(keep(soup))
    pruned = keep.prune(soup)
    for element in pruned.find_all(["title", *DROPPED]):  # what the head holds
        element.extract()
    strings = [s for s in pruned.find_all(string=True) if not isinstance(s, PreformattedString)]
    assert bare("".join(strings)) == kept


@everything
@given(html=_HTML)
def test_json_is_json_and_html_can_be_read_again(
    small_model: BoilerplateClassifier, html: str
) -> None:
    out = json.loads(BoilerplateFilter(small_model, 0.0, "json", "html")(html))
    assert [block["text"] for block in out["blocks"]] == segment(html, "html").texts
    article = BoilerplateFilter(small_model, 0.0, "html", "html")(html)
    assert bare("".join(segment(article, "html").texts)) == bare(
        "".join(segment(html, "html").texts)
    )


@everything
@given(page=_HTML, kind=st.sampled_from(["html", "text"]), seed=st.integers(0, 9))
@example(page="<div class=a><div class=a><p>x <b>y</b> <b>z</b>", kind="html", seed=0)
def test_tokens_weigh_in_judging_what_they_weigh_in_fitting(
    page: str, kind: Kind, seed: int
) -> None:
    cut = segment(page, kind)
    assume(len(cut))
    vocabulary, computed = vocabulary_of([cut], ["site"], 1), features(cut)
    counts = token_rows([cut], [computed], [(np.arange(len(cut)), np.ones(len(cut)))], vocabulary)
    weights = np.random.default_rng(seed).normal(
        0, 0.1, (len(PLACES[kind]), len(vocabulary), OUTPUTS)
    )
    n = len(computed.columns)
    model = Passes(
        kind=kind,
        names=list(computed.columns),
        stacked_names=[],
        mean=np.zeros(n),
        scale=np.ones(n),
        dense=np.zeros((n, OUTPUTS)),
        stacked_mean=np.zeros(0),
        stacked_scale=np.ones(0),
        stacked=np.zeros((0, 2)),
        intercept=np.zeros(OUTPUTS + 1),
        vocabulary=list(vocabulary),
        token_weights=weights,
    )
    _, alone = model.first_pass(cut, computed)
    score = counts @ weights.reshape(-1, OUTPUTS)[:, -1]
    assert np.allclose(alone[:, 1], 1 / (1 + np.exp(-score)))
