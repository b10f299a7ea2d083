"""Confidence sets for ranks: by hand, against tables of critical values, against brute force, and by their laws."""

import inspect
import tracemalloc
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import ranks
from analysis.ranks import largest_by_chance, rank, rank_interval, rank_sets
from analysis.tables import load
from analysis.whatif import log_error

KINDS = [(simultaneous, stepdown) for simultaneous in (False, True) for stepdown in (False, True)]
whole = st.integers(0, 20).map(float)
estimates = st.lists(whole, min_size=1, max_size=7)
rows = st.lists(st.tuples(whole, st.integers(0, 6).map(float)), min_size=2, max_size=6)


def brute_force(x, error, spread, simultaneous, stepdown, level=0.95, directed=True):
    """The sets by the definition: every directed hypothesis in a loop, every draw kept.

    Hypothesis (i, k): i is not above k. It is rejected if x_i - x_k passes the largest of the simulated e_i - e_k among
    the hypotheses left, all in standard errors. The marginal set of i looks at (i, k) and (k, i) for every k. If not
    directed, (k, i) goes with (i, k), which is too bold.
    """
    n, rejected = len(x), set()
    every = [(i, k) for i in range(n) for k in range(n) if i != k]
    for own in [None] if simultaneous else range(n):
        family = [pair for pair in every if own is None or own in pair]
        gone = {(i, k) for i, k in family if spread[i][k] == 0}
        found = {(i, k) for i, k in gone if x[i] > x[k]}
        left = [pair for pair in family if pair not in gone]
        while left:
            chance = sorted(np.max([(error[i] - error[k]) / spread[i][k] for i, k in left], axis=0))
            critical = max(chance[ceil(level * (len(chance) + 1)) - 1], 0)
            new = {(i, k) for i, k in left if (x[i] - x[k]) / spread[i][k] > critical}
            found |= new
            gone = new if directed else new | {(k, i) for i, k in new}
            left = [pair for pair in left if pair not in gone] if new and stepdown else []
        rejected |= found if own is None else {(own, *pair) for pair in found}
    places = []
    for i in range(n):
        mine = rejected if simultaneous else {pair[1:] for pair in rejected if pair[0] == i}
        best = 1 + sum(k != i and (k, i) in mine for k in range(n))
        worst = n - sum(k != i and (i, k) in mine for k in range(n))
        places.append([best, worst])
    return places


def independent(x, se, draws, seed):
    """Errors as rank_sets promises to draw them, for the sorted rows, and the error of each difference."""
    order = sorted(range(len(x)), key=lambda i: (x[i], se[i]))
    normal = np.random.default_rng(seed).standard_normal((draws, len(x)))
    error = {i: normal[:, place] * se[i] for place, i in enumerate(order)}
    return error, [[0 if i == k else sqrt(a**2 + b**2) for k, b in enumerate(se)] for i, a in enumerate(se)]


@settings(max_examples=60, deadline=None)
@given(rows, st.sampled_from(KINDS), st.integers(0, 3), st.sampled_from([0.3, 0.95]))
def test_the_sets_equal_brute_force_over_all_directed_hypotheses(table, kind, seed, level):
    x, se = zip(*table, strict=True)
    found = rank_sets(x, se, draws=199, seed=seed, simultaneous=kind[0], stepdown=kind[1], level=level)
    assert found.values.tolist() == brute_force(x, *independent(x, se, 199, seed), *kind, level)


@pytest.mark.parametrize("simultaneous", [False, True])
def test_the_step_down_equals_brute_force_where_dropping_both_directions_would_not(simultaneous):
    random, bolder = np.random.default_rng(3), 0
    for seed in range(60):
        x, se = random.normal(0, 3, 5), random.uniform(0.5, 1.5, 5)
        drawn = independent(x, se, 199, seed)
        found = rank_sets(x, se, draws=199, seed=seed, simultaneous=simultaneous).values.tolist()
        assert found == brute_force(x, *drawn, simultaneous, True)
        bolder += found != brute_force(x, *drawn, simultaneous, True, directed=False)
    assert bolder > 0


