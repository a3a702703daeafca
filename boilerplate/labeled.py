"""Labelled pages: what people said of every block, carried to the page as it is segmented now."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from boilerplate.decoding import encoded
from boilerplate.errors import LabelError, SourceError
from boilerplate.page import LABELS, SPACELESS_RANGES, Kind, Label, Page
from boilerplate.segment import segment
from boilerplate.sources.inputs import PAGE_SUFFIXES, json_object
from boilerplate.sources.streams import Decompressed

_WORD = re.compile(rf"[{SPACELESS_RANGES}]|[^\s{SPACELESS_RANGES}]+")
SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst")  # of the files that are read in a folder
_LOST = 0.1  # the share of a page's words that may go without a label
_MOST_WORDS = 20_000  # of a page that are compared with all others of it
_MANY = 5_000  # blocks or words


@dataclass(frozen=True, slots=True)
class LabeledPage:
    """A page and the label of each of its blocks: `labels[i]` belongs to `page.texts[i]`.

    A block that shares no word with those that were labelled has None. A text page that was not
    `stored` is made of its blocks.
    """

    id: str
    kind: Kind
    source: str
    page: Page
    labels: list[Label | None]
    stored: bool = True


def read_labeled(path: str | Path) -> list[LabeledPage]:
    """Read labelled pages from a JSONL file, plain or compressed, or all of a folder.

    A line is `{"id", "kind", "source", "blocks": [{"text", "label"}, ...]}`; other fields are
    ignored. The page itself is in the field `html`, or beside the file as `<id>.html` or
    `<id>.txt` (or as `<id>`, if that has an ending); a text page that is in neither place is made
    of its blocks. It is segmented anew, and its blocks get their labels from the labelled ones by
    the words that they share, so that labels outlive a change of the segmentation.

    Raises:
        LabelError: naming file and line, if a line cannot be read, if the page of an HTML record
            is missing, or if more than a tenth of a page's words stand on one side only.
    """
    path = Path(path)
    files = sorted(f for s in SUFFIXES for f in path.glob(f"*{s}")) if path.is_dir() else [path]
    if not files:
        raise LabelError(f"{path}: no .jsonl file in this folder")
    pages: dict[str, LabeledPage] = {}
    for file in files:
        before = len(pages)
        for where, record in _records(file):
            page = _labeled_page(record, file.parent, where)
            if page.id in pages:
                raise LabelError(f"{where}: a page with the id {page.id!r} came before")
            pages[page.id] = page
        if len(pages) == before:
            raise LabelError(f"{file}: there are no labelled pages in this file")
    return list(pages.values())


def _records(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        with file.open("rb") as raw:
            content = Decompressed(raw).readall()
    except OSError as error:
        raise LabelError(f"{file}: {error.strerror}") from None
    except SourceError as error:
        raise LabelError(f"{file}: {error}") from None
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        where = f"{file}, line {number}"
        try:
            record = json_object(line)
        except SourceError as error:
            raise LabelError(f"{where}: {error}") from None
        yield where, record


def _labeled_page(record: dict[str, Any], folder: Path, where: str) -> LabeledPage:
    id, kind, source = (_field(record, name, str, where) for name in ("id", "kind", "source"))
    if kind not in ("html", "text"):
        raise LabelError(f"{where}: the kind of a page is 'html' or 'text', not {kind!r}")
    texts: list[str] = []
    labels: list[Label] = []
    for block in _field(record, "blocks", list, where):
        if not isinstance(block, dict):
            raise LabelError(f"{where}: a block must be an object with a text and a label")
        texts.append(encoded(_field(block, "text", str, where))[0])
        label = _field(block, "label", str, where)
        if label not in LABELS:
            raise LabelError(f"{where}: unknown label {label!r}; there are {', '.join(LABELS)}")
        labels.append(label)
    content = _content(record, id, kind, folder, where)
    page = segment("\n\n".join(texts) if content is None else content, kind=kind)
    carried, found = _carry(texts, labels, page.texts)
    if found < 1 - _LOST:
        raise LabelError(
            f"{where}: only {found:.1%} of the words of the page {id!r} and of its labelled blocks "
            "agree; label the page anew, or put back the page that was labelled"
        )
    return LabeledPage(id, kind, source, page, carried, content is not None)


def _field(record: dict[str, Any], name: str, type_: type, where: str) -> Any:
    value = record.get(name)
    if not isinstance(value, type_):
        wanted = "a string" if type_ is str else "a list"
        raise LabelError(f"{where}: the field {name!r} must be {wanted}")
    return value


def _content(
    record: dict[str, Any], id: str, kind: str, folder: Path, where: str
) -> str | bytes | None:
    """Find the page that was labelled; None for a text page that was not stored."""
    if isinstance(record.get("html"), str):
        return str(record["html"])
    beside = os.path.join(folder, f"{id}.{'html' if kind == 'html' else 'txt'}")
    for path in (beside, os.path.join(folder, id)):
        if path.endswith(PAGE_SUFFIXES[kind]) and os.path.isfile(path):
            return Path(path).read_bytes()
    if kind == "html":
        raise LabelError(
            f"{where}: the page itself is missing; put its HTML into the field 'html' "
            f"or into the file {beside}"
        )
    return None


def _carry(
    old: Sequence[str], labels: Sequence[Label], new: Sequence[str]
) -> tuple[list[Label | None], float]:
    """Give new blocks the labels of old ones, and tell how much of the longer side was found.

    Blocks that are equal but for white space are matched first, in order; among the others the
    words are, or among all if that finds more, and a new block takes the label of most of its
    words.
    """
    bare = (["".join(text.split()) for text in side] for side in (old, new))
    carried, found = _by(_differences(*bare), old, labels, new)
    words = sum(len(text.split()) for text in old)
    # Repeated blocks may have been paired crosswise: the words decide alone, which takes its time.
    if found < 1 and words < _MOST_WORDS:
        by_words = _by([("replace", 0, len(old), 0, len(new))], old, labels, new)
        carried, found = max((carried, found), by_words, key=lambda result: result[1])
    return carried, found


def _by(
    operations: Iterable[tuple[str, int, int, int, int]],
    old: Sequence[str],
    labels: Sequence[Label],
    new: Sequence[str],
) -> tuple[list[Label | None], float]:
    carried: list[Label | None] = [None] * len(new)
    sizes = [[len(_WORD.findall(text)) for text in side] for side in (old, new)]
    found_old = found_new = 0
    for operation, i, i_end, j, j_end in operations:
        if operation == "equal":
            carried[j:j_end] = labels[i:i_end]
            found_old += sum(sizes[0][i:i_end])
            found_new += sum(sizes[1][j:j_end])
        elif operation == "replace":
            here = [(word, k) for k in range(i, i_end) for word in _WORD.findall(old[k])]
            there = [(word, k) for k in range(j, j_end) for word in _WORD.findall(new[k])]
            votes: dict[int, Counter[Label]] = {}
            for same, a, a_end, b, _ in _differences([w for w, _ in here], [w for w, _ in there]):
                if same == "equal":
                    found_old += a_end - a
                    found_new += a_end - a
                    for step in range(a_end - a):
                        vote = votes.setdefault(there[b + step][1], Counter())
                        vote[labels[here[a + step][1]]] += 1
            for k, vote in votes.items():
                carried[k] = vote.most_common(1)[0][0]
    shares = zip((found_old, found_new), map(sum, sizes), strict=True)
    return carried, min(found / size if size else 1.0 for found, size in shares)


def _differences(
    old: Sequence[str], new: Sequence[str]
) -> Sequence[tuple[str, int, int, int, int]]:
    # Of very many the common ones are no anchors: each would be compared with each.
    return SequenceMatcher(None, old, new, autojunk=len(new) > _MANY).get_opcodes()
