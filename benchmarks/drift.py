"""How often a drift check errs, what it finds of real shifts, and how long it takes.

Beside it Evidently's default tests on the same numbers, where it is installed: a feature drifts by
its own test (Kolmogorov-Smirnov at 0.05, above 1,000 values a normed Wasserstein distance of 0.1),
and a data set when half of its features do.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import gammaln

from benchmarks.bench import SAMPLES, Bench, Connection, Result, connect, seconds
from pgkit import migrations, runner

Values = dict[str, NDArray[np.float64]]
Peer = Callable[[Values, Values], list[bool]]

FEATURES = 50
# Of the correlated features: how much of the variance of each is common to all.
COMMON = 0.7
METHODS = ("auto", "psi", "jensen_shannon")
REFERENCE, CURRENT = "2020-01-06 10:00+00", "2020-02-03 10:00+00"
CHECK = """
select d.drift_detected, d.drift_details
from perf.check_model_drift(
    'm', start_time => '2020-02-03', end_time => '2020-02-04', method => %s, minimum_sample => 10
) as d
"""


class Pair(NamedTuple):
    """What the numpy twin finds in one feature."""

    p_value: float
    is_large: bool


def measure(bench: Bench) -> Iterator[Result]:
    is_quick = bench.repeats == 1
    peer = load_evidently()
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            for size, checks in ((100, 100), (1_000, 50)):
                for common in (0.0, COMMON):
                    yield from err(connection, size, common, 5 if is_quick else checks)
            for size, checks in ((100, 1_000), (1_000, 1_000), (100_000, 100)):
                for common in (0.0, COMMON):
                    yield err_by_numpy(size, common, 2 if is_quick else checks, peer)
            for coefficient in (0.5, 0.9):
                yield err_in_series(coefficient, 10 if is_quick else 1_000)
            for size in (100, 1_000, 10_000, 100_000):
                yield from find_shifts(size, 5 if is_quick else 50 if size > 10_000 else 400)
            size = 10_000 if is_quick else 100_000
            yield agree(connection, size, peer)
            yield from find_providers(connection, peer)
            yield from find_workers(connection, bench, peer)
            yield from time_check(connection, 2 if is_quick else 30)


def draw(random: np.random.Generator, size: int, common: float) -> Values:
    """Draw features in turns normal, log-normal and whole numbers, without any drift."""
    z = np.sqrt(common) * random.normal(size=(size, 1)) + np.sqrt(1 - common) * random.normal(
        size=(size, FEATURES)
    )
    shapes: list[Callable[[NDArray[np.float64]], NDArray[np.float64]]] = [
        lambda x: x,
        np.exp,
        lambda x: np.floor(2 * np.exp(x)),
    ]
    return {f"f{number}": shapes[number % 3](z[:, number]) for number in range(FEATURES)}


def record(connection: Connection, reference: Values, current: Values) -> None:
    for at, values in ((REFERENCE, reference), (CURRENT, current)):
        for name, numbers in values.items():
            connection.execute(
                "select perf.record_feature_values('m', null, %s, %s::float8[], observed_at => %s)",
                [name, "{" + ",".join(map(repr, numbers.tolist())) + "}", at],
            )
    connection.execute("select perf.set_drift_reference('m', null, '2020-01-06', '2020-01-07')")


def check(connection: Connection, method: str = "auto") -> tuple[bool, dict[str, Any]]:
    row = connection.execute(CHECK, [method]).fetchone()
    assert row is not None
    return row[0], {test["name"]: test for test in row[1]["tests"]}


def err(connection: Connection, size: int, common: float, checks: int) -> Iterator[Result]:
    """Check data without drift; everything that is found is an error."""
    random = np.random.default_rng([size, round(10 * common)])
    found = dict.fromkeys(METHODS, 0)
    for _ in range(checks):
        with connection.transaction(force_rollback=True):
            record(connection, draw(random, size, common), draw(random, size, common))
            for method in METHODS:
                found[method] += check(connection, method)[0]
    for method in METHODS:
        rate = found[method] / checks
        yield Result(
            f"{describe(size, common)}, method {method}: checks that find drift",
            f"{100 * rate:.1f} % of {checks}",
            "",
            "",
            "≤ 5 %" if method == "auto" else "",
            rate <= 0.05 if method == "auto" else None,
        )


def err_by_numpy(size: int, common: float, checks: int, peer: Peer | None) -> Result:
    """As `err`, by the numpy twin, which is many times faster."""
    random = np.random.default_rng([size, round(10 * common), 1])
    found = significant = any_of_peer = half_of_peer = 0
    # Evidently takes up to a second for 50 features, and ten for 100,000 values of each.
    peer_checks = min(checks, 100 if size <= 1_000 else 3) if peer else 0
    for number in range(checks):
        reference, current = draw(random, size, common), draw(random, size, common)
        pairs = compare(reference, current)
        drifted = [adjusted <= 0.05 for adjusted in holm([pair.p_value for pair in pairs])]
        significant += any(drifted)
        found += any(
            is_drift and pair.is_large for is_drift, pair in zip(drifted, pairs, strict=True)
        )
        if peer and number < peer_checks:
            said = peer(reference, current)
            any_of_peer += any(said)
            half_of_peer += 2 * sum(said) >= len(said)
    compared = f"without the minimum effect {100 * significant / checks:.1f} %"
    if peer:
        compared += (
            f"; Evidently, {peer_checks} checks:"
            f" any feature {100 * any_of_peer / peer_checks:.0f} %,"
            f" half of them {100 * half_of_peer / peer_checks:.0f} %"
        )
    return Result(
        f"{describe(size, common)}, method auto, by numpy: checks that find drift",
        f"{100 * found / checks:.1f} % of {checks:,}",
        compared,
        "",
        "≤ 5 %",
        found / checks <= 0.05,
    )


def err_in_series(coefficient: float, checks: int) -> Result:
    """Check one feature whose values depend on the value before: each is not a whole new one."""
    random = np.random.default_rng([6, round(10 * coefficient)])
    size = 1_000
    significant = found = 0
    for _ in range(checks):
        noise = random.normal(size=2 * size + 100)
        series = lfilter([1], [1, -coefficient], noise)[100:]
        pair = compare_pair(series[:size], series[size:])
        significant += pair.p_value <= 0.05
        found += pair.p_value <= 0.05 and pair.is_large
    return Result(
        f"no drift, {size:,} values of one feature with autocorrelation {coefficient}, by numpy:"
        " checks that find drift",
        f"{100 * found / checks:.1f} % of {checks:,}",
        f"without the minimum effect {100 * significant / checks:.1f} %",
    )


def find_shifts(size: int, checks: int) -> Iterator[Result]:
    """Move one of 50 log-normal features; it must pass the correction for all of them."""
    random = np.random.default_rng([7, size])
    for shift in (0.05, 0.1, 0.2, 0.5):
        significant = found = 0
        for _ in range(checks):
            a, b = random.lognormal(0, 0.5, (2, size))
            # 0.6039 is the standard deviation.
            pair = compare_pair(a, b + 0.6039 * shift)
            significant += pair.p_value <= 0.05 / FEATURES
            found += pair.p_value <= 0.05 / FEATURES and pair.is_large
        yield Result(
            f"one of {FEATURES} features moved by {shift} standard deviations, {size:,} values, by"
            " numpy: checks that find it",
            f"{100 * found / checks:.0f} % of {checks}",
            f"without the minimum effect {100 * significant / checks:.0f} %",
        )


def describe(size: int, common: float) -> str:
    kind = "correlated" if common else "independent"
    return f"no drift, {size:,} values of {FEATURES} {kind} features"


def agree(connection: Connection, size: int, peer: Peer | None) -> Result:
    """Compare the numpy twin with the SQL on samples of several sizes, with and without drift."""
    random = np.random.default_rng(3)
    worst, wrong, tests = 0.0, 0, 0
    for length, shift in ((100, 0.0), (1_000, 0.0), (1_000, 0.1), (10_000, 0.05), (size, 0.0)):
        reference, current = draw(random, length, COMMON), draw(random, length, COMMON)
        current = {name: numbers + shift for name, numbers in current.items()}
        with connection.transaction(force_rollback=True):
            record(connection, reference, current)
            _, said = check(connection)
        pairs = compare(reference, current)
        for (name, pair), adjusted in zip(
            zip(reference, pairs, strict=True), holm([p.p_value for p in pairs]), strict=True
        ):
            tests += 1
            worst = max(worst, abs(said[name]["p_value"] - pair.p_value))
            wrong += said[name]["drifted"] != (adjusted <= 0.05 and pair.is_large)
    return Result(
        f"tests in which SQL and the numpy twin differ, up to {size:,} values",
        f"{wrong} of {tests:,}",
        f"p values differ by at most {worst:.0e}",
        "",
        "0",
        wrong == 0,
    )


def compare(reference: Values, current: Values) -> list[Pair]:
    return [compare_pair(a, current[name]) for name, a in reference.items()]


def compare_pair(a: NDArray[np.float64], b: NDArray[np.float64]) -> Pair:
    """Do what perf_internal.compare_numbers() does, for as many values that vary on either side."""
    n = len(a)
    assert len(b) == n
    bins = np.concatenate([get_bins(a), get_bins(b)])
    places = np.arange(bins.min(), bins.max() + 1)
    counts_a, counts_b = (
        np.bincount(side - places[0], minlength=len(places)) for side in (bins[:n], bins[n:])
    )
    gap = np.abs(counts_a.cumsum() - counts_b.cumsum())
    points = np.sign(places) * 2 / 2.01 * 1.01 ** (np.abs(places) - 5000.0)
    points[places == 0] = 0
    moved = (gap[:-1] * np.diff(points)).sum() / n / a.std(ddof=1)
    group = np.minimum((10 * counts_a.cumsum() - 5 * counts_a) // n, 9)
    shares_a, shares_b = (
        np.bincount(group, side, minlength=10) / n for side in (counts_a, counts_b)
    )
    mixed = (shares_a + shares_b) / 2
    divergence = sum(
        (side[side > 0] * np.log2(side[side > 0] / mixed[side > 0])).sum() / 2
        for side in (shares_a, shares_b)
    )
    return Pair(get_p_value(int(gap.max()), n), moved >= 0.1 or divergence >= 0.1**2)


def get_bins(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number the bins of a sketch in the order of their values; 0 is that of zeros."""
    with np.errstate(divide="ignore"):
        size = np.ceil(np.log(np.abs(values)) / np.log(1.01)) + 5000
    size[values == 0] = 0
    return (np.sign(values) * size).astype(np.int64)


