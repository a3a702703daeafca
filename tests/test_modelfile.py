"""The model file: what it tells, and what is refused as one."""

import json
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from boilerplate import (
    BoilerplateClassifier,
    BoilerplateError,
    ModelError,
)
from boilerplate.decision import GAP, LEAST, PASSAGE, SPREAD


@pytest.fixture(scope="module")
def document(small_model: BoilerplateClassifier, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("model") / "model.json"
    small_model.save(path)
    return json.loads(path.read_text(encoding="utf-8"))


def _place(document: Any, keys: Sequence[str | None]) -> tuple[Any, str]:
    """An entry of the document as its object and its key; None stands for an object's first key."""
    for key in keys[:-1]:
        document = document[next(iter(document)) if key is None else key]
    return document, next(iter(document)) if keys[-1] is None else keys[-1]


def _set(*keys: str | None, value: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        table, key = _place(document, keys)
        table[key] = value

    return change


def _fill(*keys: str | None, number: Any) -> Callable[[Any], None]:
    """A change of all numbers of a row."""

    def change(document: Any) -> None:
        table, key = _place(document, keys)
        table[key] = [number] * len(table[key])

    return change


def _add(*keys: str | None) -> Callable[[Any], None]:
    """A change that adds a sound row to a table."""

    def change(document: Any) -> None:
        table, key = _place(document, [*keys, None])
        table["another"] = table[key]

    return change


def _drop(*keys: str | None) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        table, key = _place(document, keys)
        del table[key]

    return change


COLUMNS = ("models", "html", "columns")
STACKED = ("models", "text", "stacked_columns")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set("format", value="other"), "does not say that it is one"),
        (_set("schema", value=99), "schema is 99"),
        (_set("schema", value="9" * 10_000), r"schema is '9{39}, this"),
        (_set("features_version", value=0), "version 0 of the features"),
        (_set("parameters", value=[]), "parameters are missing"),
        (_set("parameters", value={"C": "0.1"}), "not all are numbers"),
        (_set("parameters", value={"C": 1e10}), "C is 1000"),
        (_set("parameters", value={"C": -1}), "C is -1"),
        (_set("models", value={}), "must hold a model"),
        (_set("models", value=[1]), "must hold a model"),
        (_set("models", "pdf", value={}), "must hold a model"),
        (_set("models", "html", value=None), "html model is no object"),
        (_set(*COLUMNS, value=[]), "html model has no columns"),
        (_set(*COLUMNS, value={str(n): [] for n in range(10_001)}), "too many columns"),
        (_set(*COLUMNS, None, value=[1.0]), "numbers are expected"),
        (_fill(*COLUMNS, None, number="1"), "number is out of range"),
        (_fill(*COLUMNS, None, number=True), "number is out of range"),
        (_fill(*COLUMNS, None, number=None), "number is out of range"),
        (_fill(*COLUMNS, None, number=1e308), "number is out of range"),
        (_fill(*COLUMNS, None, number=-1e13), "number is out of range"),
        (_fill(*COLUMNS, None, number=10**400), "number is out of range"),
        (_fill(*COLUMNS, None, number=0.0), "a scale of the html model is not above zero"),
        (_fill(*STACKED, None, number=-1.0), "a scale of the text model is not above zero"),
        (_add(*COLUMNS), "html model was fitted with other features"),
        (_set("models", "html", "intercept", value=[1.0]), "numbers are expected"),
        (_set("models", "text", "intercept", value=3), "numbers are expected"),
        (_fill("models", "text", "intercept", number="1"), "number is out of range"),
        (_set("models", "html", "tokens", None, value=[1.0]), "html model has no own"),
        (_set("models", "html", "tokens", "own", None, value=[1.0]), "numbers are expected"),
        (
            _set("models", "html", "tokens", "own", value={str(n): [] for n in range(200_001)}),
            "html model has too many own",
        ),
        (_fill("models", "html", "tokens", "own", None, number="1"), "number is out of range"),
        (_set("models", "text", "tokens", "elsewhere", value={}), "must have tokens"),
        (_drop("models", "html", "tokens", "own"), "must have tokens"),
        (_drop("format"), "does not say that it is one"),
        (_drop("models"), "must hold a model"),
        (_drop(*COLUMNS), "html model has no columns"),
        (_drop(*STACKED), "text model has no stacked_columns"),
        (_drop("models", "html", "tokens"), "must have tokens"),
        (_drop("models", "html", "intercept"), "numbers are expected"),
        (_drop(*COLUMNS, None), "html model was fitted with other features"),
        (_drop(*STACKED, None), "text model was fitted with other features"),
    ],
)
def test_a_changed_model_file_is_refused(
    change: Callable[[Any], None], words: str, document: Any, tmp_path: Path
) -> None:
    changed = json.loads(json.dumps(document))
    change(changed)
    _is_refused(tmp_path, json.dumps(changed).encode(), words)


def test_a_model_file_tells_the_decision_that_is_made(document: Any) -> None:
    assert document["decision"] == {
        "rule": "largest expected F1",
        "least_probability": LEAST,
        "shared_error": SPREAD,
        "gap": GAP,
        "repeated_words": PASSAGE,
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe{}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1' + b"0" * 5_000 + b"}",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        pickle.dumps({"format": "boilerplate-classifier model"}),
        b" " * (65 * 1024 * 1024),
    ],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_model_file_is_refused(content: bytes, tmp_path: Path) -> None:
    _is_refused(tmp_path, content)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("NaN", "NaN is not a number"),
        ("Infinity", "Infinity is not a number"),
        ("1e999", "number is out of range"),
        ("-1e999", "number is out of range"),
    ],
)
def test_numbers_that_are_not_finite_are_refused(
    number: str, words: str, document: Any, tmp_path: Path
) -> None:
    document = json.loads(json.dumps(document))
    document["models"]["html"]["intercept"][0] = "here"
    _is_refused(tmp_path, json.dumps(document).replace('"here"', number).encode(), words)


def test_a_truncated_model_file_is_refused(document: Any, tmp_path: Path) -> None:
    content = json.dumps(document).encode()
    for size in (1, 100, len(content) // 2, len(content) - 1):
        _is_refused(tmp_path, content[:size])


def test_a_folder_and_a_missing_file_are_no_models(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(ModelError, match="cannot read the model") as error:
            BoilerplateClassifier.load(path)
        assert str(path) in str(error.value)


def _is_refused(folder: Path, content: bytes, words: str | None = None) -> None:
    path = folder / "broken.json"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=words) as error:
        BoilerplateClassifier.load(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)
    assert (
        isinstance(error.value, BoilerplateError) and len(str(error.value)) < len(str(path)) + 200
    )
