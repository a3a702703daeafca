"""Equal values in arrays, and names as numbers: what several steps need of numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
_Number = TypeVar("_Number", np.intp, np.uint64)


def numbered(names: Sequence[str]) -> tuple[list[str], Ints]:
    """The distinct names in order of appearance, and the number of each name among them."""
    number = {name: k for k, name in enumerate(dict.fromkeys(names))}
    return list(number), np.fromiter(map(number.__getitem__, names), np.intp, len(names))


def distinct(values: NDArray[_Number]) -> NDArray[_Number]:
    """The distinct values, sorted; `numpy.unique` hashes them, which takes longer."""
    ordered = np.sort(values)
    return ordered[_new(ordered)]


class Groups(NamedTuple):
    """Equal values as groups, which are numbered in the order of the values."""

    number: Ints  # the group of each value, shape (n_values,)
    order: Ints  # where the values stand, group by group; shape (n_values,)
    first: Ints  # where each group stands first, shape (n_groups,)
    times: Ints  # how many values each has


def grouped(values: NDArray[_Number]) -> Groups:
    """Find equal values by one sort, whose order `numpy.unique` would not give."""
    order = np.argsort(values, kind="stable")
    new = _new(values[order])
    number = np.empty(values.size, np.intp)
    number[order] = np.cumsum(new) - 1
    return Groups(number, order, order[new], np.bincount(number))


def _new(ordered: NDArray[_Number]) -> NDArray[np.bool_]:
    """Which values differ from the one before."""
    flags = np.ones(ordered.size, np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=flags[1:])
    return flags


def chain_ends(step: Ints) -> Ints:
    """Where each place gets by going from place to place until one leads to itself."""
    while ((following := step[step]) != step).any():
        step = following
    return step
