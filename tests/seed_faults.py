"""How many faults, planted on purpose, would be caught? Tries those of faults.toml, one at a time, each in a copy.

Plain: the fault stands beside the old outputs, as after a careless edit. Rebuilt: what the fault concerns was made anew
as well (`renew` of its kind), so that everything agrees with everything, and only a refusal or a test can tell.
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
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT, RECORD = TESTS.parent, TESTS / "faults.json"
WAYS = ("plain", "rebuilt")


def read_faults():
    """(kind -> the test files that stand for it, name -> fault, with the `renew` of its kind) of faults.toml."""
    described = tomllib.loads((TESTS / "faults.toml").read_text(encoding="utf-8"))
    faults = {}
    for fault in described["fault"]:
        renew = [command.format(name=Path(fault["file"]).stem) for command in described["renew"][fault["kind"]]]
        if fault["name"] in faults:
            raise ValueError(f"faults.toml: two faults are named {fault['name']}; give each its own name")
        faults[fault["name"]] = fault | {"renew": renew}
    return described["tests"], faults


def places(fault):
    """(old, new) of each place that a fault changes."""
    old, new = fault["old"], fault["new"]
    return list(zip(old, new, strict=True)) if isinstance(old, list) else [(old, new)]


def replaced(texts, fault):
    """The texts with each `old` replaced by its `new`; ValueError unless each was found exactly once in all of them."""
    for old, new in places(fault):
        found = sum(text.count(old) for text in texts)
        if found != 1:
            what = f"fault {fault['name']}: old occurs {found} times in {fault['file']}"
            raise ValueError(f"{what}; it must occur once: {old}")
        texts = [text.replace(old, new) for text in texts]
    return texts


def planted(text, fault):
    """A file's text with the fault in it; in a notebook it is looked for in what an author wrote, not in outputs."""
    if not fault["file"].endswith(".ipynb"):
        return replaced([text], fault)[0]
    notebook = json.loads(text)
    cells, sources = notebook["cells"], ["".join(cell["source"]) for cell in notebook["cells"]]
    if "swap" in fault:
        one, other = ([cell["id"] for cell in cells].index(id) for id in fault["swap"])
        cells[one], cells[other] = cells[other], cells[one]
    else:
        for cell, source in zip(cells, replaced(sources, fault), strict=True):
            cell["source"] = source.splitlines(keepends=True)
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


def renewed(folder, fault, sound):
    """What refuses to make anew what a fault concerns, or writes over the fault itself; else an empty text."""
    for command in fault["renew"]:
        if run(folder, f"analysis {command}").returncode:
            return f"refused by {command}"
        if (folder / fault["file"]).read_bytes() == (Path(sound) / fault["file"]).read_bytes():
            return f"mended by {command}"
    return ""


def caught_by(folder, tests):
    """The first check that complains, or an empty text."""
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
        return (fault and way == "rebuilt" and renewed(copy, fault, sound)) or caught_by(copy, tests)


def attempts(tried, tests, keep):
    """Try each (fault, way), two at a time; a line is printed and `keep` called for each. SystemExit if not sound."""
    with tempfile.TemporaryDirectory(prefix="faults-") as sound, ThreadPoolExecutor(2) as pool:
        copy_checkout(Path(sound))  # once: later changes to the checkout make no difference
        used = sorted({file for fault, _ in tried for file in tests[fault["kind"]]})
        if alarm := attempt(sound, None, "plain", used):
            sys.exit(f"the checkout itself is not sound: {alarm} complains without any fault; mend that first")
        running = {
            pool.submit(attempt, sound, fault, way, tests[fault["kind"]]): (fault["name"], way) for fault, way in tried
        }
        results = {}
        for done in as_completed(running):
            name, way = running[done]
            results[name, way] = done.result()
            keep(name, way, done.result())
            print(f"{way}: {name}: {'caught by ' + done.result() if done.result() else 'NOT caught'}", flush=True)
        return results


def record(faults, name, way, caught):
    """Keep what was found in faults.json, and nothing of a fault that is no longer there."""
    known = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    kept = {fault: known.get(fault, {}) for fault in faults}
    kept[name] = {each: caught if each == way else kept[name].get(each) for each in WAYS}
    RECORD.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these faults")
    parser.add_argument("--way", choices=WAYS, help="only beside old outputs, or only after a rebuild; else both")
    parser.add_argument("--record", action="store_true", help="write what was found to tests/faults.json")
    options = parser.parse_args()
    tests, faults = read_faults()
    ways = [options.way] if options.way else WAYS
    tried = [(faults[name], way) for way in ways for name in options.names or faults]
    keep = partial(record, faults) if options.record else lambda *found: None
    results = attempts(tried, tests, keep)
    for way in ways:
        found = [caught for (_, tried_way), caught in results.items() if tried_way == way]
        print(f"{way}: {sum(map(bool, found))} of {len(found)} faults caught")


if __name__ == "__main__":
    main()
