"""The nodes that are walked: lexbor's, or a tree's that are made like them."""

from __future__ import annotations

from typing import Protocol


class Node(Protocol):
    """What the walk asks of a node; lexbor's nodes answer as they are."""

    @property
    def first_child(self) -> Node | None:
        """The first of the nodes inside."""

    @property
    def next(self) -> Node | None:
        """The node behind this one in the same element."""

    @property
    def tag(self) -> str | None:
        """The name of an element; ``-text`` of text, and so on."""

    @property
    def attributes(self) -> dict[str, str | None]:
        """Those of an element, None for those without a value."""

    @property
    def text_content(self) -> str | None:
        """What a text says."""


def classes(node: Node) -> str:
    """The value of an element's `class`."""
    return node.attributes.get("class") or ""
