"""Tests and distances of two samples against scipy, statsmodels and numpy, many in each query."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

Samples = list[tuple[Sequence, Sequence]]

# scipy warns of samples that have no variance, and of distances of 0.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

# Examples are lists of pairs, so that a few queries compare thousands.
many = settings(max_examples=10)
# Eighths are exact, so equal values and equal variances are found by both sides.
eighths = st.integers(-800_000, 800_000).map(lambda eighth: eighth / 8)
few = st.integers(0, 6).map(float)
sample = st.one_of(
    st.lists(eighths, max_size=12),
    st.lists(few, max_size=40),
    st.lists(st.just(0.125), max_size=4),
    st.lists(eighths, max_size=30, unique=True),
)
pairs = st.lists(st.tuples(sample, sample), min_size=40, max_size=80)
histogram = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50) | st.just(0)), min_size=1, max_size=12
)


def ask(connection: psycopg.Connection, function: str, samples: Samples, kind: str) -> list:
    """Call a function of two arrays for each pair, in one query; null elements are added."""
    texts = [
        ["{" + ",".join([*(repr(value) for value in side), "null"]) + "}" for side in sides]
        for sides in zip(*samples, strict=True)
    ]
    return connection.execute(
        f"select r.* from unnest(%s::text[], %s::text[]) with ordinality as s (a, b, position)"
        f" cross join lateral {function}(s.a::{kind}[], s.b::{kind}[]) as r order by position",
        texts,
    ).fetchall()


def plain(values: Sequence) -> list:
    """Numbers as Python's own, for texts and comparisons."""
    return np.asarray(values).tolist()


def same(found: Sequence, wanted: Sequence, context: object, rel: float = 1e-9) -> None:
    """Compare two rows of numbers; a null is nan, and what is below 1e-290 may be 0."""
    found = [math.nan if value is None else float(value) for value in found]
    wanted = [float(value) for value in wanted]
    if found != pytest.approx(wanted, rel=rel, abs=1e-290, nan_ok=True):
        # approx() is slow to explain, so it is asked only for what is wrong.
        assert found == pytest.approx(wanted, rel=rel, abs=1e-290, nan_ok=True), context


