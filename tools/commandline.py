"""The command line: reads the arguments, calls one command, turns what happens into an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

EXAMPLES = """\
examples:
  python -m analysis rebuild              run the notebooks that are out of date
  python -m analysis rebuild --all        run every notebook (make figures)
  python -m analysis rebuild --check      run nothing; say what is out of date, and why
  python -m analysis rebuild 01_prevalence
  python -m analysis ranks --region "Arab States"
  python -m analysis ranks --edition 2018 --json
  python -m analysis claims               the verdict on every claim of the article
  python -m analysis claims examples/my_article.csv --json   (examples/README.md says how to write such a file)
  python -m analysis claims examples/my_article.csv --html   (a page, in build/claims)
  python -m analysis compare FILE.xlsx    every cell of Walk Free's workbook that differs from data/index.csv
  python -m analysis codebook             write data/README.md from data/datapackage.json, and the README's verdicts
  python -m analysis brief KEN            write a handout on one country to build/briefs (also: all)
  python -m analysis lab                  open JupyterLab on copies under build/lab (make lab)

exit codes: 0 fine; 1 something is out of date, inconsistent or failed; 2 bad input; 130 stopped by Ctrl-C
"""


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        prog="python -m analysis", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    rebuild = commands.add_parser("rebuild", help="run notebooks side by side and publish what is sound")
    rebuild.add_argument("names", nargs="*", metavar="NAME", help="a notebook; without names: those out of date")
    rebuild.add_argument("--all", action="store_true", help="run every notebook, out of date or not")
    rebuild.add_argument("--check", action="store_true", help="run nothing; say what is out of date (exit 1 if any)")
    ranks = commands.add_parser("ranks", help="the places that the printed figures leave open")
    ranks.add_argument("--edition", default="2023", metavar="YEAR", help="2016, 2018 or 2023 (the default)")
    ranks.add_argument("--region", metavar="NAME", help="only the countries of one region")
    ranks.add_argument("--json", action="store_true", help="a JSON list instead of a table")
    claims = commands.add_parser("claims", help="judge the article's printed figures, or those of your own file")
    claims.add_argument("file", nargs="?", metavar="FILE", help="CSV: id,printed,formula; without it: the article")
    form = claims.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a JSON list instead of a table")
    form.add_argument("--html", action="store_true", help="write a page to build/claims instead")
    compare = commands.add_parser("compare", help="compare Walk Free's workbook of 2016, 2018 or 2023 with the tables")
    compare.add_argument("file", metavar="FILE", help="the .xlsx file (exit 1 if a cell differs)")
    codebook = commands.add_parser("codebook", help="write data/README.md and the verdicts in README.md")
    codebook.add_argument("--seal", action="store_true", help="first record the checksums of the tables as they are")
    brief = commands.add_parser("brief", help="write a handout on one country, several, or all with an estimate")
    brief.add_argument("countries", nargs="+", metavar="COUNTRY", help="a code or a name, or: all")
    lab = commands.add_parser("lab", help="open JupyterLab on copies of the notebooks")
    lab.add_argument("extra", nargs=argparse.REMAINDER, help="after --: options for jupyter lab, e.g. -- --no-browser")
    return top


def run(chosen: argparse.Namespace) -> int:
    """Call the chosen command; its module is loaded only now."""
    from tools.stale import Project

    project = Project.here()
    if chosen.command == "rebuild":
        from tools import rebuild

        if chosen.check and chosen.all:
            raise ValueError("give --check or --all, not both: --check looks at every notebook anyway")
        if chosen.check:
            return rebuild.check(project, chosen.names)
        return rebuild.rebuild(project, chosen.names, everything=chosen.all)
    if chosen.command == "ranks":
        from tools import ranking

        return ranking.show_ranking(chosen.edition, chosen.region, chosen.json)
    if chosen.command == "claims":
        from tools import report

        return report.show_verdicts(chosen.file, chosen.json, project.build / "claims" if chosen.html else None)
    if chosen.command == "compare":
        from tools import workbook

        return workbook.show(chosen.file)
    if chosen.command == "codebook":
        from tools import codebook

        with codebook.all_or_nothing(project.data / "datapackage.json", project.data / "README.md"):
            codebook.write_codebook(project.data, chosen.seal)
            codebook.write_verdicts(project.root)
        return 0
    if chosen.command == "brief":
        from tools import brief

        return brief.brief(project, chosen.countries)
    from tools import lab

    return lab.open_lab(project, chosen.extra[chosen.extra[:1] == ["--"] :])


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of a command line."""
    top = parser()
    chosen = top.parse_args(arguments)
    if chosen.command is None:
        top.print_help()
        return 0
    code = 0
    try:
        code = run(chosen)
        sys.stdout.flush()
        return code
    except ValueError as error:  # bad input; tables.TableError is one
        print(f"analysis: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("analysis: stopped; nothing was left half-written", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return code


if __name__ == "__main__":
    sys.exit(main())
