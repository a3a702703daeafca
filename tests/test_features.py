"""The table of columns names what the features compute, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.arrays import Floats
from boilerplate.features import FEATURES_VERSION, features
from boilerplate.features.lines import lines, numbers, token_names
from boilerplate.features.table import columns
from boilerplate.features.tokens import Named, named
from boilerplate.features.tokens import numbers as element_numbers
from boilerplate.features.tokens import token_names as element_names
from boilerplate.features.wording import wording
from boilerplate.page import Kind
from boilerplate.segment import segment

HTML = "<h1>Ice in the harbour</h1><ul><li><a href=/>Home</a></ul><p>The ice held for weeks."
TEXT = "Home\n\nIce in the harbour\n\nThe ice held the harbour for weeks, and the boats with it."


@pytest.mark.parametrize(("page", "kind"), [(HTML, "html"), (TEXT, "text")])
def test_the_table_names_every_column_once_and_says_what_it_means(page: str, kind: Kind) -> None:
    computed = features(segment(page, kind))
    n = len(computed.words)
    stacked = computed.stacked(np.full((n, 3), 1 / 3), np.full((n, 2), 1 / 2))
    each = [*computed.columns.items(), *stacked.items()]
    assert sorted(name for name, _ in each) == sorted(column.name for column in columns(kind))
    assert all(column.meaning and column.group for column in columns(kind))
    assert all(values.shape == (n,) for _, values in each)


@pytest.mark.parametrize(
    "text", ["Пароход", "汽船", "باخرة", "ferry", "นาวา", "🚢", "...", "\u0301"]
)
def test_every_script_gives_finite_columns(text: str) -> None:
    for kind in ("html", "text"):
        computed = features(segment(f"{text}\n\n{text} {text}", kind))
        assert np.isfinite([*computed.columns.values()]).all()


def test_words_are_counted_where_a_script_has_no_spaces() -> None:
    assert features(segment("汽船在河上", "text")).words.tolist() == [5]
    assert features(segment("The ferry is on the river", "text")).words.tolist() == [6]


def test_a_sentence_may_end_in_quotation_marks_brackets_and_notes() -> None:
    sentences = [
        '"It froze."',
        "„Es fror.“",
        "« Il gelait. »",
        "(It froze.)",
        "Он сказал: «Мороз!»",
        "It froze.[3]",
        "It froze. [3][note 4]",
        "Έχει παγώσει;",
        "Έχει «παγώσει»;",
    ]
    others = ["More »", "« Ice »", '"Ice"', "(ice)", "»", "Ice [3]", "[3]", "ice;"]
    assert wording(sentences).ends_sentence.all() and not wording(others).ends_sentence.any()


def test_a_greek_question_ends_in_a_semicolon() -> None:
    asked = wording(["Έχει παγώσει;", "Has it frozen?", "It has;"]).columns["ends_question"]
    assert asked.tolist() == [1.0, 1.0, 0.0]


def test_an_article_holds_together_and_a_teaser_does_not() -> None:
    lines = [
        "The harbour froze in January, said harbour master Lindqvist on the frozen quay.",
        "Lindqvist counted forty boats in the harbour, all of them frozen to the quay.",
        "Nobody had seen the harbour frozen since the winter of Lindqvist's grandfather.",
        "Celebrity chef opens restaurant: visitors queue around several streets downtown.",
    ]
    computed = features(segment("\n\n".join(lines), "text"))
    cohesion = computed.columns["cohesion"]
    assert cohesion[:3].min() > cohesion[3]


def _stacked(lines: list[str], content: list[float]) -> dict[str, Floats]:
    """The second pass's own columns of a text, given the first pass's content probabilities."""
    p = np.array(content)
    computed = features(segment("\n\n".join(lines), "text"))
    first = np.column_stack((p, np.zeros_like(p), 1 - p))
    return computed.stacked(first, np.column_stack((p, p)))


def test_the_second_pass_hears_what_columns_and_tokens_say_alone() -> None:
    lines = ["The harbour froze in January, and nobody left it.", "Home", "Map", "The end"]
    computed = features(segment("\n\n".join(lines), "text"))
    first = np.full((4, 3), 1 / 3)
    alone = np.array([[0.9, 0.2], [0.1, 0.2], [0.1, 0.8], [0.1, 0.2]])
    told = computed.stacked(first, alone)
    assert told["own_log_odds"].std() == 0
    assert told["columns_own_log_odds"].argmax() == 0
    assert told["tokens_own_log_odds"].argmax() == 2
    assert told["columns_log_odds_previous_1"].argmax() == 1
    assert told["tokens_window_2_content_by_blocks"][0] == pytest.approx(0.4)


def test_words_of_the_content_speak_for_a_block_and_words_of_boilerplate_against_it() -> None:
    lines = [
        "Subscribe to the newsletter of this website",
        "Lindqvist counted forty boats frozen in the harbour",
        "The harbour was frozen to the quay",
        "Newsletter: subscribe",
        "Nothing of that",
    ]
    columns = _stacked(lines, [0.1, 0.9, 0.5, 0.5, 0.5])
    evidence = columns["words_evidence"]
    assert evidence[2] > 0 > evidence[3]
    assert evidence[4] == 0
    assert columns["words_in_content"][2] > columns["words_in_content"][3] == 0
    assert columns["words_in_boilerplate"][3] == 1


def test_what_follows_an_article_and_speaks_of_something_else_is_a_loose_tail() -> None:
    article = [
        "The harbour froze in January, said harbour master Lindqvist on the frozen quay.",
        "Lindqvist counted forty boats in the harbour, all of them frozen to the quay.",
        "Nobody had seen the harbour frozen since the winter of Lindqvist's grandfather.",
    ]
    teasers = [
        "Celebrity chef opens restaurant: visitors queue around several streets downtown.",
        "Parliament debates whether electric scooters belong on pavements after accidents.",
        "Orchestra cancels summer concerts because violinists demand better contracts.",
    ]
    columns = _stacked([*article, "Top stories", *teasers], [0.9] * 3 + [0.4] + [0.7] * 3)
    assert columns["loose_tail"][:3].tolist() == [0, 0, 0]
    assert columns["loose_tail"][4:].min() > 0.2
    cohesion = columns["content_cohesion"]
    assert cohesion[:3].min() > cohesion[4:].max()
    assert columns["window_5_content_cohesion"][0] > columns["window_5_content_cohesion"][6]
    assert _stacked(article, [0.9] * 3)["loose_tail"].tolist() == [0, 0, 0]


def test_the_bulk_is_the_run_of_likely_blocks_and_bridges_a_short_gap() -> None:
    prose = "The ice held the harbour for weeks and the boats with it, said the harbour master"
    lines = ["Home", "Shop", prose, "Photo", prose, "Related", "Jobs", prose]
    columns = _stacked(lines, [0.1, 0.1, 0.9, 0.2, 0.9, 0.1, 0.1, 0.1])
    assert columns["bulk_inside"].tolist() == [0, 0, 1, 1, 1, 0, 0, 0]
    assert np.expm1(columns["bulk_before"]).round().tolist() == [2, 1, 0, 0, 0, 0, 0, 0]
    assert np.expm1(columns["bulk_after"]).round().tolist() == [0, 0, 0, 0, 0, 1, 2, 3]


def test_lines_of_one_shape_share_what_the_first_pass_thinks_of_them() -> None:
    lines = ["Furniture", "Oak table", "$120", "Pine chair", "$45", "Birch shelf", "$30"]
    columns = _stacked(lines, [0.5, 0.9, 0.1, 0.6, 0.1, 0.9, 0.4])
    mean = columns["shape_content_by_blocks"][1:]
    titles, prices = mean[::2], mean[1::2]
    assert titles == pytest.approx([0.8] * 3)
    assert prices == pytest.approx([0.2] * 3)


def test_the_nearest_long_blocks_are_seen_over_short_ones() -> None:
    prose = "The ice held the harbour for weeks and the boats with it, said the harbour master"
    columns = _stacked([prose, "Photo", "Share", "Print", prose], [0.9, 0.5, 0.5, 0.5, 0.1])
    assert columns["long_log_odds_previous_1"][2] == pytest.approx(np.log(9))
    assert columns["long_log_odds_next_1"][2] == pytest.approx(-np.log(9))
    assert columns["long_log_odds_previous_1"][0] == columns["long_log_odds_next_1"][4] == -4


def test_lines_of_text_know_the_line_that_heads_their_section() -> None:
    lines = [
        "The ice held the harbour for weeks, and the boats with it.",
        "Top stories",
        "A chef opens a restaurant in an old mill by the river",
        "Three boats race to the island and back in the rain",
        "Weather",
        "Rain in the west and the south, sun everywhere else today",
    ]
    stories = {"top", "stories"}
    taken = _taken("\n\n".join(lines), "section")
    assert taken == [set(), set(), stories, stories, stories, {"weather"}]


def test_lines_of_text_know_the_lines_around_them() -> None:
    text = "Rain in 1998, said ÅSA\nSun\n- * -\n漢字 Wind"
    assert _taken(text, "word")[0] == {"rain", "in", "0", "said", "åsa"}
    assert _taken(text, "first") == [{"rain"}, {"sun"}, set(), {"漢"}]
    assert _taken(text, "last") == [{"åsa"}, {"sun"}, set(), {"wind"}]
    assert _taken(text, "next") == [{"sun"}, set(), {"漢"}, set()]
    assert _taken(text, "before")[1:] == [{"rain", "in", "0", "said", "åsa"}, {"sun"}, set()]
    assert _taken(text, "above")[1:] == [{"rain", "in", "0", "said", "åsa"}, {"sun"}, {"sun"}]


def test_dates_of_one_shape_are_one_token_in_every_language() -> None:
    shapes = _taken("4 March 2021\n17 Oktober 1998\nIn March\n1234567 x", "shape")
    assert shapes == [{"=0 A 0000"}, {"=00 A 0000"}, {"=A A"}, {"=0000 a"}]


@given(st.lists(st.text(min_size=1).filter(lambda t: t.strip()), min_size=1, max_size=5))
def test_tokens_have_the_same_numbers_in_a_vocabulary_as_in_a_page(texts: list[str]) -> None:
    page = segment("\n".join(texts), "text")
    if len(page):
        found = lines(page, wording(page.texts)).tokens
        assert numbers(token_names(page)).tolist() == found.tolist()


@pytest.mark.parametrize(
    ("signature", "tokens"),
    [
        ("h2", {"<h2>"}),
        ("div\t.article-body__text", {"<div>", "article-body__text", "~article", "~body", "~text"}),
        ("p\t.mainHTMLText a", {"<p>", "mainhtmltext", "~main", "~html", "~text", "a"}),
        ("p\t#post-1234\t.x2", {"<p>", "post-0", "~post", "x0"}),
        ("p\t.Überschrift~x ~y <z>", {"<p>", "überschrift~x", "~überschrift"}),
        ("p\trole=main\thidden", {"<p>", "role=main", "hidden"}),
        ("p\t. a", {"<p>", "a"}),
        ("p\t.", {"<p>"}),
        ("p\t." + 40 * "ab", {"<p>", 30 * "ab", "~" + 15 * "ab"}),
    ],
)
def test_names_are_read_whole_and_in_parts(signature: str, tokens: set[str]) -> None:
    names = element_names(["b\t.c", signature])
    owner = named(["b\t.c", signature]).owner.tolist()
    assert {n for n, k in zip(names, owner, strict=True) if k == 1} == tokens
    assert {n for n, k in zip(names, owner, strict=True) if k == 0} == {"<b>", "c"}


NAMES = st.text(st.characters(exclude_characters="\t\n", exclude_categories=["Zs", "Cc"]))


@given(st.lists(st.lists(NAMES, max_size=4).map(" ".join), max_size=5))
def test_names_have_the_same_numbers_in_a_vocabulary_as_in_a_page(classes: list[str]) -> None:
    signatures = [f"h1\t.{value}\t#{value}" for value in classes]
    names = element_names(signatures)
    assert element_numbers(names).tolist() == named(signatures).token.tolist()
    assert len(set(names)) == len(set(named(signatures).token.tolist()))


def test_names_that_differ_in_numbers_alone_are_alike() -> None:
    alike = named(["li\t.card c1\t#x", "li\t.card c22\t#y", "li\t.card d1", "p\t.card c1"]).alike
    assert alike[0] == alike[1]
    assert len(set(alike.tolist())) == 3


def _taken(text: str, place: str) -> list[set[str]]:
    """The tokens that count for each line of a text in a place."""
    page = segment(text, "text")
    names = token_names(page)
    found = lines(page, wording(page.texts)).places[place]
    by_line: dict[int, set[str]] = {}
    for token, line in zip(found.token.tolist(), found.line.tolist(), strict=True):
        by_line.setdefault(line, set()).add(names[token])
    return [by_line.get(line, set()) for line in found.of_block.tolist()]


def _column(text: str, name: str, kind: Kind = "html") -> dict[str, float]:
    page = segment(text, kind)
    computed = features(page)
    return dict(zip(page.texts, computed.columns[name], strict=True))


CARDS = """<main><p>Three boats lie in the harbour tonight, as they did all winter long.
<div class=grid>
 <div class="card c1"><h3>Anna</h3><p>A pilot boat of nine metres</div>
 <div class="card c2"><h3>Berta</h3><p>A tug</div>
 <div class="card c3"><h3>Clara</h3><p>A ferry <footer>Seen today</footer></div>
 <div class=note>They may be visited.</div>
