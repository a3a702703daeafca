"""A small model for the tests, fitted on the labelled pages of the checkout."""

from pathlib import Path

import pytest

from boilerplate import BoilerplateClassifier
from boilerplate.labeled import read_labeled

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def small_model() -> BoilerplateClassifier:
    """A model of every second labelled page of each kind."""
    labeled = read_labeled(ROOT / "labeled")
    chosen = [
        page
        for kind in ("html", "text")
        for page in [page for page in labeled if page.kind == kind][::2]
    ]
    model = BoilerplateClassifier(C=0.05, max_iter=30)
    return model.fit([p.page for p in chosen], [p.labels for p in chosen])
