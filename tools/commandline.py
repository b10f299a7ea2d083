"""The command line: reads arguments, calls one command, turns what happens into an exit code."""

import argparse
import os
import sys
from collections.abc import Sequence

EPILOG = """\
examples:
  python -m analysis rebuild              run the notebooks that are out of date
  python -m analysis rebuild --all        run every notebook (make figures)
  python -m analysis rebuild --check      run nothing; say what is out of date, and why
  python -m analysis ranks --edition 2018 --region "Arab States" --json
  python -m analysis tables index         what a table holds, for formulas (without a name: all)
  python -m analysis claims               the verdict on every claim of the article
  python -m analysis claims examples/my_article.csv --html   (how: examples/README.md)
  python -m analysis compare FILE.xlsx    the cells of Walk Free's workbook that differ from ours
  python -m analysis codebook             write data/README.md and the README's verdicts
  python -m analysis brief KEN            write a handout on one country to build/briefs (also: all)
  python -m analysis lab                  open JupyterLab on copies under build/lab (make lab)

exit codes: 0 fine; 1 something is out of date, inconsistent or failed; 2 bad input; 130 Ctrl-C
"""


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


def call_command(options: argparse.Namespace) -> int:
    """Call the chosen command; its module is loaded only now."""
    from tools.stale import Project

    project = Project.here()
    if options.command == "rebuild":
        from tools import rebuild

        if options.check and options.all:
            what = "--check looks at every notebook anyway"
            raise ValueError(f"give --check or --all, not both: {what}")
        if options.check:
            return rebuild.report_stale(project, options.names)
        return rebuild.rebuild(project, options.names, options.all)
    if options.command == "ranks":
        from tools import ranking

        return ranking.show_ranking(options.edition, options.region, options.json)
    if options.command == "tables":
        from tools import catalogue

        return catalogue.show_tables(options.name)
    if options.command == "claims":
        from tools import report

        pages = project.build / "claims" if options.html else None
        return report.show_verdicts(options.file, options.json, pages)
    if options.command == "compare":
        from tools import workbook

        return workbook.show_differences(options.file)
    if options.command == "codebook":
        from tools import codebook

        with codebook.all_or_nothing(project.data / "datapackage.json", project.data / "README.md"):
            codebook.write_codebook(project.data, options.seal)
            codebook.write_verdicts(project.root)
        return 0
    if options.command == "brief":
        from tools import brief

        return brief.write_briefs(project, options.countries)
    from tools import lab

    return lab.open_lab(project, options.extra[options.extra[:1] == ["--"] :])


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of a command line."""
    top, code = parser(), 0
    options = top.parse_args(arguments)
    if options.command is None:
        top.print_help()
        return 0
    try:
        code = call_command(options)
        sys.stdout.flush()
    except ValueError as error:  # bad input; tables.TableError is one
        print(f"analysis: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("analysis: stopped; nothing was left half-written", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code
