"""Run a handed-in notebook, read from stdin, and tell what it answers: the child of collect.

A seat belt and no prison: Python refuses to write outside this folder, to start a program, to use
the network. Code that goes around Python is held only by what the system itself limits.
"""

import ast
import ctypes
import json
import os
import re
import signal
import sys
from _thread import interrupt_main
from contextlib import suppress
from threading import Timer
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from analysis import lesson

LONGEST_CELL, MANY, LONG = 20, 100, 2000  # seconds; ids; letters of an answer or an error
MEMORY, FILE_BYTES = 2 * 10**9, 50 * 10**6  # the most that a notebook may take, or write
ALONE = (0x40000000, 0x50000000)  # unshare: a network of its own, as root; as any other user
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
WRITING = {"remove", "rename", "rmdir", "link", "symlink", "truncate", "chmod", "chown", "rmtree"}
FORBIDDEN = {"Popen", "system", "exec", "fork", "forkpty", "posix_spawn", "spawn", "startfile"}
FORBIDDEN |= {"kill", "killpg", "connect", "bind", "sendto", "sendmsg", "getaddrinfo"}
ANSWERS: dict[str, tuple[int, str]] = {}  # id -> how often it was answered, the last answer as JSON


def record(id: Any = "", answer: Any = ..., *more: Any, **named: Any) -> None:
    """What a notebook calls for check: keep the answer, which the teacher's side judges."""
    text = json.dumps(answer, default=jsonable, skipkeys=True, ensure_ascii=False)
    text, key = text if len(text) < LONG else json.dumps(jsonable(text[:LONG])), str(id)[:40]
    if key in ANSWERS or len(ANSWERS) < MANY:
        ANSWERS[key] = (ANSWERS.get(key, (0, ""))[0] + 1, text)


def jsonable(value: Any) -> Any:
    """What JSON does not know: a column as a list, a number of another kind; else how it shows."""
    value = value.to_numpy() if hasattr(value, "to_numpy") else value
    if hasattr(value, "tolist"):
        return value.squeeze().tolist()
    return float(value) if hasattr(value, "__float__") else {"shows": repr(value)}


class Redirect(ast.NodeTransformer):
    """Calls of check are calls of record, whatever a notebook has made of that name."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if "check" in (getattr(node.func, "id", ""), getattr(node.func, "attr", "")):
            node.func = ast.copy_location(ast.Name("_record", ast.Load()), node.func)
        return self.generic_visit(node)


def set_limits() -> None:
    """What the system limits: memory, a file's size (not on Windows), the network (on Linux)."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with suppress(AttributeError, TypeError, OSError):
        any(ctypes.CDLL(None).unshare(way) == 0 for way in ALONE)


def forbid(event: str, args: tuple[Any, ...], home: str = os.path.realpath(".")) -> None:
    """An audit hook, which Python asks before it acts: PermissionError for what is refused."""
    what, paths = event.partition(".")[2], args[:2] if event.startswith("os.") else args[:1]
    opens = event == "open" and (args[1] is None or args[2] & WRITES) and args[0] != os.devnull
    if what in WRITING or opens:  # without a mode it is os.open, which takes folders, too
        names = [os.path.realpath(os.fsdecode(p)) for p in paths if isinstance(p, str | bytes)]
        what = "" if all(name.startswith(home + os.sep) for name in names) else "kill"
    if what in FORBIDDEN:
        raise PermissionError(f"{event} is refused while notebooks are collected")


def stop_cell(number: int, frame: Any) -> None:
    """End a cell that takes too long; not as an Exception, which a cell may catch."""
    raise KeyboardInterrupt(f"stopped after {LONGEST_CELL} seconds")


def run_cell(shell: Any, text: str) -> str:
    """Run a cell; the error that ended it, or "" if there was none."""
    timer = Timer(LONGEST_CELL, interrupt_main, [signal.SIGTERM])
    timer.start()
    result = shell.run_cell(text)
    timer.cancel()
    if error := result.error_before_exec or result.error_in_exec:
        says = str(getattr(error, "msg", error)).partition("\n")[0][:LONG]
        return f"{type(error).__name__}: {says}".strip(": ")
    return ""


def new_shell() -> Any:
    """What runs the cells as Jupyter does; a program after a ! is passed over."""
    shell: Any = InteractiveShell.instance()
    shell.enable_gui = shell.ask_exit = shell.system = lambda *args, **named: None
    shell.getoutput = lambda *args, **named: []
    shell.ast_transformers.append(Redirect())
    vars(sys.modules["builtins"])["_record"] = record
    signal.signal(signal.SIGTERM, stop_cell)
    sys.addaudithook(forbid)
    return shell


def tell_answers() -> None:
    """Before each cell tell all that is known, as a line of JSON; no line without a notebook."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends the teacher's run
    set_limits()
    cells = json.load(sys.stdin.buffer)["cells"]
    texts = ["".join(c["source"]) if c["cell_type"] == "code" else "" for c in cells]
    said = set(re.findall(r"""["']([\w-]+)["']""", "\n".join(texts)))
    asked, errors, shell = sorted(said & lesson.exercises().keys()), list[str](), new_shell()
    told = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):  # what a cell prints goes nowhere, and nobody answers input()
        os.dup2(null, number)
    for number, text in enumerate([*texts, ""], start=1):
        now = {"cell": number, "ended": number > len(texts), "asked": asked, "errors": errors}
        print(json.dumps(now | {"answers": ANSWERS}), file=told, flush=True)
        vars(lesson)["check"] = record  # under whatever name a cell imports it
        if error := run_cell(shell, text):
            errors.append(f"cell {number}: {error}")


if __name__ == "__main__":
    tell_answers()
