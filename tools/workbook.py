"""Compare one of Walk Free's own workbooks with the table index, cell by cell."""

from decimal import Decimal
from itertools import product
from pathlib import Path

import pandas as pd

from analysis import tables
from tools.sheet import DETAILS, NUMBER_TEXT, Sheet, SheetError, SheetRows, fold, quote, read_sheet

HEADS = ["edition", "country", "column", "in the file", "in the project", "cell", "note"]
NOTHING = {"", "-", "–", "—", "no data"}  # noqa: RUF001  (what programs make of a hyphen)
SAME, DIGITS, ROUNDING_ONLY, OTHER = "same", "same in 15 significant digits", "rounding only", ""
FACTORS = {"10": "ten times", "100": "a hundred times", "1000": "a thousand times"}
FACTORS |= {"0.1": "a tenth of", "0.01": "a hundredth of", "0.001": "a thousandth of"}
AS_IF = {("percent", "10"): ", as if per 1,000", ("people per 1,000", "0.1"): ", as if in percent"}


def show_differences(file: str) -> int:
    """Print what differs; 0 if all agree, 1 if not. SheetError for what cannot be compared."""
    try:
        agrees, text = compare_sheet(read_sheet(Path(file)), tables.load("index"))
    except SheetError as error:
        raise SheetError(f"{file}{error}") from None
    print(text)
    return 0 if agrees else 1


def compare_sheet(sheet: Sheet, index: pd.DataFrame) -> tuple[bool, str]:
    """(agrees, report) on a sheet; SheetError for a column's unit, or without a known country."""
    edition, rows = sheet.layout["edition"], sheet.rows
    ours = printed_rows(index[index["edition"] == edition])
    known = {n: fold(row["country"]) for n, row in rows.items() if fold(row["country"]) in ours}
    if not known:
        found = quote(*(row["country"] for row in rows.values()))
        raise SheetError(f": no country of the {edition} index in the file; found {found}")
    cells = compare_cells(sheet, ours, known)
    refuse_units(sheet, cells)
    keys = list(known.values())
    unmatched = [f"only in the project: {ours[key]['country']}" for key in ours if key not in keys]
    for key in dict.fromkeys(key for key in keys if keys.count(key) > 1):
        twice = " and ".join(str(n) for n in known if known[n] == key)
        unmatched.append(f"in rows {twice} of the file: {ours[key]['country']}")
    unknown = {n: row for n, row in rows.items() if n not in known}
    only, notes = sort_unknown(unknown, other_names(index, ours))
    agrees, text = describe_cells(cells, unmatched + only, notes)
    head = f"Global Slavery Index {edition}: sheet '{sheet.layout['sheet']}' against data/index.csv"
    return agrees, f"{head}\n{text}"


def printed_rows(index: pd.DataFrame) -> dict[str, dict]:
    """Folded country -> its row of index, column -> text; "" for what is not printed."""
    texts = index.filter(regex="^iso3|_printed$").fillna("")
    texts.columns = texts.columns.str.replace("(_as)?_printed", "", regex=True)
    return {fold(row["country"]): row for row in texts.to_dict("records")}


def other_names(index: pd.DataFrame, ours: dict[str, dict]) -> dict[str, str]:
    """The folded names of a country in all editions -> its name in ours."""
    printed = {row["iso3"]: row["country"] for row in ours.values()}
    pairs = zip(index["country_as_printed"], index["iso3"], strict=True)
    return {fold(name): printed[code] for name, code in pairs if code in printed}


def compare_cells(sheet: Sheet, ours: dict[str, dict], known: dict[int, str]) -> pd.DataFrame:
    """The cells of the known rows beside those of ours, columns HEADS; note: their agreement."""
    cells = []
    for n, column in product(known, DETAILS):
        row, place = ours[known[n]], f"{sheet.letters[column]}{n}"
        sides = sheet.rows[n][column], row[column]
        texts = [*(text or "(empty)" for text in sides), place, agreement(*sides)]
        cells.append([sheet.layout["edition"], row["country"], column, *texts])
    return pd.DataFrame(cells, columns=HEADS)


