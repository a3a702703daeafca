"""The gold-standard corpora: pages with the main text that people marked in them."""

import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from boilerplate.errors import BoilerplateError, SourceError
from boilerplate.sources.streams import Decompressed

TRAINING = ("wcxb-dev", "multilingual-hand", "news-hand")
CHECKING = ("trafilatura-eval", "mozilla-readability", "cleaneval-dev")
LABELED = Path(__file__).parent.parent / "labeled"

_ARCHIVE = re.compile(r".*web\.archive\.org/web/\d+[a-z_]*/")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+(?:com|org|net|gov|edu|[a-z]{2})(?=[./-]|$)")
_CANONICAL = re.compile(
    r"<link\b[^>]*\brel=[\"']?canonical\b[^>]*>|<meta\b[^>]*\bproperty=[\"']?og:url\b[^>]*>", re.I
)
_ADDRESS = re.compile(r"\b(?:href|content)=[\"']?(https?://[^\"'\s>]+)", re.I)
_SECOND_LEVEL = frozenset(
    ["ac", "ad", "co", "com", "edu", "gob", "gouv", "gov", "gv", "ne", "net", "or", "org"]
)


@dataclass(frozen=True, slots=True)
class GoldPage:
    """One page of a corpus and what people said about it.

    `text` is the full main text without the headline, None in corpora that have none; `keep` and
    `drop` are snippets that the main text must and must not hold. `site` groups pages of one
    publisher, see `site`.
    """

    id: str
    corpus: str
    url: str | None
    site: str
    html: str
    text: str | None
    title: str
    type: str | None
    lang: str | None
    keep: tuple[str, ...]
    drop: tuple[str, ...]


def read_corpus(folder: Path, name: str) -> Iterator[GoldPage]:
    """Stream the pages of `<folder>/<name>.jsonl.zst`, in the order of the file.

    Raises:
        BoilerplateError: at once if the file is missing; while reading if it is damaged, or the
            package zstandard is missing.
    """
    path = folder / f"{name}.jsonl.zst"
    if not path.is_file():
        raise BoilerplateError(f"no corpus {name!r} in {folder}: {path.name} is not there")
    return _pages(path, name)


def _pages(path: Path, corpus: str) -> Iterator[GoldPage]:
    number = 0
    try:
        with path.open("rb") as raw, io.BufferedReader(Decompressed(raw)) as lines:
            for line in lines:
                number += 1
                yield _page(json.loads(line), corpus)
    except (SourceError, ValueError, KeyError, TypeError) as error:
        raise BoilerplateError(f"{path} cannot be read at page {number}: {error}") from error


def _page(record: dict[str, Any], corpus: str) -> GoldPage:
    return GoldPage(
        id=record["id"],
        corpus=corpus,
        url=record["url"],
        site=site(record["url"] or _canonical(record["html"]), record["id"]),
        html=record["html"],
        text=record.get("text"),
        title=record.get("title") or "",
        type=record.get("type"),
        lang=record.get("lang"),
        keep=tuple(record.get("with") or ()),
        drop=tuple(record.get("without") or ()),
    )


def _canonical(html: str) -> str | None:
    """The address that a page gives as its own."""
    found = (_ADDRESS.search(element.group()) for element in _CANONICAL.finditer(html))
    return next((address.group(1) for address in found if address), None)


def site(url: str | None, id: str) -> str:
    """Name the site of a page: a key to group pages by publisher, so that no fold sees both.

    It is the host's last two labels, or three under a short public second level (`bbc.co.uk`);
    a page of the Wayback Machine belongs to the site that was archived. A page without a usable
    URL is known by the host that its id names (`fixtures__genius.com.html`), else by the id.
    """
    for name in (url, id):
        host = _host(_ARCHIVE.sub("", name)) if name else None
        if host:
            labels = host.removeprefix("www.").split(".")
            public = len(labels[-1]) == 2 and len(labels) > 2 and labels[-2] in _SECOND_LEVEL
            return ".".join(labels[-3 if public else -2 :])
    return id


def _host(name: str) -> str | None:
    try:
        host = urlsplit(name).hostname
    except ValueError:
        host = None
    if host and "." in host:
        return host
    match = _HOST.search(name.lower())
    return match.group() if match else None


def folds(sites: Sequence[str], k: int) -> NDArray[np.intp]:
    """Deal pages to `k` folds of about equal size, all pages of a site to the same one.

    Returns the fold of each page, (n_pages,). It depends on how many pages each site has, not on
    their order: sites go from the largest to the smallest, ties shuffled, each to the fold that
    is smallest so far.
    """

    def rank(item: tuple[str, int]) -> tuple[int, bytes]:
        name, count = item
        return -count, hashlib.sha256(f"0:{name}".encode()).digest()

    sizes = [0] * k
    fold: dict[str, int] = {}
    for name, count in sorted(Counter(sites).items(), key=rank):
        fold[name] = sizes.index(min(sizes))
        sizes[fold[name]] += count
    return np.array([fold[name] for name in sites], dtype=np.intp)


def fingerprints(folder: Path) -> dict[str, str]:
    """The fingerprint of each corpus that is in the folder, and of `labeled/`."""
    files = {name: folder / f"{name}.jsonl.zst" for name in (*TRAINING, *CHECKING)}
    told = {name: fingerprint(file) for name, file in files.items() if file.is_file()}
    return told | {"labeled": fingerprint(LABELED)}


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal, to tell which data a model was made from.

    That of a folder of labelled pages is over its labels and its pages.
    """
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.suffix in (".jsonl", ".html", ".txt"))
        told = "".join(f"{fingerprint(file)}  {file.name}\n" for file in files)
        return hashlib.sha256(told.encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
