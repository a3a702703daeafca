"""Running the command `boilerplate` in tests, and a page to run it on."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LABELED = ROOT / "labeled"
COMMAND = str(Path(sys.executable).with_name("boilerplate"))

HEADLINE = "The lighthouse on Gull Rock is lit again"
PARAGRAPHS = [
    "After nine winters in the dark, the lighthouse on Gull Rock was lit again on Friday evening, "
    "and a few hundred people stood on the harbour wall to watch the first turn of the lamp.",
    "The keeper's grandson, who is a carpenter in the village, climbed the ninety-one steps with "
    "the mayor. He said that the stairs had seemed much higher when he was a boy.",
    "The lamp itself is new. It needs less current than a kettle, and yet it can be seen from "
    "eighteen miles away, which is two miles further than the old one on a clear night.",
]
MENU = ["Home", "Weather", "Harbour news", "Subscribe", "Log in"]
PAGE = (
    f"<!DOCTYPE html><html><head><title>{HEADLINE}</title></head><body>"
    f"<nav class='menu'><ul>{''.join(f'<li><a href=/{i}>{m}</a></li>' for i, m in enumerate(MENU))}"
    f"</ul></nav><article><h1>{HEADLINE}</h1>{''.join(f'<p>{p}</p>' for p in PARAGRAPHS)}</article>"
    "<footer class='footer'><a href='/terms'>Terms of use</a> <a href='/privacy'>Privacy</a>"
    "</footer></body></html>"
)


def run(*command: str | Path, **how: Any) -> subprocess.CompletedProcess[bytes]:
    """Run a command; a traceback fails every test."""
    done = subprocess.run(command, capture_output=True, **how)
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr, done.stderr.decode()
    return done


def cli(
    *arguments: str | Path, stdin: bytes = b"", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the installed `boilerplate`."""
    return run(COMMAND, *arguments, input=stdin, env=os.environ | (env or {}))


def lines(output: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def sentences(output: bytes) -> list[str]:
    return output.decode().splitlines()