def get_p_value(steps: int, n: int) -> float:
    """Return the exact p value of a Kolmogorov-Smirnov distance of steps / n, n on either side."""
    if steps == 0:
        return 1.0
    k = np.arange(1, n // steps + 1)
    terms = np.exp(2 * gammaln(n + 1) - gammaln(n + k * steps + 1) - gammaln(n - k * steps + 1))
    return float(min(2 * (terms * (-1.0) ** (k - 1)).sum(), 1))


def holm(p_values: list[float]) -> list[float]:
    order = np.argsort(p_values)
    factors = np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.maximum.accumulate(np.array(p_values)[order] * factors).clip(max=1)
    return adjusted.tolist()


def find_providers(connection: Connection, peer: Peer | None) -> Iterator[Result]:
    """Compare the calls of each provider of a model with those of each other, and with itself."""
    calls: dict[str, dict[str, list[list[float]]]] = defaultdict(lambda: defaultdict(list))
    with SAMPLES.open(newline="") as lines:
        for line in csv.DictReader(lines):
            if not line["error_code"]:
                calls[line["model"]][line["provider"]].append(
                    [float(line[name]) for name in ("end_to_end_latency_s", "ttft_s")]
                    + [float(line["output_tokens"])]
                )
    columns = ("response_time_s", "first_token_s", "output_tokens")
    sides = {
        (model, provider): dict(zip(columns, np.array(rows).T, strict=True))
        for model, providers in calls.items()
        for provider, rows in providers.items()
    }
    shifted = [(sides[a], sides[b]) for a, b in combinations(sorted(sides), 2) if a[0] == b[0]]
    halves = [
        (
            {name: numbers[::2] for name, numbers in side.items()},
            {name: numbers[1::2] for name, numbers in side.items()},
        )
        for side in sides.values()
    ]
    few = [
        tuple({name: numbers[:20] for name, numbers in side.items()} for side in pair)
        for pair in shifted
    ]
    yield find(connection, peer, shifted, "20 to 150 calls of one provider against another")
    yield find(connection, peer, few, "the first 20 of them against the first 20")
    yield find(
        connection, peer, halves, "every other call of a provider against the rest, 10 to 75"
    )


def find_workers(connection: Connection, bench: Bench, peer: Peer | None) -> Iterator[Result]:
    """Compare what one machine measured with what another did, and with what it did itself."""
    if bench.vm_jobs is None:
        yield Result("drift of real jobs", "not measured: give the file with --vm-jobs")
        return
    jobs: dict[tuple[str, str], list[float]] = defaultdict(list)
    with gzip.open(bench.vm_jobs, "rt", newline="") as lines:
        for line in csv.DictReader(lines):
            jobs[line["workflow"], line["worker"]].append(float(line["value"]))
    random = np.random.default_rng(4)
    for size in (100, 1_000, 3_000):
        sides = {key: random.permutation(values)[: 2 * size] for key, values in jobs.items()}
        shifted = [
            ({"value": sides[a][:size]}, {"value": sides[b][:size]})
            for a, b in combinations(sorted(sides), 2)
            if a[0] == b[0]
        ]
        halves = [({"value": s[:size]}, {"value": s[size:]}) for s in sides.values()]
        text = f"{size:,} jobs of a benchmark on one machine against"
        yield find(connection, peer, shifted, f"{text} another")
        yield find(connection, peer, halves, f"{text} as many of the same, in random order")


def find(
    connection: Connection,
    peer: Peer | None,
    pairs: Sequence[tuple[Values, ...]],
    what: str,
) -> Result:
    found = any_of_peer = half_of_peer = 0
    for reference, current in pairs:
        with connection.transaction(force_rollback=True):
            record(connection, reference, current)
            found += check(connection)[0]
        if peer:
            drifted = peer(reference, current)
            any_of_peer += any(drifted)
            half_of_peer += 2 * sum(drifted) >= len(drifted)
    return Result(
        f"{what}: checks that find drift",
        f"{found} of {len(pairs)}",
        f"Evidently: any feature {any_of_peer}, half of them {half_of_peer}" if peer else "",
        "",
    )


def time_check(connection: Connection, times: int) -> Iterator[Result]:
    random = np.random.default_rng(5)
    record(connection, draw(random, 10_000, COMMON), draw(random, 10_000, COMMON))
    connection.execute("select perf.aggregate_performance_metrics()")
    connection.execute("vacuum analyze")
    check(connection)
    took = min(seconds(check, connection) for _ in range(times))
    reading = min(
        seconds(
            connection.execute,
            "select count(f.sketch) from perf_internal.trained_models as m cross join lateral"
            " perf_internal.read_features(m.id, '2020-02-03', '2020-02-04') as f",
        )
        for _ in range(times)
    )
    yield Result(
        f"`check_model_drift`, {FEATURES} features of 10,000 values on either side, rolled up",
        f"{1000 * took:.0f} ms",
        f"of that {2000 * reading:.0f} ms to read the features of both",
        "",
        "< 100 ms",
        took < 0.1,
    )


def load_evidently() -> Peer | None:
    """Return a function that says of each feature whether it drifts by Evidently's defaults."""
    try:
        import pandas
        from evidently.legacy.calculations.stattests import get_stattest
        from evidently.legacy.core import ColumnType
    except ImportError:
        return None

    def find_drift(reference: Values, current: Values) -> list[bool]:
        drifted = []
        for name in reference:
            a, b = pandas.Series(reference[name]), pandas.Series(current[name])
            # It takes numbers of few values for categories, unless it is told.
            test = get_stattest(a, b, ColumnType.Numerical, None)
            drifted.append(bool(test(a, b, ColumnType.Numerical, None).drifted))
        return drifted

    return find_drift
