"""Tasks over processes: order, and what becomes of those that fail, hang or kill."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from itertools import count, islice

import pytest

from boilerplate import BoilerplateError
from boilerplate.errors import PageError
from boilerplate.workers import Lost, Task, in_order


def _do(argument: tuple[str, int]) -> int:
    what, number = argument
    if what == "raise":
        raise PageError("no page")
    if what == "break":
        raise KeyError("defect")
    if what == "hang":
        time.sleep(3600)
    if what == "nap":
        time.sleep(0.3)
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "leave":
        os._exit(7)
    return number * number


def make() -> Callable[[tuple[str, int]], int]:
    return _do


def make_nothing() -> Callable[[object], object]:
    raise BoilerplateError("no model")


def make_and_die() -> Callable[[object], object]:
    os._exit(3)


def _task(item: tuple[str, int]) -> Task | None:
    return None if item[0] == "nothing" else Task(item, 1000)


def _items(count: int, **special: int) -> list[tuple[str, int]]:
    items = [("square", number) for number in range(count)]
    for what, number in special.items():
        items[number] = (what, number)
    return items


@pytest.mark.parametrize("workers", [1, 2])
def test_what_fails_costs_itself_alone(workers: int) -> None:
    special = {"raise": 3, "break": 5, "die": 11, "leave": 12, "hang": 30, "nothing": 39}
    items = _items(60, **special)
    done = list(in_order(items, _task, make, workers=workers, timeout=3))
    assert [item for item, _ in done] == items
    results = [result for _, result in done]
    lost = {
        number: result.sentence for number, result in enumerate(results) if type(result) is Lost
    }
    assert lost == {
        3: "no page",
        5: "unexpected KeyError: 'defect'",
        11: "its process died 2 times (signal 9)",
        12: "its process died 2 times (exit code 7)",
        30: "not done after 3 seconds",
    }
    assert results[39] is None
    squares = {n: result for n, result in enumerate(results) if type(result) is int}
    assert squares == {n: n * n for n in range(60) if n not in special.values()}


def _endless(read: list[int], what: Callable[[int], str]) -> Iterator[tuple[str, int]]:
    """Items without end; `read` lists the numbers of those that were taken."""
    for number in count(1):
        read.append(number)
        yield what(number), number


def test_items_are_read_as_they_are_needed() -> None:
    read: list[int] = []
    items = _endless(read, lambda number: "square" if number % 3 else "nothing")
    found = in_order(items, _task, make, workers=1, timeout=60)
    for _ in range(100):
        next(found)
    assert len(read) < 1000
    found.close()


def test_items_that_are_held_up_stay_within_bounds() -> None:
    read: list[int] = []
    items = _endless(read, lambda number: "hang" if number == 1 else "square")
    found = in_order(items, lambda item: Task(item, 2**22), make, workers=2, timeout=3)
    assert isinstance(next(found)[1], Lost)
    assert 2 < len(read) <= 64 // 4 + 1
    assert [result for _, result in islice(found, 40)] == [n * n for n in range(2, 42)]
    found.close()


def test_no_process_is_left_behind() -> None:
    found = in_order(_items(100), _task, make, workers=2, timeout=60)
    next(found)
    children = _children()
    assert len(children) >= 2
    found.close()
    assert not [pid for pid in children if "spawn_main" in _command(pid)]


def test_a_time_in_which_all_stood_still_does_not_count() -> None:
    """As after Ctrl-Z: neither did the task go on nor was there anybody to count."""
    found = in_order([("nap", n) for n in range(6)], _task, make, workers=1, timeout=3)
    next(found)
    [worker] = [pid for pid in _children() if "spawn_main" in _command(pid)]
    os.kill(worker, signal.SIGSTOP)
    time.sleep(4.5)
    os.kill(worker, signal.SIGCONT)
    assert [result for _, result in found] == [n * n for n in range(1, 6)]


def _children() -> list[int]:
    path = f"/proc/self/task/{os.getpid()}/children"
    if not os.path.exists(path):
        pytest.skip("needs Linux")
    with open(path) as file:
        return [int(pid) for pid in file.read().split()]


def _command(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read()
    except OSError:
        return ""


@pytest.mark.parametrize("make", [make_nothing, make_and_die])
def test_processes_that_cannot_begin_end_it(make: Callable[[], Callable[[object], object]]) -> None:
    with pytest.raises(BoilerplateError, match=r"no model|die as they begin \(exit code 3\)"):
        list(in_order(_items(5), _task, make, workers=2, timeout=60))
