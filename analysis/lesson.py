"""Exercises of the class: `check` says what it looked at, and names the likely mistake.

Right answers and mistakes are formulas on the tables (examples/README.md), so a curious pupil can
find them: this is no exam. The exercises stand in lessons/lesson_N.toml.
"""

import re
import sys
import tomllib
from collections import Counter
from fractions import Fraction
from functools import cache
from math import ceil, floor, log10
from typing import Any, NamedTuple

from analysis import tables
from analysis._answer import Unread, number_in, single
from analysis.claims.formulas import evaluate
from analysis.claims.lookup import Book
from analysis.claims.verdicts import check_figure, read_claim
from analysis.rounding import REPRODUCES, WITHIN, Interval, as_printed, exact, printed

RIGHT, MISTAKE, WRONG, NOT_READ = "right", "mistake", "not yet", "not read"
UNANSWERED, GUESS, WRITTEN, UNKNOWN = "no answer", "guess", "for a person to read", "no exercise"
GIVEN: Counter[str] = Counter()  # hints given since the kernel started, by exercise
BOOK = Book()
Task = dict[str, Any]  # an exercise, one of its mistakes or options, as the file has it
Found = tuple[str, str, str]  # status, mistake, text


class Judged(NamedTuple):
    """What became of one answer; mistake: the name of a known one, or nothing."""

    id: str
    status: str
    mistake: str
    text: str


@cache
def exercises() -> dict[str, Task]:
    """Every exercise of the lessons, by its id."""
    files = sorted((tables.DATA.parent / "lessons").glob("lesson_*.toml"))
    lessons = [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]
    return {entry["id"]: entry for lesson in lessons for entry in lesson["exercise"]}


def judge(id: str, answer: Any) -> Judged:
    """What became of an answer: right, a known mistake, not yet, not read; no error is raised."""
    entry = exercises().get(str(id))
    if entry is None:
        near = "the folder lessons is missing: unpack the ZIP once more."
        near = tables.hint(str(id), exercises()) if exercises() else near
        return Judged(str(id), UNKNOWN, "", f"There is no exercise {str(id)[:40]!r}; {near}")
    try:
        given = answer if entry["kind"] == "order" else single(answer)
        if given is None or given is ... or (isinstance(given, str) and not given.strip()):
            remedy = "Put your answer in place of the three dots, and run the cell again."
            return Judged(id, UNANSWERED, "", f"{id}: no answer yet. {remedy}")
        return Judged(id, *BY_KIND[entry["kind"]](entry, given))
    except Unread as fault:
        return Judged(id, NOT_READ, "", f"{id}: I cannot read this answer. {fault}")


def check(id: str, answer: Any = ...) -> None:
    """Print what was checked, the likely mistake, and after a wrong answer the next hint."""
    found = judge(id, answer)
    print(found.text)
    if found.status in (MISTAKE, WRONG):
        hint(id)


def hint(id: str) -> None:
    """Print the next hint of an exercise: the first, the second, then the way."""
    if str(id) not in exercises():
        return print(judge(id, ...).text)
    entry = exercises()[id]
    steps = [*(f"Hint: {text}" for text in entry["hints"]), f"The way: {entry['way']}"]
    print(untied(steps[min(GIVEN[id], len(steps) - 1)]))
    GIVEN[id] += 1


def untied(text: str) -> str:
    """A text of a lesson on one line, without the formulas that its numbers are tied to."""
    return " ".join(re.sub(r"(?s)<!--.*?-->|\*\*|`", "", text).split())


def size(part: Task, entry: Task) -> Fraction:
    """What a formula gives, in the exercise's unit: times `per`; half the upper end of a range."""
    both = entry | part
    return evaluate(both["formula"], BOOK).point * exact(both.get("per", 1))


def accepted(entry: Task) -> Interval:
    """Every number that prints as the right answer does, to its unit `step`."""
    return printed(as_printed(size(entry, entry), entry["step"]), entry["step"])


def taken_for(mistake: Task, entry: Task) -> Interval:
    """The numbers read as a mistake: its formula's to two digits, or rounded `up` or `down`."""
    value = size(mistake, entry)
    for key, cut in (("up", ceil), ("down", floor)):
        if key in mistake:
            return Interval.of(cut(value / exact(mistake[key])) * exact(mistake[key]))
    half = Fraction(10) ** (floor(log10(abs(value))) + 1 - mistake.get("digits", 2)) / 2
    return Interval(value - half, value + half)


def digits(number: Fraction) -> str:
    """A number for a reader: 2,696,000 or 104.6."""
    return f"{float(number):,.0f}" if abs(number) >= 10_000 else f"{float(number):,.6g}"


