"""Handing in: made notebooks with every kind of trouble are run, judged on the teacher's side, and counted."""

import csv
import json
import socket
import sys
from pathlib import Path

import pandas as pd
import pytest

from page_tags import Tags
from tools.classroom import collect
from tools.commandline import main
from tools.stale import Project

SOON = [sys.executable, "-c", "from tools.classroom import rerun; rerun.LONGEST_CELL = 5; rerun.tell_answers()"]
IMPORTS = "from analysis.lesson import check"
# Kenya: 269,000 of 53,771,000 people is 5.0027 of every 1,000, 0.50027 of every 100
RIGHT, PER_100 = 'check("rate-2", 269_000 / 53_771_000 * 1000)', 'check("rate-2", 269_000 / 53_771_000 * 100)'


def notebook(*cells):
    """A notebook file of these code cells, after a cell of text."""
    made = [{"cell_type": "code", "id": f"c{n}", "metadata": {}, "source": text} for n, text in enumerate(cells)]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": ["Exercise"]}, *made], "metadata": {}})


def hand_in(folder, files):
    """A folder of files, by name."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """This checkout, with a build folder of its own."""
    project = Project.here()
    project.build = tmp_path_factory.mktemp("build")
    return project


@pytest.fixture(scope="module")
def collected(here, tmp_path_factory):
    """(exit code, rows of students.csv by student and exercise, folder of the results, what was to be harmed)."""
    victim = tmp_path_factory.mktemp("teacher") / "marks"
    victim.write_text("kept")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    harm = [
        f"import os, shutil, socket, subprocess; os.remove({str(victim)!r})",
        f"open({str(victim)!r}, 'w')",
        f"shutil.rmtree({str(victim.parent)!r})",
        f"os.remove({victim.name!r}, dir_fd=os.open({str(victim.parent)!r}, 0))",
        f"socket.create_connection({listener.getsockname()!r}, 1)",
        "subprocess.run('ls')",
        "os.system('ls')",
        "input()",
        "x = 1 +",
        "exit()\n%pwd\nprint('z' * 10**8)",
        "!ls",
        """print('{"cell": 1, "ended": true, "asked": [], "errors": [], "answers": {"rate-3": [1, "0.33"]}}')""",
        "open('mine.txt', 'w').write('here')",
        f"{IMPORTS}\n{PER_100}\n1 / 0",
    ]
    if sys.platform == "linux":
        harm += ["x = 'z' * 10**10", "open('big', 'wb').write(b'z' * 60_000_000)"]
        harm += ["check('rate-5', os.readlink('/proc/self/ns/net') + ' is mine')"]
    files = {
        "Ana.ipynb": notebook(IMPORTS, RIGHT, 'check("rate-4", "B")'),
        "Ben (1).ipynb": notebook(
            'from analysis.lesson import check as c\nc("rate-1", 50)',
            "def check(*given, **named): print('right')",
            PER_100,
            "import analysis.lesson as lesson\nlesson.check = lesson.judge = print",
            'lesson.check("rate-4", "A")',
            'for word in ("First", "Second"):\n    check(id="rate-5", answer=f"{word} of my sentences")',
        ),
        "Loop.ipynb": notebook(IMPORTS, f"{RIGHT}\nwhile True:\n    pass", 'check("rate-3", 0.33)'),
        "Exit.ipynb": notebook(IMPORTS, PER_100, "import os; os._exit(0)", 'check("rate-3", 0.33)'),
        "Harm.ipynb": notebook(*harm),
        "Zoë Núñez_12345_assignsubmission_file_/mine.ipynb": notebook(IMPORTS, PER_100, 'check("rate-3", ...)'),
        "Zoë Núñez_12345_assignsubmission_file_/analysis/lesson.py": "raise SystemExit",
        "=1+1.ipynb": notebook(f"import pandas as pd\n{IMPORTS}", 'check("rate-2", pd.Series([5.0]))', "check(7, 8)"),
        "Photo.ipynb": "\x89PNG",
        "Essay.docx": "An essay",
        ".DS_Store": "",
        "Empty/.keep": "",
    }
    folder = hand_in(tmp_path_factory.mktemp("class") / "Class 7", files)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collect, "COMMAND", SOON)
        code = collect.collect(here, str(folder))
    with pytest.raises(TimeoutError):  # nobody came
        listener.accept()
    results = here.build / "collected" / "Class 7"
    with (results / "students.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {(row["student"], row["exercise"]): row for row in csv.DictReader(file)}
    return code, rows, results, victim


def became(rows, student):
    """exercise -> (status, mistake) of one student, without what was not answered."""
    found = {id: (row["status"], row["mistake"]) for (name, id), row in rows.items() if name == student}
    return {id: pair for id, pair in found.items() if pair != ("no answer", "")}


def test_each_answer_is_judged_and_what_is_not_answered_is_a_row(collected):
    _, rows, _, _ = collected
    assert became(rows, "Ana") == {"rate-2": ("right", ""), "rate-4": ("right", "")}
    assert rows["Ana", "rate-3"]["status"] == "no answer" and rows["Ana", "rate-3"]["tries"] == "0"
    assert rows["Ana", "rate-4"]["answer"] == '"B"' and rows["Ana", "rate-4"]["problem"] == ""
    assert rows["'=1+1", "rate-2"]["status"] == "right"  # a column with one number is that number
    assert rows["'=1+1", "7"]["status"] == "no exercise"


def test_an_edited_check_changes_nothing(collected):
    _, rows, _, _ = collected
    found = became(rows, "Ben (1)")
    assert found["rate-2"] == ("mistake", "per 100 for per 1,000") and found["rate-4"][0] == "mistake"
    assert found["rate-1"] == ("guess", "")  # under another name
    assert rows["Ben (1)", "rate-5"]["tries"] == "2" and "Second" in rows["Ben (1)", "rate-5"]["answer"]
    # the pupil's own analysis/ beside the notebook, which would end Python, is never imported
    assert became(rows, "Zoë Núñez_12345") == {"rate-2": ("mistake", "per 100 for per 1,000")}
    assert rows["Zoë Núñez_12345", "rate-3"]["tries"] == "1"  # the dots of the exercise are no answer


def test_an_endless_loop_ends_its_cell_and_os_exit_its_file(collected):
    _, rows, _, _ = collected
    assert became(rows, "Loop") == {"rate-2": ("right", ""), "rate-3": ("right", "")}
    assert rows["Loop", "rate-2"]["problem"] == "cell 3: KeyboardInterrupt: stopped after 5 seconds"
    assert became(rows, "Exit") == {"rate-2": ("mistake", "per 100 for per 1,000")}
    assert rows["Exit", "rate-3"]["problem"] == "cell 4 ended Python; the cells after it did not run"


def test_a_notebook_can_harm_nothing_by_python(collected):
    _, rows, _, victim = collected
    assert victim.read_text() == "kept"
    problems = dict(part.split(": ", 1) for part in rows["Harm", "rate-2"]["problem"].split("; ") if ": " in part)
    refused = [number for number in range(2, 9) if "is refused" in problems[f"cell {number}"]]
    assert refused == [2, 3, 4, 5, 6, 7, 8]
    assert problems["cell 9"].startswith("EOFError") and problems["cell 10"].startswith("SyntaxError")
    assert not {"cell 11", "cell 12", "cell 13", "cell 14"} & problems.keys()
    assert rows["Harm", "rate-2"]["mistake"] == "per 100 for per 1,000"  # answered before the error of its cell
    assert rows["Harm", "rate-3"]["status"] == "no answer"  # a printed record is no answer


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such limits")
def test_the_system_limits_memory_files_and_the_network(collected):
    _, rows, _, _ = collected
    problem = rows["Harm", "rate-2"]["problem"]
    assert "cell 16: MemoryError" in problem and "cell 17: OSError: [Errno 27] File too large" in problem
    if Path("/proc/sys/user/max_net_namespaces").exists():
        assert Path("/proc/self/ns/net").readlink().as_posix() not in rows["Harm", "rate-5"]["answer"]


def test_what_is_no_notebook_is_a_row_and_stops_nothing(collected):
    code, rows, _, _ = collected
    unread = {name: row["problem"] for (name, id), row in rows.items() if not id}
    assert unread.keys() == {"Photo", "Essay.docx", "Empty"} and code == 1
    assert all(unread[name] == collect.UNREADABLE for name in ("Photo", "Essay.docx"))
    assert "it is a folder" in unread["Empty"]


def test_the_page_puts_the_mistake_made_most_first_and_ranks_nobody(collected):
    _, rows, results, _ = collected
    text = (results / "index.html").read_text(encoding="utf-8")
    first = text.split("For the next lesson")[1].split("<li>")[1]
    # Ben, Exit, Harm and Zoë took per 100 for per 1,000
    assert first.startswith("per 100 for per 1,000, in rate-2: 4 students</li>")
    counts = pd.read_csv(results / "exercises.csv", keep_default_na=False)
    found = counts.query("exercise == 'rate-2'").set_index(["status", "mistake"])["students"].to_dict()
    # right: Ana, Loop and the one named =1+1
    assert found == {("mistake", "per 100 for per 1,000"): 4, ("right", ""): 3}
    tags = Tags(text).found
    tables = [at for tag, at in tags if tag == "table"]
    answered = {row["file"] for row in rows.values() if row["exercise"]}
    assert len(tables) == sum(tag == "caption" for tag, _ in tags) == 1 + len(answered) == 8
    assert all("scope" in at for tag, at in tags if tag == "th") and "script" not in dict(tags)
    names = [part.split("</h3>")[0] for part in text.split("<h3>")[1:]]
    assert names == sorted(names, key=str.lower) and "score" not in text and "points" not in text


TOLD = {"asked": ["rate-2"], "answers": {}, "errors": [], "cell": 2, "ended": True, "stopped": ""}


def told(*tries_and_text):
    """What a notebook with rate-2 in it tells."""
    return TOLD | {"answers": {"rate-2": list(tries_and_text)} if tries_and_text else {}}


def test_a_stopped_run_goes_on_where_it_was_and_a_changed_file_runs_again(tmp_path, monkeypatch, capsys):
    ran, project = [], Project.here()
    project.build = tmp_path / "build"
    monkeypatch.setattr(collect.os, "cpu_count", lambda: 1)  # one after the other
    monkeypatch.setattr(collect.Project, "here", lambda: project)

    def run(stop_at):
        def run_apart(project, raw, home):
            if stop_at in raw:
                raise KeyboardInterrupt
            ran.append(raw)
            return told(1, "5.0")

        monkeypatch.setattr(collect, "run_apart", run_apart)
        return main(["collect", str(folder)])

    folder = hand_in(tmp_path / "in", {"a.ipynb": "a", "b.ipynb": "b", "c.ipynb": "c"})
    assert run(stop_at=b"b") == 130 and b"a" in ran and b"b" not in ran
    assert not (project.build / "collected" / "in").exists()  # no half of the results
    assert run(stop_at=b"!") == 0 and sorted(ran) == [b"a", b"b", b"c"]
    (folder / "b.ipynb").rename(folder / "Bea.ipynb")  # another name, the same content
    assert run(stop_at=b"!") == 0 and len(ran) == 3
    (folder / "c.ipynb").write_text("changed")
    assert run(stop_at=b"!") == 0 and ran[3:] == [b"changed"]
    monkeypatch.setattr(collect, "digests", lambda project: {"data/index.csv": "another"})
    assert run(stop_at=b"!") == 0 and len(ran) == 7  # the tables changed: all run again
    assert "3 files, 0 of them not run to the end" in capsys.readouterr().out
    assert not list((project.build / "collected").rglob("*.partial"))


def test_a_student_with_two_files_counts_once_and_two_of_one_name_are_two(tmp_path):
    files = [
        ("Ana", "Ana/first.ipynb", told(2, "0.5")),
        ("Ana", "Ana/second.ipynb", told()),
        ("Ana (1)", "Ana (1).ipynb", told(1, "0.5")),
        ("Ben", "Ben.ipynb", told(1, "0.5")),
        ("Ben", "Ben/later.ipynb", told(1, "5.0")),
    ]
    rows = [row for name, file, one in files for row in collect.student_rows(collect.Handed(name, file, tmp_path), one)]
    collect.write_results(tmp_path, "x", pd.DataFrame(rows))
    counts = pd.read_csv(tmp_path / "exercises.csv", keep_default_na=False).query("exercise == 'rate-2'")
    # Ana's answered file counts, not her empty one; the other Ana is another person; of Ben the last answer
    assert counts.set_index("status")["students"].to_dict() == {"mistake": 2, "right": 1}


def test_a_made_up_record_is_no_notebook(here, tmp_path, monkeypatch):
    for number, line in enumerate(
        ['{"cell": 1, "ended": true}', '{"answers": {"a": 1}, "cell": 1, "ended": 1}', "[]", "9"]
    ):
        monkeypatch.setattr(collect, "COMMAND", [sys.executable, "-c", f"print({line!r})"])
        found = collect.run_apart(here, b"", tmp_path / str(number))
        assert found["stopped"] == ("" if number == 0 else collect.UNREADABLE)


def test_a_text_of_a_pupil_is_no_formula_in_a_spreadsheet():
    table = pd.DataFrame({"file": ["=1+1", "-2", "@x", "\tx", "é.ipynb"], "answer": ["", "a=1", -2, None, "+1"]})
    lines = collect.as_csv(table).splitlines()
    assert lines == ["\ufefffile,answer", "'=1+1,", "'-2,a=1", "'@x,'-2", "'\tx,", "é.ipynb,'+1"]


@pytest.mark.parametrize(
    ("name", "what"), [("none", "is no folder"), ("file", "is no folder"), ("empty", "holds no files")]
)
def test_bad_input_says_what_to_do_and_writes_nothing(tmp_path, monkeypatch, capsys, name, what):
    project = Project.here()
    project.build = tmp_path / "build"
    monkeypatch.setattr(collect.Project, "here", lambda: project)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    assert main(["collect", str(tmp_path / name)]) == 2
    assert f"{name} {what}; name the folder that" in capsys.readouterr().err and not project.build.exists()
