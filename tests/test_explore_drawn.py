"""What the two figures of explore draw: values, limits, colours and words, read back from their axes."""

import csv
from pathlib import Path

import pytest

from analysis import _drawn, explore, figures

DATA = Path(__file__).resolve().parent.parent / "data"


@pytest.fixture
def seen(monkeypatch):
    """place_view or famine_view gives (what is drawn, title, subtitle, source, alt) in place of a picture."""

    def preview(fig, *words):
        fig.draw_without_rendering()
        return (_drawn.drawn_values(fig, figures.COLOURS)[0], *words, fig)

    monkeypatch.setattr(explore.figures, "preview", preview)


def printed(**equals):
    """Rows of the index as printed."""
    with (DATA / "index.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if all(row[column] == text for column, text in equals.items())]


def test_a_place_is_drawn_where_rate_and_rank_say(seen):
    (axes, title, subtitle, source, alt, fig), caption = explore.place_view(
        "USA", 2023, explore.REPORT, "rounding only"
    )
    every, place, rate, mark = [axes["marks"][n] for n in (0, 2, 3, 1)]
    rates = sorted((float(row["rate"]) for row in printed(edition="2023") if row["rate"]), reverse=True)
    assert [x for x, _ in every["points"]] == list(range(1, 161))
    assert sorted((y for _, y in every["points"]), reverse=True) == rates and every["colour"] == ["muted"]
    assert (every["marker"], mark["marker"], mark["colour"]) == (".", "D", ["ink"])
    # place 122 only; the rate as printed; 1,090,500 / 331,003,500 and 1,091,500 / 331,002,500 are 3.2945 and 3.2976
    assert mark["points"] == [[122, 3.3]] and place["points"] == [[[122, 3.3], [122, 3.3]]]
    assert rate["points"][0][0] == pytest.approx([122, 3.2945], abs=5e-5)
    assert rate["points"][0][1] == pytest.approx([122, 3.2976], abs=5e-5)
    assert place["colour"] == rate["colour"] == ["orange"]
    assert axes["x"] == {"label": "place (1 is the highest rate)", "limits": [-3, 172], "scale": "linear"}
    assert axes["y"] == {"label": "people per 1,000", "limits": [0.04, 300], "scale": "log"}
    assert axes["y_ticks"] == ["0.1", "1", "10", "100"] and fig.get_size_inches().tolist() == [8, 4.2]
    assert title == "United States of America in 2023: place 122 of 160, 3.3 per 1,000" and alt == caption
    assert subtitle == "Every country of 2023 by place and rate; orange: what rounding only would allow"
    assert source == "Walk Free, Global Slavery Index; UN, World Population Prospects."
    assert (
        caption
        == f"{title}. Denominator: the report's own. Rounding alone allows 3.29 to 3.30 per 1,000 and place 122."
    )


def test_an_error_widens_both_ways(seen):
    (axes, *_), caption = explore.place_view("USA", 2023, explore.REPORT, "30 percent")
    mark, place, rate = axes["marks"][1:]
    (best, at), (worst, _) = place["points"][0]
    assert at == 3.3 and 80 < best < 122 < worst < 150 and mark["points"] == [[(best + worst) / 2, 3.3]]
    # log error sqrt(ln 1.09) = 0.29356; 3.3 x exp(-0.04309 -+ 1.645 x 0.29356) = 1.950 and 5.123
    low, high = rate["points"][0]
    assert (low[1], high[1]) == pytest.approx((1.9502, 5.1230), rel=1e-3) and low[0] == high[0] == (best + worst) / 2
    assert "If every value were off by 30 percent, nine draws in ten give 1.95 to 5.12 per 1,000 and place" in caption


def test_another_denominator_moves_the_rate_of_one_country(seen):
    (axes, *_), _ = explore.place_view("USA", 2023, "UN 2024 revision", "rounding only")
    # 1,091,000 over 339,421,249: 3.2143; the others keep their printed rates
    assert axes["marks"][1]["points"][0][1] == pytest.approx(3.2143, abs=5e-5)
    assert [y for _, y in axes["marks"][0]["points"]].count(3.3) >= 3


def test_a_country_without_an_estimate_is_said_and_not_marked(seen):
    (axes, title, *_), caption = explore.place_view("ISL", 2023, explore.REPORT, "rounding only")
    assert len(axes["marks"]) == 1 and title == caption == "The 2023 edition gives no estimate for Iceland."


def un(indicator, iso3="PRK", revision="WPP2024"):
    """Year -> value of one UN series."""
    with (DATA / "demography.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["iso3"], row["revision"]) == (iso3, revision)]
    return {int(row["year"]): float(row["value"]) for row in rows if row["indicator"] == indicator}


DEATHS, RATES = "deaths_thousands", "crude_death_rate_per_1000"


def expected(year, rate):
    """Deaths of a year at another rate: population is deaths / rate."""
    return un(DEATHS)[year] * 1000 / un(RATES)[year] * rate


def line(year):
    """The rate on a straight line from 1994 to 2003."""
    start, end = un(RATES)[1994], un(RATES)[2003]
    return start + (end - start) * (year - 1994) / 9


def mean(year):
    return sum(un(RATES)[before] for before in range(1990, 1995)) / 5


def south(year):
    korea = un(RATES, "KOR")
    return un(RATES)[1994] + korea[year] - korea[1994]


BASELINES = dict(zip(explore.BASELINES, [lambda year: un(RATES)[1994], line, mean, south], strict=True))


@pytest.mark.parametrize("name", explore.BASELINES)
def test_excess_deaths_stand_on_their_baseline(seen, name):
    (axes, title, subtitle, source, alt, fig), caption = explore.famine_view("UN 2024 revision", name, 1995, 1998)
    bars = [mark for mark in axes["marks"] if mark["kind"] == "bar"]
    grey, orange = bars[:16], bars[16:]
    assert [bar["box"] for bar in grey] == [
        pytest.approx([y - 0.4, 0, 0.8, un(DEATHS)[y] * 1000]) for y in range(1990, 2006)
    ]
    below = [expected(year, BASELINES[name](year)) for year in range(1995, 1999)]
    assert [bar["box"][1] for bar in orange] == pytest.approx(below)
    tops = [bar["box"][1] + bar["box"][3] for bar in orange]
    assert tops == pytest.approx([un(DEATHS)[year] * 1000 for year in range(1995, 1999)])
    assert [bar["box"][0] + 0.4 for bar in orange] == pytest.approx(range(1995, 1999))
    assert {bar["colour"][0] for bar in grey} == {"grid"} and {bar["colour"][0] for bar in orange} == {"orange"}
    total, deaths = sum(tops) - sum(below), sum(tops)
    assert title == f"About {round(total, -3):,.0f} deaths above the baseline in the 4 years 1995 to 1998"
    assert (
        caption == alt == f"{title}, of {round(deaths, -3):,.0f} from all causes. Baseline: {name}. UN 2024 revision."
    )
    assert subtitle == f"North Korea, deaths a year; baseline: {name}; UN 2024 revision"
    assert source == "UN, World Population Prospects, a model that rests on disputed censuses."
    assert axes["x"] == {"label": "year", "limits": [1989.4, 2005.6], "scale": "linear"}
    assert axes["y"] == {"label": "deaths", "limits": [0, 300_000], "scale": "linear"}
    assert axes["y_ticks"][-1] == "300,000" and fig.get_size_inches().tolist() == [8, 3.8]
    assert axes["legend"] == ["deaths from all causes", "above the baseline"]
    assert fig.axes[0].get_legend()._ncols == 2 and fig.axes[0].get_legend()._loc == 2


def test_a_backward_period_draws_no_excess(seen):
    (axes, title, *_), caption = explore.famine_view("UN 2022 revision", explore.BASELINES[0], 1998, 1995)
    assert title == caption == "The period runs backwards: 1998 to 1995. Choose a later end."
    assert len([mark for mark in axes["marks"] if mark["kind"] == "bar"]) == 16
    assert axes["legend"] == ["deaths from all causes"]
    series = un(DEATHS, revision="WPP2022")
    assert axes["marks"][0]["box"][3] == pytest.approx(series[1990] * 1000)


def test_one_year_is_said_as_one(seen):
    (_, title, *_), _ = explore.famine_view("UN 2024 revision", explore.BASELINES[0], 2003, 2003)
    # 7.897 per 1,000 died in 2003, 6.081 in 1994: 1.816 more of some 23.7 million people are 43,000
    more = un(DEATHS)[2003] * 1000 - expected(2003, un(RATES)[1994])
    assert title == f"About {round(more, -3):,.0f} deaths above the baseline in the year 2003"
    (_, none, *_), _ = explore.famine_view("UN 2024 revision", "line from 1994 to 2003", 2003, 2003)
    assert none == "No deaths above the baseline in the year 2003"  # the line ends there
