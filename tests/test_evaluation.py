"""The bench: grouped folds, scores, floors, calibration, fragments."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boilerplate import BoilerplateError
from training.calibration import expected_calibration_error, reliability
from training.evaluation import interval, out_of_fold, page_scores, report, segment_scores
from training.examples import Example, fragment, labeled_examples
from training.floors import pin, regressions

LABELED = Path(__file__).parent.parent / "labeled"


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return labeled_examples(LABELED, "html")


def test_pages_are_judged_by_a_model_that_has_not_seen_their_site(examples: list[Example]) -> None:
    judged = out_of_fold(examples, "html", jobs=1)
    assert [len(j.content) for j in judged] == [len(e.page) for e in examples]
    entry = report(examples, {"boilerplate": [j.text for j in judged]})["labeled"]
    assert entry["pages"] == len(examples)
    assert entry["boilerplate"][2] > 0.8
    low, high = entry["interval"]
    assert low < entry["boilerplate"][2] < high


def test_a_lead_is_the_mean_difference_of_the_pages(examples: list[Example]) -> None:
    right = [e.gold.text or "" for e in examples]
    entry = report(examples, {"boilerplate": right, "nothing": [""] * len(right)})["labeled"]
    assert entry["boilerplate"] == [1.0, 1.0, 1.0]
    assert entry["lead"]["nothing"][0] == pytest.approx(1 - entry["nothing"][2], abs=1e-4)


def test_addresses_of_links_are_not_held_against_a_text(examples: list[Example]) -> None:
    linked = [f"[{e.gold.text}](https://example.org/a-b)" for e in examples if e.gold.text]
    known = [e for e in examples if e.gold.text]
    assert all(score.f1 == 1 for score in page_scores(known, linked))


def test_segments_are_counted_over_all_pages(examples: list[Example]) -> None:
    import dataclasses

    gold = dataclasses.replace(examples[0].gold, keep=("one", "two"), drop=("three",))
    example = dataclasses.replace(examples[0], gold=gold)
    assert segment_scores([example], ["one and three"])[:2] == (0.5, 0.5)


def test_an_interval_holds_the_mean() -> None:
    values = np.linspace(0, 1, 50)
    low, high = interval(values)
    assert low < 0.5 < high
    assert interval(values) == (low, high)


def test_calibration_tells_sure_from_right() -> None:
    said = np.array([0.9, 0.9, 0.1, 0.1])
    ones = np.ones(4)
    right = reliability(said, np.array([1.0, 0.8, 0.2, 0.0]), ones)
    assert expected_calibration_error(right) == pytest.approx(0)
    wrong = reliability(said, np.array([0.0, 0.0, 1.0, 1.0]), ones)
    assert expected_calibration_error(wrong) == pytest.approx(0.9)


def test_a_floor_holds_until_it_is_lowered_on_purpose(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"

    def measured(f1: float) -> dict[str, dict[str, dict[str, list[float]]]]:
        return {"html": {"corpus": {"boilerplate": [f1, f1, f1]}}}

    pin(measured(0.9), {"corpus": "abc"}, lower=False, path=path)
    assert regressions(measured(0.9), {"corpus": "abc"}, path) == []
    assert "0.8000" in regressions(measured(0.8), {"corpus": "abc"}, path)[0]
    pin(measured(0.8), {"corpus": "abc"}, lower=False, path=path)
    assert regressions(measured(0.8), {"corpus": "abc"}, path)
    pin(measured(0.8), {"corpus": "abc"}, lower=True, path=path)
    assert regressions(measured(0.8), {"corpus": "abc"}, path) == []
    with pytest.raises(BoilerplateError, match="corpus is not the data"):
        regressions(measured(0.9), {"corpus": "other"}, path)


@pytest.mark.parametrize("kind", ["html", "text"])
def test_a_fragment_holds_content_with_its_labels_and_no_names(kind: str) -> None:
    parts = [(e, fragment(e)) for e in labeled_examples(LABELED, kind)]
    made = [(whole, part) for whole, part in parts if part is not None]
    assert len(made) > 10
    for whole, part in made:
        assert part.shares is not None and len(part.shares) == len(part.page)
        assert part.shares[:, 0].any()
        assert set(part.page.texts) <= set(whole.page.texts)
        assert "class=" not in part.source
