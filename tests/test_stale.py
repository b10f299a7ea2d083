"""Staleness is decided by content: each change is seen, named, and laid only at the notebooks it touches."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import tables
from tools import rebuild, run, stale

NO_PATH = '{"resources": [{"name": "index"}]}'
NO_SCHEMA = '{"resources": [{"name": "index", "path": "index.csv"}]}'


@pytest.fixture
def fresh(tiny):
    """Two notebooks, up to date: 01_reads read the table index, 02_other the table other; 01_reads wrote a figure."""
    tiny.table("index", "n\n1\n")
    tiny.table("other", "n\n2\n")
    (tiny.project.figures / "drawn.svg").write_text("<svg/>\n")
    nowhere = tiny.project.data / "none"
    for name, table, figures in (("01_reads", "index", tiny.project.figures), ("02_other", "other", nowhere)):
        path = tiny.notebook(name, ("md", "Text."), ("code", "1 + 1"))
        notebook = json.loads(path.read_text())
        now, used = stale.digests(tiny.project), {"analysis/tables.py", f"data/{table}.csv"}
        notebook["metadata"]["analysis"] = stale.make_record(notebook, now, used, figures)
        path.write_text(json.dumps(notebook))
    assert stale.find_stale(tiny.project) == {} and stale.find_orphans(tiny.project) == []
    return tiny


def edit(path, change):
    notebook = json.loads(path.read_text())
    change(notebook)
    path.write_text(json.dumps(notebook))


def test_a_table_makes_stale_only_who_read_it(fresh, capsys):
    fresh.table("index", "n\n3\n")
    assert stale.find_stale(fresh.project) == {"01_reads": ["data/index.csv or its description changed"]}
    assert rebuild.report_stale(fresh.project, []) == 1
    said = capsys.readouterr().out
    why = "data/index.csv or its description changed"
    assert f"notebooks/01_reads.ipynb and its figures (1) are out of date:\n  {why}\n" in said
    assert "02_other" not in said
    assert rebuild.report_stale(fresh.project, ["02_other"]) == 0


def test_a_changed_unit_counts_as_a_changed_table(fresh):
    fresh.table("other", "n\n2\n", unit="thousands")
    assert stale.find_stale(fresh.project) == {"02_other": ["data/other.csv or its description changed"]}


def test_a_table_that_is_gone_is_named(fresh):
    (fresh.project.data / "other.csv").unlink()
    assert stale.find_stale(fresh.project) == {"02_other": ["data/other.csv is missing"]}


def test_the_package_and_the_lock_make_all_stale(fresh):
    module = fresh.project.root / "analysis" / "tables.py"
    module.write_text(module.read_text() + "# changed\n")
    both, changed = ["01_reads", "02_other"], "analysis/tables.py changed"
    assert stale.find_stale(fresh.project) == {name: [changed] for name in both}
    (fresh.project.root / "requirements.txt").write_text("pandas==2\n")
    assert stale.find_stale(fresh.project) == {name: ["requirements.txt changed", changed] for name in both}


def test_a_module_counts_for_those_that_loaded_it(fresh):
    (fresh.project.root / "analysis" / "new.py").write_text("")  # nobody loaded it
    assert stale.find_stale(fresh.project) == {}
    edit(fresh.project.path("01_reads"), lambda n: n["metadata"]["analysis"]["files"].update({"analysis/new.py": "?"}))
    assert stale.find_stale(fresh.project) == {"01_reads": ["analysis/new.py changed"]}
    (fresh.project.root / "analysis" / "tables.py").unlink()
    assert list(stale.find_stale(fresh.project)) == ["01_reads", "02_other"]


def test_of_the_tools_only_what_decides_the_bytes_counts(fresh, monkeypatch):
    assert stale.RUNNER_FILES == ["tools/run.py", "tools/forked.py", "tools/prose.py"]
    here = fresh.project.root / "tools"
    here.mkdir()
    for path in stale.TOOLS.glob("*.py"):
        (here / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(stale, "TOOLS", here)
    everyone = ["01_reads", "02_other"]
    for name, expected in (("page.py", []), ("rebuild.py", []), ("stale.py", []), ("prose.py", everyone)):
        (here / name).write_text((here / name).read_text() + "# changed\n")
        assert list(stale.find_stale(fresh.project)) == expected
    assert stale.find_stale(fresh.project)["01_reads"] == ["tools/prose.py changed"]


def test_a_table_that_a_key_or_a_limit_leads_to_counts_too():
    # a table is checked against them whenever it is loaded, so that the kernel sees them opened as well:
    # iso3 of index is a key of countries, and its rates are limited by what editions says
    code = f"{run.STARTUP_CODE}\nfrom analysis import tables\ntables.load('index')\nprint(*_opened, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    opened = {Path(line) for line in done.stdout.splitlines()}
    assert {path.name for path in opened if path.parent == tables.DATA and path.suffix == ".csv"} == {
        "index.csv", "countries.csv", "editions.csv"
    }  # fmt: skip


def test_cells_and_outputs(fresh):
    path = fresh.project.path("01_reads")
    edit(path, lambda n: n["cells"][0].update(source="Other text."))
    assert stale.find_stale(fresh.project) == {"01_reads": ["cells changed"]}
    edit(path, lambda n: n["cells"][0].update(source=["Te", "xt."]))  # the same text, split as a file may
    assert stale.find_stale(fresh.project) == {}
    edit(path, lambda n: n["cells"][1].update(outputs=[{"output_type": "stream", "name": "stdout", "text": "3"}]))
    assert stale.find_stale(fresh.project) == {"01_reads": ["outputs differ from what the rebuild wrote"]}


def test_figures_missing_changed_or_nobodys(fresh, capsys):
    figure = fresh.project.figures / "drawn.svg"
    figure.write_text("<svg>changed</svg>\n")
    assert stale.find_stale(fresh.project) == {"01_reads": ["figures/drawn.svg differs from what the notebook wrote"]}
    figure.unlink()
    assert stale.find_stale(fresh.project) == {"01_reads": ["figures/drawn.svg is missing"]}
    figure.write_text("<svg/>\n")
    (fresh.project.figures / "old.png").write_bytes(b"")
    assert stale.find_orphans(fresh.project) == ["old.png"] and rebuild.report_stale(fresh.project, []) == 1
    said = capsys.readouterr().out
    assert "figures/old.* is written by no notebook; delete it, or restore the notebook that wrote it\n" in said


def test_a_deleted_notebook_is_not_taken_for_a_needless_figure(fresh, capsys):
    fresh.project.path("01_reads").unlink()
    assert rebuild.report_stale(fresh.project, []) == 1
    assert "figures/drawn.* is written by no notebook; delete it, or restore" in capsys.readouterr().out


@pytest.mark.parametrize("part", ["cells", "outputs", "files"])
@pytest.mark.parametrize("broken", [None, 3])
def test_a_record_without_one_of_its_parts_counts_as_never_run(fresh, part, broken):
    edit(fresh.project.path("01_reads"), lambda n: n["metadata"]["analysis"].update({part: broken}))
    assert stale.find_stale(fresh.project) == {"01_reads": ["never run"]}
    edit(fresh.project.path("01_reads"), lambda n: n["metadata"]["analysis"].pop(part))
    assert stale.find_stale(fresh.project) == {"01_reads": ["never run"]}
    assert stale.find_orphans(fresh.project) == (["drawn.svg"] if part == "files" else [])  # the rest still says whose


@pytest.mark.parametrize("text", ["{}", "[]", NO_PATH, NO_SCHEMA, '{"resources": "none', "\xff"])
def test_a_broken_description_is_named(fresh, text):
    (fresh.project.data / "datapackage.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=r"^data/datapackage\.json: .*; restore it with: git checkout data") as caught:
        rebuild.report_stale(fresh.project, [])
    assert "\n" not in str(caught.value)


def test_a_missing_description_is_named_unless_there_are_no_tables(fresh, tiny):
    (fresh.project.data / "datapackage.json").unlink()
    with pytest.raises(ValueError, match=r"data/datapackage\.json: is missing"):
        stale.find_stale(fresh.project)
    for path in fresh.project.data.glob("*.csv"):
        path.unlink()
    assert stale.find_stale(fresh.project)["02_other"] == ["data/other.csv is missing"]


def test_a_notebook_without_a_record_was_never_run(fresh):
    fresh.notebook("03_new", ("code", "1"))
    assert stale.find_stale(fresh.project) == {"03_new": ["never run"]}


def test_line_ends_of_windows_change_nothing(fresh):
    root = fresh.project.root
    kinds = ("requirements.txt", "analysis/*.py", "data/*.csv", "figures/*")
    for path in [path for kind in kinds for path in root.glob(kind)]:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert stale.find_stale(fresh.project) == {}


def test_a_broken_notebook_is_named(fresh):
    fresh.project.path("01_reads").write_text("{ not json")
    with pytest.raises(ValueError, match=r"01_reads\.ipynb cannot be read as a notebook"):
        stale.find_stale(fresh.project)


def test_a_run_records_the_tables_its_kernel_read(tiny):
    tiny.table("index", "n\n1\n")
    tiny.table("other", "n\n2\n")
    tiny.notebook("01_reads", ("code", "from analysis import tables\ntables.load('index')"))
    tiny.notebook("02_none", ("code", "1"))
    assert rebuild.rebuild(tiny.project, []) == 0
    tiny.table("index", "n\n3\n")
    tiny.table("other", "n\n4\n")
    assert stale.find_stale(tiny.project) == {"01_reads": ["data/index.csv or its description changed"]}


def test_a_changed_table_runs_its_readers_only(tiny, capsys):
    tiny.table("index", "n\n1\n")
    tiny.table("other", "n\n2\n")
    ran = tiny.project.root / "ran"  # each notebook adds its name when it runs
    note = f"import pathlib\n_ = pathlib.Path({str(ran)!r}).open('a').write('%s ')"
    load = "from analysis import tables\nlen(tables.load('%s'))"
    tiny.notebook("01_reads", ("code", note % "01_reads"), ("code", load % "index"))
    tiny.notebook("02_other", ("code", note % "02_other"), ("code", load % "other"))
    tiny.notebook("03_none", ("code", note % "03_none"))
    assert rebuild.rebuild(tiny.project, []) == 0 and len(ran.read_text().split()) == 3
    tiny.table("index", "n\n34\n")
    ran.unlink()
    assert rebuild.rebuild(tiny.project, []) == 0 and ran.read_text().split() == ["01_reads"]
    assert rebuild.rebuild(tiny.project, []) == 0 and ran.read_text().split() == ["01_reads"]
    assert "nothing to rebuild" in capsys.readouterr().out


def test_nothing_committed_is_out_of_date(capsys):
    assert rebuild.report_stale(stale.Project.here(), []) == 0, capsys.readouterr().out


def test_the_vocabulary_of_phrases_counts_for_the_notebooks_that_judge():
    # words.csv is no module and no table, and a word added to it can change a verdict
    words = "analysis/claims/words.csv"
    here = stale.Project.here()
    assert stale.digests(here)[words] == stale.file_digest(here.root / words)
    files = {name: stale.record_of(stale.read_notebook(here.path(name)))["files"] for name in here.names()}
    judging = {name for name, used in files.items() if "analysis/claims/phrases.py" in used}
    assert "07_scoreboard" in judging and all((words in files[name]) == (name in judging) for name in files)
