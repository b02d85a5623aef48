"""Distributions, corrections and trends against scipy, statsmodels and numpy.

One query answers many random inputs and every combination of the edges.
"""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

from pgkit import runner

pytestmark = pytest.mark.once

ERROR = 1e-9
Tail = Callable[..., np.ndarray]

lists = settings(max_examples=40)


@pytest.fixture(scope="module")
def connection(server_dsn: str, template_dsn: str) -> Iterator[psycopg.Connection]:
    """One database for all examples: the functions write nothing."""
    with (
        runner.copied_database(server_dsn, template_dsn) as dsn,
        psycopg.connect(dsn, autocommit=True) as opened,
    ):
        yield opened


COUNT = 600
EDGES = {
    "freedom": [0.1, 0.5, 1, 2, 3, 30, 1e9],
    "z": [0, 1e-9, -1e-9, 1e-300, 37, -37],
    "p": [0.5, 1e-300, 0.05, 0.95, 2**-53, 1 - 2**-53],
}


def draw(*kinds: str) -> list[np.ndarray]:
    """Return arrays of these kinds: every combination of edges, then random ones."""
    chance = np.random.default_rng(10)
    found = []
    for kind, edges in zip(
        kinds, np.meshgrid(*(np.array(EDGES[kind], float) for kind in kinds)), strict=True
    ):
        part = chance.random(COUNT) < 0.5
        if kind == "freedom":
            drawn = 10 ** np.where(
                chance.random(COUNT) < 0.9,
                chance.uniform(-1, 5, COUNT),
                chance.uniform(5, 9, COUNT),
            )
        elif kind == "z":
            drawn = np.where(part, chance.normal(size=COUNT), chance.uniform(-37, 37, COUNT))
        else:
            drawn = np.where(part, chance.uniform(0.001, 0.999, COUNT), 0)
            drawn[~part] = 10 ** chance.uniform(-300, -3, COUNT)[~part]
        found.append(np.concatenate([edges.ravel(), drawn]))
    return found


def ask(connection: psycopg.Connection, call: str, *arguments: np.ndarray) -> np.ndarray:
    """Return what the call, such as `perf.f(a, b, true)`, says of each row of arguments."""
    names = ", ".join("abcd"[: len(arguments)])
    arrays = ", ".join(["%s::float8[]"] * len(arguments))
    rows = connection.execute(
        f"select {call} from unnest({arrays}) with ordinality as u ({names}, position)"
        " order by u.position".encode(),
        [argument.tolist() for argument in arguments],
    ).fetchall()
    return np.array([row[0] for row in rows])


def assert_equal(found: np.ndarray, expected: np.ndarray, *arguments: np.ndarray) -> None:
    # Below 1e-300 double precision has fewer digits, and the functions may say 0.
    wrong = ~(
        (np.abs(found - expected) <= ERROR * np.abs(expected))
        | ((expected < 1e-300) & (found < 1.1e-300) & (found >= 0))
    )
    shown = np.array([found, expected, *arguments]).T[wrong]
    assert not wrong.any(), (wrong.sum(), shown[:5].tolist())


def assert_quantiles(found: np.ndarray, p: np.ndarray, is_upper: bool, tail: Tail) -> None:
    """Say by the probabilities whether each quantile is within a billionth of the exact one.

    The quantiles of scipy are not the measure: by its own probabilities many of them are wrong.
    """
    # The smaller tail has the digits.
    is_small = p <= 0.5
    target = np.where(is_small, p, 1 - p)
    by_upper = is_small == is_upper
    ends = [
        np.where(by_upper, tail(value, True), tail(value, False))
        for value in (found * (1 - ERROR), found * (1 + ERROR))
    ]
    noise = 1e-12 * target
    wrong = (np.minimum(*ends) > target + noise) | (np.maximum(*ends) < target - noise)
    shown = np.array([found, p, *ends]).T[wrong]
    assert not wrong.any(), (wrong.sum(), shown[:5].tolist())


