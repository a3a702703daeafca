"""Tasks over processes, in order; one that fails, hangs or kills its process costs itself alone.

The pools at hand do not do this. When a process dies, those of concurrent.futures, joblib and
loky give up everything that was to be done, without a word on whose fault it was. Those of pebble
know the task and end it after its time, but their processes share one pipe and its lock: the
second process that was killed from outside broke the pool. Here each process has a pipe of its own
and answers task by task, so that the one it works on is always known.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, NamedTuple, TypeVar

from boilerplate.errors import BoilerplateError

_BATCH = 8  # tasks a process is handed at a time,
_BATCH_COST = 1 << 18  # and what they may cost together, unless it is one
_AHEAD = 256  # items read ahead for each process, while one holds up the order,
_AHEAD_COST = 64 * 2**20  # and what they may cost together
_TRIES = 2  # a process may have died of something else than the task it was at
_MOST_FAILED_STARTS = 3
_LATE = 1.0  # seconds in which it is noticed that a task's time is over, unless we stood still

_Item = TypeVar("_Item")


class Lost(NamedTuple):
    """In place of a result: why there is none."""

    sentence: str


class Task(NamedTuple):
    """What a process is to do, and about how many bytes that takes."""

    argument: Any
    cost: int


def in_order(
    items: Iterable[_Item],
    task: Callable[[_Item], Task | None],
    make: Callable[[], Callable[[Any], Any]],
    *,
    workers: int,
    timeout: float,
) -> Generator[tuple[_Item, Any], None, None]:
    """Do the task of every item in one of some processes; yield the items in order with results.

    Args:
        items: Read as they are needed, some way ahead.
        task: What is to be done for an item; None if nothing, and then so is its result.
        make: Called once in every process, and returns what does the tasks; both it and the
            arguments and results must be picklable.
        workers: How many processes.
        timeout: Seconds that a task may take; its process is killed then. If this process, too,
            stood still meanwhile, they are counted anew.

    A task that raises, that is not done in time or that has killed two processes has a `Lost`
    for its result.

    Raises:
        BoilerplateError: If `make` raises one, if a process cannot be started, or if they die
            before they are made.
    """
    crew = _Crew(task, make, workers, timeout)
    try:
        yield from crew.run(items)
    finally:
        for worker in crew.workers:
            worker.end()


@dataclass(slots=True)
class _Slot(Generic[_Item]):
    item: _Item
    task: Task | None
    cost: int
    result: Any = None
    tries: int = 0


class _Worker:
    def __init__(self, make: Callable[[], Callable[[Any], Any]]) -> None:
        context = multiprocessing.get_context("spawn")  # no locks of threads are copied
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, make), daemon=True)
        with _signals_blocked():
            self.process.start()
        theirs.close()
        self.ready = False
        self.batch: deque[int] = deque()
        self.since = 0.0  # when it began with the first of its batch, at the earliest

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


class _Crew(Generic[_Item]):
    def __init__(
        self,
        task: Callable[[_Item], Task | None],
        make: Callable[[], Callable[[Any], Any]],
        count: int,
        timeout: float,
    ) -> None:
        self.workers: list[_Worker] = []
        self._task = task
        self._make = make
        self._count = count
        self._timeout = timeout
        self._slots: dict[int, _Slot[_Item]] = {}  # by number; a slot without a task is done
        self._queue: deque[int] = deque()
        self._cost = 0  # of all slots, for an item is held until its turn
        self._failed_starts = 0

    def run(self, items: Iterable[_Item]) -> Iterator[tuple[_Item, Any]]:
        rest = enumerate(items)
        first, ended = 0, False
        while not ended or self._slots:
            for _ in range(_BATCH):
                if ended or not self._has_room():
                    break
                if (taken := next(rest, None)) is None:
                    ended = True
                else:
                    self._take(*taken)
            self._hand_out()
            while first in self._slots and self._slots[first].task is None:
                slot = self._slots.pop(first)
                self._cost -= slot.cost
                first += 1
                yield slot.item, slot.result
            self._listen(block=ended or not self._has_room())

    def _has_room(self) -> bool:
        return len(self._slots) < _AHEAD * self._count and self._cost < _AHEAD_COST

    def _take(self, number: int, item: _Item) -> None:
        task = self._task(item)
        self._slots[number] = _Slot(item, task, task.cost if task else 0)
        self._cost += self._slots[number].cost
        if task is not None:
            self._queue.append(number)

    def _hand_out(self) -> None:
        while len(self.workers) < min(self._count, len(self._queue)):
            try:
                self.workers.append(_Worker(self._make))
            except OSError as error:
                raise BoilerplateError(
                    f"no more than {len(self.workers)} of {self._count} worker processes can be "
                    f"started ({error.strerror or error}); ask for fewer"
                ) from error
        for worker in list(self.workers):
            if self._queue and worker.ready and not worker.batch:
                batch = self._batch()
                try:
                    worker.connection.send([argument for _, argument in batch])
                except OSError:
                    self._queue.extendleft(number for number, _ in reversed(batch))
                    self._remove(worker)
                    continue
                worker.batch.extend(number for number, _ in batch)
                worker.since = time.monotonic()

    def _batch(self) -> list[tuple[int, Any]]:
        """The next tasks of the queue: few at its end, so that no process has them all."""
        most = min(_BATCH, 1 + len(self._queue) // (2 * self._count))
        batch: list[tuple[int, Any]] = []
        cost = 0
        while self._queue and len(batch) < most:
            task = self._slots[self._queue[0]].task
            assert task is not None
            cost += task.cost
            if batch and cost > _BATCH_COST:
                break
            batch.append((self._queue.popleft(), task.argument))
        return batch

    def _listen(self, block: bool) -> None:
        """Take the results that are there; if asked to, wait for one or for a task's time."""
        talking = {w.connection: w for w in self.workers if w.batch or not w.ready}
        if not talking:
            return
        working = [worker for worker in self.workers if worker.batch]
        latest = min((worker.since for worker in working), default=float("inf")) + self._timeout
        left = latest - time.monotonic()
        told = wait(list(talking), max(0.0, left) if block and working else None if block else 0.0)
        for connection in told:
            assert isinstance(connection, Connection)
            self._hear(talking[connection])
        now = time.monotonic()
        for worker in working:
            if worker.connection in told or now - worker.since <= self._timeout:
                continue
            if now - worker.since > self._timeout + _LATE:
                worker.since = now  # as after Ctrl-Z: it may have stood still as long as we did
            else:
                self._done(worker, Lost(f"not done after {self._timeout:g} seconds"))
                self._remove(worker)

    def _hear(self, worker: _Worker) -> None:
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            self._died(worker)
            return
        if isinstance(message, _Unable):
            raise BoilerplateError(message.sentence)
        if worker.ready:
            self._done(worker, message)
        worker.ready = True
        self._failed_starts = 0
        worker.since = time.monotonic()

    def _done(self, worker: _Worker, result: Any) -> None:
        slot = self._slots[worker.batch.popleft()]
        slot.task, slot.result = None, result

    def _died(self, worker: _Worker) -> None:
        """A process has died by itself: at a task, before it was ready, or between tasks."""
        worker.process.join()
        code = worker.process.exitcode or 0
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        if worker.batch:
            slot = self._slots[worker.batch[0]]
            slot.tries += 1
            if slot.tries == _TRIES:
                self._done(worker, Lost(f"its process died {_TRIES} times ({how})"))
        elif not worker.ready:
            self._failed_starts += 1
            if self._failed_starts == _MOST_FAILED_STARTS:
                raise BoilerplateError(f"the worker processes die as they begin ({how})")
        self._remove(worker)

    def _remove(self, worker: _Worker) -> None:
        """End a process; others will do the rest of its batch."""
        worker.end()
        self.workers.remove(worker)
        self._queue.extendleft(reversed(worker.batch))


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Processes that begin in here never hear the signals by which a terminal or a scheduler
    ends a whole group: else they would seem to have died of their task."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Python's own helper, which the first process starts if nobody has, would end the blocking.
    resource_tracker.ensure_running()
    group = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, group)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Unable(NamedTuple):
    """A process cannot begin, and why."""

    sentence: str


def _serve(connection: Connection, make: Callable[[], Callable[[Any], Any]]) -> None:
    """What a process does: it answers task by task until nobody is there to ask."""
    try:
        try:
            do = make()
        except BoilerplateError as error:
            connection.send(_Unable(str(error)))
            return
        connection.send(None)
        while True:
            for argument in connection.recv():
                connection.send(_attempted(do, argument))
    except (EOFError, OSError):
        return


def _attempted(do: Callable[[Any], Any], argument: Any) -> Any:
    try:
        return do(argument)
    except BoilerplateError as error:
        return Lost(str(error))
    except Exception as error:  # a defect of ours must not cost the rest of the crawl
        return Lost(f"unexpected {type(error).__name__}: {error}")
