"""Milliseconds a page on one core, by stage and beside other extractors.

    python -m benchmarks.speed --corpora folder

Every page goes through every extractor in turn, so that a busy moment of the machine slows all
of them alike and the ratios hold; processor time is what counts. Writes `docs/speed.md` and the
plots beside it.
"""

from __future__ import annotations

import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import click
import numpy as np
from selectolax.lexbor import LexborHTMLParser
from threadpoolctl import threadpool_limits

from benchmarks.growth import growth_table
from boilerplate import BoilerplateError, BoilerplateFilter
from boilerplate.arrays import Floats
from boilerplate.decision import decide
from boilerplate.decoding import decode
from boilerplate.features import features
from boilerplate.filter import shipped_model
from boilerplate.render import render
from boilerplate.segment import segment
from training.corpora import read_corpus
from training.flatten import flatten
from training.peers import html_peers, kept, text_peers

DOCS = Path(__file__).parent.parent / "docs"
WARM_UP = 20  # pages that fill caches and are not counted
_COLD_STARTS = 7
_ROUNDS = 5  # of one worker and of two


def stages(source: str, kind: str) -> Iterator[tuple[str, float]]:
    """Processor seconds of the whole way in one call, and then of each stage by itself.

    The whole way comes first, while no cache holds the page. It starts at text, as the peers do:
    decoding is measured, but is no part of it.
    """
    data = source.encode("utf-8", "replace")
    keep = BoilerplateFilter(kind=kind)
    started = time.process_time()

    def since() -> float:
        nonlocal started
        now = time.process_time()
        passed, started = now - started, now
        return passed

    keep(source)
    yield "boilerplate", since()
    decode(data)
    yield "decode", since()
    if kind == "html":
        LexborHTMLParser(source)
        yield "bare parse (lexbor)", since()
    page = segment(source, kind)
    yield "parse and blocks", since()
    if len(page):
        since()
        computed = features(page)
        yield "features", since()
        probability = shipped_model(kind).page_proba(page, computed)
        yield "two passes", since()
        decide(probability, computed.words, computed.same, page.tags or [None] * len(page))
        yield "decision", since()
        blocks = keep.classify(page)
        kept = [block for block in blocks if block.label != "boilerplate"]
        since()
        render(page, kept, "text")
        yield "rendering", since()


def one_core(sources: Sequence[str], kind: str) -> dict[str, Floats]:
    """Milliseconds of every stage and every peer on every page after the first `WARM_UP`."""
    peers = html_peers() if kind == "html" else text_peers()
    times: dict[str, list[float]] = {}
    for number, source in enumerate(sources):
        spent = dict(stages(source, kind))
        for name, peer in peers.items():
            before = time.process_time()
            kept(peer, source)
            spent[name] = time.process_time() - before
        if number >= WARM_UP:
            for name, seconds in spent.items():
                times.setdefault(name, []).append(seconds * 1000)
    return {name: np.array(values) for name, values in times.items()}


