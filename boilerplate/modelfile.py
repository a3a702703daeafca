"""The model file: strict JSON, checked whole before anything of it is used."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from boilerplate.arrays import Floats
from boilerplate.decision import GAP, LEAST, PASSAGE, SPREAD
from boilerplate.errors import ModelError
from boilerplate.features import FEATURES_VERSION, features
from boilerplate.passes import OUTPUTS, PLACES, Passes
from boilerplate.segment import segment
from boilerplate.writing import replacing

_FORMAT = "boilerplate-classifier model"
_SCHEMA = 3
_MOST_BYTES = 64 * 1024 * 1024
_QUESTIONS = 2  # content and headline
_MOST_COLUMNS = 10_000
_MOST_TOKENS = 200_000  # in one place
# The end of a row, and no such characters at the end of a string.
_BOUNDARY = re.compile(r'([\]}]),"(?![:,\]}])')
_LARGEST, _SMALLEST = 1e12, 1e-9  # of any number; of a scale


def write_model(
    path: Path, passes: Mapping[str, Passes], params: Mapping[str, Any], info: Mapping[str, Any]
) -> None:
    """Write fitted passes by kind; see `BoilerplateClassifier.save`."""
    import platform  # reading a model, the common case, needs neither
    from importlib.metadata import version

    header = {
        "format": _FORMAT,
        "schema": _SCHEMA,
        "features_version": FEATURES_VERSION,
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("boilerplate-classifier", "numpy", "scikit-learn")},
        },
        "parameters": dict(params),
        "decision": {
            "rule": "largest expected F1",
            "least_probability": LEAST,
            "shared_error": SPREAD,
            "gap": GAP,
            "repeated_words": PASSAGE,
        },
    }
    models = {kind: _to_json(model) for kind, model in passes.items()}
    document = {**header, **info, **header, "models": models}  # nothing besides overrides it
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelError(f"cannot write the model to {path}: its info_: {error}") from error
    # One column or token a line, so that a change of the model can be read as a diff.
    text = _BOUNDARY.sub(r'\1,\n"', text) + "\n"
    try:
        with replacing(path) as file:
            file.write(text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelError(f"cannot write the model to {path}: {reason}") from error


def read_model(path: Path) -> tuple[dict[str, Passes], dict[str, Any], dict[str, Any]]:
    """Read and check a model file: the passes by kind, the parameters, all else that it tells.

    Raises:
        ModelError: In one sentence that names the file, whatever is wrong with it.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # of a path with a NUL, say
        reason = getattr(error, "strerror", None) or error
        raise ModelError(f"cannot read the model {path}: {reason}") from error
    if len(content) > _MOST_BYTES:
        raise ModelError(f"{path} is no model file: it is larger than {_MOST_BYTES >> 20} MiB")
    try:
        document = json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is no model file: it is not valid JSON ({error})") from error
    try:
        return _from_document(document)
    except _Misfit as misfit:
        raise ModelError(f"{path} cannot be used as a model: {misfit}") from None


class _Misfit(Exception):
    """What is wrong with a model file, as half a sentence."""


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")


def _from_document(document: Any) -> tuple[dict[str, Passes], dict[str, Any], dict[str, Any]]:
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise _Misfit("it does not say that it is one")
    if document.get("schema") != _SCHEMA:
        raise _Misfit(f"its schema is {document.get('schema')!r:.40}, this version reads {_SCHEMA}")
    if document.get("features_version") != FEATURES_VERSION:
        raise _Misfit(
            "it was trained with version "
            f"{document.get('features_version')!r:.40} of the features, "
            f"this library computes version {FEATURES_VERSION}; train it anew"
        )
    models, params = document.get("models"), document.get("parameters")
    if not isinstance(models, dict) or not models or not set(models) <= {"html", "text"}:
        raise _Misfit("it must hold a model for html pages, for text, or for both")
    if not isinstance(params, dict) or not {int, float} >= set(map(type, params.values())):
        raise _Misfit("its parameters are missing, or not all are numbers")
    passes = {kind: _from_json(kind, model) for kind, model in models.items()}
    known = ("format", "schema", "features_version", "versions", "parameters", "decision", "models")
    info = {name: value for name, value in document.items() if name not in known}
    return passes, params, info