def describe_cells(cells: pd.DataFrame, unmatched: list[str], notes: list[str]) -> tuple[bool, str]:
    """Whether all cells agree and no country is unmatched, and what differs, the counts, notes."""
    if short := (cells["note"] == DIGITS).sum():
        notes.insert(0, f"{short} numbers agree in 15 significant digits and not in those after")
    differ = cells[cells["note"].isin([ROUNDING_ONLY, OTHER])]
    agrees = differ.empty and not unmatched
    lines = [] if differ.empty else [differ.to_string(index=False, header=HEADS, max_colwidth=60)]
    number, start = cells["country"].nunique(), "All agree" if agrees else "Compared"
    what = f"{number} countries, {len(cells)} cells (region, population, people and rate)"
    lines += [*unmatched, f"{start}: {what}."]
    if not agrees:
        sides = f"Countries on one side only, or twice: {len(unmatched)}."
        lines.append(f"Cells that differ: {len(differ)}. {sides}")
    return agrees, "\n".join(lines + [f"Note: {note}." for note in notes])


def agreement(theirs: str, ours: str) -> str:
    """SAME; SAME in the DIGITS all programs keep; ROUNDING_ONLY, ties either way; or OTHER."""
    empty = [text.casefold() in NOTHING for text in (theirs, ours)]
    if any(empty):
        return SAME if all(empty) else OTHER
    if not (NUMBER_TEXT.fullmatch(theirs) and NUMBER_TEXT.fullmatch(ours)):
        return SAME if fold(theirs) == fold(ours) else OTHER
    numbers = Decimal(theirs), Decimal(ours)
    apart = abs(numbers[0] - numbers[1])
    if apart <= Decimal(5).scaleb(numbers[1].adjusted() - 15):
        return DIGITS if apart else SAME
    last = max(int(number.as_tuple().exponent) for number in numbers)  # of the coarser
    return ROUNDING_ONLY if apart <= Decimal(5).scaleb(last - 1) else OTHER


def refuse_units(sheet: Sheet, cells: pd.DataFrame) -> None:
    """SheetError if a column is the project's times 10, 100, ... or a part like that."""
    for column, times in product(DETAILS, FACTORS):
        pairs = cells.loc[cells["column"] == column, ["in the file", "in the project"]].to_numpy()
        numbers = [pair for pair in pairs if all(map(NUMBER_TEXT.fullmatch, pair))]
        wrong = [pair for pair in numbers if agreement(*pair) == OTHER and Decimal(pair[0])]
        shares = [(theirs, str(Decimal(ours) * Decimal(times))) for theirs, ours in wrong]
        off = sum(agreement(*pair) != OTHER for pair in shares)
        if off >= 3 and 10 * off >= 9 * len(numbers):  # less may be single slips
            unit = sheet.layout["rate_unit"] if column == "rate" else "people"
            many = f"column {sheet.letters[column]} ({column}): {off} of {len(numbers)} values"
            what = f"{many} are {FACTORS[times]} the project's{AS_IF.get((unit, times), '')}"
            remedy = f"turn the column into {unit}, as in {sheet.layout['edition']}"
            raise SheetError(f": {what}; {remedy}, and compare again; nothing else was compared")


def sort_unknown(unknown: SheetRows, names: dict[str, str]) -> tuple[list[str], list[str]]:
    """A line on each country that only the file has, and notes on rows that need no comparison."""
    unmatched, without, remarks = [], [], []
    for n, row in unknown.items():
        country, close = row["country"], tables.near(row["country"], names, 0.75)
        filled = {column for column in DETAILS if row[column].casefold() not in NOTHING}
        if country and not filled:
            remarks.append(str(n))
        elif country and not close and not filled & {"people", "rate"}:
            without.append(country)
        else:
            hint = f"; did you mean {names[close]}?" if close else ""
            unmatched.append(f"only in the file: {country or '(no name)'} (row {n}){hint}")
    notes = []
    if without:
        why = "have no estimate and are not in the project's table, so they are not compared"
        notes.append(f"{len(without)} further rows of the file {why}: {'; '.join(without)}")
    if remarks:
        notes.append(f"rows of the file with text under the countries only: {', '.join(remarks)}")
    return unmatched, notes
