"""How often A/B tests err when people look every 100 units, and what looking costs in units.

numpy draws the units and decides here; a row of the table says that SQL decides the same.
"""

from collections.abc import Callable, Iterator
from math import ceil, exp, log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.bench import Bench, Connection, Result, connect, median, repeat, run
from pgkit import migrations, runner

Floats = NDArray[np.float64]
LOOK = 100
LOOKS = 200
BLOCK = 250
SEED = 20200106
ALPHA = 0.05
FIXED_Z = 1.959963984540054
POWER_Z = 0.8416212335729143
FEWEST_UNITS = 30
# The test of the sample ratio, one degree of freedom, is below 0.001 beyond so many deviations.
RATIO_Z = 3.2905267314919255
# The size of the fixed-horizon test for which the smallest effect that matters is planned.
PLANNED = (200, 2_000, 10_000)
SPLITS = (0.5, 0.1)


class Kind(NamedTuple):
    """Units of one kind: `draw` returns the sum and the number of outcomes of each unit.

    It takes the random numbers, whether each unit has B (0 or 1), and what B adds to the mean.
    """

    name: str
    draw: Callable[[np.random.Generator, Floats, float], tuple[Floats, Floats | None]]
    effect: float
    is_rate: bool = False


class Variant(NamedTuple):
    """What is known of one variant after each look: arrays of runs by looks."""

    units: Floats
    mean: Floats
    variance: Floats


def draw_normal(rng: np.random.Generator, is_b: Floats, effect: float) -> tuple[Floats, None]:
    return 10 + rng.standard_normal(is_b.shape) + effect * is_b, None


def draw_lognormal(rng: np.random.Generator, is_b: Floats, effect: float) -> tuple[Floats, None]:
    return np.exp(rng.standard_normal(is_b.shape)) * (1 + effect * is_b / exp(0.5)), None


def draw_heavy(rng: np.random.Generator, is_b: Floats, effect: float) -> tuple[Floats, None]:
    return np.exp(1.5 * rng.standard_normal(is_b.shape)) + effect * is_b, None


def draw_uneven(rng: np.random.Generator, is_b: Floats, effect: float) -> tuple[Floats, None]:
    return rng.standard_normal(is_b.shape) * (1 + 2 * is_b) + effect * is_b, None


def draw_events(
    rate: float,
) -> Callable[[np.random.Generator, Floats, float], tuple[Floats, None]]:
    return lambda rng, is_b, effect: (
        (rng.random(is_b.shape) < rate + effect * is_b).astype(float),
        None,
    )


def draw_calls(rng: np.random.Generator, is_b: Floats, effect: float) -> tuple[Floats, Floats]:
    """Five calls a unit on average; half of the variance of a call is that of its unit."""
    calls = rng.geometric(0.2, is_b.shape).astype(float)
    unit = 10 + rng.standard_normal(is_b.shape) + effect * is_b
    return calls * unit + np.sqrt(calls) * rng.standard_normal(is_b.shape), calls


def draw_failures(rng: np.random.Generator, is_b: Floats, effect: float) -> tuple[Floats, Floats]:
    """Five calls a unit on average, of which 5 % fail; each unit has a rate of its own."""
    calls = rng.geometric(0.2, is_b.shape)
    rate = rng.beta(0.5, 9.5, is_b.shape) * (1 + effect * is_b / 0.05)
    return rng.binomial(calls, np.minimum(rate, 1)).astype(float), calls.astype(float)


KINDS = (
    Kind("normal values", draw_normal, 0.1),
    Kind("latencies (lognormal, sigma 1)", draw_lognormal, 0.2),
    Kind("rare events, 1 %", draw_events(0.01), 0.008, True),
    Kind("events, 5 %", draw_events(0.05), 0.02, True),
    Kind("several calls a unit, values", draw_calls, 0.15),
    Kind("several calls a unit, 5 % fail", draw_failures, 0.015, True),
)
# Without a difference only.
ODD_KINDS = (
    Kind("latencies (lognormal, sigma 1.5)", draw_heavy, 0),
    Kind("rare events, 0.3 %", draw_events(0.003), 0, True),
    Kind("values that deviate three times as much with B", draw_uneven, 0),
)


