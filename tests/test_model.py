"""The classifier: fitting, predicting, saving and loading."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import ROOT
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import check_is_fitted

from boilerplate import (
    BoilerplateClassifier,
    BoilerplateError,
    LabelError,
    ModelError,
)
from boilerplate.features import features
from boilerplate.segment import segment

SENTENCE = "The ferry number {} left the harbour at dawn, and it came back with the tide of night."


def _page(number: int) -> tuple[str, list[str]]:
    """A small page, and the labels of its blocks."""
    html = (
        f"<title>Ferry {number}</title><ul class=menu><li><a href=/>Home</a><li><a href=/a>Map</a>"
        f"</ul><h1 class='title]'>Ferry {number}</h1><p class=text>{SENTENCE.format(number)}"
        f"<p class=text>{SENTENCE.format(number + 1)}<div class=footer><a href=/t>Terms</a></div>"
    )
    return html, ["boilerplate"] * 2 + ["headline"] + ["content"] * 2 + ["boilerplate"]


def _text(number: int) -> tuple[str, list[str]]:
    text = f"Home\nMap\nFerry {number}\n\n{SENTENCE.format(number)}\n\nTerms"
    return text, ["boilerplate", "boilerplate", "headline", "content", "boilerplate"]


PAGES, LABELS = (list(column) for column in zip(*map(_page, range(6)), strict=True))
TEXTS, TEXT_LABELS = (list(column) for column in zip(*map(_text, range(6)), strict=True))


def _fitted(**params: Any) -> BoilerplateClassifier:
    classifier = BoilerplateClassifier(**{"C": 1.0, "min_groups": 2} | params)
    return classifier.fit(PAGES + TEXTS, LABELS + TEXT_LABELS)


@pytest.fixture(scope="module")
def fitted() -> BoilerplateClassifier:
    return _fitted()


def test_it_learns_the_labels_of_pages_it_has_not_seen(fitted: BoilerplateClassifier) -> None:
    for make in (_page, _text):
        page, labels = make(90)
        assert fitted.predict([page]) == [labels]


@pytest.mark.parametrize("make", [_page, _text])
def test_pages_labelled_against_all_the_others_hardly_count(
    make: Callable[[int], tuple[str, list[str]]],
) -> None:
    swapped = {"content": "boilerplate", "boilerplate": "content", "headline": "headline"}
    pages, labels = zip(*map(make, range(25)), strict=True)
    given = [[swapped[name] for name in of] if n % 5 == 0 else of for n, of in enumerate(labels)]
    page, expected = make(90)
    content = BoilerplateClassifier(C=1.0).fit(pages, given).predict_proba([page])[0][:, 0]
    for probability, label in zip(content, expected, strict=True):
        if label != "headline":  # if all pages counted alike, some would be .5 off
            assert abs(probability - (label == "content")) < 0.3


def test_tokens_that_weigh_next_to_nothing_are_left_out(fitted: BoilerplateClassifier) -> None:
    for passes in fitted.passes_.values():
        assert 0 < len(passes.vocabulary) == passes.token_weights.shape[1]
        assert (np.abs(passes.token_weights).max(axis=(0, 2)) >= 0.02).all()


def test_columns_and_tokens_each_tell_content_by_themselves() -> None:
    pages, labels = [], []
    for number in range(24):  # half of them told apart by nothing but class names
        named, turned = number % 2 == 0, number % 4 > 1
        right, wrong = ("story", "teaser") if named else ("x", "x")
        other = SENTENCE.format(number + 70) if named else "Map"
        blocks = [f"<p class={right}>{SENTENCE.format(number + 10)}", f"<p class={wrong}>{other}"]
        pages.append("".join(reversed(blocks) if turned else blocks))
        labels.append(["boilerplate", "content"] if turned else ["content", "boilerplate"])
    passes = BoilerplateClassifier(C=1.0, min_groups=2).fit(pages, labels).passes_["html"]
    by_name, by_form = (segment(page, "html") for page in pages[:2])
    _, (right_one, wrong_one) = passes.first_pass(by_name, features(by_name))
    assert right_one[1] - wrong_one[1] > 0.3 > abs(right_one[0] - wrong_one[0])
    _, (right_one, wrong_one) = passes.first_pass(by_form, features(by_form))
    assert right_one[0] - wrong_one[0] > 0.3 and right_one[1] == wrong_one[1]


def test_probabilities_have_a_row_a_block_and_sum_to_one(fitted: BoilerplateClassifier) -> None:
    pages = [_page(7)[0], TEXTS[0].encode(), segment("<p>a<p>b", "html"), "", "<p>", "<p>a" * 300]
    probabilities = fitted.predict_proba(pages)
    assert [p.shape for p in probabilities] == [(6, 3), (5, 3), (2, 3), (0, 3), (0, 3), (300, 3)]
    for p in probabilities:
        assert np.all((p >= 0) & (p <= 1)) and np.allclose(p.sum(axis=1), 1)
    assert fitted.classes_.tolist() == ["content", "headline", "boilerplate"]
    assert [len(labels) for labels in fitted.predict(pages)] == [6, 5, 2, 0, 0, 300]


def test_a_block_of_more_than_thirty_words_is_no_headline(fitted: BoilerplateClassifier) -> None:
    short, long = fitted.predict_proba([f"<h1>{'Ferry ' * n}</h1><p>{SENTENCE}" for n in (30, 31)])
    assert short[0, 1] > 0 == long[0, 1]
    assert np.allclose(long.sum(axis=1), 1)


@pytest.mark.parametrize("seed", range(5))
def test_two_pages_are_enough_to_tell_a_headline_whatever_the_seed(seed: int) -> None:
    model = BoilerplateClassifier(seed=seed).fit(PAGES[:2], LABELS[:2])
    assert model.predict(PAGES[:2]) == LABELS[:2]


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_a_share_of_the_headline_is_learnt_as_such(share: float) -> None:
    told = [
        np.array(
            [[0, share, 1 - share] if x == "boilerplate" else [1 - share, share, 0] for x in xs]
        )
        for xs in LABELS
    ]
    found = np.concatenate(BoilerplateClassifier().fit(PAGES, told).predict_proba(PAGES))[:, 1]
    assert np.abs(found - share).max() < 0.05


def test_it_follows_the_contract_of_estimators() -> None:
    classifier = BoilerplateClassifier(C=0.5, folds=4)
    copy = clone(classifier)
    assert copy is not classifier and copy.get_params() == classifier.get_params()
    assert classifier.get_params()["folds"] == 4
    assert classifier.set_params(C=2, seed=3) is classifier
    assert (classifier.C, classifier.seed) == (2, 3)
    assert "C=2" in repr(classifier)
    with pytest.raises(ValueError, match="no parameter 'depth'") as error:
        classifier.set_params(depth=3)
    assert isinstance(error.value, BoilerplateError)
    for call in (lambda: classifier.predict(["a"]), lambda: classifier.save("x.json")):
        with pytest.raises(ModelError, match="not fitted"):
            call()


@pytest.mark.parametrize(
    "wrong",
    [
        {"C": "1"},
        {"C": 0},
        {"C": float("inf")},
        {"C": float("nan")},
        {"C": True},
        {"C": 1e-300},
        {"n_jobs": 0},
        {"n_jobs": "2"},
        {"folds": 1},
        {"folds": 2.5},
        {"min_groups": 0},
        {"seed": None},
        {"seed": -1},
    ],
)
def test_a_parameter_out_of_range_is_refused(wrong: dict[str, Any]) -> None:
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=f"^{name} is {value!r}; it must be a") as error:
        BoilerplateClassifier(**wrong).fit(PAGES, LABELS)
    assert isinstance(error.value, BoilerplateError)


def test_what_a_model_file_tells_besides_overrides_nothing(
    small_model: BoilerplateClassifier, tmp_path: Path
) -> None:
    model, path = deepcopy(small_model), tmp_path / "m.json"
    model.info_ = {"format": "mine", "models": {}, "site": "example.org"}
    model.save(path)
    assert BoilerplateClassifier.load(path).info_ == {"site": "example.org"}
    for value in (float("nan"), object()):
        model.info_ = {"score": value}
        with pytest.raises(ModelError, match="info_"):
            model.save(path)


def test_scikit_learn_takes_it_for_an_estimator() -> None:
    def right(model: BoilerplateClassifier, pages: list[str], labels: list[list[str]]) -> float:
        return float(np.mean([a == b for a, b in zip(model.predict(pages), labels, strict=True)]))

    grid = GridSearchCV(BoilerplateClassifier(), {"C": [1e-6, 1.0]}, scoring=right, cv=3)
    best = grid.fit(PAGES, LABELS).best_estimator_
    assert best.C == 1.0 and grid.best_score_ > 0.9
    check_is_fitted(best)
    with pytest.raises(NotFittedError):
        check_is_fitted(clone(best))
    assert make_pipeline(best).predict(PAGES) == best.predict(PAGES)


def test_a_parameter_of_numpy_s_can_be_saved(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    found: Any = np.int64(2)  # as searches over np.arange give
    BoilerplateClassifier(folds=found).fit(PAGES, LABELS).save(path)
    assert BoilerplateClassifier.load(path).folds == 2


def test_fitting_again_forgets_what_was_before() -> None:
    classifier = _fitted()
    classifier.fit(TEXTS, TEXT_LABELS)
    with pytest.raises(ModelError, match="text"):
        classifier.predict(PAGES[:1])


def test_labels_may_be_shares() -> None:
    named = BoilerplateClassifier(C=1.0).fit(PAGES, LABELS)
    order = named.classes_.tolist()
    shares = [np.eye(3)[[order.index(label) for label in labels]] for labels in LABELS]
    shared = BoilerplateClassifier(C=1.0).fit(PAGES, shares)
    whole = BoilerplateClassifier(C=1.0).fit(PAGES, [share.astype(int) for share in shares])
    for a, b, c in zip(*(m.predict_proba(PAGES) for m in (named, shared, whole)), strict=True):
        assert np.array_equal(a, b) and np.array_equal(a, c)


def test_a_block_without_a_label_is_not_learnt_from() -> None:
    lacking: list[Any] = [[*labels[:3], None, *labels[4:]] for labels in LABELS]
    rows = [[("content", "headline", "boilerplate").index(a) for a in labels] for labels in LABELS]
    shares: list[Any] = [np.eye(3)[row] * np.array([[k != 3] for k in range(6)]) for row in rows]
    named, shared, whole = (
        BoilerplateClassifier(C=1.0).fit(PAGES, given).predict_proba(PAGES)[0]
        for given in ([iter(labels) for labels in lacking], shares, LABELS)
    )
    assert np.array_equal(named, shared) and not np.array_equal(named, whole)


def test_content_and_headlines_of_one_site_alone_are_learnt() -> None:
    logins = [f"<p>Log in to {n}<p>Password<div class=footer><a href=/t>Terms</a>" for n in "abc"]
    pages, labels = PAGES + logins, [*LABELS, *[["boilerplate"] * 3] * 3]
    sites = ["one.example"] * 6 + ["two.example", "three.example", "four.example"]
    assert BoilerplateClassifier(C=1.0).fit(pages, labels, sites).predict(PAGES) == LABELS


def test_groups_are_sites(fitted: BoilerplateClassifier) -> None:
    sites = np.array(["one.example"] * 3 + ["two.example"] * 3)
    grouped = BoilerplateClassifier(C=1.0, min_groups=3).fit(PAGES, LABELS, sites)
    assert not grouped.passes_["html"].vocabulary  # no token stands in three sites
    assert grouped.predict(PAGES) == LABELS
    with pytest.raises(LabelError, match="6 pages but 1 groups"):
        BoilerplateClassifier().fit(PAGES, LABELS, ["one.example"])


@pytest.mark.parametrize(("number", "C"), [(12, 0.02), (12, 1.0), (18, 1.0)])
def test_pages_of_one_template_are_learned_though_they_differ_by_next_to_nothing(
    number: int, C: float
) -> None:
    pages, labels = (list(column) for column in zip(*map(_page, range(number)), strict=True))
    for sites in (["one.example"] * (number // 2) + ["two.example"] * (number // 2), None):
        assert BoilerplateClassifier(C=C).fit(pages, labels, sites).predict(pages) == labels


@pytest.mark.parametrize(
    ("pages", "labels", "words"),
    [
        (PAGES, LABELS[:-1], "6 pages but 5 labels"),
        (PAGES, [np.eye(3)[[2] * 6].tolist()] * 6, "label .*or an array of shares"),
        (PAGES[:1], [LABELS[0][:-1]], "page 0 do not fit its 6 blocks"),
        (PAGES[:1], [["content"] * 5 + ["article"]], "'article'"),
        (PAGES[:1], [[np.ones(3)] * 6], "or an array of shares"),
        (PAGES[:1], [np.ones((6, 2))], "do not fit"),
        (PAGES[:1], [np.full((6, 3), np.nan)], "page 0 must be 0 to 1"),
        (PAGES[:1], [np.full((6, 3), [-0.5, 1.0, 0.5])], "must be 0 to 1"),
        (PAGES[:1], [np.ones((6, 3))], "sum to no more than 1"),
        (PAGES[:1], [["content"] * 6], "no block of the html pages is labelled boilerplate"),
        (PAGES[:1], [["boilerplate"] * 6], "no block of the html pages is labelled content"),
        (PAGES[:1], [[None] * 6], "is labelled content"),
        (PAGES[:1], [[float("nan")] * 6], "is labelled content"),  # None, as pandas has it
        ([], [], "nothing|no page"),
        (["", "<p>"], [[], []], "no page"),
    ],
)
def test_labels_that_cannot_be_learned_from_are_told(
    pages: list[str], labels: list[Any], words: str
) -> None:
    with pytest.raises(LabelError, match=words) as error:
        BoilerplateClassifier().fit(pages, labels)
    assert "\n" not in str(error.value)


def test_few_pages_and_no_headline_are_enough() -> None:
    labels = ["content" if label == "headline" else label for label in LABELS[0]]
    one = BoilerplateClassifier(C=1.0).fit(PAGES[:1], [labels])
    assert one.predict(PAGES[1:2]) == [labels]


@pytest.mark.parametrize("again", [{}, {"n_jobs": 2}])
def test_the_same_pages_give_the_same_file(
    fitted: BoilerplateClassifier, again: dict[str, int], tmp_path: Path
) -> None:
    fitted.save(tmp_path / "a.json")
    _fitted(**again).save(tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_a_loaded_model_says_exactly_the_same(
    fitted: BoilerplateClassifier, tmp_path: Path
) -> None:
    path = tmp_path / "model.json"
    fitted.info_ = {"trained_on": {"note": "ours], see [1],", "pages": 12}}
    fitted.save(path)
    loaded = BoilerplateClassifier.load(path)
    assert loaded.get_params() == fitted.get_params()
    assert loaded.info_ == fitted.info_
    for a, b in zip(fitted.predict_proba(PAGES), loaded.predict_proba(PAGES), strict=True):
        assert np.array_equal(a, b)
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", ["a],", "a},", '"],"', "\u2028", "[a]:b", "日本", "x\\"])
def test_any_class_name_can_be_saved(name: str, tmp_path: Path) -> None:
    pages = [page.replace("class=text", f"class='{name}'") for page in PAGES]
    model = BoilerplateClassifier(C=1.0, min_groups=2).fit(pages, LABELS)
    model.save(tmp_path / "model.json")
    loaded = BoilerplateClassifier.load(tmp_path / "model.json")
    assert np.array_equal(loaded.predict_proba(pages)[0], model.predict_proba(pages)[0])


def test_saving_where_nothing_can_be_written_is_told(
    fitted: BoilerplateClassifier, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=r"missing.*model\.json"):
        fitted.save(tmp_path / "missing" / "model.json")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ModelError, match="folder"):
        fitted.save(tmp_path / "folder")
    with pytest.raises(ModelError, match="null"):
        fitted.save(tmp_path / "a\0b")
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    unlucky = BoilerplateClassifier()
    unlucky.passes_, unlucky.info_ = fitted.passes_, {"deep": deep}
    with pytest.raises(ModelError, match="info_"):
        unlucky.save(tmp_path / "model.json")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("kind", ["html", "text"])
def test_a_model_for_one_kind_refuses_the_other(kind: str) -> None:
    pages, labels = (PAGES, LABELS) if kind == "html" else (TEXTS, TEXT_LABELS)
    model = BoilerplateClassifier(C=1.0).fit(pages, labels)
    with pytest.raises(ModelError, match="cannot judge"):
        model.predict(TEXTS if kind == "html" else PAGES)


@pytest.mark.parametrize("kind", ["html", "text"])
def test_the_shipped_models_load_and_say_what_they_are(kind: str) -> None:
    model = BoilerplateClassifier.load(ROOT / "models" / f"{kind}.json")
    assert list(model.passes_) == [kind]
    assert model.info_
    pages, labels = (PAGES, LABELS) if kind == "html" else (TEXTS, TEXT_LABELS)
    home = labels[0].index("boilerplate")
    body = labels[0].index("content")
    probabilities = model.predict_proba(pages[:1])[0]
    assert probabilities[home, 0] < probabilities[body, 0]


# With next to no weight on any column, all blocks of all pages are as likely as their weights say.


def test_of_a_long_page_a_sample_stands_for_all() -> None:
    lines = [" ".join(["ice"] * 100)] * 5 + ["ice"] * 2_000
    labels = ["content"] * 5 + ["boilerplate"] * 2_000
    model = BoilerplateClassifier(C=1e-7).fit(["\n\n".join(lines)], [labels])
    [probability] = model.predict_proba(["\n\n".join(lines)])
    assert probability[:, 0] == pytest.approx(500 / 2_500, abs=0.03)  # by words


def test_a_page_weighs_as_its_content_or_a_quarter_of_it() -> None:
    lists, article = ["ice " * 20] * 100 + ["ice " * 10], ["ice " * 20] * 6
    labels = [["boilerplate"] * 100 + ["content"], ["content"] * 5 + ["boilerplate"]]
    pages = ["\n\n".join(lines) for lines in (lists, article)]
    model = BoilerplateClassifier(C=1e-7).fit(pages, labels)
    # Over 2,010 / 4 words, and over the 100 of the content.
    share = (10 / 502.5 + 1) / (2_010 / 502.5 + 1.2)
    assert model.predict_proba(pages)[1][:, 0] == pytest.approx(share, abs=0.01)


def test_of_very_many_blocks_that_are_no_headline_a_sample_stands_for_all() -> None:
    labels = ["headline"] + ["boilerplate"] * 150 + ["content"] * 49
    pages = ["\n\n".join(["ice"] * 200)] * 150
    model = BoilerplateClassifier(C=1e-7).fit(pages, [labels] * 150)
    assert model.predict_proba(pages[:1])[0][:, 1] == pytest.approx(1 / 200, abs=0.001)


def test_a_subclass_may_have_parameters_of_its_own() -> None:
    class Own(BoilerplateClassifier):
        def __init__(self, C: float = 0.5, extra: int = 1) -> None:
            super().__init__(C)
            self.extra = extra

    assert clone(Own(extra=5)).get_params() == {"C": 0.5, "extra": 5}
    assert Own().set_params(extra=3).extra == 3


def test_no_site_is_on_both_sides_of_a_fold() -> None:
    sites = ["one.example"] * 3 + ["two.example"] * 3
    grouped, dealt = (
        BoilerplateClassifier(C=1.0, min_groups=1).fit(PAGES, LABELS, given).passes_["html"]
        for given in (sites, None)
    )
    assert grouped.vocabulary == dealt.vocabulary  # the first pass is the same
    assert not np.array_equal(grouped.stacked, dealt.stacked)