</div></main><footer><p>Harbour office</p></footer><div>Cookies</div>"""


def test_siblings_named_alike_are_records_whatever_their_numbers() -> None:
    records = {text for text, inside in _column(CARDS, "in_record").items() if inside}
    assert records == {
        "Anna", "A pilot boat of nine metres", "Berta", "A tug", "Clara", "A ferry", "Seen today",
    }  # fmt: skip
    counts = _column(CARDS, "record_log_count")
    assert counts["Berta"] == pytest.approx(np.log(3)) and counts["They may be visited."] == 0
    place = _column(CARDS, "record_place")
    assert place["Anna"] < place["Berta"] < place["Clara"]


THREAD = "\n\n".join(
    [
        "Harbour talk",
        *(
            f"Anna Lind {n}\n\nThe ice holds the boats in their berths for the {n}. week.\n\n{last}"
            for n, last in enumerate(["Reply", "reply", "REPLY"], 3)
        ),
        "Next page",
    ]
)


def test_lines_that_recur_in_text_part_records_whatever_their_numbers() -> None:
    inside = _column(THREAD, "recurring_inside", "text")
    lines = THREAD.split("\n\n")
    assert [bool(inside[line]) for line in lines] == [False] + [True] * 8 + [False] * 2
    assert [line for line, says in _column(THREAD, "recurring_line", "text").items() if says] == [
        line for line in lines if line.startswith("Anna") or line.lower() == "reply"
    ]
    place = _column(THREAD, "recurring_place", "text")
    assert place["Anna Lind 4"] == 0 < place[lines[5]]
    twice = "\n\n".join(lines[:7])
    assert not any(_column(twice, "recurring_inside", "text").values())
    article = "".join(f"The boats wait in berth {chr(n)}.\n\n" for n in range(65, 78))
    assert not any(_column(f"ADVERT\n\n{article}" * 3, "recurring_inside", "text").values())


def test_records_of_text_say_how_likely_they_are_and_those_like_them() -> None:
    page = segment(THREAD, "text")
    p = np.linspace(0.9, 0.1, len(page))
    first = np.column_stack((p, np.zeros_like(p), 1 - p))
    told = features(page).stacked(first, np.column_stack((p, p)))
    likely = told["recurring_content_by_words"]
    assert likely[0] == likely[-1] == 0 and likely[1] == likely[2] > likely[4] == likely[5] > 0
    group = told["recurring_group_content_by_words"]
    assert likely[1] > group[1] == group[2] == group[4] == group[5] > likely[5]


def test_two_of_a_kind_are_no_records_and_neither_are_paragraphs() -> None:
    html = "<div class=a><p>One<p>Two<p>Three</div><div class=a><p>Four</div>"
    assert not any(_column(html, "in_record").values())


def test_a_record_within_a_record_has_both() -> None:
    posts = "".join(f"<li class=post><p>Post {n}<div><i>x</i></div>" for n in range(3))
    html = "".join(f"<section class=s><ul>{posts}</ul></section>" for _ in range(4))
    inner, outer = _column(html, "record_log_count"), _column(html, "outer_record_log_count")
    assert inner["Post 0"] == pytest.approx(np.log(3))
    assert outer["Post 0"] == pytest.approx(np.log(4))


def test_the_footer_of_the_page_is_not_that_of_a_card() -> None:
    inside, after = _column(CARDS, "in_page_footer"), _column(CARDS, "after_page_footer")
    assert [text for text, value in inside.items() if value] == ["Harbour office"]
    assert [text for text, value in after.items() if value] == ["Cookies"]


RICH_HTML = """<title>Ice in the harbour - The Tide</title><meta property=og:type content=article>
<body><header role=banner><div class=main-nav><ul><li><a href=/>Home</a><li><a href=/m>Map</a></ul>
</div><form><label>Search: <input></label><button>Go ></button></form></header>
<main class=content><article class="post tide" id=post-7><h1>Ice in the harbour</h1>
<p class=byline><img src=a.jpg>By <a href=/anna>Anna Lind</a>, 4 March 2021 | 3 comments
<p>The ice held the harbour for weeks, and the boats with it; nobody had seen it since 1929.
<p>In the harbour there was ice, and in the ice there was a boat, and in the boat there was a cat
that had come aboard in the autumn for the fish and the warmth, and now sat in the wheelhouse and
looked at the ice in the harbour as if it were hers.
<p>"It may last," said <b>harbour master</b> Lind (71), <i>who has counted forty boats</i>... Why?
<h2>What it costs</h2><p>The harbour lost $4,000 a week, Lind said,<br>and the boats as much again.
<blockquote>They wait at the quay for the ice to go.</blockquote>
<pre>def ice(days): return {"held": days // 7}  # in file_name.py, iceOfTheHarbour</pre>
<table><tr><th>Boat<td>12 m<tr><th>Tug<td>9 m</table><figure><img><figcaption>FROZEN:</figcaption>
</figure><h3>ice in the harbour</h3><p>The ice held the harbour for weeks, and the boats with it;
nobody had seen it since 1929.</article><div class=grid><div class=card><img><h4>Anna</h4><p>A pilot
boat of nine metres, built by her first owner in the winter of the great ice, it is said.</div>
<div class=card><h4><a href=/b>Berta</a></h4><p>A tug</div><div class=card><h4>Clara</h4><p>A
ferry.<ul><li>one<li>two<li>three</ul></div></div></main><aside class=sidebar><h4><a href=/n>More
news</a></h4><p><a href=/1>Top stories →</a><p hidden>Share @tide #ice</aside>
<div class=comments><p>lovely, isn't it?!<p>« So cold. »<p>港口昨晚结冰了。没有人离开港口。</div>
<footer class=footer>© 2021 <a href=/t>Terms</a></footer><div>Cookies</div>"""
RICH_TEXT = """Home
Map | Search

Ice in the harbour
By Anna Lind, 4 March 2021

The ice held the harbour for weeks, and the boats with it; nobody had seen it since 1929.
"It may last," said harbour master Lind (71), who has counted forty boats in the harbour... Why?

What it costs:
The harbour lost $4,000 a week, Lind said, and the boats lost as much again at the frozen quay.
They wait at the quay for the ice to go.

* Tug, 9 m,
* Ferry, 30 m
and so on

- [Top stories](/1)
- www.example.org/file_name?a={b}
The ice held the harbour for weeks, and the boats with it; nobody had seen it since 1929.


MORE NEWS
Celebrity chef opens restaurant: visitors queue around several streets, cameras are everywhere.
« So cold. »
Read more
港口昨晚结冰了。没有人离开港口。

Read more

Two boats wait.

Read more
© 2021 The Tide → iceOfTheHarbour @tide
"""


@pytest.mark.parametrize("unseen", ["\xad", "\u200c", "\u200b", "\u200e"])
@pytest.mark.parametrize(("page", "kind"), [(RICH_HTML, "html"), (RICH_TEXT, "text")])
def test_soft_hyphens_and_the_like_part_no_word(page: str, kind: Kind, unseen: str) -> None:
    parted = page.replace("weeks", f"we{unseen}eks")
    seen, other = (features(segment(text, kind)) for text in (page, parted))
    assert all(np.array_equal(seen.columns[name], other.columns[name]) for name in seen.columns)
    assert np.array_equal(seen.same, other.same)
    one, two = (
        found.tokens.token if isinstance(found.tokens, Named) else found.tokens.tokens
        for found in (seen, other)
    )
    assert np.array_equal(one, two)


@pytest.mark.parametrize(
    ("page", "kind", "told"),
    [
        (RICH_HTML, "html", (35581845.795102, 6258831.227535)),
        (RICH_TEXT, "text", (7224342.444916, 1619776.458398)),
    ],
)
def test_no_feature_changes_unless_their_version_does(
    page: str, kind: Kind, told: tuple[float, float]
) -> None:
    computed = features(segment(page, kind))
    n = len(computed.words)
    p = np.roll(np.linspace(0.95, 0.05, n), n // 3)
    first = np.column_stack((p, 0.5 - p / 2, 0.5 - p / 2))
    stacked = computed.stacked(first, np.column_stack((p[::-1], p)))
    # A sum of all cells, each with its own weight, does not hang on how a processor rounds.
    matrices = [np.array([*found.values()]).T for found in (computed.columns, stacked)]
    sums = [float(m.ravel() @ np.arange(1, m.size + 1)) for m in matrices]
    assert (FEATURES_VERSION, *sums) == pytest.approx((6, *told), abs=1e-5), (
        "these features have changed: count FEATURES_VERSION up (unless only the blocks have, "
        "or columns were added or went, which their names tell), "
        "train the models anew, and put the new numbers here"
    )
