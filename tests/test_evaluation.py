"""The bench: grouped folds, scores, failures, floors, calibration, cards, fragments.

And the command `evaluate`, on files that are compressed or cut short.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from commands import LABELED, ROOT

from boilerplate import BoilerplateClassifier, BoilerplateError
from boilerplate.page import Kind
from training.augment import fragment, respelled, with_teasers
from training.calibration import expected_calibration_error, reliability
from training.cards import write_card
from training.command import command
from training.evaluation import left_one_out, out_of_fold, peer_texts, trains
from training.examples import Example, labeled_examples
from training.failures import failures
from training.floors import check_data, pin, regressions
from training.report import (
    Report,
    Texts,
    failed_peers,
    groups,
    page_scores,
    report,
    segment_counts,
    segment_scores,
    tables,
)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return labeled_examples(LABELED, "html")


def test_pages_are_judged_by_a_model_that_has_not_seen_their_site(examples: list[Example]) -> None:
    judged = out_of_fold(examples, "html", jobs=1)
    assert [len(j.content) for j in judged] == [len(e.page) for e in examples]
    assert [len(j.kept) for j in judged] == [len(e.page) for e in examples]
    entry = report(examples, {"boilerplate": [j.text for j in judged]})["labeled"]
    assert entry["pages"] == len(examples)
    assert entry["boilerplate"][2] > 0.8
    low, high = entry["interval"]
    assert low < entry["boilerplate"][2] < high
    lied_to = [replace(examples[0], shares=np.zeros_like(examples[0].shares)), *examples[1:]]
    again = out_of_fold(lied_to, "html", jobs=1)
    same = [np.array_equal(a.content, j.content) for a, j in zip(again, judged, strict=True)]
    assert same[0] and not all(same)


def test_a_lead_is_the_mean_difference_of_the_pages(examples: list[Example]) -> None:
    right = [e.gold.text or "" for e in examples]
    entry = report(examples, {"boilerplate": right, "nothing": [""] * len(right)})["labeled"]
    assert entry["boilerplate"] == [1.0, 1.0, 1.0]
    assert entry["lead"]["nothing"][0] == pytest.approx(1 - entry["nothing"][2], abs=1e-4)


def test_a_page_left_out_is_judged_by_the_others_alone(examples: list[Example]) -> None:
    few = [e for e in examples if len(e.page)][:6]
    judged = left_one_out(few, jobs=1)
    nothing = np.zeros_like(few[0].shares)
    lied_to = [replace(few[0], shares=nothing), *few[1:]]
    assert np.array_equal(left_one_out(lied_to, jobs=1)[0].content, judged[0].content)
    assert not np.array_equal(left_one_out(lied_to, jobs=1)[1].content, judged[1].content)


def test_samples_checks_and_pages_without_labels_are_not_trained_on() -> None:
    pages = labeled_examples(LABELED, "text")
    samples = [e.gold.id for e in pages if not trains(e)]
    assert samples == ["000_a4908a520b3ba365", "001_adf4e24e41a4e10b"]
    page = pages[-1]
    assert not trains(replace(page, shares=None))
    assert not trains(replace(page, gold=replace(page.gold, corpus="cleaneval-dev")))


def test_a_peer_that_raised_counts_as_nothing_kept_and_is_told(examples: list[Example]) -> None:
    right = [e.gold.text or "" for e in examples]
    by_name: dict[str, Texts] = {
        "boilerplate": right,
        "broken": [None, None, *right[2:]],
        "empty": ["", *right[1:]],
    }
    result = report(examples, by_name)
    assert result["labeled"]["failed"] == {"broken": 2}
    assert "broken on 2." in failed_peers(result) and "empty" not in failed_peers(result)
    assert result["labeled"]["broken"][2] == pytest.approx(1 - 2 / len(right), abs=1e-4)
    assert failed_peers(report(examples, {"boilerplate": right})) == ("No peer raised on any page.")


def test_peers_read_every_page(examples: list[Example]) -> None:
    texts = peer_texts(examples[:3], "text")
    assert {"c4-lines", "ten-words"} <= set(texts)
    assert all(len(kept) == 3 and None not in kept for kept in texts.values())


def test_a_table_names_the_best_peer(examples: list[Example]) -> None:
    right = [e.gold.text or "" for e in examples]
    by_name = {
        "boilerplate": right,
        "better": [f"{t} oh" for t in right],
        "worse": [""] * len(right),
    }
    ours, theirs = tables(report(examples, by_name))
    assert "better" in ours[1] and "worse" not in ours[1]
    assert theirs[0] == ["F1, pages of", "boilerplate", "better", "worse"]
    assert len(tables(report(examples, {"boilerplate": right}))) == 1


def test_small_languages_are_one_row(examples: list[Example]) -> None:
    gold = [replace(e.gold, corpus="news-hand", lang="en" if i < 12 else None)
            for i, e in enumerate(examples)]  # fmt: skip
    gold[0] = replace(gold[0], lang="ja")
    rows = groups([replace(e, gold=g) for e, g in zip(examples, gold, strict=True)])
    assert list(rows) == ["news-hand", "news-hand/en", "news-hand/other"]
    assert rows["news-hand/en"] == list(range(1, 12))
    assert sorted(rows["news-hand/en"] + rows["news-hand/other"]) == rows["news-hand"]


def test_each_style_of_flattening_is_a_row(examples: list[Example]) -> None:
    styles = ["wet" if i % 2 else "glued" for i in range(len(examples))]
    flattened = [
        replace(e, gold=replace(e.gold, corpus="wcxb-dev", type="article"), style=style)
        for e, style in zip(examples, styles, strict=True)
    ]
    rows = groups(flattened)
    assert list(rows) == [
        "wcxb-dev", "wcxb-dev/article", "wcxb-dev/style glued", "wcxb-dev/style wet"
    ]  # fmt: skip
    assert rows["wcxb-dev/style wet"] == list(range(1, len(examples), 2))


def test_the_oracle_is_what_perfect_labels_would_reach(examples: list[Example]) -> None:
    chosen = [e for e in examples if len(e.page)][:4]
    texts = {"boilerplate": [""] * len(chosen)}
    assert report(chosen, texts)["labeled"]["oracle"] == 1.0
    # Half of one page's gold text is nowhere in the page.
    gold = chosen[0].gold
    lost = " ".join(f"lost{i}" for i in range(len((gold.text or "").split())))
    torn = replace(chosen[0], gold=replace(gold, text=f"{gold.text} {lost}"))
    assert 0.85 < report([torn, *chosen[1:]], texts)["labeled"]["oracle"] < 0.95


def test_addresses_of_links_are_not_held_against_a_text(examples: list[Example]) -> None:
    linked = [f"[{e.gold.text}](https://example.org/a-b)" for e in examples if e.gold.text]
    known = [e for e in examples if e.gold.text]
    assert all(score.f1 == 1 for score in page_scores(known, linked))


def test_segments_are_counted_over_all_pages(examples: list[Example]) -> None:
    gold = replace(examples[0].gold, corpus="trafilatura-eval", text=None, keep=("one", "two"))
    example = replace(examples[0], gold=replace(gold, drop=("three",)))
    counts = segment_counts([example, example], ["one and three", None])
    assert counts.tolist() == [[1, 1, 1], [0, 2, 0]]
    assert segment_scores(counts) == pytest.approx((1 / 2, 1 / 4, 1 / 3))
    texts = {"boilerplate": ["one two", "one"], "peer": ["three", "three"]}
    entry = report([example, example], texts)["trafilatura-eval"]
    assert entry["boilerplate"] == pytest.approx([1, 0.75, 0.8571])
    low, high = entry["interval"]
    assert low == pytest.approx(2 / 3, abs=1e-4) and high == 1
    assert entry["lead"]["peer"] == [0.8571, low, high]


def test_a_failure_tells_what_was_lost_or_kept(examples: list[Example]) -> None:
    known = [e for e in examples if (e.gold.text or "").split()]
    whole, held = known[0], known[0].shares
    assert whole.gold.text and held is not None
    everything, nothing = np.ones(len(whole.page), bool), np.zeros(len(whole.page), bool)
    [lost] = failures([whole], [""], [nothing])
    size = int(lost["what"].split(" of ")[1].split()[0].replace(",", ""))
    assert lost["what"] == f"lost {size:,} of {size:,} words" and size > 50
    blocks = zip(whole.page.texts, held[:, 0], strict=True)
    content = " ".join(" ".join(text.split()) for text, share in blocks if share)
    assert lost["block"].removesuffix("…") in content and len(lost["block"]) <= 81
    [kept] = failures([whole], ["\n".join(whole.page.texts)], [everything])
    assert re.fullmatch(r"kept [\d,]+ words that the gold text leaves out", kept["what"])
    assert kept["block"].removesuffix("…") not in content
    [gone] = failures([whole], [""], [everything])
    assert gone["what"].endswith("which stand in no block of the page") and not gone["block"]


def test_the_worst_page_of_a_corpus_is_told(examples: list[Example]) -> None:
    right = [e.gold.text or "" for e in examples]
    kept = [np.zeros(len(e.page), bool) for e in examples]
    worst = next(i for i, e in reversed(list(enumerate(examples))) if right[i].strip())
    texts = [*right[:worst], "", *right[worst + 1 :]]
    [told] = failures(examples, texts, kept)
    assert (told["group"], told["id"]) == ("labeled", examples[worst].gold.id)
    assert told["scores"] == [0, 0, 0]


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
    assert regressions(measured(0.9), path) == []
    assert "0.8000" in regressions(measured(0.8), path)[0]
    pin(measured(0.8), {"corpus": "abc"}, lower=False, path=path)
    assert regressions(measured(0.8), path)
    pin(measured(0.8), {"corpus": "abc"}, lower=True, path=path)
    assert regressions(measured(0.8), path) == []
    assert "not measured" in regressions({"html": {}}, path)[0]
    assert regressions({}, path) == []


def test_floors_hold_for_the_data_that_their_kind_was_measured_on(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    report = {"corpus": {"boilerplate": [0.9, 0.9, 0.9]}}
    check_data("html", {"corpus": "new"}, path)
    pin({"html": report, "text": report}, {"corpus": "old"}, lower=False, path=path)
    pin({"html": report}, {"corpus": "new"}, lower=False, path=path)
    check_data("html", {"corpus": "new"}, path)
    check_data("text", {"corpus": "old"}, path)
    with pytest.raises(BoilerplateError, match="corpus is not the data that the text floors"):
        check_data("text", {"corpus": "new"}, path)


def test_a_command_measures_each_kind_unless_the_data_are_others(tmp_path: Path) -> None:
    measured = []

    @command
    def main(corpora: Path, kind: Kind, peers: bool) -> Report:
        measured.append((corpora, kind, peers))
        return {}

    done = CliRunner().invoke(main, ["--corpora", str(tmp_path), "--no-peers"])
    assert measured == [(tmp_path, "html", False), (tmp_path, "text", False)]
    assert done.exit_code == 1 and done.output.startswith("Error: under the floors:\n")
    assert "html labeled: not measured" in done.output
    assert "text labeled: not measured" in done.output
    (tmp_path / "wcxb-dev.jsonl.zst").touch()
    done = CliRunner().invoke(main, ["--corpora", str(tmp_path), "--kind", "text"])
    assert done.exit_code == 1 and len(measured) == 2
    assert done.output.startswith("Error: wcxb-dev is not the data that the text floors")


@pytest.mark.parametrize("kind", ["html", "text"])
def test_the_shipped_models_reach_the_floors(kind: str) -> None:
    model = BoilerplateClassifier.load(ROOT / "models" / f"{kind}.json")
    assert regressions({kind: model.info_["scores"]}) == []


def test_a_card_tells_scores_calibration_and_failures(
    examples: list[Example], tmp_path: Path
) -> None:
    used = [e for e in examples if len(e.page)]
    model = BoilerplateClassifier().fit(
        [e.page for e in used], [e.shares for e in used if e.shares is not None]
    )
    right = [e.gold.text or "" for e in examples]
    by_name: dict[str, Texts] = {"boilerplate": right, "peer": [None, *right[1:]]}
    told = {"group": "labeled", "id": "a|b", "url": "https://example.org/a_b"}
    told |= {"what": "lost 3 of 9 words", "block": "one | <two> *three*"}
    model.info_ = {
        "trained_on": [],
        "scores": report(examples, by_name),
        "peers": {"peer": "1.2.3"},
        "calibration_error": 0.0214,
        "failures": [told | {"scores": [1.0, 0.5, 0.667]}],
    }
    write_card(tmp_path / "card.md", "html", model)
    card = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert "peer on 1. Versions: peer 1.2.3." in card
    assert "0.021 ([reliability plot](../docs/reliability.png))" in card
    [row] = [line for line in card.splitlines() if "lost 3 of 9 words" in line]
    assert row.count(" | ") == 5 and r"“one \| \<two\> \*three\*”" in row
    assert "(<https://example.org/a_b>)" in row


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


def test_teasers_below_an_article_are_boilerplate_from_other_pages() -> None:
    pages = labeled_examples(LABELED, "text")
    made = with_teasers(pages)
    assert len(made) > 10
    sources = {e.gold.id: e for e in pages}
    for whole in made:
        page = sources[whole.gold.id].page
        assert whole.shares is not None and len(whole.shares) == len(whole.page)
        below = [text for text in whole.page.texts if text not in page.texts]
        assert below == whole.page.texts[-len(below) :]
        assert (whole.shares[-len(below) :, 2] == 1).all()
        assert any(text in other.page.texts for text in below for other in pages)
    assert [e.source for e in with_teasers(pages)] == [e.source for e in made]


def test_a_page_in_another_script_keeps_all_but_its_words() -> None:
    pages = [e for e in labeled_examples(LABELED, "html") if e.gold.id.startswith("en-")]
    made = [respelled(e) for e in pages]
    assert len(made) > 5
    linked = 0
    for whole, new in zip(pages, made, strict=True):
        assert new.shares is whole.shares and len(new.page) == len(whole.page)
        assert new.page.elements is whole.page.elements
        words = set(re.findall(r"\w+", " ".join(whole.page.texts).lower()))
        left = set(re.findall(r"\w+", " ".join(new.page.texts).lower()))
        assert len({word for word in words & left if not word.isdigit()}) < len(words) / 5
        chars = np.array([len("".join(text.split())) for text in new.page.texts])
        wholly = whole.page.link_chars == [len("".join(t.split())) for t in whole.page.texts]
        linked += int(wholly.sum())
        assert (new.page.link_chars[wholly] == chars[wholly]).all()
        assert (new.page.link_chars <= chars).all()
    assert linked > 100
    spaceless = [new for new in made if any("\u4e00" <= c <= "\u9fff" for c in str(new.page.texts))]
    assert 0 < len(spaceless) < len(made)
    assert [respelled(e).page.texts for e in pages] == [e.page.texts for e in made]


def _evaluate(gold: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "boilerplate", "evaluate", str(gold)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("compression", ["gzip", "zstandard"])
@pytest.mark.parametrize("labeled", [False, True])
def test_the_command_reads_compressed_files_and_tells_which_are_cut_short(
    compression: str, labeled: bool, tmp_path: Path
) -> None:
    record: dict[str, object] = {"html": "<p>The ice held for weeks.", "text": "The ice held."}
    if labeled:
        blocks = [{"text": "The ice held for weeks.", "label": "content"}]
        record |= {"id": "ice", "kind": "html", "source": "ours", "blocks": blocks}
    gold = tmp_path / "gold.jsonl.compressed"
    data = pytest.importorskip(compression).compress(json.dumps(record).encode() + b"\n")
    gold.write_bytes(data)
    done = _evaluate(gold)
    assert json.loads(done.stdout)["pages"] == 1 and not done.stderr
    assert ("block_accuracy" in json.loads(done.stdout)) == labeled
    gold.write_bytes(data[:-20])
    done = _evaluate(gold)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"Error: {gold}: the \w+ data end early; .*\n", done.stderr)
