"""What came of `mutmut run`: how many small changes to analysis/ the unit tests noticed, and which they did not.

    python tests/mutants.py            # after mutmut run (make test-mutants does both)
    python tests/mutants.py --record   # and write the counts to tests/mutants.json, which the README prints

tests/survivors.toml lists changes that make no difference a test should see, each with the reason; they are counted as
not noticed all the same, and any other survivor is printed.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parent
RECORD = TESTS / "mutants.json"


def states(said):
    """Mutant -> its state, from what `mutmut results --all true` said: killed, survived, no tests, timeout."""
    lines = [line.strip().rpartition(": ") for line in said.splitlines() if "__mutmut_" in line]
    return {name: state for name, _, state in lines}


def change(said):
    """(line as it was, line as changed) of what `mutmut show` said of one mutant."""
    lines = [line for line in said.splitlines() if re.match(r"[-+](?![-+])", line)]
    old, new = (" ".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return old, new


def listed(name, old, new, known):
    """The reason why a survivor makes no difference, or an empty text."""
    function = re.sub(r"__mutmut_\\d+$", "", name).replace("x_", "", 1)
    for entry in known:
        fits = re.fullmatch(entry["function"], function.split("__mutmut")[0])
        if fits and entry.get("old", old) in old and re.search(entry.get("new", ""), new):
            return entry["why"]
    return ""


def mutmut(*words):
    command = [str(Path(sys.executable).with_name("mutmut")), *words]
    return subprocess.run(command, cwd=TESTS.parent, capture_output=True, encoding="utf-8", check=True).stdout


def main(*options):
    found = states(mutmut("results", "--all", "true"))
    counts = Counter(found.values())
    tried, noticed = len(found), counts["killed"] + counts["timeout"]
    known, reasons = tomllib.loads((TESTS / "survivors.toml").read_text(encoding="utf-8"))["survivor"], Counter()
    for name in (name for name, state in found.items() if state not in ("killed", "timeout")):
        old, new = change(mutmut("show", name))
        why = listed(name, old, new, known)
        reasons[why or "no reason listed"] += 1
        if not why:
            print(f"{found[name]}: {name}\n  - {old}\n  + {new}")
    for why, count in reasons.most_common():
        print(f"{count} not noticed: {why}")
    print(f"{noticed} of {tried} changes noticed: {noticed / tried:.1%}")
    if "--record" in options:
        counted = {"tried": tried, "noticed": noticed, "no_difference": reasons.total() - reasons["no reason listed"]}
        RECORD.write_text(json.dumps(counted, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