def answered(entry: Task, given: str, right: bool, made: list[Task], more: str = "") -> Found:
    """Status, mistake and sentences; made: the mistakes that give the same answer."""
    looked = f"{entry['id']}: I checked whether {given} is {untied(entry['what'])}."
    if right:
        return RIGHT, "", f"{looked}\nIt is. {untied(more)}".strip()
    if not made:
        return WRONG, "", f"{looked}\nNot yet, and it is none of the mistakes that I know."
    name, says = made[0]["name"], untied(made[0]["says"])
    return MISTAKE, name, f"{looked}\nNot yet. The likely mistake: {name}. {says}"


def judge_number(entry: Task, answer: Any) -> Found:
    """A number against the right one, then against each mistake; no guess is wrong."""
    number, right = number_in(answer), accepted(entry)
    if isinstance(answer, str) and re.search("%|percent", answer) and entry.get("per") != 100:
        raise Unread("It says percent, which is not asked for. Give the number alone.")
    if entry["kind"] == "predict":
        text = f"You guessed {digits(number)}; {untied(entry['what'])}: {digits(size({}, entry))}."
        return GUESS, "", f"{entry['id']}: {text} No guess is wrong. {untied(entry['way'])}"
    span = f"I accept every number from {digits(right.low)} to {digits(right.high)}."
    made = [part for part in entry["mistake"] if taken_for(part, entry).meets(number)]
    return answered(entry, digits(number), right.meets(number), made, span)


def right_letter(entry: Task) -> str:
    """The letter of the right option: given, or of the one whose print fits its formula."""
    fits = []
    for option in entry["option"] if "pick" in entry else []:
        found = evaluate(option["formula"], BOOK)
        words = read_claim({"id": entry["id"], "read_as": "", **option}, found)
        fits.append(check_figure(words, found)[0] in (REPRODUCES, WITHIN))
    return chr(65 + fits.index(True)) if fits else str(entry["right"])


def judge_letter(entry: Task, answer: Any) -> Found:
    """A letter against the right one; each other option stands for a mistake."""
    letters, text = "ABCDEF"[: len(entry["option"])], answer if isinstance(answer, str) else ""
    found = re.fullmatch(r"\W*([A-Za-z])(?:\W*|[.):].*)", text, re.S)
    letter = found[1].upper() if found else "none"
    if letter not in letters:
        raise Unread(f'Choose one letter from A to {letters[-1]}, such as "A".')
    option, right = entry["option"][letters.index(letter)], right_letter(entry)
    return answered(entry, letter, letter == right, [option], option["says"])


def in_order(part: Task, entry: Task) -> str:
    """The letters of the items by a formula with {} for each, the largest first, or `turned`."""
    both = entry | part
    made = [both | {"formula": both["formula"].replace("{}", i["value"])} for i in entry["item"]]
    sizes = [size(one, entry) for one in made]
    places = sorted(range(len(sizes)), key=sizes.__getitem__, reverse="turned" not in part)
    return "".join(chr(65 + place) for place in places)


def judge_order(entry: Task, answer: Any) -> Found:
    """Letters in a row against the right order, then against each mistake."""
    if isinstance(answer, set | frozenset):
        raise Unread('A set { } keeps no order; write the letters in one text, such as "BADC".')
    held = answer if isinstance(answer, list | tuple) else [answer]
    text = " ".join(one.upper() for one in held if isinstance(one, str))
    letters = "".join(re.findall("[A-Z]", text))
    right = in_order({}, entry)
    if sorted(letters) != sorted(right):
        raise Unread(f'Write each letter from A to {max(right)} once, such as "BADC".')
    made = [part for part in entry["mistake"] if in_order(part, entry) == letters]
    return answered(entry, letters, letters == right, made)


def judge_sentence(entry: Task, answer: Any) -> Found:
    """What a sentence names and what not; whether it is good, a person must say."""
    if not isinstance(answer, str) or len(answer.split()) < 3:
        raise Unread('Write a sentence between quotation marks: answer = "..."')
    hits = [(look["what"], re.search(look["pattern"], answer, re.I)) for look in entry["look"]]
    seen = [f"- {what}: {repr(hit[0]) if hit else 'not found'}" for what, hit in hits]
    more = "I cannot tell whether the sentence is true and kind: let a person read it."
    return WRITTEN, "", "\n".join([f"{entry['id']}: I looked for these.", *seen, more])


def explain_missing_name(shell: Any, kind: Any, error: Any, *trace: Any, **more: Any) -> None:
    """In a notebook: one line for a name that no cell has made yet, instead of a traceback."""
    print(f"{error}. Is it spelt right? If so, run the first cell, those above, and this one.")


BY_KIND = {"compute": judge_number, "predict": judge_number, "choose": judge_letter}
BY_KIND |= {"spot": judge_letter, "order": judge_order, "write": judge_sentence}
if shell := "IPython" in sys.modules and sys.modules["IPython"].get_ipython():
    shell.set_custom_exc((NameError,), explain_missing_name)
