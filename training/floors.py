"""Floors under the measured quality: a regression fails, and lowering a floor takes a flag."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from boilerplate import BoilerplateError

FLOORS = Path(__file__).with_name("floors.json")
_SLACK = 0.002  # below the measured figure: what another processor or scikit-learn may move


def check_data(kind: str, fingerprints: Mapping[str, str], path: Path = FLOORS) -> None:
    """See that the floors of one kind of page were measured on the same data.

    Args:
        kind: ``"html"`` or ``"text"``.
        fingerprints: The SHA-256 of each corpus, see `training.corpora.fingerprints`.

    Raises:
        BoilerplateError: If a corpus is another one.
    """
    for corpus, known in _read(path)[kind]["corpora"].items():
        if fingerprints.get(corpus, known) != known:
            raise BoilerplateError(
                f"{corpus} is not the data that the {kind} floors of {path.name} were measured on; "
                "--pin measures it all the same, and sets floors for it"
            )


def regressions(reports: Mapping[str, Mapping[str, Any]], path: Path = FLOORS) -> list[str]:
    """One sentence for every figure that is under its floor, or that was not measured.

    Args:
        reports: For each kind of page the report of `training.report`; a kind that has none is
            not held against its floors.
    """
    found = []
    for kind, report in reports.items():
        for group, floor in _read(path)[kind]["floors"].items():
            if group not in report:
                found.append(f"{kind} {group}: not measured, the floor is {floor:.4f}")
            elif (f1 := _f1(report[group])) < floor:
                found.append(f"{kind} {group}: F1 is {f1:.4f}, the floor is {floor:.4f}")
    return found


def pin(
    reports: Mapping[str, Mapping[str, Any]],
    fingerprints: Mapping[str, str],
    *,
    lower: bool,
    path: Path = FLOORS,
) -> None:
    """Raise the floors to just below the figures measured; lower or drop them only if asked to."""
    floors = _read(path)
    for kind, report in reports.items():
        known = {} if lower else floors[kind]["floors"]
        measured = {group: round(_f1(entry) - _SLACK, 4) for group, entry in report.items()}
        raised = {group: max(floor, known.get(group, 0.0)) for group, floor in measured.items()}
        floors[kind] = {"corpora": dict(fingerprints), "floors": known | raised}
    path.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """For each kind of page its floors, and the data that they were measured on."""
    floors: dict[str, dict[str, Any]] = {
        kind: {"corpora": {}, "floors": {}} for kind in ("html", "text")
    }
    if path.is_file():
        floors |= json.loads(path.read_text(encoding="utf-8"))
    return floors


def _f1(entry: Any) -> float:
    return float(entry["boilerplate"][2])
