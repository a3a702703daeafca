"""Peak memory and pages a second of `boilerplate extract` on a WARC and a WET.

    python -m benchmarks.crawl [--records 20000] [-m MODEL]

The containers are made of the pages in `labeled/`, each made different from the others. Memory is
the sum of the peaks of all processes (VmHWM), so it needs Linux.
"""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
from fastwarc.warc import WarcRecord, WarcRecordType

LABELED = Path(__file__).parent.parent / "labeled"
_COMMAND = str(Path(sys.executable).with_name("boilerplate"))


def write_container(path: Path, kind: str, records: int) -> None:
    """Write a WARC of HTML responses, or a WET of texts, gzip record by record."""
    pages = [path.read_bytes() for path in sorted(LABELED.glob(f"*.{kind}"))]
    with path.open("wb") as file:
        for number in range(records):
            record = WarcRecord()
            record.init_headers(
                WarcRecordType.response if kind == "html" else WarcRecordType.conversion
            )
            record.headers["WARC-Record-ID"] = f"<urn:uuid:{number:032d}>"
            record.headers["WARC-Target-URI"] = f"https://example.org/{number}"
            record.headers["WARC-Date"] = "2026-01-01T00:00:00Z"
            page = pages[number % len(pages)].replace(b"\n", b"\n<!--%d-->" % number, 1)
            if kind == "html":
                page = page.replace(b'class="', b'class="c%d ' % number)
                head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
                record.headers["Content-Type"] = "application/http; msgtype=response"
            else:
                head = b"%d\n" % number
                record.headers["Content-Type"] = "text/plain"
            record.set_bytes_content(head + page)
            written = io.BytesIO()
            record.write(written)
            file.write(gzip.compress(written.getvalue(), 1))


def measure(source: Path, workers: int, model: str | None) -> tuple[float, float]:
    """The seconds that a crawl takes, and the megabytes of all its processes at their peaks."""
    with tempfile.TemporaryDirectory() as folder:
        command = [_COMMAND, "extract", str(source), "--workers", str(workers)]
        command += ["-o", f"{folder}/articles.jsonl.gz", *(("-m", model) if model else ())]
        begun = time.perf_counter()
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        peaks: dict[int, int] = {}
        while process.poll() is None:
            peaks.update(_peaks(process.pid))
            time.sleep(0.05)
        seconds = time.perf_counter() - begun
    if process.returncode:
        raise click.ClickException(f"{' '.join(command)} ended with {process.returncode}")
    return seconds, sum(peaks.values()) / 1024


def _peaks(pid: int) -> Iterator[tuple[int, int]]:
    """The peak memory, in KiB, of a process and of those below it."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            yield pid, int(line.split()[1])
    for child in children:
        yield from _peaks(int(child))


@click.command()
@click.option("--records", default=20_000, show_default=True)
@click.option("-m", "--model", help="Model file to use in place of the shipped ones.")
def main(records: int, model: str | None) -> None:
    """Print memory and speed on a WARC and a WET, by the number of records and of workers."""
    print("| | records | workers | seconds | pages a second | peak, MB |")
    print("|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for kind, name in (("html", "crawl.warc.gz"), ("txt", "crawl.warc.wet.gz")):
            for count in (records // 10, records):
                source = Path(folder) / name
                write_container(source, kind, count)
                for workers in (1, 2):
                    seconds, peak = measure(source, workers, model)
                    row = (name, f"{count:,}", workers, f"{seconds:.1f}", f"{count / seconds:.0f}")
                    print("|", " | ".join(map(str, (*row, f"{peak:.0f}"))), "|", flush=True)


if __name__ == "__main__":
    main()
