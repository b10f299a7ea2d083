"""The planted faults: each can still be planted, and what is reported of them is of these and no others."""

import json

import pytest

import seed_faults

TESTS, FAULTS = seed_faults.read_faults()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_can_be_planted(name):
    fault = FAULTS[name]
    text = (seed_faults.ROOT / fault["file"]).read_text(encoding="utf-8")
    assert seed_faults.planted(text, fault) != text
    files = [test.split("::")[0] for test in TESTS[fault["kind"]]]
    assert files and all((seed_faults.TESTS / file).is_file() for file in files)


def test_the_record_is_of_these_faults():
    recorded = json.loads(seed_faults.RECORD.read_text(encoding="utf-8"))
    assert recorded.keys() == FAULTS.keys(), "run python tests/seed_faults.py --record"
    for name, ways in recorded.items():
        assert list(ways) == list(seed_faults.WAYS) and None not in ways.values(), name
    assert len(FAULTS) >= 60 and len({fault["kind"] for fault in FAULTS.values()}) >= 7


def test_all_plain_faults_are_caught_and_nearly_all_after_a_rebuild():
    recorded = json.loads(seed_faults.RECORD.read_text(encoding="utf-8")).values()
    assert [ways for ways in recorded if not ways["plain"]] == []
    assert sum(bool(ways["rebuilt"]) for ways in recorded) >= 0.95 * len(FAULTS)


@pytest.mark.parametrize(("text", "times"), [("one two", 0), ("one six one six", 2)])
def test_what_does_not_occur_once_is_refused(text, times):
    fault = {"name": "f", "file": "a.md", "old": "six", "new": "five"}
    with pytest.raises(ValueError, match=f"fault f: old occurs {times} times in a.md; it must occur once: six"):
        seed_faults.planted(text, fault)


def test_in_a_notebook_only_what_an_author_wrote_is_changed():
    cells = [{"id": "a", "source": ["n = 6\n", "n"], "outputs": ["n = 6"]}, {"id": "b", "source": "five"}]
    fault = {"name": "f", "file": "a.ipynb", "old": "n = 6", "new": "n = 7"}
    changed = json.loads(seed_faults.planted(json.dumps({"cells": cells}), fault))["cells"]
    assert changed[0] == {"id": "a", "source": ["n = 7\n", "n"], "outputs": ["n = 6"]}
    swap = {"name": "f", "file": "a.ipynb", "swap": ["a", "b"]}
    assert json.loads(seed_faults.planted(json.dumps({"cells": cells}), swap))["cells"] == cells[::-1]
