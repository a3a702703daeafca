"""A small model for the tests, fitted on the labelled pages of the checkout."""

import sys
from pathlib import Path

import pytest
from commands import LABELED, PAGE
from hypothesis import settings
from threadpoolctl import threadpool_limits

from boilerplate import BoilerplateClassifier
from boilerplate.labeled import read_labeled

# How long an example takes is a matter of what else the machine does.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def small_model() -> BoilerplateClassifier:
    """A model of every second labelled page of each kind."""
    labeled = read_labeled(LABELED)
    chosen = [
        page
        for kind in ("html", "text")
        for page in [page for page in labeled if page.kind == kind][::2]
    ]
    model = BoilerplateClassifier(C=0.05)
    with threadpool_limits(1):  # on a busy machine the threads of BLAS wait for one another
        return model.fit([p.page for p in chosen], [p.labels for p in chosen])


@pytest.fixture(scope="session")
def model_file(
    small_model: BoilerplateClassifier, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The small model in a file."""
    path = tmp_path_factory.mktemp("model") / "small.json"
    small_model.save(path)
    return path


@pytest.fixture
def extract(model_file: Path) -> list[str]:
    """The command `boilerplate extract` as far as its model."""
    return [str(Path(sys.executable).with_name("boilerplate")), "extract", "-m", str(model_file)]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    return path
