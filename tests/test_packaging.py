"""What a user installs: the wheel, away from the checkout, and the README's examples."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from commands import LABELED, ROOT

import boilerplate

README = (ROOT / "README.md").read_text(encoding="utf-8")

PARAGRAPH = (
    "The orchard behind the station was planted in 1921, and in a good year its forty trees still "
    "give more apples than the four families who share them can press before the frost."
)
PAGE = (
    "<html><head><title>Forty trees</title></head><body><nav><a href='/'>Home</a> "
    f"<a href='/shop'>Shop</a></nav><article><h1>Forty trees</h1><p>{PARAGRAPH}</p>"
    f"<p>{PARAGRAPH.replace('apples', 'pears')}</p></article></body></html>"
)


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command as if no checkout were near; it must succeed."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the programs of a new virtual environment that holds the built wheel.

    The wheel is built from the source distribution. What it depends on is borrowed from the
    environment that runs the tests, so that nothing has to be downloaded.
    """
    folder = tmp_path_factory.mktemp("packaging")
    build = ("-m", "build", "--no-isolation", "--outdir", folder / "dist", ROOT)
    run(sys.executable, *build, cwd=folder)
    [wheel] = (folder / "dist").glob("*.whl")
    home = folder / "venv"
    venv.create(home, symlinks=os.name != "nt")
    layout = sysconfig.get_paths("venv", vars={"base": str(home), "platbase": str(home)})
    programs, packages = Path(layout["scripts"]), Path(layout["purelib"])
    python = programs / "python"
    install = ("-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index")
    run(sys.executable, *install, wheel, cwd=folder)
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    where = run(python, "-c", "import boilerplate; print(boilerplate.__file__)", cwd=folder)
    assert where.startswith(str(packages))
    return programs


def test_the_wheel_holds_the_library_and_its_models(installed: Path) -> None:
    [wheel] = (installed.parents[1] / "dist").glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {f"boilerplate/models/{path.name}" for path in (ROOT / "models").glob("*.json")}
    assert shipped == {"boilerplate/models/html.json", "boilerplate/models/text.json"}
    assert names >= shipped | {"boilerplate/__init__.py", "boilerplate/py.typed"}
    assert {name.split("/")[0].split("-")[0] for name in names} == {
        "boilerplate",
        "boilerplate_classifier",
    }


def test_the_installed_command_works_away_from_the_checkout(
    installed: Path, tmp_path: Path
) -> None:
    command = installed / "boilerplate"
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert run(command, "--version", cwd=tmp_path).split()[-1] == project["version"]
    assert PARAGRAPH in run(command, "extract", "page.html", cwd=tmp_path)
    blocks = run(command, "classify", "page.html", cwd=tmp_path).splitlines()
    assert "content" in {json.loads(block)["label"] for block in blocks}
    options = ("-o", "mine.json", "--folds", "0")
    rows = run(command, "train", LABELED, *options, cwd=tmp_path).splitlines()
    assert [json.loads(row)["kind"] for row in rows] == ["html", "text"]
    assert PARAGRAPH in run(command, "extract", "-m", "mine.json", "page.html", cwd=tmp_path)


def test_the_installed_library_works_away_from_the_checkout(
    installed: Path, tmp_path: Path
) -> None:
    program = f"import boilerplate; print(boilerplate.extract({PAGE!r}))"
    assert PARAGRAPH in run(installed / "python", "-c", program, cwd=tmp_path)


@pytest.mark.parametrize(
    "program",
    [
        "import boilerplate; boilerplate.extract(page)",
        "sys.argv[1:] = ['extract', 'page.html']\n"
        "from boilerplate.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code",
    ],
)
def test_a_cold_extract_imports_no_more_than_it_needs(program: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    unneeded = {"sklearn", "scipy", "joblib", "bs4", "rich"}
    report = f"print('imported:', sorted({unneeded!r} & set(sys.modules)))"
    code = f"import sys; page = {PAGE!r}\n{program}\n{report}"
    assert run(sys.executable, "-c", code, cwd=tmp_path).splitlines()[-1] == "imported: []"


def test_the_public_names_are_there_and_described() -> None:
    promised = {
        "Block",
        "BoilerplateClassifier",
        "BoilerplateError",
        "BoilerplateFilter",
        "LabelError",
        "ModelError",
        "PageError",
        "ParameterError",
        "classify",
        "extract",
    }
    assert set(boilerplate.__all__) == promised
    for name in promised:
        assert getattr(boilerplate, name).__doc__
    for name in ("LabelError", "ModelError", "PageError", "ParameterError"):
        assert issubclass(getattr(boilerplate, name), boilerplate.BoilerplateError)


def test_the_readme_examples_run(tmp_path: Path) -> None:
    """Every Python block and every `boilerplate` command of the README, in their order."""
    (tmp_path / "labeled").symlink_to(LABELED)
    examples = re.findall(r"^```(sh|python)\n(.*?)^```", README, re.S | re.M)
    assert {language for language, _ in examples} == {"sh", "python"}
    for number, (language, code) in enumerate(examples):
        if language == "python":
            script = tmp_path / f"example{number}.py"
            script.write_text(code, encoding="utf-8")
            assert run(sys.executable, script, cwd=tmp_path)
            continue
        for line in code.splitlines():
            if line.startswith("boilerplate "):
                program = Path(sys.executable).with_name("boilerplate")
                run("sh", "-ec", f"{program} {line.removeprefix('boilerplate ')}", cwd=tmp_path)
    assert (tmp_path / "articles.jsonl").stat().st_size > 0