@pytest.mark.parametrize("kind", KINDS)
def test_linked_errors_equal_brute_force_too(kind):
    # The rows are sorted already. Row i of `root` is what error i takes of four independent ones, so the error of a
    # difference is the length of the difference of two rows.
    root = np.array([[3.0, 0, 0, 0], [1, 1, 0, 0], [2, 0, 0.5, 0], [-1, 0, 0, 2]])
    covariance = root @ root.T
    values, vectors = np.linalg.eigh(covariance)
    symmetric = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    error = dict(enumerate((np.random.default_rng(5).standard_normal((999, 4)) @ symmetric).T))
    spread = [[sqrt(np.sum((root[i] - root[k]) ** 2)) for k in range(4)] for i in range(4)]
    x = [0.0, 4.0, 6.5, 14.0]
    found = rank_sets(x, covariance=covariance, draws=999, seed=5, simultaneous=kind[0], stepdown=kind[1])
    assert found.values.tolist() == brute_force(x, error, spread, *kind)
    assert found.values.tolist() != brute_force(x, *independent(x, np.sqrt(np.diag(covariance)), 999, 5), *kind)


def test_the_brute_force_is_not_trivial():
    x, se = [0, 3.8, 7.6, 11.4, 30], [1, 1, 1, 1, 1]
    sets = [brute_force(x, *independent(x, se, 199, 1), *kind) for kind in KINDS]
    assert len({str(found) for found in sets}) > 1


@pytest.mark.parametrize("kind", KINDS)
def test_three_standard_errors_of_two_tenths_apart(kind):
    # 3 / (0.2 x root 2) = 10.6 standard errors of a difference: all four are told apart.
    found = rank_sets([1, 4, 7, 10], [0.2] * 4, simultaneous=kind[0], stepdown=kind[1])
    assert found.values.tolist() == [[4, 4], [3, 3], [2, 2], [1, 1]]


def directed_mark():
    """What x must pass for 0 and x to be told apart beside a third, far higher value, errors of 1 each.

    The first look rejects that the third is not above 0, and not above x. Four hypotheses are left: 0 above x, x above
    0, 0 above the third, x above the third. All their differences of errors stay below R if the larger, m, of the first
    two errors has the smaller within R below it, and the third above m - R:
    P(R) = integral of 2 f(m) [F(m) - F(m - R)] [1 - F(m - R)] dm. Solved for 0.95 by halving.
    """
    normal, low, high = NormalDist(), 2.0, 4.0
    grid = [place / 100 for place in range(-800, 801)]
    while high - low > 1e-4:
        r = (low + high) / 2
        both = [normal.pdf(m) * (normal.cdf(m) - normal.cdf(m - r)) * (1 - normal.cdf(m - r)) for m in grid]
        low, high = (r, high) if 2 * sum(both) / 100 < 0.95 else (low, r)
    return low


def test_looking_again_drops_only_the_direction_rejected():
    # Printed tables: 3.314 is the mark for three at once, 2.772 that for two alone, which would be left if both
    # directions of a pair were dropped. Dropping one direction, the mark lies between: 3.105.
    mark = directed_mark()
    assert mark == pytest.approx(3.105, abs=0.001)

    def worst_of_the_second(x, stepdown=True):
        found = rank_sets([0, x, 1000], [1, 1, 1], draws=40_000, simultaneous=True, stepdown=stepdown)
        return found["worst"][1]

    assert worst_of_the_second(2.95) == 3  # more than 2.772: two alone would be told apart
    assert worst_of_the_second(mark - 0.06) == 3
    assert worst_of_the_second(mark + 0.06) == 2
    assert worst_of_the_second(3.25, stepdown=False) == 3


def test_two_estimates_by_hand():
    # Errors of 3 and 4: the difference has a standard error of 5, and two values differ at 1.96 x 5 = 9.8.
    def of(x):
        return rank_sets([x, 0], [3, 4], draws=100_000).values.tolist()

    assert of(9.0) == [[1, 2], [1, 2]]
    assert of(10.6) == [[1, 1], [2, 2]]


@pytest.mark.parametrize(("n", "studentized_range"), [(2, 2.772), (3, 3.314), (5, 3.858), (10, 4.474)])
def test_simultaneous_critical_value_is_tukeys(n, studentized_range):
    # Printed tables of the studentized range, 5 percent, infinite degrees of freedom; ours is that over root two.
    # Monte Carlo error of a 95 percent quantile from 20,000 draws: root(.95 x .05 / 20,000) / density, about 0.014.
    assert largest_by_chance(np.ones(n), draws=20_000) == pytest.approx(studentized_range / sqrt(2), abs=0.045)


