"""Crawls that are ended in every way there is: killed, interrupted, without room or reader."""

import gzip
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from commands import lines, run
from crawls import (
    pages,
    record_id,
    response,
    tree,
    warc_record,
    write_lines,
    write_warc,
)
from pyarrow import parquet

from boilerplate.errors import SourceError
from boilerplate.sources.items import Record
from boilerplate.sources.shards import Shards

PATIENT = ("--timeout", "600")  # however busy the machine
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A crawl of 200 records in which a little of everything goes wrong."""
    path = tmp_path_factory.mktemp("mixed") / "crawl.warc.gz"
    records = [warc_record(n, response(page.encode())) for n, page in enumerate(pages(200))]
    for n in range(7, 200, 20):
        records[n] = warc_record(n, response(b"gone", "404 Not Found"))
        records[n + 1] = warc_record(n + 1, response(b"\x00\x01" * 50))
    parts = [gzip.compress(record, mtime=0) for record in records]
    parts[133] = parts[133][:-40] + bytes(20) + parts[133][-20:]
    path.write_bytes(b"".join(parts))
    return path


@linux
@pytest.mark.parametrize(("output", "kills"), [("articles.jsonl.gz", 10), ("articles.parquet/", 4)])
def test_kill_and_resume_give_what_an_uninterrupted_run_gives(
    output: str, kills: int, extract: list[str], mixed: Path, tmp_path: Path
) -> None:
    chance = random.Random(output)
    command = [*extract, str(mixed), "--shard-size", "4", *PATIENT]
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    whole = run(*command, "-o", f"{tmp_path}/whole/{output}", "--workers", "2")
    assert whole.returncode == 1
    command += ["-o", f"{tmp_path}/killed/{output}", "--resume"]
    amid = 0  # kills while articles were written
    while amid < kills:
        workers = str(chance.randint(1, 2))
        process = subprocess.Popen([*command, "--workers", workers], stderr=subprocess.DEVNULL)
        # As it begins; or after some shards more, anywhere within the next ones.
        before, more = _shards(tmp_path / "killed"), chance.randint(0, 2)
        while process.poll() is None and more and _shards(tmp_path / "killed") < before + more:
            time.sleep(0.001)
        time.sleep(chance.random() * (0.05 if more else 1))
        process.kill()
        assert process.wait() == -signal.SIGKILL, f"it was done after {amid} kills"
        amid += _shards(tmp_path / "killed") > before
    resumed = run(*command)
    if output.endswith(".parquet/"):  # readers of the folder find a table and nothing else
        table = parquet.read_table(tmp_path / "killed" / output)
        assert table.column_names == ["id", "url", "text", "metadata"]
    assert tree(tmp_path / "killed").keys() == tree(tmp_path / "whole").keys()
    assert tree(tmp_path / "killed") == tree(tmp_path / "whole")
    if resumed.stderr.count(b"\n") > 1:  # the summary is of the whole crawl
        assert resumed.stderr.replace(b"/killed/", b"/whole/") == whole.stderr


def _shards(folder: Path) -> int:
    return sum(path.suffix in (".gz", ".parquet") for path in folder.rglob("part-*"))


@linux
def test_an_interrupted_run_is_not_taken_for_another(
    extract: list[str], mixed: Path, tmp_path: Path
) -> None:
    output = tmp_path / "articles.jsonl"
    command = [*extract, str(mixed), "-o", str(output), "--shard-size", "7", *PATIENT]
    # Tests that run in the background ignore it, and so would what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    while not list(tmp_path.rglob("part-00002.jsonl")):
        time.sleep(0.01)
    process.send_signal(signal.SIGSTOP)
    meanwhile = run(*command, "--resume")
    process.send_signal(signal.SIGINT)  # waits for it to go on, so that it can't end before
    process.send_signal(signal.SIGCONT)
    assert meanwhile.returncode == 2
    assert b"another run is writing this" in meanwhile.stderr
    _, told = process.communicate()
    assert process.returncode == 130, told
    assert b"--resume" in told and b"Traceback" not in told
    assert not output.exists()
    for other in ([], ["--resume", "--format", "markdown"]):
        refused = run(*command, *other)
        assert refused.returncode == 2
        assert str(output) in refused.stderr.decode()
    assert run(*command, "--resume").returncode == 1
    assert output.stat().st_size > 0
    assert sorted(path.name for path in tmp_path.iterdir() if path != output) == [
        "articles.jsonl.errors.jsonl",
        "articles.jsonl.manifest.json",
    ]
    before = tree(tmp_path)
    again = run(*command, "--resume")
    assert b"whole" in again.stderr and again.returncode == 1  # as some records failed
    assert tree(tmp_path) == before
    refused = run(*command, "--resume", "--no-headline")
    assert refused.returncode == 2 and b"this was made with other inputs, other" in refused.stderr
    assert tree(tmp_path) == before
    assert run(*command, "--no-headline").returncode == 1
    assert tree(tmp_path) != before


@pytest.mark.parametrize("folder", [False, True])
@pytest.mark.parametrize(
    ("name", "damage"),
    [("run.json", ""), ("part-00000.json", ""), ("part-00000.json", "{}")],
)
def test_a_run_whose_state_is_damaged_says_so(
    name: str, damage: str, folder: bool, tmp_path: Path
) -> None:
    what = (tmp_path / "out", folder, ".jsonl", 1, {"a": 1})
    with Shards(*what, resume=False) as shards:
        shards.skipped("no page")  # and it ends before its end
    [state] = tmp_path.rglob(name)
    state.write_text(damage)
    way_out = tmp_path / ("out" if folder else ".out.partial")
    with pytest.raises(SourceError, match=f"^{state}: this is damaged, .* remove {way_out} to"):
        Shards(*what, resume=True)
    state.unlink()
    if name != "run.json":
        with pytest.raises(SourceError, match=f"^{state}: this is damaged"):
            Shards(*what, resume=True)


@linux
def test_processes_that_are_killed_cost_nothing(
    extract: list[str], mixed: Path, tmp_path: Path
) -> None:
    command = [*extract, str(mixed), "--shard-size", "20", "--workers", "2", *PATIENT, "-o"]
    whole = run(*command, tmp_path / "whole.jsonl")
    process = subprocess.Popen([*command, tmp_path / "hurt.jsonl"], stderr=subprocess.PIPE)
    killed = 0
    for shard in (1, 3, 6):
        while process.poll() is None and not list(tmp_path.rglob(f"part-{shard:05}.jsonl")):
            time.sleep(0.002)
        for worker in _workers(process.pid)[:1]:
            os.kill(worker, signal.SIGKILL)
            killed += 1
    _, told = process.communicate()
    assert killed == 3
    assert told.replace(b"hurt", b"whole") == whole.stderr
    assert (tmp_path / "hurt.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    failed = lines((tmp_path / "hurt.jsonl.errors.jsonl").read_bytes())
    assert len(failed) == 11
    assert {
        "id": record_id(8),
        "error": "this is binary data, not a page of HTML or text",
    } in failed


@linux
def test_a_process_does_not_hear_what_ends_the_group(
    extract: list[str], mixed: Path, tmp_path: Path
) -> None:
    command = [*extract, str(mixed), "--shard-size", "4", *PATIENT, "-o", f"{tmp_path}/a.jsonl"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    while not list(tmp_path.rglob("part-00001.jsonl")):
        time.sleep(0.002)
    [worker] = _workers(process.pid)
    os.kill(worker, signal.SIGINT)
    os.kill(worker, signal.SIGTERM)
    while process.poll() is None and not list(tmp_path.rglob("part-00009.jsonl")):
        time.sleep(0.002)
    assert _workers(process.pid) == [worker]
    _, told = process.communicate()
    assert process.returncode == 1 and b"Traceback" not in told


@linux
def test_a_page_that_outlasts_its_time_is_listed(
    extract: list[str], mixed: Path, tmp_path: Path
) -> None:
    """A process that is stopped hangs in no way that it could notice itself."""
    output = tmp_path / "articles.jsonl"
    command = [*extract, str(mixed), "--shard-size", "20", "--timeout", "5", "-o", str(output)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while not list(tmp_path.rglob("part-00001.jsonl")):
        time.sleep(0.002)
    [worker] = _workers(process.pid)
    os.kill(worker, signal.SIGSTOP)
    assert process.wait() == 1
    failed = lines((tmp_path / "articles.jsonl.errors.jsonl").read_bytes())
    [late] = [error["id"] for error in failed if error["error"] == "not done after 5 seconds"]
    ids = [row["id"] for row in lines(output.read_bytes())]
    assert late not in ids and len(ids) == len(set(ids)) == 200 - 10 - len(failed)


def _workers(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(c) for c in children if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes()]


@pytest.mark.skipif(os.name == "nt", reason="needs limits on files")
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.parquet", "a/"])
def test_a_file_that_cannot_grow_is_gone_on_with(
    name: str, extract: list[str], tmp_path: Path
) -> None:
    source = write_warc(tmp_path / "crawl.warc", pages(60))
    output = f"{tmp_path}/{name}"
    command = [*extract, str(source), "-o", output, "--shard-size", "15"]
    full = run(*command, preexec_fn=_small_files)
    assert full.returncode == 3
    assert f"Error: {output}: File too large" in full.stderr.decode()
    assert not Path(output).is_file() and not list(tmp_path.glob("**/manifest.json"))
    assert run(*command, "--resume").returncode == 0
    whole = f"{tmp_path}/whole-{name}"
    run(*command[:-3], whole, *command[-2:])
    if name == "a/":
        settled = [tree(Path(folder)) for folder in (output, whole)]
        assert settled[0] == settled[1]
    else:
        assert Path(output).read_bytes() == Path(whole).read_bytes()


def _small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


@linux
def test_processes_that_cannot_be_started_are_no_fault_of_the_disk(
    extract: list[str], mixed: Path
) -> None:
    done = run(*extract, mixed, "--workers", "40", preexec_fn=_few_files)
    assert (done.returncode, done.stdout) == (2, b"")
    [sentence] = done.stderr.decode().splitlines()
    assert "of 40 worker processes" in sentence and "Too many open files" in sentence


def _few_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (30, 30))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_under_a_stream(extract: list[str], mixed: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*extract, mixed], stdout=full, stderr=subprocess.PIPE)
    for command in (done, run(*extract, mixed, "-o", "/dev/full")):
        assert command.returncode == 3
        assert b"No space left on device" in command.stderr
        assert b"Traceback" not in command.stderr


@pytest.mark.skipif(os.name == "nt", reason="needs limits on files")
def test_no_half_row_is_left_where_a_stream_ends(
    extract: list[str], mixed: Path, tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("{}\n")
    with path.open("ab") as file:
        done = subprocess.run(
            [*extract, mixed], stdout=file, stderr=subprocess.PIPE, preexec_fn=_small_files
        )
    assert done.returncode == 3 and b"standard output: File too large" in done.stderr
    assert path.stat().st_size > 10_000
    assert lines(path.read_bytes())[1]["id"] == record_id(0)
    assert path.read_bytes().endswith(b"\n")


def test_a_closed_pipe_ends_quietly(extract: list[str], tmp_path: Path) -> None:
    source = write_lines(tmp_path / "rows.jsonl", [{"text": page} for page in pages(100)])
    with subprocess.Popen(
        [*extract, source], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stderr
        assert json.loads(process.stdout.readline())["text"]
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@linux
def test_shards_survive_a_kill_at_every_touch_of_the_disk(tmp_path: Path) -> None:
    """The process is killed before the first, the second, ... of its operations on files."""
    for folder in (False, True):
        whole = tmp_path / f"whole{folder}"
        assert _ended(_shards_in_a_process(whole, folder)) == WRITTEN
        for touch in count():
            killed = tmp_path / f"killed{folder}{touch}"
            ended = _ended(_shards_in_a_process(killed, folder, signal.SIGKILL, touch))
            assert _ended(_shards_in_a_process(killed, folder)) in (WRITTEN, WHOLE)
            assert tree(killed) == tree(whole), touch
            if ended == WRITTEN:
                break
        assert touch > 30


@linux
@pytest.mark.parametrize("folder", [False, True])
@pytest.mark.parametrize("other_ends_first", [False, True])
def test_of_two_runs_at_once_one_writes(
    other_ends_first: bool, folder: bool, tmp_path: Path
) -> None:
    """One stands still at its first, its second, ... touch of the disk, and another begins."""
    assert _ended(_shards_in_a_process(tmp_path / "whole", folder)) == WRITTEN
    outcomes = set()
    for touch in count():
        place = tmp_path / f"both{touch}"
        one = _shards_in_a_process(place, folder, signal.SIGSTOP, touch)
        if _ended(one) == WRITTEN:
            break
        halt = 0 if other_ends_first else signal.SIGSTOP
        other = _shards_in_a_process(place, folder, halt, 0, "part.tmp")
        other_ended = _ended(other)
        one_ended = _ended(one, go_on=True)
        pair = (one_ended, _ended(other, go_on=True) if other_ended is STOPPED else other_ended)
        assert pair.count(WRITTEN) == 1, touch
        assert tree(place) == tree(tmp_path / "whole"), touch
        assert not list(place.rglob("*.partial")), touch
        outcomes.add(pair)
    # Where both begin, one is refused; where one has ended, the other has nothing to do.
    expected = {(WRITTEN, REFUSED), (REFUSED, WRITTEN), (WRITTEN, WHOLE)}
    assert outcomes == expected | ({(WHOLE, WRITTEN)} if other_ends_first else set())


STOPPED, WRITTEN, WHOLE, REFUSED = None, 0, 3, 2  # how a process that writes shards ends


def _shards_in_a_process(
    place: Path, folder: bool, halt: int = 0, touch: int = 0, name: str = ""
) -> int:
    """Write or resume some shards in a process that halts itself before an operation on files.

    That is the operation of this number, from 0, on files with this in their names.
    """
    place.mkdir(exist_ok=True)
    pid = os.fork()
    if pid:
        return pid
    touches = count()

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir"):
            path = str(arguments[0])
        elif event == "fcntl.flock":
            path = str(place)
        else:
            return
        if str(place) in path and name in path and next(touches) == touch:
            os.kill(os.getpid(), halt)

    try:
        if halt:
            sys.addaudithook(watch)
        os._exit(_write_shards(place, folder))
    except SourceError as error:
        os._exit(REFUSED if str(error).endswith(": another run is writing this") else 1)
    except BaseException:
        os._exit(1)


def _ended(pid: int, go_on: bool = False) -> int | None:
    if go_on:
        os.kill(pid, signal.SIGCONT)
    _, status = os.waitpid(pid, os.WUNTRACED)
    return STOPPED if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status)


def _write_shards(place: Path, folder: bool) -> int:
    target = place / "out" if folder else place / "out.jsonl.gz"
    suffix = ".jsonl" if folder else ".jsonl.gz"
    with Shards(target, folder, suffix, size=4, settings={"a": 1}, resume=True) as shards:
        if shards.whole:
            return WHOLE
        for number in range(shards.tally.pages, 14):
            if number % 5 == 3:
                shards.failed(str(number), "no reason")
            elif number % 5 == 4:
                shards.skipped("no page")
            else:
                shards.kept({"id": number, "text": "a"}, Record(str(number), "", {}), 3, 1)
        shards.finish()
        assert shards.tally.pages == 14 and shards.tally.skipped == Counter({"no page": 2})
    return WRITTEN
