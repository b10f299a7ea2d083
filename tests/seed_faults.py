"""How many faults, planted on purpose, would be caught? Tries those of faults.toml, one at a time, each in a copy.

Plain: the fault stands beside the old outputs, as after a careless edit. Rebuilt (--rebuilt): what the fault concerns
was made anew as well (its `renew`), so that everything agrees with everything, and only a refusal or a test can tell.
The checks run in order of cost until one complains.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT, RECORD = TESTS.parent, TESTS / "faults.json"
WAYS = ("plain", "rebuilt")


def read_faults():
    """(kind -> the test files that stand for it, name -> fault) of faults.toml."""
    described = tomllib.loads((TESTS / "faults.toml").read_text(encoding="utf-8"))
    faults = {fault["name"]: fault for fault in described["fault"]}
    if len(faults) < len(described["fault"]):
        raise ValueError("faults.toml: two faults have one name; give each its own")
    return described["tests"], faults


def replaced(text, fault, found):
    """The text with `old` replaced by `new`; ValueError unless `old` was found exactly once in the whole file."""
    if found != 1:
        raise ValueError(f"fault {fault['name']}: old occurs {found} times in {fault['file']}; it must occur once")
    return text.replace(fault["old"], fault["new"])


def planted(text, fault):
    """A file's text with the fault in it; in a notebook it is looked for in what an author wrote, not in outputs."""
    if not fault["file"].endswith(".ipynb"):
        return replaced(text, fault, text.count(fault["old"]))
    notebook = json.loads(text)
    cells, sources = notebook["cells"], ["".join(cell["source"]) for cell in notebook["cells"]]
    if "swap" in fault:
        one, other = ([cell["id"] for cell in cells].index(id) for id in fault["swap"])
        cells[one], cells[other] = cells[other], cells[one]
    else:
        found = sum(source.count(fault["old"]) for source in sources)
        for cell, source in zip(cells, sources, strict=True):
            cell["source"] = replaced(source, fault, found).splitlines(keepends=True)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def copy_checkout(folder):
    """The files of the checkout as they are now, without those that git ignores, in a folder."""
    command = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)


def run(folder, command):
    """What came of a command (words after `python -m`) in the folder."""
    env = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    line = [sys.executable, "-m", *command.split()]
    return subprocess.run(line, cwd=folder, env=env, capture_output=True, encoding="utf-8")


def documents_fit(folder):
    """Would `codebook` write README.md and data/README.md as they are? The verdicts of all claims are in the first."""
    files = [folder / "README.md", folder / "data" / "README.md"]
    before = [file.read_bytes() for file in files]
    return run(folder, "analysis codebook").returncode == 0 and [file.read_bytes() for file in files] == before


def caught_by(folder, tests, renew=()):
    """The first check that complains, or an empty text."""
    for command in renew:
        if run(folder, f"analysis {command}").returncode:
            return f"refused by {command}"
    if run(folder, "analysis rebuild --check").returncode:
        return "rebuild --check"
    if not documents_fit(folder):
        return "codebook"
    files = " ".join(f"tests/{name}" for name in tests)
    done = run(folder, f"pytest -x -q --no-header -p no:cacheprovider {files}")
    failed = re.search(r"(?m)^(?:FAILED|ERROR) (?:tests/)?([^\s[]+)", done.stdout)
    return (failed[1] if failed else "pytest") if done.returncode else ""


def attempt(sound, fault, way, tests):
    """What catches a fault in a fresh copy of the sound folder; no fault: nothing may complain."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(sound, copy)
        if fault:
            file = copy / fault["file"]
            file.write_text(planted(file.read_text(encoding="utf-8"), fault), encoding="utf-8")
        return caught_by(copy, tests, fault["renew"] if fault and way == "rebuilt" else ())


def attempts(tried, way, tests):
    """Name -> what caught it, or an empty text; a line is printed for each. SystemExit if the checkout is not sound."""
    with tempfile.TemporaryDirectory(prefix="faults-") as sound:
        copy_checkout(Path(sound))  # once: later changes to the checkout make no difference
        used = sorted({file for fault in tried.values() for file in tests[fault["kind"]]})
        if alarm := attempt(sound, None, way, used):
            sys.exit(f"the checkout itself is not sound: {alarm} complains without any fault; mend that first")
        results = {}
        for name, fault in tried.items():
            results[name] = attempt(sound, fault, way, tests[fault["kind"]])
            print(f"{name}: {'caught by ' + results[name] if results[name] else 'NOT caught'}", flush=True)
        return results


def record(way, results, faults):
    """Keep what was found in faults.json, and nothing of a fault that is no longer there."""
    known = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    kept = {name: known.get(name, {}) for name in faults}
    for name, caught in results.items():
        kept[name][way] = caught
    RECORD.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these faults")
    parser.add_argument("--rebuilt", action="store_true", help="after what they concern was made anew: slow")
    parser.add_argument("--record", action="store_true", help="write what was found to tests/faults.json")
    options = parser.parse_args()
    way = WAYS[options.rebuilt]
    tests, faults = read_faults()
    tried = {name: faults[name] for name in options.names or faults if way == "plain" or "renew" in faults[name]}
    results = attempts(tried, way, tests)
    print(f"{way}: {sum(map(bool, results.values()))} of {len(results)} faults caught")
    if options.record:
        record(way, results, faults)


if __name__ == "__main__":
    main()