@pytest.mark.parametrize(("others", "dunnett"), [(1, 1.960), (2, 2.212), (3, 2.349), (5, 2.511)])
def test_marginal_critical_value_is_dunnetts(others, dunnett):
    # Printed tables of Dunnett's two-sided test, 5 percent, infinite degrees of freedom: one against all others.
    contest = ranks.contest_of(np.zeros(others + 1), np.ones(others + 1), None, 0.95, 20_000, seed=1)
    chance = [ranks.largest(contest, np.array([i]), contest.spread[[i]] != 0) for i in range(others + 1)]
    found = [np.sort(both.max(axis=0))[contest.at] for both in chance]
    assert found == pytest.approx(np.full(others + 1, dunnett), abs=0.06)


@given(estimates)
def test_without_error_the_sets_are_the_plain_ranks(x):
    for simultaneous in (False, True):
        found = rank_sets(x, np.zeros(len(x)), draws=99, simultaneous=simultaneous)
        assert list(found["best"]) == list(rank(x))
        assert found.equals(rank_interval(x, x))  # ties leave all their places open


def test_vanishing_errors_give_the_plain_ranks_too():
    x = np.array([3.0, 1.0, 2.0, 5.0])
    assert rank_sets(x, np.full(4, 1e-9), draws=999).values.tolist() == [[2, 2], [4, 4], [3, 3], [1, 1]]


@given(st.integers(1, 8), st.floats(0.1, 9), st.sampled_from(KINDS))
def test_equal_estimates_leave_every_place_open(n, se, kind):
    found = rank_sets(np.full(n, 4.0), np.full(n, se), draws=99, simultaneous=kind[0], stepdown=kind[1])
    assert (found["best"] == 1).all() and (found["worst"] == n).all()


@settings(deadline=None)
@given(rows, st.floats(1, 10), st.sampled_from(KINDS))
def test_larger_errors_never_shrink_a_set(table, factor, kind):
    x, se = np.array(table).T
    options = {"draws": 99, "simultaneous": kind[0], "stepdown": kind[1]}
    smaller, larger = rank_sets(x, se, **options), rank_sets(x, se * factor, **options)
    assert (larger["best"] <= smaller["best"]).all() and (larger["worst"] >= smaller["worst"]).all()


@settings(deadline=None)
@given(rows, st.booleans(), st.sampled_from([0.2, 0.95]))
def test_marginal_lies_within_simultaneous_and_holds_the_plain_rank(table, stepdown, level):
    x, se = np.array(table).T
    one = rank_sets(x, se, draws=99, stepdown=stepdown, level=level)
    all_of_them = rank_sets(x, se, draws=99, stepdown=stepdown, level=level, simultaneous=True)
    assert (all_of_them["best"] <= one["best"]).all() and (one["worst"] <= all_of_them["worst"]).all()
    assert (one["best"] <= rank(x)).all() and (rank(x) <= one["worst"]).all()


@settings(deadline=None)
@given(st.permutations(range(6)), st.sampled_from(KINDS), st.booleans())
def test_the_order_of_the_rows_does_not_matter(order, kind, with_covariance):
    x, se = np.array([1.0, 2, 4, 5, 9, 9.5]), np.array([0.5, 0.4, 1, 0.2, 0.7, 0.1])
    covariance = np.diag(se**2) + 0.2 * np.outer([1, 0, 1, 0, 1, 0], [1, 0, 1, 0, 1, 0])
    options = {"draws": 199, "simultaneous": kind[0], "stepdown": kind[1]}
    if with_covariance:
        plain = rank_sets(x, covariance=covariance, **options)
        shuffled = rank_sets(x[order], covariance=covariance[np.ix_(order, order)], **options)
    else:
        plain, shuffled = rank_sets(x, se, **options), rank_sets(x[order], se[order], **options)
    assert shuffled.values.tolist() == plain.iloc[order].values.tolist()


def test_looking_again_tells_more_apart():
    # Ten far-off values make the first look cautious. Later it is left that a lower one is above a higher one.
    x = np.concatenate([[0, 4.5], 1000.0 * np.arange(1, 11)])
    once = rank_sets(x, np.ones(12), simultaneous=True, stepdown=False)
    again = rank_sets(x, np.ones(12), simultaneous=True)
    assert once.iloc[0].tolist() == [11, 12]  # 4.5 / root 2 = 3.18 errors; of twelve, 3.27 come by chance
    assert again.iloc[0].tolist() == [12, 12]


def test_a_covariance_without_links_is_independent_errors():
    x, se = [1.0, 2, 4, 5, 9], np.array([0.5, 0.4, 1, 0.2, 0.7])
    assert rank_sets(x, covariance=np.diag(se**2)).equals(rank_sets(x, se))


