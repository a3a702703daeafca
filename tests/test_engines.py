"""The adapters, each in its real engine: `make engines` installs them all."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from commands import LABELED

import boilerplate
from boilerplate import BoilerplateClassifier, BoilerplateError
from boilerplate.decoding import decode

NAMES = sorted(p.name for p in (LABELED).iterdir() if p.suffix in (".html", ".txt"))[:32]
PDF, EMPTY, NULL = "a PDF, not a page", "the page is empty", "the value is null"

# The engines warn of their own matters: deprecations, sockets, processes.
pytestmark = pytest.mark.filterwarnings("ignore")

Row = dict[str, Any]


@pytest.fixture(scope="session")
def model(small_model: BoilerplateClassifier, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("engines") / "mine.json"
    small_model.save(path)
    return str(path)


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    """The pages as a crawl has them, with a number that is sometimes missing."""
    return [
        {"id": name, "size": None if i % 3 else i, "html": (LABELED / name).read_bytes()}
        for i, name in enumerate(NAMES)
    ]


@pytest.fixture(scope="session")
def broken() -> list[Row]:
    """What every crawl holds among its pages."""
    return [
        {"id": "pdf", "size": 1, "html": b"%PDF-1.7 and so on"},
        {"id": "empty", "size": 2, "html": b" \n"},
        {"id": "null", "size": 3, "html": None},
    ]


@pytest.fixture(scope="session")
def articles(rows: list[Row], model: str) -> dict[str, str]:
    """What the library makes of them."""
    keep = boilerplate.BoilerplateFilter(model)
    result = {row["id"]: keep(row["html"]) for row in rows}
    assert sum(len(article) > 100 for article in result.values()) > 20
    return result


def as_text(rows: list[Row]) -> list[Row]:
    return [{**row, "html": decode(row["html"])} for row in rows]


def check_table(result: list[Row], rows: list[Row], articles: dict[str, str]) -> None:
    """Every row is there once, its other columns as before, its article or error beside."""
    by_id = {row["id"]: row for row in result}
    assert len(by_id) == len(result) == len(rows) + 3
    for row in rows:
        found = by_id[row["id"]]
        assert (found["text"], found["error"] or None) == (articles[row["id"]], None)
        assert (found["size"], bytes(found["html"])) == (row["size"], row["html"])
    for name, sentence in (("pdf", PDF), ("empty", EMPTY), ("null", NULL)):
        assert sentence in by_id[name]["error"]
        assert not by_id[name]["text"]


def test_the_command_line_gives_the_articles_of_the_library(
    model: str, articles: dict[str, str]
) -> None:
    command = Path(sys.executable).with_name("boilerplate")
    pages = [LABELED / name for name in NAMES]
    done = subprocess.run([command, "extract", "-m", model, *pages], stdout=subprocess.PIPE)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert {Path(record["id"]).name: record["text"] for record in records} == articles


# datatrove


def run_datatrove(
    step: Any, records: list[Row], folder: Path, run: Callable[..., Any]
) -> tuple[dict[str, str], dict[str, Row]]:
    """Run two tasks over two files; the articles and the excluded documents by id."""
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    (folder / "in").mkdir()
    for part in (0, 1):
        lines = [json.dumps(record) + "\n" for record in records[part::2]]
        (folder / "in" / f"{part}.jsonl").write_text("".join(lines), encoding="utf-8")
    out = JsonlWriter(str(folder / "out"), compression=None)
    run([JsonlReader(str(folder / "in"), text_key="html"), step, out], folder)
    kept, excluded = (
        [json.loads(line) for p in (folder / f).glob("*.jsonl") for line in p.open("rb")]
        for f in ("out", "excluded")
    )
    sizes = {record["id"]: record["size"] for record in records}
    assert all(document["metadata"]["size"] == sizes[document["id"]] for document in kept)
    return {d["id"]: d["text"] for d in kept}, {d["id"]: d for d in excluded}


def local(pipeline: list[Any], folder: Path) -> None:
    from datatrove.executor import LocalPipelineExecutor

    logs = str(folder / "logs")
    LocalPipelineExecutor(pipeline, tasks=2, workers=2, logging_dir=logs).run()


def as_slurm_does(pipeline: list[Any], folder: Path) -> None:
    """Pickle the executor as a Slurm job gets it, and run each task in a process of its own."""
    import dill
    from datatrove.executor import LocalPipelineExecutor

    logs = str(folder / "logs")
    path = folder / "executor.pik"
    executor = LocalPipelineExecutor(pipeline, tasks=2, logging_dir=logs)
    path.write_bytes(dill.dumps(executor, fmode=dill.CONTENTS_FMODE))
    tool = "datatrove.tools.launch_pickled_pipeline"
    subprocess.run([sys.executable, "-m", tool, path], check=True, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("run", [local, as_slurm_does])
@pytest.mark.parametrize("kind", ["ArticleExtractor", "ArticleFilter"])
def test_datatrove(
    kind: str,
    run: Callable[..., Any],
    rows: list[Row],
    articles: dict[str, str],
    model: str,
    tmp_path: Path,
) -> None:
    pytest.importorskip("datatrove")
    from datatrove.pipeline.writers import JsonlWriter

    from boilerplate.engines import datatrove

    excluded = JsonlWriter(str(tmp_path / "excluded"), compression=None)
    step = getattr(datatrove, kind)(exclusion_writer=excluded, model=model)
    records = [*as_text(rows), {"id": "empty", "html": " \n", "size": 7}]
    kept, dropped = run_datatrove(step, records, tmp_path, run)
    assert kept == {name: article for name, article in articles.items() if article}
    empty = {name for name, article in articles.items() if not article}
    reasons = {name: document["metadata"]["filter_reason"] for name, document in dropped.items()}
    assert reasons == {**dict.fromkeys(empty, "empty"), "empty": "failed"}
    pages = {record["id"]: record["html"] for record in records}
    assert all(document["text"] == pages[name] for name, document in dropped.items())


@pytest.fixture(params=["fork", "forkserver"])
def start_method(request: pytest.FixtureRequest) -> Iterator[None]:
    before = multiprocessing.get_start_method()
    multiprocessing.set_start_method(request.param, force=True)
    yield
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.usefixtures("start_method")
def test_a_page_that_takes_too_long_costs_datatrove_itself_alone(
    rows: list[Row], model: str, tmp_path: Path
) -> None:
    pytest.importorskip("datatrove")
    from datatrove.data import Document
    from datatrove.pipeline.writers import JsonlWriter

    from boilerplate.engines.datatrove import ArticleExtractor

    page = as_text(rows)[5]["html"]
    endless = "<p>word <b>and</b></p>" * 2_000_000
    pages = [Document(text, name) for name, text in (("a", page), ("b", endless), ("c", page))]
    writer = JsonlWriter(str(tmp_path), compression=None)
    step = ArticleExtractor(timeout=2, exclusion_writer=writer, model=model)
    kept = list(step.run(iter(pages)))
    assert [document.id for document in kept] == ["a", "c"]
    assert kept[0].text == kept[1].text == boilerplate.extract(page, model=model)
    assert step.stats["timeout"].total == 1
    [excluded] = [json.loads(line) for p in tmp_path.glob("*") for line in p.open("rb")]
    assert (excluded["id"], excluded["text"]) == ("b", endless)


# Tables


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    ray = pytest.importorskip("ray")
    ray.init(
        num_cpus=2,
        object_store_memory=200_000_000,
        include_dashboard=False,
        logging_level="error",
        log_to_driver=False,
    )
    yield ray
    ray.shutdown()


def test_ray_data(
    ray: Any, rows: list[Row], broken: list[Row], articles: dict[str, str], model: str
) -> None:
    from boilerplate.engines.ray import ArticleMapper

    table = ray.data.from_items([*rows, *broken]).repartition(3)
    arguments: Row = {
        "compute": ray.data.ActorPoolStrategy(size=1),
        "fn_constructor_kwargs": {"model": model},
        "batch_size": 16,
    }
    done = table.map_batches(ArticleMapper, batch_format="pyarrow", **arguments)
    check_table(done.take_all(), rows, articles)
    with pytest.raises(Exception, match='batch_format="pyarrow"'):
        table.map_batches(ArticleMapper, **arguments).take_all()


def test_datatrove_in_its_ray_executor(
    ray: Any, rows: list[Row], articles: dict[str, str], model: str, tmp_path: Path
) -> None:
    pytest.importorskip("datatrove")
    from datatrove.executor.ray import RayPipelineExecutor
    from datatrove.pipeline.writers import JsonlWriter

    from boilerplate.engines.datatrove import ArticleExtractor

    def run(pipeline: list[Any], folder: Path) -> None:
        logs = str(folder / "logs")
        RayPipelineExecutor(pipeline, tasks=2, workers=1, logging_dir=logs).run()

    excluded = JsonlWriter(str(tmp_path / "excluded"), compression=None)
    step = ArticleExtractor(exclusion_writer=excluded, model=model)
    kept, dropped = run_datatrove(step, as_text(rows), tmp_path, run)
    assert kept == {name: article for name, article in articles.items() if article}
    assert kept.keys() | dropped.keys() == articles.keys()


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.driver.memory", "1g").getOrCreate()
    yield session
    session.stop()


def test_spark(
    spark: Any, rows: list[Row], broken: list[Row], articles: dict[str, str], model: str
) -> None:
    from boilerplate.engines.spark import ArticleMapper, article_udf

    fields = "id string, size long, html binary"
    table = spark.createDataFrame([*rows, *broken], fields).repartition(2)
    column = article_udf(model=model)("html")
    by_udf = table.withColumn("article", column).select("id", "size", "html", "article.*")
    check_table([row.asDict() for row in by_udf.collect()], rows, articles)

    mapper = ArticleMapper(model=model)
    mapped = table.mapInPandas(mapper, mapper.schema(table.schema))
    assert mapped.columns == ["id", "size", "html", "text", "error"]
    check_table([row.asDict() for row in mapped.collect()], rows, articles)

    mapper = ArticleMapper(output_column="html", model=model)
    strings = spark.createDataFrame(as_text(rows), "id string, size long, html string")
    replaced = strings.mapInPandas(mapper, mapper.schema(strings.schema)).collect()
    assert {row["id"]: row["html"] for row in replaced} == articles
    assert all(row["error"] is None for row in replaced)

    taken = strings.withColumnRenamed("id", "error")
    with pytest.raises(Exception, match="'error' already; choose another error_column"):
        taken.mapInPandas(mapper, "size long, html string, error string").collect()


@pytest.mark.parametrize("processes", [None, 2])
def test_datasets(
    processes: int | None,
    rows: list[Row],
    broken: list[Row],
    articles: dict[str, str],
    model: str,
    tmp_path: Path,
) -> None:
    datasets = pytest.importorskip("datasets")
    from boilerplate.engines.datasets import ArticleMapper

    # The broken pages come last, after batches without any error; and first, after none.
    for order in ([*rows, *broken], [*broken, *rows]):
        table = datasets.Dataset.from_list(order)
        options: Row = {"batched": True, "batch_size": 3, "writer_batch_size": 3}
        done = table.map(ArticleMapper(model=model), num_proc=processes, **options)
        assert done.column_names == ["id", "size", "html", "text", "error"]
        check_table(list(done), rows, articles)
    streamed = table.to_iterable_dataset().map(ArticleMapper(model=model), batched=True)
    check_table(list(streamed), rows, articles)


def test_nulls_of_pandas_are_nulls(model: str) -> None:
    pandas = pytest.importorskip("pandas")
    from boilerplate.engines.datasets import ArticleMapper

    nulls = pandas.Series([None, pandas.NA, float("nan")], dtype=object)
    errors = ArticleMapper(model=model)({"html": nulls})["error"]
    assert all(NULL in error for error in errors)


def test_a_table_is_told_what_is_wrong_with_its_columns(model: str) -> None:
    from boilerplate.engines.datasets import ArticleMapper

    with pytest.raises(BoilerplateError, match=r"no column 'html', only id, page;.*text_column"):
        ArticleMapper(model=model)({"id": [1], "page": ["x"]})
    with pytest.raises(BoilerplateError, match="'error' already; choose another error_column"):
        ArticleMapper(model=model)({"html": ["x"], "error": ["mine"]})
    with pytest.raises(BoilerplateError, match="'text' already; choose another output_column"):
        ArticleMapper(model=model)({"html": ["x"], "text": ["mine"]})
    with pytest.raises(BoilerplateError, match="'html' already; choose another error_column"):
        ArticleMapper(model=model, output_column="html", error_column="html")({"html": ["x"]})
    with pytest.raises(BoilerplateError, match="batched=True"):
        ArticleMapper(model=model)({"html": "<p>x"})
    with pytest.raises(BoilerplateError, match="not be a Table; leave out with_format"):
        ArticleMapper(model=model)(pyarrow.table({"html": ["<p>x"]}))
    with pytest.raises(BoilerplateError, match=r"nowhere\.json"):
        ArticleMapper(model="nowhere.json")


# Items and documents


@pytest.mark.parametrize("declared", [False, True])
def test_scrapy(
    declared: bool, rows: list[Row], articles: dict[str, str], model: str, tmp_path: Path
) -> None:
    """A crawl of files, in a process of its own, since a reactor runs once."""
    pytest.importorskip("scrapy")
    html = [row for row in rows if row["id"].endswith(".html")]
    for row in html:
        (tmp_path / row["id"]).write_bytes(row["html"])
    (tmp_path / "broken.html").write_bytes(b"%PDF-1.7 and so on")
    item = "Page(url=response.url, html=response.body)" if declared else (
        "{'url': response.url, 'html': response.body}"
    )  # fmt: skip
    (tmp_path / "crawl.py").write_text(f"""
