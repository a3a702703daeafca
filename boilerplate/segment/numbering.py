"""Where cells stand in their tables, and items in their lists."""

from __future__ import annotations

import re

import numpy as np

from boilerplate.arrays import Ints
from boilerplate.page import LISTS
from boilerplate.segment.nodes import Node

_NUMBER = re.compile(r"\s*([0-9]{1,9})(?![0-9])")  # how many columns a cell takes, and the like
_MOST_COLUMNS = 200  # of a table that are told apart


def numbering(tags: list[str], parents: list[int], nodes: list[Node]) -> Ints:
    """The column of each cell in its table, the number of each item of an ordered list, else -1."""
    places = np.full(len(tags), -1, np.intp)
    lists: dict[int, int] = {}  # the one around each element, as far as was asked
    items: dict[int, int] = {}  # the number of the last one of each list so far
    number: dict[int, int] = {}  # of each row among those of its table or part of one
    rows: dict[int, int] = {}  # in each of these so far
    held: dict[int, dict[int, int]] = {}  # and its columns that cells hold up to some row
    free: dict[int, int] = {}  # the first column after the cells of each row so far
    for element in [e for e, tag in enumerate(tags) if tag in {"tr", "td", "th", "li"}]:
        up = parents[element]
        if tags[element] == "li":
            if up >= 0 and tags[up] == "ul":
                continue  # as most do
            up = _list_around(up, lists, tags, parents)
            if up >= 0 and tags[up] == "ol":
                step = -1 if "reversed" in nodes[up].attributes else 1
                if up not in items:
                    first = 1 if step > 0 else _count_items(nodes[up])
                    items[up] = _number(nodes[up], "start", first) - step
                places[element] = items[up] = _number(nodes[element], "value", items[up] + step)
        elif tags[element] == "tr":
            number[element] = rows[up] = rows.get(up, -1) + 1
            free[element] = 0
            held.setdefault(up, {})
        elif up in number:
            row, above, column = number[up], held[parents[up]], free[up]
            while above.get(column, 0) > row:
                column += 1
            places[element] = column
            width, height = (
                max(_number(nodes[element], name, 1), 1) for name in ("colspan", "rowspan")
            )
            free[up] = min(column + width, _MOST_COLUMNS)
            if height > 1:
                above.update(dict.fromkeys(range(column, free[up]), row + height))
    return places


def _list_around(element: int, known: dict[int, int], tags: list[str], parents: list[int]) -> int:
    """The list that an element is or stands in, -1 for none; what is found goes into `known`."""
    passed: list[int] = []
    while element >= 0 and element not in known and tags[element] not in LISTS:
        passed.append(element)
        element = parents[element]
    found = known.get(element, element)
    known |= dict.fromkeys(passed, found)
    return found


def _count_items(node: Node) -> int:
    count, child = 0, node.first_child
    while child is not None:
        count += child.tag == "li"
        child = child.next
    return count


def _number(node: Node, attribute: str, default: int) -> int:
    told = _NUMBER.match(node.attributes.get(attribute) or "")
    return int(told[1]) if told else default
