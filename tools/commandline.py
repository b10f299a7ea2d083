"""The command line: reads arguments, calls one command, turns what happens into an exit code."""

import argparse
import errno
import os
import re
import signal
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from tools.publish import tidy
from tools.stale import Project

# control characters but tab, newline and what starts a progress bar; turns of direction; halves
CONTROL = re.compile(
    r"(?!\A\r)[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
COMMANDS = {  # command -> module of tools, its function, what that is given
    "rebuild": ("rebuild", "rebuild", ["project", "names", "all"]),
    "check": ("rebuild", "report_stale", ["project", "names", "all"]),  # rebuild --check
    "ranks": ("ranking", "show_ranking", ["edition", "region", "json"]),
    "tables": ("catalogue", "show_tables", ["name"]),
    "claims": ("report", "show_verdicts", ["file", "json", "html", "tables"]),
    "compare": ("workbook", "show_differences", ["file"]),
    "codebook": ("codebook", "write_documents", ["project", "seal"]),
    "brief": ("brief", "write_briefs", ["project", "countries"]),
    "collect": ("classroom.collect", "collect", ["project", "folder"]),
    "class": ("classroom.zips", "write_class", ["project", "wheels"]),
    "site": ("site", "write_site", ["project", "countries"]),
    "lab": ("lab", "open_lab", ["project", "extra", "fresh"]),
}
REMEDIES: dict[Any, str] = {  # what to do when the system, or Python, refuses
    errno.ENOSPC: "free some space and type the same command again",
    errno.EEXIST: "a folder belongs there: move the file away",
    ModuleNotFoundError: "type .venv/bin/python instead, or set up as README.md says",
}
HELP = (Path(__file__).parent / "templates" / "help.md.j2").read_text(encoding="utf-8")


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    form, pages = argparse.RawDescriptionHelpFormatter, Project.here().build / "claims"
    first, last = HELP.split("\n\n")  # what people do; the exit codes
    top = argparse.ArgumentParser("python -m analysis", None, first, last, formatter_class=form)
    add = top.add_subparsers(dest="command", metavar="COMMAND", title="commands").add_parser
    rebuild = add("rebuild", help="run notebooks side by side and publish what is sound")
    rebuild.add_argument("names", nargs="*", metavar="NAME", help="by default those out of date")
    rebuild.add_argument("--all", action="store_true", help="run all, out of date or not")
    rebuild.add_argument("--check", action="store_true", help="say what is out of date (exit 1)")
    ranks = add("ranks", help="the places that the printed figures leave open")
    ranks.add_argument("--edition", default="2023", metavar="YEAR", help="2016, 2018, or else 2023")
    ranks.add_argument("--region", metavar="NAME", help="only the countries of one region")
    ranks.add_argument("--json", action="store_true", help="a JSON list instead of a table")
    listing = add("tables", help="the tables, or the columns of one: unit, values, an example")
    listing.add_argument("name", nargs="?", metavar="TABLE", help="one table (default: list all)")
    claims = add("claims", help="judge the article's printed figures, or those of your own file")
    claims.add_argument("file", nargs="?", metavar="FILE", help="a CSV file: id,printed,formula")
    claims.add_argument("--tables", metavar="FOLDER", help="your own tables: examples/README.md")
    shape = claims.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="a JSON list instead of a table")
    shape.add_argument("--html", action="store_const", const=pages, help="a page in build/claims")
    compare = add("compare", help="compare Walk Free's workbook of 2016, 2018 or 2023 with ours")
    compare.add_argument("file", metavar="FILE", help="the .xlsx file (exit 1 if a cell differs)")
    codebook = add("codebook", help="write data/README.md and the verdicts in README.md")
    codebook.add_argument("--seal", action="store_true", help="seal what corrections.csv allows")
    brief = add("brief", help="write a handout on one country, several, or all with an estimate")
    brief.add_argument("countries", nargs="+", metavar="COUNTRY", help="a code or a name, or: all")
    collect = add("collect", help="run what a class handed in; which mistakes were made most")
    collect.add_argument("folder", metavar="FOLDER", help="where the files of the pupils lie")
    lessons = add("class", help="write the lessons' notebooks and two ZIP files for a class")
    what = "add what a room without a network installs: windows:3.13 macos chromebook ..."
    lessons.add_argument("--wheels", nargs="+", default=[], metavar="SYSTEM", help=what)
    site = add("site", help="write the pages: notebooks, briefs, verdicts, codebook")
    site.add_argument("countries", nargs="*", default=["all"], help="whose briefs (default: all)")
    lab = add("lab", help="open JupyterLab on copies of the notebooks")
    lab.add_argument("--fresh", nargs="*", metavar="NAME", help="copy these anew (or all), no more")
    lab.add_argument("extra", nargs=argparse.REMAINDER, help="after --: options for jupyter lab")
    return top


def call(options: argparse.Namespace) -> int:
    """The exit code of the command that the options name; its module is loaded only now."""
    values = vars(options) | {"project": Project.here()}
    tidy(values["project"].root)
    module, function, wanted = COMMANDS["check" if values.get("check") else options.command]
    return getattr(import_module(f"tools.{module}"), function)(*map(values.get, wanted)) or 0


class Plain(NamedTuple):
    """A stream to which control characters, which can steer a terminal, go as \\u001b and so on."""

    stream: Any

    def write(self, text: str) -> int:
        """Write the text, as far as the stream knows its letters."""
        shown = CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
        code = self.stream.encoding or "utf-8"
        return int(self.stream.write(shown.encode(code, "backslashreplace").decode(code)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of a command line; bad input is a line on stderr."""
    streams: Any = Plain(sys.stdout), Plain(sys.stderr)
    with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        options, code = parser().parse_args(arguments), 0
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends as Ctrl-C does
        try:
            if options.command:
                code = call(options)
            else:
                print(parser().format_help().split("\n\n", 1)[1])  # after the usage line
            sys.stdout.flush()
        except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (ValueError, OSError, ModuleNotFoundError) as error:  # bad input; a broken place
            remedy = REMEDIES.get(getattr(error, "errno", type(error)))
            print(f"analysis: {error}{'; ' if remedy else ''}{remedy or ''}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            tidy(Project.here().root)  # if it was publishing
            print("analysis: stopped; nothing was left half-written", file=sys.stderr)
            return 130
        return code
