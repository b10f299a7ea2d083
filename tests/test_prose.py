"""Numbers in prose: what is tied, what must be, what need not be."""

import re

import pytest

from tools.prose import EXEMPT, Tie, agrees, all_ties, prose_messages, ties, untied_messages, untied_numbers


def notebook(*texts):
    return {"cells": [{"cell_type": "markdown", "source": text} for text in texts]}


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("2,696,000<!--= x --> people", "2,696,000"),
        ("**2,696,000**<!--= x --> people", "2,696,000"),
        ("*10.46*<!--= x -->", "10.46"),
        ("a change of -0.15<!--= x -->", "-0.15"),
        ("(\u22120.15<!--= x -->)", "\u22120.15"),
        ("10-25<!--= x -->", "25"),  # a dash between numbers is no minus
        ("about 25%<!--= x --> of", "25%"),
        ("about 25 %<!--= x --> of", "25 %"),
        ("**about 2,000.5**<!--= x -->", "2,000.5"),
        ("the verdict is **within rounding**<!--= x -->.", "within rounding"),
        ("the verdict is `reproduces`<!--= x -->.", "reproduces"),
        ("no number <!--= x -->", ""),
        ("5 <!--= x -->", ""),  # the comment must follow directly
    ],
)
def test_a_tie_reads_the_number_before_it(source, says):
    assert ties(source) == [Tie(says, "x")]


def test_each_tie_has_its_own_expression():
    source = 'from 104.56<!--= f"{k.low:.2f}" --> to **104.60**<!--=\nf"{k.high:.2f}"\n--> and 7<!-- a note -->'
    assert ties(source) == [Tie("104.56", 'f"{k.low:.2f}"'), Tie("104.60", 'f"{k.high:.2f}"')]
    assert untied_numbers(source) == ["7"]


def test_code_that_shows_the_syntax_is_no_tie():
    assert ties("write `5<!--= x -->`\n\n```\n6<!--= x -->\n```\n") == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("49.6 million", ["49.6"]),
        ("2,696,000 of 25,779,000", ["2,696,000", "25,779,000"]),
        ("25% of 160 and -3", ["25%", "160", "-3"]),
        ("5<!--= x --> but 6", ["6"]),
        ("the x11 rise", ["11"]),
        ("1,800 people, 2000.5 and 1999% and 20,000", ["1,800", "2000.5", "1999%", "20,000"]),
        ("table 3,400 and page 25% and chapter 2.5", ["3,400", "25%", "2.5"]),
        ("# 7 of 10\n\n1.5 of 2 things\n", ["10", "1.5", "2"]),  # a heading's leading number is exempt, others are not
        ("3 of every 1,000, not every 1,000", ["3", "1,000"]),
        ("[160 countries](data/index_2023.csv)", ["160"]),
        ("the 13th place", ["13"]),
    ],
)
def test_a_number_with_no_tie_is_found(source, found):
    assert untied_numbers(source) == found


@pytest.mark.parametrize(
    "source",
    [
        "in 1948, 1995-98, 1995\u20131998, the 1990s, 2011/12 and 2099.",
        "on 24 May 2023, May 24, and 2026-11-23",
        "claims A01, A17 and A26b",
        "page 21, pp. 3-4, tables 2 and 3, notebook 03, exercise 4, section 2",
        "see [01_prevalence](01_prevalence.ipynb) and 07",
        "the 13th Amendment",
        "Teach: 45 minutes. Do: 30 to 40 minutes.",
        "90<!--= x --> per 1,000, one in every 100,000",
        "ISO 3166-1 alpha-3 and WPP 2019, WPP2022",
        "1. first\n2. second\n\n   10) third\n",
        "## 3. The table\n\n# 2.1 More\n",
        "`x[3]` and\n\n```python\n5 + 6\n```\n",
        "[text](https://example.org/5/6) ![alt](figure_7.png) https://example.org/8\n\n[1a]: https://example.org/9",
        '<img src="figure.png" width="600"> <!-- 5 of 6 -->',
    ],
)
def test_what_need_not_be_tied(source):
    assert untied_numbers(source) == []


def test_every_exemption_is_documented_and_needed():
    assert len({kind for kind, _ in EXEMPT}) == len(EXEMPT)
    samples = {
        "date": "2026-11-23", "WPP revision": "WPP2019", "year 1800 to 2099, or years": "1995-98",
        "id of a claim": "A26b", "page, table, notebook number": "table 2", "notebook name": "01_prevalence",
        "amendment": "13th Amendment", "minutes": "20 minutes", "unit of a rate": "per 1,000",
        "standard": "ISO 3166-1", "numeral of a list": "1. one", "number of a heading": "# 3 Three",
    }  # fmt: skip
    assert {kind: bool(re.search(pattern, samples[kind])) for kind, pattern in EXEMPT} == dict.fromkeys(samples, True)


@pytest.mark.parametrize(
    ("says", "value", "fine"),
    [
        ("2,696,000", "2,696,000", True),
        ("2,696,000", "2696000", False),
        ("10.46", "10.460", False),
        ("25%", "25", True),
        ("25 %", "25%", True),
        ("25", "25%", False),
        ("\u22120.15", "-0.15", True),
        ("-0.15", "0.15", False),
        ("+12", "12", True),
        ("within rounding", "within rounding", True),
        ("within rounding", "inconsistent", False),
    ],
)
def test_text_and_value_agree_when_they_print_alike(says, value, fine):
    assert agrees(says, value) is fine


def test_the_messages_name_notebook_cell_number_and_expression():
    text = notebook("# No numbers", "2,696,000<!--= nk.people -->, 7<!--= x --> and 5<!--= gone -->; 49.6")
    values = [(True, "2,695,479"), (True, "7"), (False, "NameError: name 'gone' is not defined")]
    assert [number for number, _ in all_ties(text)] == [2, 2, 2]
    assert prose_messages("01_prevalence", text, values) == [
        "01_prevalence cell 2: prose says 2,696,000, nk.people gives 2,695,479",
        "01_prevalence cell 2: 5 is tied to gone, which fails: NameError: name 'gone' is not defined",
        "01_prevalence cell 2: 49.6 is tied to no expression; write 49.6<!--= expression -->",
    ]
    assert prose_messages("a", notebook("word <!--= x -->"), [(True, "1")]) == [
        "a cell 1: <!--= x --> follows neither a number nor marked words"
    ]
    assert untied_messages("a", notebook("All is well in 2023.")) == []


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ('"5"', False),
        ("str(5)", False),
        ('f"{5:,}"', False),
        ("len([n for n in range(5)])", False),
        ("5", False),
        ("five", True),
        ('f"{len(index):,}"', True),
        ("sum(n for n in index)", True),
    ],
)
def test_a_tie_to_its_own_number_is_refused(expression, names):
    said = prose_messages("a", notebook(f"5<!--= {expression} -->"), [(True, "5")])
    refused = f"a cell 1: 5 is tied to {expression}, which names nothing computed"
    assert said == ([] if names else [refused])