import json, sys
from dataclasses import dataclass
from pathlib import Path
from scrapy import Spider
from scrapy.crawler import CrawlerProcess

@dataclass
class Page:
    url: str
    html: bytes
    text: str | None = None

class Pages(Spider):
    name = "pages"
    start_urls = [path.resolve().as_uri() for path in Path(".").glob("*.html")]
    def parse(self, response):
        yield {item}

process = CrawlerProcess({{
    "ITEM_PIPELINES": {{"boilerplate.engines.scrapy.ArticlePipeline": 300}},
    "BOILERPLATE": {{"model": {model!r}}},
    "FEEDS": {{"articles.jsonl": {{"format": "jsonlines", "fields": ["url", "text"]}}}},
}})
crawler = process.create_crawler(Pages)
process.crawl(crawler)
process.start()
stats = crawler.stats.get_stats()
print(json.dumps({{k: v for k, v in stats.items() if k.startswith("boilerplate/")}}))
""")
    done = subprocess.run([sys.executable, "crawl.py"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert re.search(rb"No article of \S*broken.html: this is a PDF", done.stderr)
    lines = (tmp_path / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    found = {Path(r["url"]).name: r["text"] for r in map(json.loads, lines)}
    assert found == {**{row["id"]: articles[row["id"]] for row in html}, "broken.html": None}
    counts = json.loads(done.stdout)
    assert counts["boilerplate/failed"] == 1
    assert sum(counts.values()) == len(found)


def test_scrapy_is_told_of_items_without_a_place_for_the_article(model: str) -> None:
    scrapy = pytest.importorskip("scrapy")
    from boilerplate.engines.scrapy import ArticlePipeline

    page = type("Page", (scrapy.Item,), {"html": scrapy.Field()})(html="<p>x")
    with pytest.raises(BoilerplateError, match=r"Page has no field 'text'.*output_field"):
        ArticlePipeline(model=model).process_item(page)


def test_langchain(rows: list[Row], articles: dict[str, str], model: str) -> None:
    pytest.importorskip("langchain_core")
    from langchain_core.documents import Document

    from boilerplate.engines.langchain import ArticleTransformer

    pages = [Document(r["html"], id=r["id"], metadata={"size": r["size"]}) for r in as_text(rows)]
    pages.append(Document(" ", id="empty", metadata={"size": 1}))
    before = [page.model_copy(deep=True) for page in pages]
    *found, empty = ArticleTransformer(model=model).transform_documents(pages)
    assert pages == before
    assert [(d.id, d.metadata) for d in found] == [(d.id, d.metadata) for d in pages[:-1]]
    assert {d.id: d.page_content for d in found} == articles
    assert empty.metadata == {"size": 1, "boilerplate_error": EMPTY}
    assert empty.page_content == ""


def test_llama_index(rows: list[Row], articles: dict[str, str], model: str) -> None:
    pytest.importorskip("llama_index.core")
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.core.schema import Document, TextNode

    from boilerplate.engines.llama_index import ArticleTransform

    pages: list[Any] = [
        (Document if i % 2 else TextNode)(text=r["html"], id_=r["id"], metadata={"size": r["size"]})
        for i, r in enumerate(as_text(rows))
    ]
    pages.append(Document(text=" ", id_="empty", metadata={"size": 1}))
    before = [page.model_copy(deep=True) for page in pages]
    pipeline = IngestionPipeline(transformations=[ArticleTransform(model=model)])
    *found, empty = pipeline.run(nodes=pages)
    assert pages == before
    assert [(n.node_id, n.metadata) for n in found] == [(n.id_, n.metadata) for n in pages[:-1]]
    assert {node.node_id: node.get_content() for node in found} == articles
    assert empty.metadata == {"size": 1, "boilerplate_error": EMPTY}
    assert empty.get_content() == ""
    with pytest.raises(ValueError, match="headlines"):
        ArticleTransform(headlines=False)
    told = ArticleTransform(model=Path(model), headline=False)
    assert ArticleTransform.from_dict(told.to_dict())(pages[:1])[0].text == told(pages[:1])[0].text
