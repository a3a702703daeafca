"""Floors under the measured quality: a regression fails, and lowering a floor takes a flag."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from boilerplate import BoilerplateError

FLOORS = Path(__file__).with_name("floors.json")
_SLACK = 0.002  # below the measured figure: what a new version of scikit-learn may move


def regressions(
    reports: Mapping[str, Mapping[str, Any]], fingerprints: Mapping[str, str], path: Path = FLOORS
) -> list[str]:
    """One sentence for every figure under its floor.

    Args:
        reports: For each kind of page the report of `training.evaluation`.
        fingerprints: The SHA-256 of each corpus that was measured on.

    Raises:
        BoilerplateError: If the floors were measured on other data.
    """
    floors = _read(path)
    for corpus, known in floors["corpora"].items():
        if fingerprints.get(corpus, known) != known:
            raise BoilerplateError(
                f"{corpus} is not the data that the floors of {path.name} were measured on"
            )
    return [
        f"{kind} {group}: F1 is {f1:.4f}, the floor is {floor:.4f}"
        for kind, floors_of_kind in floors["floors"].items()
        for group, floor in floors_of_kind.items()
        if group in reports.get(kind, {}) and (f1 := _f1(reports[kind][group])) < floor
    ]


def pin(
    reports: Mapping[str, Mapping[str, Any]],
    fingerprints: Mapping[str, str],
    *,
    lower: bool,
    path: Path = FLOORS,
) -> None:
    """Raise the floors to just below the figures measured; lower them only if asked to."""
    floors = _read(path)
    floors["corpora"].update(fingerprints)
    for kind, report in reports.items():
        known = floors["floors"].setdefault(kind, {})
        for group, entry in report.items():
            floor = round(_f1(entry) - _SLACK, 4)
            known[group] = floor if lower else max(floor, known.get(group, 0.0))
    path.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {"corpora": {}, "floors": {}}
    floors: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return floors


def _f1(entry: Any) -> float:
    return float(entry["boilerplate"][2])
