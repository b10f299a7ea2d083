"""One country: found by its code or its names, with its editions, and the countries around it."""

import re

import pytest

from analysis import country
from analysis.tables import load


def test_looking_up_by_code_or_name():
    korea = country.look_up("PRK")
    assert (korea.name, korea.region, korea.latest.population) == ("North Korea", "Asia and the Pacific", 25_779_000)
    assert list(korea.editions.index) == [2016, 2018, 2023]
    assert korea.editions["of"].tolist() == [167, 167, 160]
    assert country.look_up("kenya").iso3 == "KEN"
    assert korea.editions.loc[2023, ["rate_printed", "best", "worst"]].tolist() == ["104.6", 1, 1]
    # 2016 prints 4.37 percent of the population, which is 43.7 per 1,000
    assert f"{korea.editions['rate'][2016]:.1f}" == "43.7"


NAMES = {
    "USA": "usa, US, U.S., United States, the United States of America, America",
    "GBR": "GBR, UK, U.K., Britain, Great Britain, the united kingdom",
    "ARE": "UAE, The United Arab Emirates",
    "TUR": "Turkey, Türkiye, turkiye, TÜRKİYE",
    "CIV": "Ivory Coast, Côte d'Ivoire, Cote d\u2019Ivoire",
    "COD": "DRC, DR Congo, Democratic Republic of Congo, Congo-Kinshasa",
    "PRK": "North Korea, DPRK",
    "KOR": "South  Korea, south-korea",
    "CZE": "Czech Republic, Czechia",
    "BIH": "Bosnia & Herzegovina, Bosnia",
    "LCA": "St. Lucia, Saint Lucia",
    "NLD": "Holland, the Netherlands",
    "VNM": "Vietnam, Viet Nam",
    "GIN": "Guinea",
    "GNB": "Guinea Bissau",
    "NER": "Niger",
    "REU": "Reunion",
}


@pytest.mark.parametrize("iso3", NAMES)
def test_codes_and_usual_short_names_are_countries(iso3):
    assert {country.code_of(name) for name in NAMES[iso3].split(", ")} == {iso3}


@pytest.mark.parametrize("edition", [2016, 2018, 2023])
def test_every_name_of_every_edition_is_its_country_but_the_one_that_two_could_have(edition):
    index = load("index", edition=edition)
    found = {}
    for iso3, name in zip(index["iso3"], index["country_as_printed"], strict=True):
        assert country.code_of(iso3.lower()) == iso3
        try:
            found[name] = country.code_of(f" the {name.upper()} ") == iso3
        except ValueError:
            found[name] = "unclear"
    assert all(found.values())
    # 2018 prints the Republic of the Congo as Congo, which a reader may take for its neighbour
    assert [name for name, right in found.items() if right == "unclear"] == (["Congo"] if edition == 2018 else [])


@pytest.mark.parametrize(
    ("wanted", "choices"),
    [
        ("Congo", "COD (Democratic Republic of the Congo) or COG (Republic of the Congo)?"),
        ("korea", "KOR (South Korea) or PRK (North Korea)?"),
    ],
)
def test_a_name_of_two_countries_is_answered_with_the_choices(wanted, choices):
    with pytest.raises(ValueError, match=re.escape(f"names no single country; did you mean {choices}")):
        country.code_of(wanted)


def test_no_other_name_belongs_to_two_countries():
    several = {name: codes for name, codes in country.meanings().items() if len(codes) > 1}
    assert several == {"congo": {"COD", "COG"}, "korea": {"KOR", "PRK"}}
    assert "" not in country.meanings()


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("KEY", "KEN (Kenya)"),
        ("Icelund", "ISL (Iceland)"),
        ("zzzz", "countries.csv"),
        ("", "countries.csv"),
        ("日本", "countries.csv"),
        ("Aruba", "the 2023 index does not list Aruba"),
    ],
)
def test_an_unknown_country_suggests_names(wanted, hint):
    with pytest.raises(ValueError, match=re.escape(hint)):
        country.look_up(wanted)


def test_a_name_takes_its_article_inside_a_sentence():
    called = [country.look_up(iso3).called for iso3 in ("USA", "GMB", "PHL", "KEN", "SDN")]
    assert called == ["the United States of America", "the Gambia", "the Philippines", "Kenya", "Sudan"]


def test_countries_without_an_estimate_or_a_population():
    iceland, kosovo = country.look_up("ISL"), country.look_up("XKX")
    assert iceland.latest is None and country.neighbours(iceland).empty
    assert kosovo.latest.isna()["population"]
    assert kosovo.latest["check"] == "cannot be checked"


def test_a_span_has_the_decimals_that_tell_its_ends_apart():
    assert country.span(3.25, 3.35) == "3.25 to 3.35"
    assert country.span(8.0068, 8.0076) == "8.007 to 8.008"  # not 8.01 to 8.01
    assert country.span(0.18, 0.18) == "0.18"
    assert country.span(31, 35, (0,)) == "31 to 35" and country.span(122, 122, (0,)) == "122"
    assert country.span(-12_000, 1_000, (0,)) == "-12,000 to 1,000"


def test_neighbours_stand_around_the_country():
    around = country.neighbours(country.look_up("KEN"))
    assert len(around) == 7 and around["iso3"].iloc[3] == "KEN"
    assert country.neighbours(country.look_up("PRK"))["iso3"].tolist() == ["PRK", "ERI", "MRT", "SAU"]
    assert country.neighbours(country.look_up("MRT"), reach=1)["iso3"].tolist() == ["ERI", "MRT", "SAU"]
    assert country.neighbours(country.look_up("SAU"), reach=2)["best"].tolist() == [2, 3, 4, 5, 6]


def test_the_countries_of_an_edition_stand_by_what_their_figures_allow():
    order = country.ranked(2023)
    assert order["iso3"].head(4).tolist() == ["PRK", "ERI", "MRT", "SAU"] and len(order) == 160
    assert order["low"].is_monotonic_decreasing and order.index.tolist() == list(range(160))
    usa = order.set_index("iso3").loc["USA"]
    assert (usa["best"], usa["worst"], usa["rate_printed"]) == (122, 122, "3.3")
    assert order.attrs["table"] == "index" and country.COMPLETE == (2016, 2018, 2023)


def test_a_name_is_compared_without_its_article_its_accents_and_its_marks():
    for name in (" the C\u00f4te d'Ivoire ", "COTE D\u2019IVOIRE", "Cote-d'Ivoire"):
        assert country.compared(name) == "cotedivoire"
    assert country.compared("Bosnia & Herzegovina") == country.compared("Bosnia and Herzegovina")
    assert country.compared("Lesotho, the") == "lesothothe" and country.compared("Thebes") == "thebes"
