"""Did `make test` run every test? Reads its report, and tests/how_many.csv: how many each file must have.

    python tests/all_ran.py build/tests.xml              # exit code 1 if a file ran too few, or a test was skipped
    python tests/all_ran.py build/tests.xml --write      # after tests were added or, on purpose, taken out

A configuration that leaves out nbval or a folder passes by itself: what was not collected does not fail.
"""

import csv
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parent
EXPECTED = TESTS / "how_many.csv"


def read_report(path):
    """(file -> tests passed, names of those that were skipped or failed) of pytest's JUnit report."""
    passed, others = Counter(), []
    for case in ET.parse(path).getroot().iter("testcase"):
        folder, name = case.get("classname").split(".", 1)  # notebooks.00_start_here.ipynb, tests.test_ranks
        file = f"{folder}/{name}" if name.endswith(".ipynb") else f"{folder}/{name.split('.')[0]}.py"
        if {child.tag for child in case} & {"skipped", "failure", "error"}:
            others.append(f"{file}: {case.get('name')}")
        else:
            passed[file] += 1
    return passed, others


def too_few(passed, expected):
    """One line for each file with fewer tests than expected, or that is not known."""
    found = [f"{file}: {passed[file]} of at least {count} tests ran" for file, count in expected.items()]
    lines = [line for line, (file, count) in zip(found, expected.items(), strict=True) if passed[file] < count]
    return lines + [f"{file}: is not in tests/how_many.csv; add it with --write" for file in passed.keys() - expected]


def main(report, *options):
    passed, others = read_report(report)
    if "--write" in options:
        rows = "".join(f"{file},{count}\n" for file, count in sorted(passed.items()))
        EXPECTED.write_text(f"file,tests\n{rows}", encoding="utf-8", newline="\n")
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        expected = {row["file"]: int(row["tests"]) for row in csv.DictReader(file)}
    wrong = too_few(passed, expected) + [f"not passed: {name}" for name in others]
    print("\n".join(wrong) or f"all ran: {sum(passed.values())} tests of {len(passed)} files, none skipped")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
