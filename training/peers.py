"""Other extractors to compare with, each from a page to its text, and simple baselines."""

import html
import logging
import re
import warnings
from collections.abc import Callable, Iterable
from importlib.metadata import version
from importlib.util import find_spec
from typing import TypeAlias

from training.flatten import flatten

Peer: TypeAlias = Callable[[str, str | None], str]
"""Gives the text that an extractor keeps of a page; it is told the language if that is known."""

_TERMINAL = re.compile(r"[.!?。！？।؟…][\"'”’»」)\]]*$")
_STOPLISTS = {  # jusText's names of the languages that the corpora speak
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech",
    "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ko": "Korean", "lt": "Lithuanian",
    "lv": "Latvian", "nl": "Dutch", "no": "Norwegian_Bokmal", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian",
    "sr": "Serbian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese",
}  # fmt: skip


def kept(peer: Peer, page: str, lang: str | None = None) -> str | None:
    """What a peer keeps of a page; None if it raises."""
    try:
        return peer(page, lang)
    except Exception:  # whatever a peer raises is its failure, not ours
        return None


def html_peers() -> dict[str, Peer]:
    """Name the installed extractors for HTML pages; `trafilatura-body` leaves comments out."""
    peers = {
        "trafilatura": ("trafilatura", _trafilatura()),
        "trafilatura-body": ("trafilatura", _trafilatura(include_comments=False)),
        "trafilatura-fast": ("trafilatura", _trafilatura(fast=True)),
        "trafilatura-precision": ("trafilatura", _trafilatura(favor_precision=True)),
        "trafilatura-recall": ("trafilatura", _trafilatura(favor_recall=True)),
        "resiliparse": ("resiliparse", _resiliparse),
        "readability-lxml": ("readability", _readability),
        "justext": ("justext", _justext),
        "boilerpy3": ("boilerpy3", _boilerpy3),
        "newspaper4k": ("newspaper", _newspaper),
    }
    return {name: peer for name, (package, peer) in peers.items() if find_spec(package)}


def peer_versions() -> dict[str, str]:
    """The versions of the installed packages that peers stand in."""
    modules = {"readability-lxml": "readability", "newspaper4k": "newspaper"}
    names = (
        "trafilatura",
        "resiliparse",
        "readability-lxml",
        "justext",
        "boilerpy3",
        "newspaper4k",
    )
    return {name: version(name) for name in names if find_spec(modules.get(name, name))}


def text_peers() -> dict[str, Peer]:
    """Name the baselines for flattened text, and what extractors make of its lines as paragraphs.

    `c4-lines` is a rule of C4 (Raffel et al., 2020): keep the lines of five words or more that end
    in terminal punctuation. `ten-words` keeps lines of ten words or more.
    """
    peers: dict[str, Peer] = {"c4-lines": _c4_lines, "ten-words": _ten_words}
    if find_spec("justext"):
        peers["justext"] = lambda page, lang: _justext(_paragraphs(page), lang)
    if find_spec("trafilatura"):
        extract = _trafilatura()
        peers["trafilatura"] = lambda page, lang: extract(_paragraphs(page), lang)
    return peers


def _trafilatura(**options: bool) -> Peer:
    def run(page: str, lang: str | None) -> str:
        import trafilatura

        return trafilatura.extract(page, **options) or ""

    return run


def _resiliparse(page: str, lang: str | None) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(page, main_content=True))


def _readability(page: str, lang: str | None) -> str:
    from readability import Document

    return flatten(Document(page).summary(), seed=0, style="inner-text")


def _justext(page: str, lang: str | None) -> str:
    import justext

    stoplist = justext.get_stoplist(_STOPLISTS.get((lang or "en")[:2], "English"))
    return _lines(p.text for p in justext.justext(page, stoplist) if not p.is_boilerplate)


def _boilerpy3(page: str, lang: str | None) -> str:
    from boilerpy3.extractors import ArticleExtractor

    logging.getLogger("boilerpy3").setLevel(logging.CRITICAL)  # it logs every odd tag it meets
    return str(ArticleExtractor().get_content(page))


def _newspaper(page: str, lang: str | None) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of packages that only other tasks need
        import newspaper

        article = newspaper.Article("https://example.org/", fetch_images=False)
        article.download(input_html=page)
        article.parse()
        return str(article.text)


def _c4_lines(page: str, lang: str | None) -> str:
    lines = page.splitlines()
    return _lines(ln for ln in lines if len(ln.split()) >= 5 and _TERMINAL.search(ln.rstrip()))


def _ten_words(page: str, lang: str | None) -> str:
    return _lines(line for line in page.splitlines() if len(line.split()) >= 10)


def _paragraphs(page: str) -> str:
    lines = (html.escape(line) for line in page.splitlines() if line.strip())
    return "<html><body>" + "".join(f"<p>{line}</p>\n" for line in lines) + "</body></html>"


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)
