"""What docs/engines.md says of the adapters: each example in its real engine, or how to get it."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import LABELED, ROOT

from boilerplate import BoilerplateClassifier, BoilerplateFilter

DOCS = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
PAGES = ("en-news-harrow.html", "zh-news-linhe.html", "de-docs-regalwerk.html", "en-text-fixit.txt")
ENGINES = {  # the headings, and what must be installed
    "datatrove": "datatrove",
    "Ray Data": "ray",
    "Spark": "pyspark",
    "Hugging Face datasets": "datasets",
    "Scrapy": "scrapy",
    "LangChain": "langchain_core",
    "LlamaIndex": "llama_index",
}


def example(engine: str) -> str:
    """All the code under the engine's heading."""
    [section] = re.findall(rf"^## {engine}\n(.*?)(?=^## |\Z)", DOCS, re.S | re.M)
    return "\n".join(re.findall(r"^```python\n(.*?)^```", section, re.S | re.M))


def written(folder: Path) -> Iterator[tuple[str, str]]:
    """The files that an example left under "articles...", and the text of each record in them."""
    for path in [*folder.glob("articles*.*"), *folder.glob("articles*/*")]:
        records = []
        if path.suffix == ".parquet":
            import pyarrow.parquet

            records = pyarrow.parquet.read_table(path).to_pylist()
        elif ".jsonl" in path.suffixes:
            data = path.read_bytes()
            data = gzip.decompress(data) if path.suffix == ".gz" else data
            records = [json.loads(line) for line in data.splitlines()]
        yield from ((path.relative_to(folder).parts[0], record["text"]) for record in records)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_example_runs(engine: str, small_model: BoilerplateClassifier, tmp_path: Path) -> None:
    pytest.importorskip(ENGINES[engine])
    keep = BoilerplateFilter(small_model)
    pages = {name: (LABELED / name).read_text(encoding="utf-8") for name in PAGES}
    articles = [keep(page) for page in pages.values()]
    assert min(map(len, articles)) > 100

    small_model.save(tmp_path / "mine.json")
    (tmp_path / "page.html").write_text(pages[PAGES[0]], encoding="utf-8")
    (tmp_path / "crawl").mkdir()
    with (tmp_path / "crawl" / "0.jsonl").open("w", encoding="utf-8") as crawl:
        for name, page in pages.items():
            record = {"id": name, "url": f"https://example.org/{name}", "html": page}
            crawl.write(json.dumps(record) + "\n")

    (tmp_path / "example.py").write_text(example(engine), encoding="utf-8")
    command: list[Any] = [sys.executable, "example.py"]
    env = os.environ | {"PYSPARK_PYTHON": sys.executable}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    if engine in ("LangChain", "LlamaIndex"):
        assert done.stdout == articles[0] + "\n"
        return
    outputs = {
        "Ray Data": ["articles-of-ray"],
        "Spark": ["articles-of-spark", "articles-of-pandas"],
        "Hugging Face datasets": ["articles.parquet"],
        "Scrapy": ["articles.jsonl"],
    }
    expected = articles[:1] if engine == "Scrapy" else articles
    assert sorted(written(tmp_path)) == sorted(
        (output, article) for output in outputs.get(engine, ["articles"]) for article in expected
    )


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("datatrove", "datatrove"),
        ("ray", "pyarrow"),
        ("spark", "pyspark"),
        ("scrapy", "scrapy"),
        ("langchain", "langchain_core"),
        ("llama_index", "llama_index"),
    ],
)
def test_a_missing_engine_is_told_in_one_sentence(module: str, package: str) -> None:
    code = (
        f"import sys, boilerplate; sys.modules[{package!r}] = None\n"
        f"try: import boilerplate.engines.{module}\n"
        "except boilerplate.BoilerplateError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    extra = module.replace("_", "-")
    assert done.stdout.endswith(f"; pip install 'boilerplate-classifier[{extra}]'\n")
    assert done.stdout.count("\n") == 1