def cold(code: str, *arguments: str) -> float:
    """Median processor seconds of a fresh interpreter that runs the code."""
    spent = []
    for _ in range(_COLD_STARTS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return float(np.median(spent))


def scaling(sources: Sequence[str]) -> dict[int, float]:
    """Pages a second of wall-clock time through `pipe` with one worker and with two, in turns."""
    keep = BoilerplateFilter()
    spent: dict[int, list[float]] = {1: [], 2: []}
    for workers in spent:  # start the processes, fill caches
        for _ in keep.pipe(sources[:64], workers=workers):
            pass
    for _ in range(_ROUNDS):
        for workers, seconds in spent.items():
            before = time.perf_counter()
            for _ in keep.pipe(sources, workers=workers):
                pass
            seconds.append(time.perf_counter() - before)
    return {workers: len(sources) / float(np.median(each)) for workers, each in spent.items()}


def peak_memory(source: str) -> tuple[float, float]:
    """MiB that a fresh process held at most before and after it extracts a page (on Linux)."""
    code = (
        "import sys, boilerplate\n"
        "def peak():\n"
        "    status = open('/proc/self/status').read()\n"
        "    print(status.split('VmHWM:')[1].split()[0])\n"
        "page = open(sys.argv[1], encoding='utf-8').read()\n"
        "boilerplate.extract('<p>warm</p>')\n"
        "peak()\n"
        "boilerplate.extract(page)\n"
        "peak()"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as file:
        file.write(source)
        file.flush()
        run = subprocess.run(
            [sys.executable, "-c", code, file.name], check=True, capture_output=True, text=True
        )
    before, after = (int(line) / 1024 for line in run.stdout.split())
    return before, after


def _table(times: dict[str, Floats], sources: Sequence[str]) -> list[str]:
    megabytes = sum(len(source.encode("utf-8", "replace")) for source in sources) / 1e6
    ours = times["boilerplate"].sum()
    lines = [
        "| stage or extractor | mean ms | median | p99 | MB/s | times ours |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, values in times.items():
        lines.append(
            f"| {name} | {values.mean():.2f} | {np.median(values):.2f} "
            f"| {np.quantile(values, 0.99):.1f} | {megabytes / values.sum() * 1000:.1f} "
            f"| {values.sum() / ours:.2f} |"
        )
    return lines


@click.command()
@click.option("--corpora", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--pages", default=400, show_default=True, help="Pages of wcxb-dev to measure on.")
def main(corpora: Path, pages: int) -> None:
    """Measure and write docs/speed.md."""
    try:
        html = [page.html for page in islice(read_corpus(corpora, "wcxb-dev"), WARM_UP + pages)]
    except BoilerplateError as error:
        raise click.ClickException(str(error)) from error
    text = [flatten(page, number) for number, page in enumerate(html)]
    lines = ["# Speed", "", "Written by `python -m benchmarks.speed --corpora folder`; processor"]
    python = f"Python {platform.python_version()}, {platform.machine()}"
    lines += [f"time on one core. {python}.", ""]
    lines += ["Every page is new to every extractor, and to `boilerplate` as a whole; its stages"]
    lines += ["are measured after that, when the caches hold the page. All start at text: `decode`"]
    lines += ["is what bytes cost on top.", ""]
    with threadpool_limits(1):  # one core means one core
        on_html, on_text = one_core(html, "html"), one_core(text, "text")
    html, text = html[WARM_UP:], text[WARM_UP:]
    lines += [f"## HTML: {len(html)} pages of wcxb-dev", "", *_table(on_html, html), ""]
    lines += ["## The same pages, flattened to text", "", *_table(on_text, text)]
    small = next((page for page in html if 45_000 < len(page) < 55_000), html[0])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "page.html")
        path.write_text(small, encoding="utf-8", errors="replace")
        extract = "from boilerplate.cli import main; main()"
        first = "import boilerplate, sys; boilerplate.extract(open(sys.argv[1]).read())"
        lines += ["", "## Cold start: processor seconds of a fresh process", ""]
        lines += ["| what | seconds |", "|---|---:|"]
        for name, code, arguments in (
            ("`python -c pass`", "pass", ()),
            ("`import boilerplate`", "import boilerplate", ()),
            ("import and a page of 50 kB", first, (str(path),)),
            ("`boilerplate extract` of that page", extract, ("extract", str(path))),
        ):
            lines.append(f"| {name} | {cold(code, *arguments):.3f} |")
    largest = max(html, key=len)
    before, after = peak_memory(largest)
    workers = scaling(html)
    lines += ["", "## Memory and workers", ""]
    lines.append(
        f"The largest page ({len(largest) / 1e6:.1f} M characters) takes the process from "
        f"{before:.0f} to {after:.0f} MiB. `pipe` does {workers[1]:.0f} pages a second with one "
        f"worker and {workers[2]:.0f} with two, {workers[2] / workers[1]:.2f} times as many."
    )
    lines += ["", "## Growth", "", *growth_table(html[0], DOCS / "growth.png"), ""]
    (DOCS / "speed.md").write_text("\n".join(lines), encoding="utf-8")
    click.echo("\n".join(lines))


if __name__ == "__main__":
    main()