def test_an_error_that_all_share_does_not_blur_the_order():
    x = np.array([1.0, 1.1, 1.2])
    assert rank_sets(x, [5, 5, 5])["best"].tolist() == [1, 1, 1]
    assert rank_sets(x, covariance=np.full((3, 3), 25.0))["best"].tolist() == [3, 2, 1]
    # Shared 25 and own 1: a difference has variance 1 + 1, as if the own error were all there is, and the mark for
    # three at once is 3.314 (a printed table).
    shared = np.full((3, 3), 25.0) + np.eye(3)
    options = {"covariance": shared, "draws": 20_000, "simultaneous": True, "stepdown": False}
    assert rank_sets([0, 3.2, 1000], **options)["worst"][1] == 3
    assert rank_sets([0, 3.42, 1000], **options)["worst"][1] == 2


def test_seed_index_and_level():
    x = pd.Series([1.0, 2, 4, 5, 9], index=list("abcde"))
    found = rank_sets(x, np.full(5, 0.8), seed=3)
    assert found.equals(rank_sets(x, np.full(5, 0.8), seed=3)) and list(found.index) == list("abcde")
    widths = [(rank_sets(x, np.full(5, 0.8), level=v).eval("worst - best")).sum() for v in (0.5, 0.9, 0.999)]
    assert widths == sorted(widths) and widths[0] < widths[-1]


def test_unless_told_otherwise_ten_thousand_draws_of_the_seed_1_at_95_percent():
    x, se = np.array([0, 1.9, 2.8, 3.6, 4.5, 9]), np.ones(6)
    contest = ranks.contest_of(x, se, None)
    assert contest.noise.shape == (6, 10_000) and contest.at == 9500  # 0.95 x 10,001 = 9,500.95: the 9,501st
    assert (contest.noise == ranks.contest_of(x, se, None, seed=1).noise).all()
    told = {"level": 0.95, "draws": 10_000, "seed": 1}
    assert largest_by_chance(se) == largest_by_chance(se, **told)
    assert largest_by_chance(se) not in (largest_by_chance(se, level=0.9), largest_by_chance(se, seed=2))
    plain = inspect.signature(rank_sets).parameters
    assert {name: plain[name].default for name in told} == told


def test_errors_that_move_together_are_told_apart_by_what_is_left():
    # One error for all, times 1, 2 and 4: differences have errors of 1, 2 and 3. Its matrix has one direction only.
    links = np.outer([1.0, 2, 4], [1.0, 2, 4])
    assert np.linalg.eigvalsh(links * 1e9).min() < 0  # by the last binary digit, which is no reason to refuse it
    for size in (1e-9, 1.0, 1e9):  # in persons, thousands or shares
        x = np.array([0, 3, 20]) * sqrt(size)
        found = rank_sets(x, covariance=links * size, draws=999, simultaneous=True)
        assert found.values.tolist() == [[3, 3], [2, 2], [1, 1]]
        assert rank_sets(x / 3, covariance=links * size, draws=999)["best"].tolist() == [2, 2, 1]


def test_draws_count_the_observed_one_too():
    def critical(draws):
        return ranks.contest_of([1, 2], [1, 1], None, 0.95, draws).at

    assert critical(19) == 18  # 0.95 x 20 = 19: the largest of 19
    assert critical(99) == 94  # 0.95 x 100 = 95th
    with pytest.raises(ValueError, match="18 draws are too few"):
        critical(18)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"estimate": [1, np.nan], "standard_error": [1, 1]}, "estimate has no value at position 1"),
        ({"estimate": [1, np.inf], "standard_error": [1, 1]}, "^estimate needs at least one value, and finite ones$"),
        ({"estimate": [], "standard_error": []}, "^estimate needs at least one value"),
        ({"estimate": [1, 2], "standard_error": [1]}, "^standard_error needs 2 finite values of zero or more$"),
        ({"estimate": [1, 2], "standard_error": [1, np.nan]}, "^standard_error has no value at position 1"),
        ({"estimate": [1, 2], "standard_error": [1, np.inf]}, "finite"),
        ({"estimate": [1, 2], "standard_error": [1, -1]}, "zero or more"),
        ({"estimate": [1, 2]}, "^give either standard_error or covariance, and not both$"),
        ({"estimate": [1, 2], "standard_error": [1, 1], "covariance": np.eye(2)}, "not both"),
        ({"estimate": [1, 2], "covariance": np.eye(3)}, "^covariance needs to be symmetric, 2 x 2 and without gaps$"),
        ({"estimate": [1, 2], "covariance": [[1, 0.5], [0.1, 1]]}, "^covariance needs to be symmetric"),
        ({"estimate": [1, 2], "covariance": [[1e-9, 5e-10], [1e-10, 1e-9]]}, "^covariance needs to be symmetric"),
        ({"estimate": [1, 2], "covariance": [[1, np.nan], [np.nan, 1]]}, "and without gaps$"),
        (
            {"estimate": [1, 2], "covariance": [[1, 2], [2, 1]]},
            "^covariance is not positive semi-definite: no errors can have it$",
        ),
        *(
            ({"estimate": [1, 2], "standard_error": [1, 1], "level": level}, "^level lies between 0 and 1, such as")
            for level in (95, 1.5, 1, 0, -0.5)
        ),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        rank_sets(**arguments)