def _to_json(model: Passes) -> dict[str, Any]:
    columns = np.column_stack((model.mean, model.scale, model.dense)).tolist()
    stacked = np.column_stack((model.stacked_mean, model.stacked_scale, model.stacked)).tolist()
    return {
        "intercept": model.intercept.tolist(),
        "columns": dict(zip(model.names, columns, strict=True)),
        "stacked_columns": dict(zip(model.stacked_names, stacked, strict=True)),
        "tokens": {
            place: {
                token: weights.tolist()
                for token, weights in zip(model.vocabulary, by_token, strict=True)
                if weights.any()
            }
            for place, by_token in zip(PLACES[model.kind], model.token_weights, strict=True)
        },
    }


def _from_json(kind: str, model: Any) -> Passes:
    if not isinstance(model, dict):
        raise _Misfit(f"the {kind} model is no object")
    names, columns = _rows(model, kind, "columns", 2 + OUTPUTS)
    stacked_names, stacked = _rows(model, kind, "stacked_columns", 2 + _QUESTIONS)
    vocabulary, token_weights = _token_weights(kind, model.get("tokens"))
    intercept = _row(model.get("intercept"), f"intercept of the {kind} model", OUTPUTS + 1)
    if not (columns[:, 1] >= _SMALLEST).all() or not (stacked[:, 1] >= _SMALLEST).all():
        raise _Misfit(f"a scale of the {kind} model is not above zero")
    if (names, stacked_names) != _computed_names(kind):
        raise _Misfit(
            f"its {kind} model was fitted with other features than this version computes; "
            "train it anew"
        )
    return Passes(
        kind=kind,
        names=names,
        stacked_names=stacked_names,
        mean=columns[:, 0],
        scale=columns[:, 1],
        dense=columns[:, 2:],
        intercept=np.array(intercept, np.float64),
        stacked_mean=stacked[:, 0],
        stacked_scale=stacked[:, 1],
        stacked=stacked[:, 2:],
        vocabulary=vocabulary,
        token_weights=token_weights,
    )


def _token_weights(kind: str, tokens: Any) -> tuple[list[str], Floats]:
    """The vocabulary and the weights of its tokens in each place; see `Passes`."""
    places = PLACES[kind]
    if not isinstance(tokens, dict) or tokens.keys() != set(places):
        raise _Misfit(f"the {kind} model must have tokens for the places {', '.join(places)}")
    tables = [_rows(tokens, kind, place, OUTPUTS, most=_MOST_TOKENS) for place in places]
    names = sorted({token for found, _ in tables for token in found})
    number = {name: k for k, name in enumerate(names)}
    weights = np.zeros((len(places), len(names), OUTPUTS))
    for by_token, (found, rows) in zip(weights, tables, strict=True):
        by_token[[number[token] for token in found]] = rows
    return names, weights


@cache
def _computed_names(kind: str) -> tuple[list[str], list[str]]:
    """The columns of pages of a kind in the first pass, and those that the second has besides."""
    computed = features(segment("x", kind))
    return list(computed.columns), list(computed.stacked(np.zeros((1, 3)), np.zeros((1, 2))))


def _rows(
    model: Mapping[str, Any], kind: str, name: str, width: int, most: int = _MOST_COLUMNS
) -> tuple[list[str], Floats]:
    """The names and the numbers of a table ``{name: [number, ...]}``, all rows of one width."""
    rows = model.get(name)
    if not isinstance(rows, dict):
        raise _Misfit(f"the {kind} model has no {name}")
    if len(rows) > most:
        raise _Misfit(f"the {kind} model has too many {name}")
    where = f"{name} of the {kind} model"
    table = [_row(row, where, width, key) for key, row in rows.items()]
    return list(rows), np.array(table, np.float64).reshape(len(rows), width)


def _row(row: Any, where: str, width: int, key: str | None = None) -> list[float]:
    """So many numbers."""
    if not isinstance(row, list) or len(row) != width:
        raise _Misfit(f"{_named(where, key)}: {width} numbers are expected")
    for value in row:
        # Written so that NaN fails too; far larger numbers would overflow in the sums.
        if type(value) not in (int, float) or not abs(value) <= _LARGEST:
            raise _Misfit(f"{_named(where, key)}: a number is out of range")
    return row


def _named(where: str, key: str | None) -> str:
    return where if key is None else f"{where}, {key!r}"
