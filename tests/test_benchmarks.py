"""The benchmarks: which pages they count."""

from pathlib import Path

from benchmarks.speed import WARM_UP, one_core

TEXT = (Path(__file__).parent.parent / "labeled/en-text-kestrel.txt").read_text(encoding="utf-8")


def test_pages_to_warm_up_with_are_not_counted() -> None:
    times = one_core([f"{number}\n{TEXT}" for number in range(WARM_UP + 2)], "text")
    assert {"boilerplate", "decode", "features", "rendering", "c4-lines"} <= set(times)
    assert {values.shape for values in times.values()} == {(2,)}
