"""What mutants.py reads of mutmut, and its list of changes that make no difference."""

import json
import re
import tomllib

import mutants

KNOWN = tomllib.loads((mutants.TESTS / "survivors.toml").read_text(encoding="utf-8"))["survivor"]
SHOWN = """\
# analysis.widths.x_of_span__mutmut_20: survived
--- analysis/widths.py
+++ analysis/widths.py
@@ -4,4 +4,4 @@
     ends = Interval(exact(low), exact(high))
-    strict, wide = (min(pair) / 2 for pair in zip(steps(low), steps(high), strict=True))
+    strict, wide = (min(pair) / 2 for pair in zip(steps(low), steps(high), strict=False))
"""


def test_names_and_states_are_read():
    said = "    analysis.a.x_f__mutmut_1: killed\n    analysis.a.xǁBǁ__and____mutmut_12: no tests\n\n"
    found = mutants.states(said)
    assert found == {"analysis.a.x_f__mutmut_1": "killed", "analysis.a.xǁBǁ__and____mutmut_12": "no tests"}
    assert [mutants.function(name) for name in found] == ["analysis.a.f", "analysis.a.B.__and__"]


def test_a_change_is_listed_only_if_all_of_its_entry_fits():
    old, new = mutants.change(SHOWN)
    assert old.endswith("strict=True))") and new.endswith("strict=False))")
    entry = {"function": r"analysis\.widths\..*", "old": "strict=True", "new": "False", "why": "so"}
    name = "analysis.widths.x_of_span__mutmut_20"
    assert mutants.reason(name, old, new, [entry]) == "so"
    for part in ({"function": "analysis.widths"}, {"old": "strict=False"}, {"new": "None"}):
        assert mutants.reason(name, old, new, [entry | part]) == ""


def test_the_sample_is_the_same_each_time_and_has_no_change_twice():
    names = [f"analysis.a.x_f__mutmut_{n}" for n in range(3000)]
    sample = mutants.chosen(names)
    assert sample == mutants.chosen(names[::-1]) and len(set(sample)) == mutants.SIZE
    assert mutants.chosen(names[:5]) != names[:5] and sorted(mutants.chosen(names[:5])) == names[:5]


def test_each_reason_is_said_and_each_function_is_there():
    for entry in KNOWN:
        assert set(entry) <= {"function", "old", "new", "why"} and len(entry["why"]) > 20
        assert entry.get("old") or entry.get("new"), "a whole function is never without a difference"
        module, _, name = re.sub(r"\\", "", entry.get("function", "")).rpartition(".")
        source = (mutants.TESTS.parent / f"{module.replace('.', '/')}.py") if module else None
        assert source is None or not source.exists() or re.search(rf"\bdef {re.escape(name)}\b", source.read_text())


def test_the_record_adds_up():
    counts = json.loads(mutants.RECORD.read_text(encoding="utf-8"))
    assert counts["seed"] == mutants.SEED and counts["tried"] in (mutants.SIZE, counts["changes"])
    assert 0.9 * counts["tried"] <= counts["noticed"] <= counts["tried"] - counts["no_difference"]
