"""Words that carry a finding: each stands in a list, with what shows it in the tables, or why nothing need show it.

tests/words/NAME.toml lists the sentences of a text: `says` is a fragment as read (# for a tied number); `true` is an
expression on data/ and figures/*.csv, `because` a reason. Nothing here uses analysis/: a second reading, by other code.
"""

import tomllib

import pytest

from words_read import ROOT, places, plain, read, texts, truths, uncovered

LISTS = {path.stem: path for path in sorted((ROOT / "tests" / "words").glob("*.toml"))}
TEXTS = texts()


def listed(name):
    """The list of a text, its fragments as read."""
    found = tomllib.loads(LISTS[name].read_text(encoding="utf-8"))
    for sentence in found["sentence"]:
        sentence["says"] = plain(sentence["says"])
    return found


def fragments(found):
    return [sentence["says"] for sentence in found["sentence"]]


def badly_formed(sentence, text):
    """What is wrong with the form of a listed sentence, for this text."""
    says, given = sentence["says"], sorted(sentence.keys() & {"true", "because"})
    rules = {
        "says must have three words or more": len(says.split()) >= 3,
        "give either true or because, and nothing else": len(given) == 1 and len(sentence) == 2,
        "because must have three words or more": len(sentence.get("because", "a b c").split()) >= 3,
        "the text does not say this (any more): was it right to change it?": bool(places(says, text)),
    }
    return [f"{says!r}: {rule}" for rule, kept in rules.items() if not kept]


def unlisted(text, says):
    remedy = "list the sentence in tests/words, with what shows it"
    return [f"{word!r} in '... {around} ...': {remedy}" for word, around in uncovered(text, says)]


def nothing(faults):
    """Fails with one line for each fault."""
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("name", LISTS)
def test_every_listed_sentence_is_in_the_text_and_well_formed(name):
    text = read(TEXTS[name])
    nothing([f"{name}: {line}" for sentence in listed(name)["sentence"] for line in badly_formed(sentence, text)])


@pytest.mark.parametrize("name", LISTS)
def test_every_watched_word_is_listed(name):
    nothing([f"{name}: {line}" for line in unlisted(read(TEXTS[name]), fragments(listed(name)))])


@pytest.mark.parametrize("name", LISTS)
def test_the_tables_say_so_too(name):
    nothing([f"{name}: {says!r}: its expression {wrong}" for says, wrong in truths(listed(name)) if wrong])


def test_every_text_has_its_list():
    missing = {name for name in TEXTS.keys() - LISTS.keys() if uncovered(read(TEXTS[name]), [])}
    assert not missing, f"write tests/words/NAME.toml for {sorted(missing)}"


SAYS = "All four rates fell after 1995, which is not a trend, and # of # agree"
RULES = [{"says": SAYS, "because": "so it is"}]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("of\n**5<!--= x -->** in `code` [two](a/b.md), *one in ten*<!--= y -->.", "of # in two, #."),
        ('<img src="a.png" alt="Four ranges"> <!-- a note -->and', "Four ranges and"),
        ("```\n# all\n```\nnot <b>seen</b>", "not seen"),
    ],
)
def test_a_text_is_read_without_its_marks(written, read_as):
    assert plain(written) == read_as


TURNED = [
    ("fell", "rose"),
    ("four", "five"),
    ("1995", "1996"),
    ("is not", "is"),
    ("All four", "Four"),
    ("agree", "differ"),
]


@pytest.mark.parametrize(("was", "becomes"), TURNED)
def test_a_turned_word_would_be_found(was, becomes):
    assert unlisted(SAYS, [SAYS]) == badly_formed(RULES[0], SAYS) == []
    turned = SAYS.replace(was, becomes)
    assert turned != SAYS
    assert unlisted(turned, [SAYS]) != []
    assert badly_formed(RULES[0], turned) != []


@pytest.mark.parametrize(
    "sentence",
    [{}, {"true": "a", "because": "of the data"}, {"because": "it is"}, {"true": "a", "note": "b"}],
)
def test_a_sentence_with_no_reason_or_two_is_found(sentence):
    assert badly_formed({"says": SAYS} | sentence, SAYS) != []


def test_two_words_are_no_sentence():
    assert badly_formed({"says": "rates fell", "because": "so it is"}, "The rates fell.") != []


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ("usa.rate.iloc[0] == 3.3", ""),
        ("usa.rate.iloc[0] == 3.4", "not True"),
        ("len(usa)", "not True"),
        ("1 + 1 == 2", "reads no table"),
        ("table('index', iso3='XXX').rate.max() > 0", "no row"),
    ],
)
def test_an_expression_is_true_or_a_fault(expression, wrong):
    names = {"usa": "table('index', iso3='USA', edition=2023)"}
    ((_, said),) = truths({"names": names, "sentence": [{"says": SAYS, "true": expression}]})
    assert wrong in said and bool(wrong) == bool(said)