def integrate(a: np.ndarray, b: np.ndarray, u: np.ndarray, is_upper: bool) -> np.ndarray:
    """Return the probability that a beta variable has odds beyond exp(u) a / b.

    The density of the logarithm of the odds is integrated from u on, away from its peak at 0, by
    the double exponential rule, and divided by the integral of all. It knows no gamma function. An
    infinite b, as 1e40, makes it the gamma distribution of shape a.
    """
    # The smaller one first, for its digits; then the tails change places.
    swap = a > b
    a, b, u = np.minimum(a, b), np.maximum(a, b), np.where(swap, -u, u)

    def shares(start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        odds = a / b * np.exp(start)
        return odds / (1 + odds), 1 / (1 + odds)

    def fall(start: np.ndarray, way: np.ndarray) -> np.ndarray:
        """Return the logarithm of the density at start over that at start + way."""
        x, _ = shares(start)
        rise = np.where(way < 300, np.log1p(x * np.expm1(np.minimum(way, 300))), np.log(x) + way)
        return (a + b) * rise - a * way

    def tail(start: np.ndarray, sign: np.ndarray) -> np.ndarray:
        """Return the integral of the density over that at start."""
        x, y = shares(start)
        slope, curve = np.abs(a * y - b * x), (a + b) * x * y
        # About as far as the density falls to a third.
        scale = 2 / (slope + np.sqrt(slope**2 + 2 * curve))
        v = np.arange(-4.5, 6, 0.02)[:, np.newaxis]
        way = scale * np.exp(v - np.exp(-v))
        steps = way * (1 + np.exp(-v)) * 0.02
        return np.sum(np.exp(-np.minimum(fall(start, sign * way), 700)) * steps, axis=0)

    zero, one = np.zeros_like(u), np.ones_like(u)
    is_above = u > 0
    ratio = np.exp(-np.minimum(fall(zero, u), 740)) / (tail(zero, one) + tail(zero, -one))
    found = tail(u, np.where(is_above, one, -one)) * ratio
    return np.where(is_above == (is_upper != swap), found, 1 - found)


def integrate_gamma(shape: np.ndarray, value: np.ndarray, is_upper: bool) -> np.ndarray:
    return integrate(shape, np.full_like(shape, 1e40), np.log(value / shape), is_upper)


def spread(a: np.ndarray, b: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return logarithms of odds over a / b, about z deviations from the middle."""
    return np.clip(z * np.sqrt(1 / a + 1 / b), -600, 600)


def test_the_integral_agrees_with_scipy_where_that_is_right() -> None:
    """Of large shapes scipy is not, far from the mean, and it has 0 for some of 1e-300.

    Of a gamma variable of shape 1e6 it errs by 4e-6 five deviations below the mean, and of a beta
    variable of 15 and 5e8 at 3e-8 by 2e-8.
    """
    a, b, z = draw("freedom", "freedom", "z")
    kept = (a < 1000) & (b < 1000) & (np.abs(z) < 10)
    a, b, z = a[kept], b[kept], z[kept]
    u = spread(a, b, z)
    for is_upper, exact in ((False, special.fdtr), (True, special.fdtrc)):
        assert_equal(integrate(a, b, u, is_upper), exact(2 * a, 2 * b, np.exp(u)), a, b, u)
    value = a * np.exp(z / 10)
    for is_upper, exact in ((False, special.gammainc), (True, special.gammaincc)):
        assert_equal(integrate_gamma(a, value, is_upper), exact(a, value), a, value)


def test_normal_probabilities_are_those_of_scipy(connection) -> None:
    (z,) = draw("z")
    z = np.concatenate([z, 10 ** np.linspace(-300, 0, 100)])
    assert_equal(ask(connection, "perf.get_normal_probability(a)", z), special.ndtr(z), z)


@pytest.mark.parametrize("is_upper", [False, True])
def test_chi_square_probabilities_have_nine_digits(connection, is_upper) -> None:
    freedom, z = draw("freedom", "z")
    value = freedom * np.exp(spread(freedom / 2, np.full_like(z, 1e40), z))
    found = ask(connection, f"perf.get_chi_square_probability(a, b, {is_upper})", value, freedom)
    assert_equal(found, integrate_gamma(freedom / 2, value / 2, is_upper), value, freedom)
    few = freedom < 1000
    exact = (stats.chi2.sf if is_upper else stats.chi2.cdf)(value[few], freedom[few])
    assert_equal(found[few], exact, value[few], freedom[few])


@pytest.mark.parametrize("is_upper", [False, True])
def test_chi_square_quantiles_are_where_the_probability_is_p(connection, is_upper) -> None:
    p, freedom = draw("p", "freedom")
    found = ask(connection, f"perf.get_chi_square_quantile(a, b, {is_upper})", p, freedom)
    kept = found > 1e-250
    p, freedom, found = p[kept], freedom[kept], found[kept]
    assert_quantiles(
        found, p, is_upper, lambda value, upper: integrate_gamma(freedom / 2, value / 2, upper)
    )


@pytest.mark.parametrize("is_upper", [False, True])
def test_f_probabilities_have_nine_digits(connection, is_upper) -> None:
    n, d, z = draw("freedom", "freedom", "z")
    value = np.exp(spread(n / 2, d / 2, z))
    found = ask(connection, f"perf.get_f_probability(a, b, c, {is_upper})", value, n, d)
    assert_equal(found, integrate(n / 2, d / 2, np.log(value), is_upper), value, n, d)
    few = (n < 1000) & (d < 1000) & (np.abs(z) < 10)
    exact = (special.fdtrc if is_upper else special.fdtr)(n[few], d[few], value[few])
    assert_equal(found[few], exact, value[few], n[few], d[few])


@pytest.mark.parametrize("is_upper", [False, True])
def test_f_quantiles_are_where_the_probability_is_p(connection, is_upper) -> None:
    p, n, d = draw("p", "freedom", "freedom")
    # Those of fewer are beyond double precision.
    d = np.maximum(d, 3)
    found = ask(connection, f"perf.get_f_quantile(a, b, c, {is_upper})", p, n, d)
    kept = found > 1e-250
    p, n, d, found = p[kept], n[kept], d[kept], found[kept]
    assert_quantiles(
        found, p, is_upper, lambda value, upper: integrate(n / 2, d / 2, np.log(value), upper)
    )


@pytest.mark.parametrize("is_upper", [False, True])
def test_beta_probabilities_have_nine_digits(connection, is_upper) -> None:
    a, b, z = draw("freedom", "freedom", "z")
    odds = a / b * np.exp(spread(a, b, z))
    kept = odds < 1000
    a, b, z, value = a[kept], b[kept], z[kept], (odds / (1 + odds))[kept]
    found = ask(connection, f"perf.get_beta_probability(a, b, c, {is_upper})", value, a, b)
    u = np.log(value * (b / a / (1 - value)))
    assert_equal(found, integrate(a, b, u, is_upper), value, a, b)
    few = (a < 1000) & (b < 1000) & (np.abs(z) < 10)
    exact = (special.betaincc if is_upper else special.betainc)(a[few], b[few], value[few])
    assert_equal(found[few], exact, value[few], a[few], b[few])


@pytest.mark.parametrize("is_upper", [False, True])
def test_beta_quantiles_are_where_the_probability_is_p(connection, is_upper) -> None:
    p, a, b = draw("p", "freedom", "freedom")
    found = ask(connection, f"perf.get_beta_quantile(a, b, c, {is_upper})", p, a, b)
    mirrored = ask(connection, f"perf.get_beta_quantile(a, b, c, {not is_upper})", p, b, a)
    assert found + mirrored == pytest.approx(np.ones_like(p), 1e-12)
    kept = (found > 1e-250) & (found < 0.999)
    p, a, b, found = p[kept], a[kept], b[kept], found[kept]
    assert_quantiles(
        found,
        p,
        is_upper,
        lambda value, upper: integrate(a, b, np.log(value * (b / a / (1 - value))), upper),
    )


def test_quantiles_between_neighbours_rise(connection) -> None:
    """No jump where the functions change from one tail to the other."""
    p = np.linspace(0.005, 0.995, 199)
    for freedom in (0.1, 1, 7.5, 1e6):
        for call in (
            f"perf.get_chi_square_quantile(a, {freedom})",
            f"perf.get_f_quantile(a, {freedom}, 9)",
            f"perf.get_beta_quantile(a, {freedom}, 3)",
        ):
            assert (np.diff(ask(connection, call, p)) > 0).all(), call


shares = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.05, 0.5, 1.0, 1e-300]))


@lists
@given(st.lists(st.one_of(st.none(), shares), max_size=40))
def test_corrections_are_those_of_statsmodels(connection, p_values) -> None:
    known = [p for p in p_values if p is not None]
    for function, method in (
        ("get_benjamini_hochberg_adjusted", "fdr_bh"),
        ("get_holm_adjusted", "holm"),
    ):
        (found,) = connection.execute(
            f"select perf.{function}(%s::float8[])".encode(), [p_values]
        ).fetchone()
        assert [p is None for p in found] == [p is None for p in p_values]
        expected = multipletests(known, method=method)[1].tolist() if known else []
        assert [p for p in found if p is not None] == pytest.approx(expected, rel=1e-12, abs=0)


def assert_near(found: Sequence[float | None], expected: Sequence[float | None]) -> None:
    assert [x is None for x in found] == [x is None for x in expected], (found, expected)
    known = [[x for x in side if x is not None] for side in (found, expected)]
    assert known[0] == pytest.approx(known[1], rel=1e-9, abs=1e-9)


measures = st.one_of(
    st.floats(-1e90, 1e90),
    st.floats(-10, 10),
    st.integers(-3, 3).map(float),
    st.none(),
    st.sampled_from([0.0, -0.0, 1e-320, 1e90, -1e90, 1e-91]),
)


def trend(values: Sequence[float]) -> tuple[int, float | None, float, float]:
    """Return s, tau, z and p by the definitions, pair by pair."""
    n = len(values)
    signs = np.sign(np.subtract.outer(values, values))
    s = int(np.tril(signs).sum())
    _, ties = np.unique(values, return_counts=True)
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    z = (s - np.sign(s)) / math.sqrt(variance) if variance else 0.0
    tau = stats.kendalltau(np.arange(n), values).statistic
    return s, None if math.isnan(tau) else tau, z, 2 * special.ndtr(-abs(z))


@lists
@given(st.lists(measures, max_size=60))
def test_trends_are_those_of_the_definition_and_of_scipy(connection, values) -> None:
    found = connection.execute(
        'select s, tau, z, p_value from perf.get_mann_kendall_test("values" => %s::float8[])',
        [values],
    ).fetchone()
    known = [value for value in values if value is not None]
    if len(known) < 2:
        assert found == (None,) * 4
        return
    expected = trend(known)
    assert found[0] == expected[0]
    assert_near(found, expected)


def test_a_long_trend_is_counted_as_a_short_one(connection) -> None:
    values = np.random.default_rng(1).integers(0, 300, 1500).astype(float)
    found = connection.execute(
        "select s, tau, z, p_value from perf.get_mann_kendall_test(%s::float8[])", [values.tolist()]
    ).fetchone()
    assert found == pytest.approx(trend(values), rel=1e-9)


def sen(
    times: Sequence[float], values: Sequence[float], confidence: float
) -> tuple[float | None, ...]:
    """Return slope, low, high and intercept by scipy, but null for a limit beyond all slopes."""
    result = stats.theilslopes(values, times, confidence)
    x, y = np.array(times), np.array(values)
    count = int((np.subtract.outer(x, x) > 0).sum())
    ties = [np.unique(part, return_counts=True)[1] for part in (x, y)]
    n = len(x)
    variance = n * (n - 1) * (2 * n + 5) - sum((k * (k - 1) * (2 * k + 5)).sum() for k in ties)
    if variance < 0:
        return result.slope, None, None, result.intercept
    reach = special.ndtri((1 + confidence) / 2) * math.sqrt(variance / 18)
    return (
        result.slope,
        result.low_slope if np.round((count - reach) / 2) >= 1 else None,
        result.high_slope if np.round((count + reach) / 2) < count else None,
        result.intercept,
    )


ordinary = st.one_of(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), st.integers(-3, 3).map(float))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@lists
@given(
    st.lists(
        st.tuples(st.one_of(st.none(), ordinary), st.one_of(st.none(), ordinary)), max_size=40
    ),
    st.sampled_from([0.5, 0.8, 0.95, 0.99]),
)
def test_slopes_are_those_of_scipy(connection, points, confidence) -> None:
    found = connection.execute(
        "select slope, low, high, intercept"
        " from perf.get_theil_sen_slope(%s::float8[], %s::float8[], %s)",
        [[time for time, _ in points], [value for _, value in points], confidence],
    ).fetchone()
    known = [point for point in points if None not in point]
    if len({time for time, _ in known}) < 2:
        assert found == (None,) * 4
        return
    expected = sen(*zip(*known, strict=True), confidence)
    assert_near(found, expected)


@pytest.mark.parametrize("kind", ["random", "whole", "steps", "equal", "periodic"])
def test_slopes_of_many_values_are_found_among_those_near_the_middle(connection, kind) -> None:
    chance = np.random.default_rng(2)
    n = 800
    times = {"random": chance.random(n), "whole": np.arange(n) // 2}.get(kind, np.arange(n))
    values = {
        "random": chance.normal(size=n),
        "whole": chance.integers(0, 4, n),
        # All but a few slopes are 0, so the sample may not hold the others.
        "steps": np.arange(n) > n - 4,
        "equal": np.ones(n),
        "periodic": np.sin(np.arange(n) * 2 * np.pi / 24) + np.arange(n) * 1e-4,
    }[kind].astype(float)
    order = chance.permutation(n)
    points = times[order].astype(float).tolist(), values[order].tolist()
    found = connection.execute(
        "select slope, low, high, intercept from perf.get_theil_sen_slope(%s, %s)", points
    ).fetchone()
    assert found == pytest.approx(sen(*points, 0.95), rel=1e-9, abs=1e-15)


@lists
@given(st.lists(st.tuples(measures, measures), max_size=20))
def test_extreme_points_have_a_slope_or_none_and_no_error(connection, points) -> None:
    found = connection.execute(
        "select slope, low, high, intercept from perf.get_theil_sen_slope(%s, %s)",
        [[time for time, _ in points], [value for _, value in points]],
    ).fetchone()
    assert all(number is None or math.isfinite(number) for number in found)