def test_memory_is_that_of_the_draws():
    # 100,000 draws x 30 numbers of 8 bytes are 24 MB; three such arrays at most are held at once while drawing
    tracemalloc.start()
    rank_sets(np.arange(30.0), np.ones(30), draws=100_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3.5 * 24e6


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 12])
def test_the_largest_difference_stays_below_its_mark_at_the_level(n):
    # All means equal: no difference passes the mark in 95 percent of samples, because the observed sample is
    # exchangeable with the draws. 20,000 samples: within three Monte Carlo standard errors,
    # 3 x root(.95 x .05 / 20,000) = 0.0046.
    random, se, covered = np.random.default_rng(7), np.linspace(1, 3, n), 0
    for sample in range(20_000):
        x = random.standard_normal(n) * se
        size = np.abs(x[:, None] - x) / np.hypot.outer(se, se)
        covered += bool(size.max() <= largest_by_chance(se, draws=199, seed=sample))
    assert covered / 20_000 == pytest.approx(0.95, abs=3 * sqrt(0.95 * 0.05 / 20_000))


def holds(found, truth):
    return ((found["best"] <= truth["best"]) & (found["worst"] >= truth["worst"])).to_numpy()


def cover(mean, se, samples, seed):
    """How often each marginal set, and all simultaneous ones together, hold the true places: (n,) and a number."""
    random, truth = np.random.default_rng(seed), rank_interval(mean, mean)  # of equal means every place is true
    one, together = np.zeros(len(mean)), 0
    for sample in range(samples):
        x = mean + random.standard_normal(len(mean)) * se
        one += holds(rank_sets(x, se, draws=199, seed=sample), truth)
        together += holds(rank_sets(x, se, draws=199, seed=sample, simultaneous=True), truth).all()
    return one / samples, together / samples


@pytest.mark.slow
@pytest.mark.parametrize("spacing", [0.0, 0.5, 3.0])
def test_rank_sets_cover_at_least_at_their_level(spacing, capsys):
    # They are conservative (with means apart they cover more often), so only the lower side is a limit.
    samples = 4000
    one, together = cover(spacing * np.arange(8), np.linspace(0.5, 2, 8), samples, seed=11)
    with capsys.disabled():
        print(f"\nspacing {spacing}: marginal {one.min():.3f} to {one.max():.3f}, simultaneous {together:.3f}")
    margin = sqrt(0.95 * 0.05 / samples)
    assert together >= 0.95 - 3 * margin
    assert (one >= 0.95 - 4 * margin).all()  # eight limits at once, so a little more room
    if spacing == 0:  # then all means are equal, and the simultaneous sets promise no more than they keep
        assert together <= 0.95 + 3 * margin


@pytest.mark.slow
@pytest.mark.parametrize("percent", [10, 30, 65])
def test_rank_sets_cover_at_the_setting_of_the_notebook(percent, capsys):
    # The printed rates of 160 countries as the truth, on the log scale, and the errors that notebook 04 assumes.
    samples, mean = 100, np.log(load("index", edition=2023)["rate"].dropna().to_numpy())
    one, together = cover(mean, np.full(len(mean), log_error(percent / 100)), samples, seed=13)
    with capsys.disabled():
        print(f"\n{percent} percent: marginal {one.min():.3f} to {one.max():.3f}, simultaneous {together:.3f}")
    margin = sqrt(0.95 * 0.05 / samples)
    assert together >= 0.95 - 3 * margin
    assert one.mean() >= 0.95 and (one >= 0.95 - 4 * margin).all()
