"""Keeps the article of a web page and drops the rest, by a classifier that you can train."""

from boilerplate.errors import BoilerplateError, LabelError, ModelError, PageError, ParameterError
from boilerplate.filter import BoilerplateFilter, classify, extract
from boilerplate.model import BoilerplateClassifier
from boilerplate.page import Block

__all__ = [
    "Block",
    "BoilerplateClassifier",
    "BoilerplateError",
    "BoilerplateFilter",
    "LabelError",
    "ModelError",
    "PageError",
    "ParameterError",
    "classify",
    "extract",
]
