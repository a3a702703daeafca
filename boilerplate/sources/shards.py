"""The output of a crawl, shard by shard, so that no kill at any moment costs more than one.

A shard holds the rows of a fixed number of items, and what else became of those items stands in
a tally beside it. Both are written to temporary names; the tally gets its name first, and the
shard is there once it has its own. A run that is resumed reads the input again, passes over the
items of the shards that are there, and goes on: every shard begins anew with nothing that depends
on what was before it, so the bytes are the same.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

try:
    import fcntl
except ImportError:  # on Windows, where nothing holds two runs apart
    fcntl = None  # type: ignore[assignment]

from boilerplate.errors import SourceError
from boilerplate.sources.items import Record
from boilerplate.sources.sinks import Sink, joined, line, on_disk, sink

_OTHERS = "other inputs, other options, or another model or version"


@dataclass
class Tally:
    """What became of some items; characters are those of the pages and of their articles."""

    pages: int = 0
    kept: int = 0
    empty: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    characters_before: int = 0
    characters_after: int = 0

    @staticmethod
    def of_page(before: int, after: int) -> Tally:
        """One page of so many characters whose article has so many."""
        return Tally(
            1, int(after > 0), int(after == 0), characters_before=before, characters_after=after
        )

    def add(self, other: Tally) -> None:
        """Count what another tally counts, too."""
        self.pages += other.pages
        self.kept += other.kept
        self.empty += other.empty
        self.skipped += other.skipped
        self.failed += other.failed
        self.characters_before += other.characters_before
        self.characters_after += other.characters_after


def companions(target: Path, folder: bool, suffix: str) -> tuple[Path, Path]:
    """Where the manifest and the errors of an output stand.

    They are in its folder, or, with its name before theirs, beside what is named like its format,
    so that readers of a folder of Parquet find nothing else in it.
    """
    names = ("manifest.json", "errors.jsonl")
    if folder and not target.name.endswith(suffix):
        manifest, errors = (target / name for name in names)
    else:
        manifest, errors = (target.with_name(f"{target.name}.{name}") for name in names)
    return manifest, errors


def unfinished(target: Path, folder: bool) -> Path:
    """Where the shards of an output stand until it is whole."""
    return target / ".partial" if folder else target.with_name(f".{target.name}.partial")


class Shards:
    """Writes the output of a crawl so that it is whole or not there, and can be gone on with.

    Args:
        target: A file, which is the shards joined, or a folder, which keeps them. Either gets a
            `manifest.json` with the tally and the settings, and an `errors.jsonl` if anything
            failed; see `companions`.
        folder: Which of the two.
        suffix: The format of the shards, one of `sinks.SUFFIXES`.
        size: Items to a shard.
        settings: What the output depends on; a run is only gone on with under the same.
        schema: See `sinks.sink`.
        resume: Go on with a run that was ended, or start if there is none.

    Attributes:
        whole: Whether the output is there already; then there is nothing to do.
        errors: Where the records that failed are listed.
        tally: What became of all items so far; they need not be read again.

    Raises:
        SourceError: If something else stands in the place of the output or of what belongs to it,
            or another run is writing it.
    """

    def __init__(
        self,
        target: Path,
        folder: bool,
        suffix: str,
        size: int,
        settings: dict[str, Any],
        schema: Any = None,
        *,
        resume: bool,
    ) -> None:
        self._target = target
        self._folder = folder
        self._suffix = suffix
        self._size = size
        self._schema = schema
        self._settings = {**settings, "shard_size": size}
        self._manifest, self.errors = companions(target, folder, suffix)
        self._work = unfinished(target, folder)
        self._tallies: list[Tally] = []  # of the shards that are there
        self._shard = Tally()  # of the one that is being written,
        self._errors: list[dict[str, str]] = []  # what failed in it,
        self._sink: Sink | None = None  # and its rows
        self._stack = ExitStack()
        self._held = ExitStack()  # the lock
        self.whole = False
        self.tally = Tally()
        try:
            self._begin(resume)
        except BaseException:
            self._held.close()
            raise

    def kept(self, row: dict[str, Any], record: Record, before: int, after: int) -> None:
        """Write the row of a page, which had so many characters before and its article after."""
        self._open().write(row, record)
        self._count(Tally.of_page(before, after))

    def skipped(self, reason: str) -> None:
        """Count an item that is no page."""
        self._open()
        self._count(Tally(1, skipped=Counter([reason])))

    def failed(self, id: str, sentence: str) -> None:
        """List a record that has no row, and why."""
        self._open()
        self._errors.append({"id": id, "error": sentence})
        self._count(Tally(1, failed=1))

    def finish(self) -> None:
        """Make the output whole, unless nothing but failures would be in it."""
        if self._sink or not self._tallies:
            self._open()
            self._commit()
        self._write_errors()
        if not self.tally.pages or self.tally.failed < self.tally.pages:
            self._write_output()
        elif self._folder:
            for number in range(len(self._tallies)):
                self._shard_path(number).unlink()
        (self._work / "run.json").unlink()
        self._tidy()

    def __enter__(self) -> Shards:
        return self

    def __exit__(self, *raised: Any) -> None:
        with self._held:
            self._stack.__exit__(*raised)
            if not self._tallies and not self._shard.pages:  # it ended before it had begun
                (self._work / "run.json").unlink(missing_ok=True)

    def _begin(self, resume: bool) -> None:
        # No lock is made, if only for a moment, where there is nothing to do or no place for it.
        self.whole = not self._work.exists() and self._is_whole(resume)
        if self.whole:
            return
        self._lock()
        started = self._work / "run.json"
        if started.is_file():
            if not resume:
                raise SourceError(
                    f"{self._target}: a run was ended before its end; go on with it by --resume, "
                    f"or remove {self._unfinished} to start anew"
                )
            with self._refusing(started):
                started_under = json.loads(started.read_bytes())
            if started_under != self._settings:
                raise SourceError(
                    f"{self._target}: the run to resume was started with {_OTHERS}; "
                    f"remove {self._unfinished} to start anew"
                )
            self._count_shards()
            return
        self._tidy()  # after a run that was ended as it began, or as it tidied up
        self.whole = self._is_whole(resume)
        if self.whole:
            self._held.close()
        else:
            _replace(started, line(self._settings))

    def _is_whole(self, resume: bool) -> bool:
        """Whether the output is there and is to be left alone.

        Raises:
            SourceError: If something else is there.
        """
        made = self._made()
        there = self._target.exists()
        if self._folder:
            own = {self._work, self.errors}
            there = self._target.is_dir() and not own.issuperset(self._target.iterdir())
        if there and resume and made:
            made_under, self.tally = made
            if made_under == self._settings:
                return True
            way_out = "" if self._folder else ", or leave out --resume to write it anew"
            raise SourceError(
                f"{self._target}: this was made with {_OTHERS}; name another output{way_out}"
            )
        if there and self._folder:
            raise SourceError(f"{self._target}: this folder is not empty")
        return False

    def _made(self) -> tuple[Any, Tally] | None:
        """The settings of the output that is there, and its tally; None if none is.

        Raises:
            SourceError: If what would be written over beside the output is of something else.
        """
        foreign = "no crawl has written this, and this one would write over it; move it away"
        if self.errors.exists():
            with self.errors.open("rb") as file, _refused(f"{self.errors}: {foreign}"):
                json.loads(file.readline())["error"]
        if not self._manifest.exists():
            return None
        with _refused(f"{self._manifest}: {foreign}"):
            told = json.loads(self._manifest.read_bytes())
            return told["settings"], _tally(told)

    def _lock(self) -> None:
        """Make the folder to work in, and keep other runs away until this one ends, however."""
        with suppress(FileExistsError):  # exist_ok fails if it is removed meanwhile
            self._work.mkdir(parents=self._folder)
        self._held.callback(_remove_empty, self._work)
        if fcntl is None:
            return
        path = self._work / "lock"
        try:
            file = self._held.enter_context(path.open("wb"))
            _flock(file)
            # The run that made it may have ended since it was opened, and have removed it.
            if not os.path.samestat(os.fstat(file.fileno()), path.stat()):
                raise FileNotFoundError
        except (BlockingIOError, FileNotFoundError):
            raise SourceError(f"{self._target}: another run is writing this") from None
        self._held.callback(path.unlink, missing_ok=True)

    def _tidy(self) -> None:
        """Remove all that is in the folder to work in but the lock."""
        for path in self._work.iterdir():
            if path.name != "lock":
                path.unlink()

    def _count_shards(self) -> None:
        while self._shard_path(len(self._tallies)).is_file():
            path = self._tally_path(len(self._tallies))
            with self._refusing(path):
                told = json.loads(path.read_bytes())
                tally = _tally(told["tally"])
                told["errors"]  # is there, too, for when the shards are joined
            self._tallies.append(tally)
            self.tally.add(tally)

    @property
    def _unfinished(self) -> Path:
        """What is to be removed if a run is to begin anew."""
        return self._target if self._folder else self._work

    def _refusing(self, path: Path) -> AbstractContextManager[None]:
        """Refuse a file of a run if it is damaged."""
        return _refused(
            f"{path}: this is damaged, and the run cannot be gone on with; "
            f"remove {self._unfinished} to start anew"
        )

    def _shard_path(self, number: int) -> Path:
        place = self._target if self._folder else self._work
        return place / f"part-{number:05}{self._suffix}"

    def _tally_path(self, number: int) -> Path:
        return self._work / f"part-{number:05}.json"

    def _open(self) -> Sink:
        if self._sink is None:
            path = self._work / "part.tmp"
            self._sink = self._stack.enter_context(sink(path, self._suffix, self._schema))
        return self._sink

    def _count(self, one: Tally) -> None:
        self._shard.add(one)
        if self._shard.pages == self._size:
            self._commit()

    def _commit(self) -> None:
        number = len(self._tallies)
        self._stack.close()
        told = {"tally": vars(self._shard), "errors": self._errors}
        _replace(self._tally_path(number), line(told))
        (self._work / "part.tmp").replace(self._shard_path(number))
        self._tallies.append(self._shard)
        self.tally.add(self._shard)
        self._shard, self._errors, self._sink = Tally(), [], None

    def _write_errors(self) -> None:
        if not self.tally.failed:
            self.errors.unlink(missing_ok=True)
            return
        partial = self._work / "errors.tmp"
        with on_disk(partial) as file:
            for number in range(len(self._tallies)):
                for error in json.loads(self._tally_path(number).read_bytes())["errors"]:
                    file.write(line(error))
        partial.replace(self.errors)

    def _write_output(self) -> None:
        paths = [self._shard_path(number) for number in range(len(self._tallies))]
        manifest = {**vars(self.tally), "settings": self._settings}
        if self._folder:
            manifest["shards"] = [
                {"name": path.name, "bytes": path.stat().st_size, "rows": t.kept + t.empty}
                for path, t in zip(paths, self._tallies, strict=True)
            ]
        else:
            partial = self._work / "whole.tmp"
            joined(paths, partial, self._suffix)
            partial.replace(self._target)
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        _replace(self._manifest, text.encode("utf-8", "backslashreplace"))


def _tally(told: dict[str, Any]) -> Tally:
    counts = {name: told[name] for name in vars(Tally())}
    return Tally(**{**counts, "skipped": Counter(counts["skipped"])})


def _flock(file: IO[bytes]) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        pass  # a file system without locks


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):  # it is not empty, or another run removes it as well
        folder.rmdir()


@contextmanager
def _refused(sentence: str) -> Iterator[None]:
    """Refuse, in these words, a file that is read here and is not as crawls write it."""
    try:
        yield
    except (ValueError, TypeError, KeyError, RecursionError, FileNotFoundError):
        raise SourceError(sentence) from None


def _replace(path: Path, content: bytes) -> None:
    """Write a small file so that it is whole or as it was."""
    partial = path.with_name(f"{path.name}.tmp")
    with on_disk(partial) as file:
        file.write(content)
    partial.replace(path)
