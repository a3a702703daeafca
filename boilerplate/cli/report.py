"""What a verb says on standard error, and its exit code: 0 all fine, 1 in part, 2 nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import ClassVar, TypeVar

import click

from boilerplate.cli.output import printable
from boilerplate.errors import BoilerplateError

_T = TypeVar("_T")


class Failure(click.ClickException):
    """Nothing could be done; the message says why."""

    exit_code: ClassVar[int] = 2

    def format_message(self) -> str:
        """Return the message as `tell` would say it."""
        return _line(self.message)


@dataclass
class Report:
    """How many pages went well and how many failed, each failure one sentence."""

    done: int = 0
    failed: int = 0

    @contextmanager
    def page(self, name: str) -> Iterator[None]:
        """Count what is done inside as one page; if it fails, say why and go on."""
        try:
            yield
        except (BoilerplateError, OSError) as error:
            self.failure(name, getattr(error, "strerror", None) or str(error))
        except Exception as error:  # a defect of ours must not cost the rest of the batch
            self.failure(name, f"unexpected {type(error).__name__}: {error}")
        else:
            self.done += 1

    def failure(self, name: str, sentence: str) -> None:
        """Count a failure and say why."""
        self.failed += 1
        tell(f"Error: {name}: {sentence}")

    def stop_if_all_failed(self) -> None:
        """Leave if nothing could be done, before any output takes the place of an older one."""
        if self.failed and not self.done:
            click.get_current_context().exit(Failure.exit_code)

    def finish(self) -> None:
        """Leave with the exit code of the whole batch."""
        self.stop_if_all_failed()
        if self.failed:
            click.get_current_context().exit(1)


def tell(message: str) -> None:
    """Say something on standard error, in one line and without what a terminal would obey.

    Where nobody listens, or the disk under it is full, the work goes on all the same.
    """
    with suppress(OSError):
        click.echo(_line(message), err=True)


def warn(name: str, sentence: str) -> None:
    """Say what a user would want to know of the page or file `name`."""
    tell(f"Warning: {name}: {sentence}")


def _line(message: str) -> str:
    return printable(message).replace("\n", " ")


def progress(
    items: Iterable[_T], total: int | None, what: str, hidden: bool = False
) -> Iterator[_T]:
    """Pass the items on, with a bar on standard error if that is a terminal.

    No bar for one item; with an unknown total (None) it shows that something goes on.
    """
    if hidden or total == 1 or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, what, total, console=Console(stderr=True), transient=True)