def get_reach(ratio: Floats, alpha: float = ALPHA) -> Floats:
    """Half width of the always-valid interval, in standard errors.

    `ratio` is the square of the smallest effect that matters over that of the standard error.
    """
    return np.sqrt((1 + 1 / ratio) * (2 * log(1 / alpha) + np.log1p(ratio)))


def get_always_valid(
    difference: Floats, error: Floats, effect: float, alpha: float = ALPHA
) -> tuple[Floats, Floats, Floats]:
    """Return low, high and p value of the normal mixture."""
    ratio = (effect / error) ** 2
    reach = error * get_reach(ratio, alpha)
    exponent = -((difference / error) ** 2) / 2 * ratio / (1 + ratio)
    p_value = np.minimum(1, np.exp(exponent + np.log1p(ratio) / 2))
    return difference - reach, difference + reach, p_value


def draw_variants(
    kind: Kind, rng: np.random.Generator, looks: int, split: float, effect: float
) -> tuple[Variant, Variant]:
    """Draw a block of runs and add up what each look has."""
    is_b = (rng.random((BLOCK, looks, LOOK)) < split).astype(float)
    sums, counts = kind.draw(rng, is_b, effect)
    return add_up(1 - is_b, sums, counts), add_up(is_b, sums, counts)


def add_up(chosen: Floats, sums: Floats, counts: Floats | None) -> Variant:
    """Compute the mean of outcomes and its variance over units (delta method), look by look."""

    def total(values: Floats) -> Floats:
        return np.cumsum(values.sum(axis=2), axis=1)

    units = total(chosen)
    outcome_sum, square = total(chosen * sums), total(chosen * sums * sums)
    if counts is None:
        outcomes, product, count_square = units, outcome_sum, units
    else:
        outcomes = total(chosen * counts)
        product, count_square = total(chosen * sums * counts), total(chosen * counts * counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = outcome_sum / outcomes
        spread = square - 2 * mean * product + mean**2 * count_square
        return Variant(units, mean, np.maximum(spread, 0) * units / (units - 1) / outcomes**2)


def get_errors(a: Variant, b: Variant, is_rate: bool) -> tuple[Floats, Floats]:
    """Return the standard errors of the fixed-horizon and of the always-valid test.

    The always-valid test takes the larger of two: each variant with its own variance, and both
    with one. Of a rate each variant has two successes and two failures more. It is NaN, so it
    decides nothing, with fewer than 30 units in a variant.
    """
    added = 2 if is_rate else 0
    with np.errstate(divide="ignore", invalid="ignore"):
        own = a.variance + b.variance
        pooled = (
            ((a.units - 1) * a.units * a.variance + (b.units - 1) * b.units * b.variance)
            / (a.units + b.units - 2)
            * (1 / a.units + 1 / b.units)
        )
        error = np.sqrt(np.where(own > 0, own, np.nan))
        own = own + added / (a.units - 1) / a.units + added / (b.units - 1) / b.units
        enough = np.minimum(a.units, b.units) >= FEWEST_UNITS
        return error, np.where(enough & (own > 0), np.sqrt(np.fmax(own, pooled)), np.nan)


def get_deviation(kind: Kind, is_b: float, effect: float) -> float:
    """Deviation of the mean of outcomes of one variant, times the root of its units."""
    chosen = np.ones((10, 100, 1000))
    sums, counts = kind.draw(np.random.default_rng(SEED), is_b * chosen, effect)
    variant = add_up(chosen, sums, counts)
    return sqrt(np.mean(variant.variance[:, -1] * variant.units[:, -1]))


def get_fixed_units(kind: Kind, split: float, effect: float) -> float:
    """Units of both variants that the fixed-horizon test needs for a power of 80 %."""
    variance = (
        get_deviation(kind, 0, effect) ** 2 / (1 - split)
        + get_deviation(kind, 1, effect) ** 2 / split
    )
    return (FIXED_Z + POWER_Z) ** 2 * variance / effect**2


def measure_errors(kind: Kind, split: float, runs: int) -> tuple[float, float, float]:
    """Return how many runs without a difference have one at any of 200 looks.

    These are the fixed-horizon test, the normal mixture with the plain standard error, and the
    always-valid test: the last two are the worst of three planned sizes.
    """
    rng = np.random.default_rng(SEED)
    deviation = get_deviation(kind, 0, 0)
    effects = [
        (FIXED_Z + POWER_Z) * deviation * sqrt((1 / split + 1 / (1 - split)) / units)
        for units in PLANNED
    ]
    fixed, plain, careful = 0, np.zeros(len(effects)), np.zeros(len(effects))
    for _ in range(runs // BLOCK):
        a, b = draw_variants(kind, rng, LOOKS, split, 0)
        own, larger = get_errors(a, b, kind.is_rate)
        distance = np.abs(b.mean - a.mean)
        fixed += int((distance > FIXED_Z * own).any(axis=1).sum())
        for number, effect in enumerate(effects):
            for counted, error in ((plain, own), (careful, larger)):
                reach = error * get_reach((effect / error) ** 2)
                counted[number] += (distance > reach).any(axis=1).sum()
    drawn = runs // BLOCK * BLOCK
    return fixed / drawn, plain.max() / drawn, careful.max() / drawn


def measure_power(kind: Kind, split: float, runs: int) -> tuple[float, float, float, float]:
    """Return what a difference of the planned size needs.

    These are the units of the fixed-horizon test, its power there, the share of these units with
    which 80 % of the runs of the always-valid test have found the difference, and half of them.
    """
    rng = np.random.default_rng(SEED)
    units = get_fixed_units(kind, split, kind.effect)
    looks = ceil(3 * units / LOOK)
    planned = round(units / LOOK) - 1
    fixed, found = 0, np.zeros(looks)
    for _ in range(runs // BLOCK):
        a, b = draw_variants(kind, rng, looks, split, kind.effect)
        own, larger = get_errors(a, b, kind.is_rate)
        distance = np.abs(b.mean - a.mean)
        fixed += int((distance[:, planned] > FIXED_Z * own[:, planned]).sum())
        reach = larger * get_reach((kind.effect / larger) ** 2)
        found += np.maximum.accumulate(distance > reach, axis=1).sum(axis=0)
    drawn = runs // BLOCK * BLOCK
    needed = (np.argmax(found >= 0.8 * drawn) + 1) * LOOK if found[-1] >= 0.8 * drawn else np.inf
    half = (np.argmax(found >= 0.5 * drawn) + 1) * LOOK
    return units, fixed / drawn, float(needed) / units, float(half) / units


def measure_ratio_alarms(split: float, runs: int) -> float:
    """Return how many runs that assign as they should have a look that doubts it."""
    rng = np.random.default_rng(SEED)
    units = LOOK * np.arange(1, LOOKS + 1)
    units_b = np.cumsum(rng.binomial(LOOK, split, (runs, LOOKS)), axis=1)
    distance = np.abs(units_b - split * units) / np.sqrt(units * split * (1 - split))
    return float((distance > RATIO_Z).any(axis=1).mean())


def measure(bench: Bench) -> Iterator[Result]:
    runs = BLOCK if bench.repeats == 1 else 4_000
    for split in SPLITS:
        for kind in (*KINDS, *ODD_KINDS):
            fixed, plain, careful = measure_errors(kind, split, runs)
            yield Result(
                f"no difference, {kind.name}, {split:.0%} get B: A/B tests that name one",
                f"{careful:.1%}",
                f"fixed horizon {fixed:.0%}, plain normal mixture {plain:.1%}",
                "",
                "≤ 5 %",
                careful <= ALPHA,
            )
        yield Result(
            f"units assigned right, {split:.0%} get B: A/B tests that a look doubts",
            f"{measure_ratio_alarms(split, 10 * runs):.1%}",
            "check_assignment; not corrected for looking",
        )
    for split in SPLITS:
        for kind in KINDS:
            units, power, needed, half = measure_power(kind, split, runs)
            yield Result(
                f"a difference as planned, {kind.name}, {split:.0%} get B: units for 80 %",
                f"{needed * units:,.0f}",
                f"fixed horizon {units:,.0f} (finds {power:.0%})",
                f"{needed:.2f}, half of the tests {half:.2f}",
                "≤ 2",
                needed <= 2,
            )
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            yield compare_with_sql(connection, runs)
            yield from read_results(connection, min(bench.rows, 1_000_000))


def compare_with_sql(connection: Connection, samples: int) -> Result:
    """Let SQL decide looks that are drawn here; differences are in widths of the interval."""
    rng = np.random.default_rng(SEED)
    worst, decided, looks = 0.0, 0, 0
    for split in SPLITS:
        for kind in KINDS:
            a, b = draw_variants(kind, rng, 20, split, kind.effect)
            _, error = get_errors(a, b, kind.is_rate)
            rows = np.stack([a.units, a.mean, a.variance, b.units, b.mean, b.variance], axis=-1)
            flat = rows.reshape(-1, 6)[: samples // 10]
            answers = connection.execute(
                "select c.always_valid_low, c.always_valid_high, c.always_valid_p_value"
                " from unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::float8[],"
                " %s::float8[]) with ordinality as s (units_a, mean_a, variance_a, units_b, mean_b,"
                " variance_b, position)"
                " cross join lateral perf_internal.compare_ab_variants(s.units_a::bigint,"
                # One outcome more than units, so that the variances are those given.
                " s.units_a::bigint + 1, s.mean_a, null, s.variance_a, s.units_b::bigint,"
                " s.units_b::bigint + 1, s.mean_b, null, s.variance_b, %s, %s, 0.95, %s)"
                " as c"
                " order by s.position",
                [
                    *([None if np.isnan(x) else float(x) for x in part] for part in flat.T),
                    kind.is_rate,
                    kind.effect,
                    kind.is_rate,
                ],
            ).fetchall()
            found = np.array(answers, dtype=float)
            flat_error = error.reshape(-1)[: len(flat)]
            own = np.stack(
                get_always_valid(flat[:, 4] - flat[:, 1], flat_error, kind.effect), axis=-1
            )
            assert (np.isnan(found) == np.isnan(own)).all()
            known = ~np.isnan(own[:, 0])
            reach = (own[known, 1] - own[known, 0])[:, None]
            worst = max(worst, np.abs((found - own)[known, :2] / reach).max())
            worst = max(worst, np.abs((found - own)[known, 2]).max())
            decided += int(known.sum())
            looks += len(flat)
    return Result(
        "always-valid interval and p value in SQL beside numpy",
        f"{worst:.0e} apart at most",
        f"{looks:,} looks of all kinds, {decided:,} of them with 30 units in each variant",
        "",
        "≤ 1e-9",
        worst <= 1e-9,
    )


def read_results(connection: Connection, outcomes: int) -> Iterator[Result]:
    """Time the results of a test of three metrics, before and after a run has read its outcomes."""
    connection.execute("select perf.ensure_partitions('2020-01-06', 0)")
    run(connection, "ab_outcomes", outcomes=outcomes)
    query = (
        "select * from perf.get_ab_test_results("
        "(select t.id from perf.model_ab_tests as t where t.test_name = 'benchmark'))"
    )
    times = repeat(3, connection.execute, query)
    yield Result(
        f"`get_ab_test_results`, {outcomes:,} outcomes that no run has read",
        f"{median(times) * 1000:,.0f} ms",
    )
    connection.execute("select perf.aggregate_performance_metrics('experiments')")
    connection.execute("vacuum analyze")
    times = repeat(20, connection.execute, query)
    yield Result(
        f"`get_ab_test_results`, {outcomes:,} outcomes, rolled up",
        f"{median(times) * 1000:,.0f} ms",
        "",
        "",
        "< 200 ms",
        median(times) < 0.2,
    )
