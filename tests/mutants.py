"""Do the tests notice if one thing in analysis/ changes? mutmut changes it, a sign, a word, a default, one at a time.

    python tests/mutants.py        # a sample
    python tests/mutants.py --all  # every change, hours of two cores

Writes the counts to tests/mutants.json. tests/survivors.toml lists changes that make no difference a test should see,
each with the reason; they count as not noticed all the same, and any other is printed.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parent
RECORD, MUTANTS = TESTS / "mutants.json", TESTS.parent / "mutants"
SEED, SIZE = 2026, 100
FIRST = "analysis.rounding.x_verdict__mutmut_*"  # to run a few is how mutmut writes all of them
NOTICED = ("killed", "timeout")


def states(said):
    """Mutant -> its state, from what `mutmut results --all true` said: killed, survived, no tests, timeout."""
    lines = [line.strip().rpartition(": ") for line in said.splitlines() if "__mutmut_" in line]
    return {name: state for name, _, state in lines}


def change(said):
    """(line as it was, line as changed) of what `mutmut show` said of one mutant."""
    lines = [line for line in said.splitlines() if re.match(r"[-+](?![-+])", line)]
    old, new = (" ".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return old, new


def function(name):
    """The function of a mutant as one writes it: analysis.rounding.Interval.meets."""
    return re.sub(r"\.xǁ(\w+)ǁ", r".\1.", name.partition("__mutmut_")[0]).replace(".x_", ".", 1)


def reason(name, old, new, known):
    """Why a survivor makes no difference, or ""; an entry's function and new are patterns, old a part of the line."""
    for entry in known:
        here = re.fullmatch(entry.get("function", ".*"), function(name))
        if here and entry.get("old", "") in old and re.search(entry.get("new", ""), new):
            return entry["why"]
    return ""


def mutmut(*words, shown=False):
    command = [str(Path(sys.executable).with_name("mutmut")), *words]
    out = None if shown else subprocess.PIPE
    return subprocess.run(command, cwd=TESTS.parent, stdout=out, encoding="utf-8", check=True).stdout


def chosen(names, size=SIZE):
    """A random sample of the names, the same each time."""
    return random.Random(SEED).sample(sorted(names), min(size, len(names)))


def noticed_afresh(name):
    """Whether a new process notices it: those of mutmut start with what was cached without the change."""
    known = json.loads((MUTANTS / "mutmut-stats.json").read_text(encoding="utf-8"))["tests_by_mangled_function_name"]
    tests = sorted(known.get(name.partition("__mutmut_")[0], []))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-o", "addopts=", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "MUTANT_UNDER_TEST": name}
    done = subprocess.run(command, cwd=MUTANTS, env=environment, stdout=subprocess.DEVNULL)
    return bool(tests) and done.returncode in (1, 2)  # 2: not even read


def main(*options):
    shutil.rmtree(MUTANTS, ignore_errors=True)  # it may know tests by names that they no longer have
    mutmut("run", "--max-children", "2", FIRST, shown=True)
    every = states(mutmut("results", "--all", "true"))
    names = list(every) if "--all" in options else chosen(every)
    mutmut("run", "--max-children", "2", *names, shown=True)
    every = states(mutmut("results", "--all", "true"))
    found = {name: every[name] for name in names}
    missed = [name for name, state in found.items() if state not in NOTICED and not noticed_afresh(name)]
    known, reasons = tomllib.loads((TESTS / "survivors.toml").read_text(encoding="utf-8"))["survivor"], Counter()
    for name in missed:
        old, new = change(mutmut("show", name))
        reasons[why := reason(name, old, new, known)] += 1
        if not why:
            print(f"{found[name]}: {name}\n  - {old}\n  + {new}")
    for why, count in reasons.most_common():
        print(f"{count} not noticed: {why or 'no reason listed'}")
    counts = {"changes": len(every), "seed": SEED, "tried": len(found), "noticed": len(found) - len(missed)}
    print(f"{counts['noticed']} of {counts['tried']} changes noticed")
    RECORD.write_text(json.dumps(counts | {"no_difference": reasons.total() - reasons[""]}, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
