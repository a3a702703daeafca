"""The command line: `boilerplate VERB ...`, one verb in one module, imported when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any

import click
from click.exceptions import Exit

from boilerplate.cli.report import Failure
from boilerplate.errors import BoilerplateError, SourceError

_VERBS = ("extract", "classify", "train", "evaluate")

# What a shell reports for a process that an interrupt or a closed pipe ended.
_INTERRUPTED, _PIPE_CLOSED = 130, 141


class _Verbs(click.Group):
    """Imports a verb's module only when it is asked for, and turns errors into sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _VERBS:
            return None
        command: click.Command = importlib.import_module(f"boilerplate.cli.{cmd_name}").command
        return command

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _guarded():  # --help and --version write, too
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _guarded():
            return super().invoke(ctx)


@contextmanager
def _guarded() -> Iterator[None]:
    """Write all that is to be written, and let no error of a page, a file or the disk through."""
    try:
        try:
            yield
        finally:
            _flush()
    except BrokenPipeError as error:
        raise Exit(_PIPE_CLOSED) from error
    except KeyboardInterrupt as error:
        raise Exit(_INTERRUPTED) from error
    except BoilerplateError as error:
        raise Failure(str(error)) from error
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        raise Failure(f"{name}{error.strerror or error}") from error


def _flush() -> None:
    """Write what standard output holds back."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # Python tries it once more on its way out: into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise SourceError(f"standard output: {error.strerror or error}") from error


@click.group(
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 all went well; 1 some pages failed and the rest went on; 2 nothing "
    "could be done; 3 a crawl was ended by the disk, and --resume goes on with it.",
)
@click.version_option(package_name="boilerplate-classifier", message="%(prog)s %(version)s")
def _verbs() -> None:
    """Keep the article of a web page and drop the rest."""


def main() -> None:
    """Run the command `boilerplate` with the arguments of the process."""
    # A stream that is closed is None: this one is as good as one that nobody reads.
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if sys.stdout is None:
        click.echo("Error: standard output is closed", err=True)
        sys.exit(Failure.exit_code)
    if isinstance(sys.stdout, TextIOWrapper):
        # A lone surrogate, as in a file name that is not UTF-8, comes out as JSON reads it back.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    _verbs(prog_name="boilerplate")