def random_samples(count: int, seed: int, most: int = 60) -> Samples:
    """Samples of many sizes, shapes and distances, with ties and without."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        sizes = (10 ** rng.uniform(0, math.log10(most), 2)).astype(int)
        a, b = rng.normal(0, 1, sizes[0]), rng.normal(rng.uniform(0, 3), 2, sizes[1])
        if number % 3 == 1:
            a, b = np.exp(a), np.exp(b)
        elif number % 3 == 2:
            a, b = np.round(3 * a), np.round(3 * b)
        made.append((plain(a), plain(b)))
    return made


def welch(a: Sequence[float], b: Sequence[float]) -> list[float]:
    if not a or not b:
        return [math.nan] * 6
    difference = np.mean(b) - np.mean(a)
    if len(a) < 2 or len(b) < 2:
        return [difference] + [math.nan] * 5
    if len(set(a)) == len(set(b)) == 1:
        return [difference, difference, difference, math.nan, math.nan, float(difference == 0)]
    test = stats.ttest_ind(b, a, equal_var=False)
    interval = test.confidence_interval(0.95)
    return [difference, interval.low, interval.high, test.statistic, test.df, test.pvalue]


def same_welch(row: Sequence, a: Sequence[float], b: Sequence[float]) -> None:
    wanted = welch(a, b)
    # A difference near 0 and a limit near 0 have the rounding errors of the means.
    noise = 1e-13 * max(map(abs, [*a, *b]), default=0)
    for index, (got, want) in enumerate(zip(row, wanted, strict=True)):
        if index < 3 and got is not None and abs(got - want) <= noise:
            continue
        if index == 3 and got is not None and abs(got - want) < 1e-9:
            continue
        same([got], [want], (index, a, b))


def test_welch_is_that_of_scipy(connection: psycopg.Connection) -> None:
    samples = random_samples(900, 1)
    for row, (a, b) in zip(
        ask(connection, "perf.get_welch_test", samples, "float8"), samples, strict=True
    ):
        same_welch(row, a, b)


@many
@given(samples=pairs)
def test_welch_of_odd_samples(connection: psycopg.Connection, samples: Samples) -> None:
    rows = ask(connection, "perf.get_welch_test", samples, "float8")
    for row, (a, b) in zip(rows, samples, strict=True):
        same_welch(row, a, b)


def test_moments_give_what_values_do(connection: psycopg.Connection) -> None:
    rng = np.random.default_rng(2)
    inputs = []
    for _ in range(600):
        n, m = (int(10 ** rng.uniform(0.4, 12)) for _ in range(2))
        inputs.append(
            (n, rng.normal(), 10 ** rng.uniform(-6, 6) * n, m, rng.normal(),
             10 ** rng.uniform(-6, 6) * m, float(rng.choice([0.8, 0.95, 0.999])))
        )  # fmt: skip
    rows = connection.execute(
        "select c.* from unnest(%s::bigint[], %s::float8[], %s::float8[], %s::bigint[],"
        " %s::float8[], %s::float8[], %s::float8[])"
        " with ordinality as i (na, a, m2a, nb, b, m2b, confidence, position) cross join lateral"
        " perf_internal.compare_means(na, a, m2a, nb, b, m2b, confidence) as c order by position",
        [list(column) for column in zip(*inputs, strict=True)],
    ).fetchall()
    for row, (n, a, m2_a, m, b, m2_b, confidence) in zip(rows, inputs, strict=True):
        test = stats.ttest_ind_from_stats(
            b, math.sqrt(m2_b / (m - 1)), m, a, math.sqrt(m2_a / (n - 1)), n, equal_var=False
        )
        v, w = m2_a / (n - 1) / n, m2_b / (m - 1) / m
        df = (v + w) ** 2 / (v**2 / (n - 1) + w**2 / (m - 1))
        reach = stats.t.ppf((1 + confidence) / 2, df) * math.sqrt(v + w)
        same(
            [row[0], row[2] - row[1], *row[3:]],
            [b - a, 2 * reach, test.statistic, df, test.pvalue],
            (n, a, m2_a, m, b, m2_b, confidence),
            # 2 * reach is a difference of limits.
            rel=1e-9 if reach > 1e-6 else 1e-4,
        )


def test_proportions_are_those_of_statsmodels(connection: psycopg.Connection) -> None:
    rng = np.random.default_rng(3)
    inputs = [(0, 5, 0, 9), (5, 5, 9, 9), (0, 5, 9, 9), (1, 1, 0, 1), (0, 0, 1, 2), (3, 9, 1, 3)]
    for _ in range(900):
        n, m = (int(10 ** rng.uniform(0, rng.choice([1, 4, 13]))) for _ in range(2))
        rate = rng.choice([0.0, 1.0, 0.5, 1e-4, rng.uniform()])
        inputs.append((round(rate * n), n, int(rng.uniform() * m * rng.choice([rate, 1])), m))
    rows = connection.execute(
        "select t.* from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"
        " with ordinality as i (ka, na, kb, nb, position)"
        " cross join lateral perf.get_proportion_test(ka, na, kb, nb) as t order by position",
        [list(column) for column in zip(*inputs, strict=True)],
    ).fetchall()
    for row, (k, n, j, m) in zip(rows, inputs, strict=True):
        if n == 0:
            assert row == (None,) * 5
            continue
        low, high = confint_proportions_2indep(j, m, k, n, method="newcomb", compare="diff")
        assert row[:3] == pytest.approx((j / m - k / n, low, high), rel=1e-9, abs=1e-12)
        if j * n == k * m:
            assert row[3:] == (0, 1)
            continue
        z, p = proportions_ztest([j, k], [m, n])
        # Rates that are close lose digits in statsmodels, and p has what z lost.
        lost = 1e-15 * max(j / m, k / n) / abs(j / m - k / n)
        if lost < 1e-10:
            same(row[3:], [z, p], (k, n, j, m), rel=1e-9 + 10 * lost * (1 + z * z))


def mann_whitney(a: Sequence[float], b: Sequence[float]) -> list[float]:
    if not a or not b:
        return [math.nan] * 3
    with np.errstate(all="ignore"):
        u, p = stats.mannwhitneyu(b, a)
    return [u, 2 * u / len(a) / len(b) - 1, 1 if len({*a, *b}) == 1 else p]


@pytest.mark.parametrize("most", [12, 300])
def test_mann_whitney_is_that_of_scipy(connection: psycopg.Connection, most: int) -> None:
    samples = random_samples(500, 4, most)
    rows = ask(connection, "perf.get_mann_whitney_test", samples, "float8")
    for row, (a, b) in zip(rows, samples, strict=True):
        same(row, mann_whitney(a, b), (a, b))


@many
@given(samples=pairs)
def test_mann_whitney_of_odd_samples(connection: psycopg.Connection, samples: Samples) -> None:
    rows = ask(connection, "perf.get_mann_whitney_test", samples, "float8")
    for row, (a, b) in zip(rows, samples, strict=True):
        same(row, mann_whitney(a, b), (a, b))


def kolmogorov_smirnov(a: Sequence[float], b: Sequence[float]) -> list[float]:
    if not a or not b:
        return [math.nan] * 2
    exact = len(a) == len(b) or len(a) * len(b) <= 10000
    test = stats.ks_2samp(a, b, method="exact" if exact else "asymp")
    return [test.statistic, test.pvalue]


def kolmogorov_tolerance(n: int, m: int, p: float) -> float:
    """The relative error that the comment of get_kolmogorov_probability promises."""
    if n == m or n * m <= 10000 or round(n * m / (n + m)) <= 30:
        return 1e-9
    if round(n * m / (n + m)) <= 140:
        return 6e-4 if p > 0.015 else 2e-6
    return 4e-6 if p > 0.9 else 1e-9


@pytest.mark.parametrize("most", [12, 300, 3000])
def test_kolmogorov_smirnov_is_that_of_scipy(connection: psycopg.Connection, most: int) -> None:
    samples = random_samples(90 if most == 3000 else 400, 5, most)
    rows = ask(connection, "perf.get_kolmogorov_smirnov_test", samples, "float8")
    for row, (a, b) in zip(rows, samples, strict=True):
        distance, p = kolmogorov_smirnov(a, b)
        same(row, [distance, p], (a, b), rel=kolmogorov_tolerance(len(a), len(b), p))


@many
@given(samples=pairs)
def test_kolmogorov_smirnov_of_odd_samples(
    connection: psycopg.Connection, samples: Samples
) -> None:
    rows = ask(connection, "perf.get_kolmogorov_smirnov_test", samples, "float8")
    for row, (a, b) in zip(rows, samples, strict=True):
        same(row, kolmogorov_smirnov(a, b), (a, b))


def test_samples_of_one_size_have_the_exact_probability(connection: psycopg.Connection) -> None:
    rng = np.random.default_rng(9)
    inputs = []
    for _ in range(200):
        n = int(10 ** rng.uniform(0, 3.5))
        inputs.append((n, int(rng.integers(1, min(n, 8 * math.isqrt(n)) + 1))))
    rows = connection.execute(
        "select perf.get_kolmogorov_smirnov_probability(h / n::float8, n, n)"
        " from unnest(%s::bigint[], %s::bigint[]) with ordinality as i (n, h, position)"
        " order by position",
        [list(column) for column in zip(*inputs, strict=True)],
    ).fetchall()
    for (found,), (n, h) in zip(rows, inputs, strict=True):
        outside = 2 * sum(
            (-1) ** (k - 1) * math.comb(2 * n, n + k * h) for k in range(1, n // h + 1)
        )
        same([found], [outside / math.comb(2 * n, n)], (n, h))


@pytest.mark.parametrize(
    ("smallest", "largest", "other"),
    [(2, 160, (10_001, 10**7)), (150, 1000, (1001, 10**6)), (1000, 10**5, (10**5, 10**6))],
)
def test_large_samples_have_the_distribution_of_one(
    connection: psycopg.Connection, smallest: int, largest: int, other: tuple[int, int]
) -> None:
    rng = np.random.default_rng(smallest)
    inputs = []
    for _ in range(80):
        n, m = int(rng.integers(smallest, largest)), int(rng.integers(*other))
        scaled = rng.uniform(0.3, rng.choice([2, 12]))
        inputs.append((min(1.0, scaled / math.sqrt(n * m / (n + m))), n, m))
    rows = connection.execute(
        "select perf.get_kolmogorov_smirnov_probability(d, n, m)"
        " from unnest(%s::float8[], %s::bigint[], %s::bigint[])"
        " with ordinality as i (d, n, m, position) order by position",
        [list(column) for column in zip(*inputs, strict=True)],
    ).fetchall()
    for (found,), (distance, n, m) in zip(rows, inputs, strict=True):
        wanted = stats.kstwo.sf(distance, round(n * m / (n + m)))
        tolerance = kolmogorov_tolerance(n, m, wanted)
        same([found], [wanted], (distance, n, m), rel=tolerance)


@many
@given(histograms=st.lists(histogram, min_size=40, max_size=80), factor=st.integers(1, 10**12))
def test_histograms_are_compared_as_scipy_does(
    connection: psycopg.Connection, histograms: list, factor: int
) -> None:
    samples = [
        ([factor * a for a, _ in bins], [factor * b for _, b in bins]) for bins in histograms
    ]
    tests = ask(connection, "perf.get_chi_square_test", samples, "bigint")
    indexes = ask(connection, "perf.get_population_stability_index", samples, "bigint")
    distances = ask(connection, "perf.get_jensen_shannon_distance", samples, "bigint")
    for test, (index,), (distance,), (a, b) in zip(tests, indexes, distances, samples, strict=True):
        if sum(a) == 0 or sum(b) == 0:
            assert (*test, index, distance) == (None,) * 6
            continue
        table = np.array([a, b], dtype=float)
        table = table[:, table.sum(axis=0) > 0]
        wanted = stats.chi2_contingency(table, correction=False)
        assert test[1] == wanted.dof
        assert test[0] == pytest.approx(wanted.statistic, rel=1e-9, abs=1e-12 * factor)
        assert test[2] == pytest.approx(math.sqrt(wanted.statistic / table.sum()), abs=1e-7)
        # A large chi-square loses digits of its probability by its own rounding.
        if wanted.statistic < 1e4:
            assert test[3] == pytest.approx(wanted.pvalue, rel=1e-9)
        shares = table / table.sum(axis=1, keepdims=True)
        assert distance == pytest.approx(jensenshannon(*shares, base=2), rel=1e-9, abs=1e-7)
        p, q = np.maximum(table, 0.5) / table.sum(axis=1, keepdims=True)
        assert index == pytest.approx(float(np.sum((q - p) * np.log(q / p))), rel=1e-9, abs=1e-12)


@many
@given(samples=pairs)
def test_wasserstein_is_that_of_scipy(connection: psycopg.Connection, samples: Samples) -> None:
    samples = samples + random_samples(40, 6)
    rows = ask(connection, "perf.get_wasserstein_distance", samples, "float8")
    for row, (a, b) in zip(rows, samples, strict=True):
        wanted = stats.wasserstein_distance(a, b) if a and b else math.nan
        if row[0] is None or abs(row[0] - wanted) > 1e-9:
            same(row, [wanted], (a, b))


def bins_of(values: Sequence[float]) -> np.ndarray:
    """The bins of a sketch: their numbers, negative ones mirrored, and 0 for zeros."""
    values = np.asarray(values, dtype=float)
    with np.errstate(divide="ignore"):
        bins = np.ceil(np.log(np.abs(values)) / math.log(1.01))
    return np.where(values == 0, 0, np.sign(values) * (np.clip(bins, -1389, 2399) + 2000))


def middles_of(bins: np.ndarray) -> np.ndarray:
    return np.where(bins == 0, 0, np.sign(bins) * 1.01 ** (np.abs(bins) - 2000) * 2 / 2.01)


def ask_sketches(connection: psycopg.Connection, samples: Samples, ks_only: bool = False) -> list:
    texts = [
        ["{" + ",".join(repr(value) for value in side) + "}" for side in sides]
        for sides in zip(*samples, strict=True)
    ]
    sketch = """
        (
            select perf_internal.make_sketch(array_agg(
                case
                    when v > 0 then ceil(ln(v) / ln(1.01::float8))
                    else -200000 - ceil(ln(-v) / ln(1.01::float8))
                end::integer
            ))
            from unnest(s.{0}::float8[]) as v
            where v <> 0
        ),
        cardinality(s.{0}::float8[])
    """
    return connection.execute(
        f"""
        select r.*
        from unnest(%s::text[], %s::text[]) with ordinality as s (a, b, position)
        cross join lateral perf_internal.compare_sketches(
            {sketch.format("a")}, {sketch.format("b")}, {ks_only}
        ) as r
        order by s.position
        """,
        texts,
    ).fetchall()


def compare_as_written(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
    """What the comment of compare_sketches says, one bin at a time."""
    n, m = len(a), len(b)
    counted_a, counted_b = Counter(plain(a)), Counter(plain(b))
    groups: dict[int, list[int]] = {}
    below = 0
    for bin in sorted({*counted_a, *counted_b}):
        in_a, in_b = counted_a[bin], counted_b[bin]
        counts = groups.setdefault(min((2 * below + in_a) * 10 // (2 * n), 9), [0, 0])
        counts[0] += in_a
        counts[1] += in_b
        below += in_a
    table = np.array(list(groups.values()), dtype=float).T
    shares = table / [[n], [m]]
    p, q = np.maximum(table, 0.5) / [[n], [m]]
    psi = float(np.sum((q - p) * np.log(q / p)))
    js = float(np.nan_to_num(jensenshannon(*shares, base=2)))
    freedom = len(groups) - 1
    if freedom == 0:
        return {"psi": psi, "psi_p": 1, "js": js, "js_p": 1}
    variance = 1 / n + 1 / m
    excess = min(variance / 4 / freedom * np.sum((n + m) / table.sum(axis=0)), 0.25)
    return {
        "psi": psi,
        "psi_p": stats.chi2.sf(psi / variance / (1 + excess), freedom),
        "js": js,
        "js_p": stats.chi2.sf(8 * js**2 * math.log(2) / variance / (1 + excess / 2), freedom),
    }


def check_sketches(connection: psycopg.Connection, samples: Samples) -> None:
    rows = ask_sketches(connection, samples)
    for full, row in zip(rows, ask_sketches(connection, samples, ks_only=True), strict=True):
        assert row[2:] == (None,) * 5
        for found, wanted in zip(row[:2], full[:2], strict=True):
            assert found == wanted or found == pytest.approx(wanted, rel=1e-9, abs=1e-14)
    for row, (a, b) in zip(rows, samples, strict=True):
        if not a or not b:
            assert row == (None,) * 7
            continue
        ks, ks_p, psi, psi_p, js, js_p, wasserstein = row
        bins_a, bins_b = bins_of(a), bins_of(b)
        middles_a, middles_b = middles_of(bins_a), middles_of(bins_b)
        assert ks == pytest.approx(stats.ks_2samp(bins_a, bins_b).statistic, rel=1e-12)
        # The promise: never above that of the values, and below it by no more than a bin's share.
        exact = stats.ks_2samp(a, b, method="asymp").statistic
        largest = max(
            np.max(np.unique(bins, return_counts=True)[1]) / len(bins) for bins in (bins_a, bins_b)
        )
        assert exact - largest - 1e-12 <= ks <= exact + 1e-12
        if len(a) == len(b) or len(a) * len(b) <= 10000:
            assert ks_p >= stats.ks_2samp(a, b, method="exact").pvalue * (1 - 1e-9)
        moved = stats.wasserstein_distance(middles_a, middles_b)
        size = np.mean(np.abs(a)) + np.mean(np.abs(b))
        assert wasserstein == pytest.approx(moved, rel=1e-9, abs=1e-12 * size)
        assert abs(wasserstein - stats.wasserstein_distance(a, b)) <= 0.004975125 * size + 1e-9
        wanted = compare_as_written(bins_a, bins_b)
        assert psi == pytest.approx(wanted["psi"], rel=1e-9, abs=1e-12)
        assert js == pytest.approx(wanted["js"], rel=1e-9, abs=1e-7)
        same([psi_p], [wanted["psi_p"]], (a, b))
        same([js_p], [wanted["js_p"]], (a, b), rel=1e-8)


def test_sketches_say_what_their_values_do(connection: psycopg.Connection) -> None:
    rng = np.random.default_rng(7)
    samples = random_samples(90, 8, 2000)
    for _ in range(20):
        n, m = (int(10 ** rng.uniform(1, 3)) for _ in range(2))
        zeros = rng.integers(0, 2, n), rng.integers(0, 2, m)
        samples += [
            (plain(rng.normal(0, 1, n) * zeros[0]), plain(rng.normal(0.3, 1, m) * zeros[1])),
            (plain(-rng.gamma(2, 3, n)), plain(-rng.gamma(2, 4, m))),
            (plain(rng.poisson(1, n).astype(float)), plain(rng.poisson(2, m).astype(float))),
        ]
    check_sketches(connection, samples)


@many
@given(samples=pairs)
def test_sketches_of_odd_samples(connection: psycopg.Connection, samples: Samples) -> None:
    check_sketches(connection, samples)


def test_sketches_of_many_values_keep_their_digits(connection: psycopg.Connection) -> None:
    """A sketch times a number counts as many times more; shares stay."""
    rows = connection.execute("""
        select c.*
        from (
            select
                perf_internal.make_sketch('{-200010,3,3,7,8}') as a,
                perf_internal.make_sketch('{-200010,3,7,7,9,9}') as b
        ) as s
        cross join (values (1), (123456789012345)) as f (factor)
        cross join lateral perf_internal.compare_sketches(
            s.a * f.factor, 6 * f.factor, s.b * f.factor, 6 * f.factor
        ) as c
    """).fetchall()
    assert rows[0][0] == pytest.approx(rows[1][0], rel=1e-12)
    assert rows[0][4] == pytest.approx(rows[1][4], rel=1e-9)
    assert rows[0][6] == pytest.approx(rows[1][6], rel=1e-9)


@pytest.mark.parametrize("size", [100, 1000])
def test_samples_of_one_population_rarely_drift(connection: psycopg.Connection, size: int) -> None:
    rng = np.random.default_rng(size)
    samples = [(plain(rng.normal(5, 1, size)), plain(rng.normal(5, 1, size))) for _ in range(400)]
    rows = np.array(ask_sketches(connection, samples), dtype=float)
    # 20 of 400 expected; more than 35 would happen once in a thousand times.
    assert (rows[:, [1, 3, 5]] < 0.05).sum(axis=0).max() <= 35
    # What the comment of the index says to expect.
    assert np.mean(rows[:, 2]) == pytest.approx(9 * 2 / size, rel=0.15)
