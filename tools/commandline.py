"""The command line: reads arguments, calls one command, turns what happens into an exit code."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from tools.stale import Project

# control characters but tab, newline and what starts a progress bar; turns of direction; halves
CONTROL = re.compile(
    r"(?!\A\r)[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
EPILOG = (Path(__file__).parent / "templates" / "help.md.j2").read_text(encoding="utf-8")


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    form = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(prog="python -m analysis", epilog=EPILOG, formatter_class=form)
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
    claims.add_argument("--tables", metavar="FOLDER", help="your own tables (how: examples/README.md)")
    shape = claims.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="a JSON list instead of a table")
    shape.add_argument("--html", action="store_true", help="write a page to build/claims instead")
    compare = add("compare", help="compare Walk Free's workbook of 2016, 2018 or 2023 with ours")
    compare.add_argument("file", metavar="FILE", help="the .xlsx file (exit 1 if a cell differs)")
    codebook = add("codebook", help="write data/README.md and the verdicts in README.md")
    codebook.add_argument("--seal", action="store_true", help="first record the tables' checksums")
    brief = add("brief", help="write a handout on one country, several, or all with an estimate")
    brief.add_argument("countries", nargs="+", metavar="COUNTRY", help="a code or a name, or: all")
    lab = add("lab", help="open JupyterLab on copies of the notebooks")
    lab.add_argument("extra", nargs=argparse.REMAINDER, help="after --: options for jupyter lab")
    return top


def tool(name: str) -> Any:
    """A module of tools, loaded only now."""
    return import_module(f"tools.{name}")


CALLS: dict[str | None, Callable[[Project, Any], int]] = {
    None: lambda _, o: print(parser().format_help()) or 0,
    "rebuild": lambda p, o: getattr(tool("rebuild"), "report_stale" if o.check else "rebuild")(
        p, o.names, o.all
    ),
    "ranks": lambda _, o: tool("ranking").show_ranking(o.edition, o.region, o.json),
    "tables": lambda _, o: tool("catalogue").show_tables(o.name),
    "claims": lambda p, o: tool("report").show_verdicts(
        o.file, o.json, o.html and p.build / "claims", o.tables
    ),
    "compare": lambda _, o: tool("workbook").show_differences(o.file),
    "codebook": lambda p, o: tool("codebook").write_documents(p, o.seal) or 0,
    "brief": lambda p, o: tool("brief").write_briefs(p, o.countries),
    "lab": lambda p, o: tool("lab").open_lab(p, o.extra[o.extra[:1] == ["--"] :]),
}


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
        try:
            code = CALLS[options.command](Project.here(), options)
            sys.stdout.flush()
        except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (ValueError, OSError) as error:  # bad input, or a file that cannot be written
            print(f"analysis: {error}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("analysis: stopped; nothing was left half-written", file=sys.stderr)
            return 130
        return code
