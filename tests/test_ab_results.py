"""A/B tests against scipy, statsmodels and gbstats, and against sums over all outcomes."""

import hashlib
import itertools
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pipeline import wait_for
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from scipy import stats
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportions_ztest,
    samplesize_proportions_2indep_onetail,
)

MONDAY = "2020-01-06 00:00+00"
METRICS = [
    {"metric": "y", "role": "primary", "better": "higher", "minimum_effect": 0.5},
    {"metric": "ms", "role": "guardrail", "better": "lower", "minimum_effect": 0.5},
]
NUMBERS = itertools.count()
OFTEN = settings(max_examples=100)
# Outcomes of a unit, and units of a variant. Halves and quarters add up without rounding.
VALUES = st.one_of(
    st.sampled_from([0, 1]),
    st.integers(-4000, 4000).map(lambda quarters: quarters / 4),
)
RATES = st.lists(st.lists(st.sampled_from([0, 1]), min_size=1, max_size=1), min_size=1, max_size=80)
SINGLES = st.lists(st.lists(VALUES, min_size=1, max_size=1), min_size=1, max_size=80)
SEVERAL = st.lists(st.lists(VALUES, min_size=1, max_size=4), min_size=1, max_size=60)
VARIANTS = st.one_of(*(st.tuples(kind, kind) for kind in (RATES, SINGLES, SEVERAL)))


def get_keys(test_id: str, variant: str, split: float = 0.5) -> Iterator[str]:
    """Yield keys of units that get a variant, as any client can compute them."""
    for number in itertools.count():
        digest = hashlib.sha256(f"{test_id}:u{number}".encode()).hexdigest()
        if ("b" if int(digest[:13], 16) / 2**52 < split else "a") == variant:
            yield f"u{number}"


def start(connection: psycopg.Connection, metrics: list[dict[str, Any]] = METRICS, **given) -> str:
    (test_id,) = connection.execute(
        "select perf.start_ab_test(%s, 'llm', '1', '2', %s, %s, test_start => %s)",
        [f"test {next(NUMBERS)}", Jsonb(metrics), given.get("split", 0.5), MONDAY],
    ).fetchone()
    return str(test_id)


def record(
    connection: psycopg.Connection, test_id: str, variant: str, units: list[list[float]], **given
) -> None:
    """Record the outcomes of units of a variant, half an hour apart."""
    connection.execute(
        "select perf.record_ab_outcomes(%s)",
        [
            Jsonb(
                [
                    {
                        "test_id": test_id,
                        "unit_key": key,
                        "outcomes": {"y": value, "ms": value},
                        "outcome_id": f"{key} {number}",
                        "observed_at": f"2020-01-06 {(number + position) % 20:02}:30+00",
                    }
                    for position, (key, values) in enumerate(
                        zip(
                            get_keys(test_id, variant, given.get("split", 0.5)), units, strict=False
                        )
                    )
                    for number, value in enumerate(values)
                ]
            )
        ],
    )


def read(connection: psycopg.Connection, test_id: str, confidence: float = 0.95) -> list[dict]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select * from perf.get_ab_test_results(%s, %s)", [test_id, confidence]
        ).fetchall()


def get_cluster_variance(units: list[list[float]]) -> float:
    """Variance of the mean of all outcomes, from units (delta method)."""
    counts = np.array([len(values) for values in units])
    mean = sum(map(sum, units)) / counts.sum()
    residuals = np.array([sum(values) - mean * len(values) for values in units])
    return float((residuals**2).sum() * len(units) / (len(units) - 1) / counts.sum() ** 2)


def get_always_valid(difference: float, error: float, effect: float) -> tuple[float, float, float]:
    ratio = (effect / error) ** 2
    reach = error * math.sqrt((1 + 1 / ratio) * (2 * math.log(20) + math.log1p(ratio)))
    exponent = math.log1p(ratio) / 2 - (difference / error) ** 2 / 2 * ratio / (1 + ratio)
    return difference - reach, difference + reach, min(1, math.exp(min(exponent, 0)))


def close(value: float | None, *, rel: float = 1e-9, abs: float = 1e-12):
    return pytest.approx(value, rel=rel, abs=abs)


@OFTEN
@given(variants=VARIANTS)
@example(variants=([[1]] * 40, [[0]] * 40))
@example(variants=([[0]] * 40, [[0]] * 39 + [[1]]))
@example(variants=([[2]], [[3]]))
@example(variants=([[0.5]] * 40, [[0.5]] * 40))
@example(variants=([[1, 1, 0]] * 20 + [[0]] * 20, [[1]] * 40))
def test_results_are_those_of_scipy_and_statsmodels(
    connection: psycopg.Connection, variants: tuple[list[list[float]], list[list[float]]]
) -> None:
    test_id = start(connection)
    for variant, units in zip("ab", variants, strict=True):
        record(connection, test_id, variant, units)
    first, guardrail = read(connection, test_id)
    a, b = (np.array([value for values in units for value in values]) for units in variants)
    difference = b.mean() - a.mean()
    assert (first["units_a"], first["units_b"]) == tuple(map(len, variants))
    assert (first["outcomes_a"], first["outcomes_b"]) == (len(a), len(b))
    assert first["mean_a"] == close(a.mean())
    assert first["difference"] == close(difference)
    is_rate = set(a) | set(b) <= {0, 1}
    is_single = all(len(values) == 1 for units in variants for values in units)
    method = "delta_z" if not is_single else "proportions_z" if is_rate else "welch_t"
    assert first["method"] == method
    if is_rate:
        assert first["p95_a"] is None
    else:
        for percentile, name in ((50, "p50_b"), (95, "p95_b")):
            near = np.percentile(b, percentile)
            assert first[name] == close(near, rel=0.005, abs=0.005 * np.abs(b).max() + 1e-9)
    varies = min(map(len, variants)) > 1 and any(
        get_cluster_variance(units) > 1e-12 for units in variants
    )
    k_a, k_b = map(len, variants)
    if min(k_a, k_b) < 2:
        assert first["always_valid_p_value"] is None and first["chance_to_win"] is None
        return
    variances = [get_cluster_variance(units) for units in variants]
    own = sum(variances) if varies else 0
    error = math.sqrt(own) if varies else abs(difference) / math.sqrt(k_a + k_b - 2)
    if error == 0:
        assert first["chance_to_win"] is None
    elif method == "welch_t" and not varies:
        assert (first["p_value"], first["low"]) == (0, first["difference"])
    elif method == "welch_t":
        expected = stats.ttest_ind(b, a, equal_var=False)
        interval = expected.confidence_interval(0.95)
        assert first["p_value"] == close(expected.pvalue, rel=1e-7)
        assert (first["low"], first["high"]) == close((interval.low, interval.high), rel=1e-7)
    elif method == "proportions_z":
        counts, totals = [int(b.sum()), int(a.sum())], [len(b), len(a)]
        assert first["p_value"] == close(proportions_ztest(counts, totals)[1], rel=1e-7)
        interval = confint_proportions_2indep(
            counts[0], totals[0], counts[1], totals[1], method="newcomb"
        )
        assert (first["low"], first["high"]) == close(interval, rel=1e-7, abs=1e-9)
    else:
        assert first["p_value"] == close(2 * stats.norm.sf(abs(difference) / error), rel=1e-6)
        assert first["high"] == close(difference + stats.norm.ppf(0.975) * error, rel=1e-6)
    # gbstats has its own test below.
    if error > 0:
        assert first["chance_to_win"] == close(1 - guardrail["chance_to_win"])
    if min(k_a, k_b) < 30:
        assert first["always_valid_low"] is None
        assert first["recommendation"] in ("keep_running", "check_assignment")
        return
    pooled = (
        ((k_a - 1) * k_a * variances[0] + (k_b - 1) * k_b * variances[1])
        / (k_a + k_b - 2)
        * (1 / k_a + 1 / k_b)
    )
    if is_rate and max(a.max(), b.max()) == 1:
        # Two successes and two failures more in each variant.
        own += 2 / (k_a - 1) / k_a + 2 / (k_b - 1) / k_b
    elif error == 0:
        assert first["always_valid_p_value"] is None
        return
    elif not varies:
        own = error**2
    low, high, p_value = get_always_valid(difference, math.sqrt(max(own, pooled)), 0.5)
    assert (first["always_valid_low"], first["always_valid_high"]) == close((low, high), rel=1e-6)
    assert first["always_valid_p_value"] == close(p_value, rel=1e-6)
    if first["sample_ratio_p_value"] >= 0.001 and guardrail["verdict"] != "harmed":
        assert first["recommendation"] == (
            "stop_no_difference"
            if low > -0.5 and high < 0.5
            else "ship_b"
            if low > 0
            else "ship_a"
            if high < 0
            else "keep_running"
        )


@OFTEN
@given(variants=VARIANTS)
@example(variants=([[1]] * 10 + [[0]] * 30, [[0]] * 20 + [[1]] * 20))
def test_the_chance_to_win_is_that_of_gbstats(
    connection: psycopg.Connection, variants: tuple[list[list[float]], list[list[float]]]
) -> None:
    pytest.importorskip("gbstats")
    from gbstats.bayesian.tests import EffectBayesianABTest, EffectBayesianConfig
    from gbstats.models.statistics import (
        ProportionStatistic,
        RatioStatistic,
        SampleMeanStatistic,
    )

    test_id = start(connection)
    for variant, units in zip("ab", variants, strict=True):
        record(connection, test_id, variant, units)
    primary, guardrail = read(connection, test_id)
    assume(primary["chance_to_win"] is not None)

    def describe(units: list[list[float]]) -> Any:
        sums = [sum(values) for values in units]
        counts = [len(values) for values in units]
        squares = sum(value**2 for value in sums)
        if primary["method"] == "proportions_z":
            return ProportionStatistic(n=len(units), sum=int(sum(sums)))
        if primary["method"] == "welch_t":
            return SampleMeanStatistic(n=len(units), sum=sum(sums), sum_squares=squares)
        return RatioStatistic(
            n=len(units),
            m_statistic=SampleMeanStatistic(n=len(units), sum=sum(sums), sum_squares=squares),
            d_statistic=SampleMeanStatistic(
                n=len(units), sum=sum(counts), sum_squares=sum(count**2 for count in counts)
            ),
            m_d_sum_of_products=sum(s * c for s, c in zip(sums, counts, strict=True)),
        )

    for row, inverse in ((primary, False), (guardrail, True)):
        config = EffectBayesianConfig(difference_type="absolute", inverse=inverse)
        expected = EffectBayesianABTest(*map(describe, variants), config).compute_result()
        # It has no answer where one variant does not vary.
        if not expected.error_message:
            assert row["chance_to_win"] == close(expected.chance_to_win, rel=1e-6, abs=1e-9)


@OFTEN
@given(
    difference=st.floats(-100, 100),
    error=st.floats(0.001, 100),
    effect=st.floats(0.001, 100),
)
def test_the_always_valid_interval_is_the_formula(
    connection: psycopg.Connection, difference: float, error: float, effect: float
) -> None:
    row = connection.execute(
        "select i.low, i.high, perf.get_always_valid_probability(%(d)s, %(s)s, %(e)s)"
        " from perf.get_always_valid_interval(%(d)s, %(s)s, %(e)s) as i",
        {"d": difference, "s": error, "e": effect},
    ).fetchone()
    assert row == close(get_always_valid(difference, error, effect), abs=1e-300)
    # Both say the same.
    if abs(row[2] - 0.05) > 1e-9:
        assert (row[2] < 0.05) == (row[0] > 0 or row[1] < 0)


@OFTEN
@given(
    a=st.integers(0, 10**6), b=st.integers(0, 10**6), share=st.floats(0.01, 0.99, exclude_max=True)
)
def test_the_sample_ratio_is_the_chi_square_test_of_scipy(
    connection: psycopg.Connection, a: int, b: int, share: float
) -> None:
    assume(a + b > 0)
    (p_value,) = connection.execute(
        "select perf.get_sample_ratio_probability(%s, %s, %s)", [a, b, share]
    ).fetchone()
    total = a + b
    expected = stats.chisquare([a, b], [total - total * share, total * share]).pvalue
    assert p_value == close(expected, rel=1e-7, abs=1e-250)


@OFTEN
@given(
    effect=st.floats(0.01, 1),
    deviation=st.floats(0.1, 10),
    power=st.floats(0.7, 0.99),
    confidence=st.floats(0.9, 0.999),
    split=st.floats(0.05, 0.95),
)
def test_sizes_for_means_are_those_of_statsmodels(
    connection: psycopg.Connection,
    effect: float,
    deviation: float,
    power: float,
    confidence: float,
    split: float,
) -> None:
    size = connection.execute(
        "select units_a, units_b, always_valid_units, total_units from perf.get_ab_sample_size("
        "%s, %s, power => %s, confidence => %s, traffic_split => %s)",
        [effect, deviation, power, confidence, split],
    ).fetchone()
    expected = NormalIndPower().solve_power(
        effect / deviation, None, 1 - confidence, power, ratio=split / (1 - split)
    )
    # It does not find sizes below 10.
    assume(expected > 10)
    assert size[0] == pytest.approx(max(math.ceil(expected), 2), rel=1e-3, abs=2)
    assert size[1] == pytest.approx(max(expected * split / (1 - split), 2), rel=1e-3, abs=2)
    assert size[3] <= size[2]
    # What so many units find is the effect again.
    if size[3] > 100:
        (found,) = connection.execute(
            "select detectable_effect from perf.get_ab_sample_size(deviation => %s, units => %s,"
            " power => %s, confidence => %s, traffic_split => %s)",
            [deviation, size[3], power, confidence, split],
        ).fetchone()
        assert found == pytest.approx(effect, rel=0.02)


@OFTEN
@given(
    rate=st.floats(0.01, 0.9),
    rise=st.floats(0.005, 0.09),
    is_fall=st.booleans(),
    power=st.floats(0.7, 0.99),
    split=st.floats(0.05, 0.95),
)
def test_sizes_for_rates_are_those_of_statsmodels(
    connection: psycopg.Connection,
    rate: float,
    rise: float,
    is_fall: bool,
    power: float,
    split: float,
) -> None:
    effect = -rise if is_fall else rise
    assume(0.001 < rate + effect < 0.999)
    (units,) = connection.execute(
        "select units_a from perf.get_ab_sample_size("
        "%s, rate => %s, power => %s, traffic_split => %s)",
        [effect, rate, power, split],
    ).fetchone()
    # The first sample is A, the second B.
    expected = samplesize_proportions_2indep_onetail(
        -effect, rate + effect, power, ratio=split / (1 - split), alpha=0.05
    )
    assert units == pytest.approx(max(math.ceil(expected), 2), rel=1e-6, abs=1)


def test_always_valid_needs_at_most_twice_the_units(connection: psycopg.Connection) -> None:
    for power in (0.8, 0.9, 0.95):
        fixed, valid = connection.execute(
            "select total_units, always_valid_units from perf.get_ab_sample_size("
            "0.01, 1, power => %s)",
            [power],
        ).fetchone()
        assert fixed < valid <= 2 * fixed


def test_results_are_the_same_whatever_a_run_has_read(connection: psycopg.Connection) -> None:
    rng = np.random.default_rng(7)
    test_id = start(connection)
    units = {
        variant: [[float(x) for x in rng.lognormal(3, 1, rng.integers(1, 5))] for _ in range(60)]
        for variant in "ab"
    }
    for variant in "ab":
        record(connection, test_id, variant, units[variant][:30])
    connection.execute("select perf.ensure_partitions('2020-01-06', 0)")
    connection.execute("select perf.aggregate_performance_metrics('experiments')")
    for variant in "ab":
        record(connection, test_id, variant, units[variant])
    partly = read(connection, test_id)
    connection.execute("select perf.aggregate_performance_metrics('experiments')")
    wholly = read(connection, test_id)
    assert partly[0]["units_a"] == 60 and partly[0]["method"] == "delta_z"
    for before, after in zip(partly, wholly, strict=True):
        for name, value in before.items():
            if name != "reason":
                assert after[name] == (close(value) if isinstance(value, float) else value)
    for row in wholly:
        error = math.sqrt(sum(map(get_cluster_variance, units.values())))
        reach = stats.norm.ppf(0.975) * error
        assert (row["high"] - row["low"]) / 2 == close(reach)
    last = connection.execute(
        "select distinct on (h.metric) h.metric, h.always_valid_low, h.chance_to_win"
        " from perf.get_ab_test_history(%s, 'hourly') as h order by 1, h.time_bucket desc",
        [test_id],
    ).fetchall()
    assert last == [
        (row["metric"], close(row["always_valid_low"]), close(row["chance_to_win"]))
        for row in sorted(wholly, key=lambda row: row["metric"])
    ]


@contextmanager
def stopping(dsn: str, test_id: str, **given) -> Iterator[list[Any]]:
    """Stop the test in a session of its own; the list has its answer after the block."""
    answers: list[Any] = []

    def stop() -> None:
        with psycopg.connect(dsn, row_factory=dict_row) as session:
            try:
                answers.append(
                    session.execute(
                        "select * from perf.stop_ab_test(%s, winner => %s, stopped_at => %s)",
                        [test_id, given.get("winner"), "2020-01-09"],
                    ).fetchone()
                )
            except psycopg.Error as error:
                answers.append(error)

    thread = threading.Thread(target=stop)
    thread.start()
    try:
        yield answers
    finally:
        thread.join()


def is_stopping(connection: psycopg.Connection) -> bool:
    (waits,) = connection.execute(
        "select exists (select from pg_stat_activity as a"
        " where a.datname = current_database() and a.pid <> pg_backend_pid()"
        " and a.query ~ 'perf.stop_ab_test' and a.state = 'active')"
    ).fetchone()
    return waits


def test_of_two_who_stop_a_test_one_wins_and_both_get_the_same(
    database: str, connection: psycopg.Connection
) -> None:
    test_id = start(connection)
    with psycopg.connect(database, row_factory=dict_row) as first:
        mine = first.execute(
            "select * from perf.stop_ab_test(%s, winner => 'a', stopped_at => '2020-01-08')",
            [test_id],
        ).fetchone()
        with stopping(database, test_id) as other:
            wait_for(lambda: is_stopping(connection))
            assert not other
            first.commit()
    assert other == [mine]
    with stopping(database, test_id, winner="b") as late:
        pass
    assert late[0].sqlstate == "PT409"


def test_whoever_stops_a_test_waits_for_outcomes_that_are_being_recorded(
    database: str, connection: psycopg.Connection
) -> None:
    test_id = start(connection)
    with psycopg.connect(database) as recorder:
        record(recorder, test_id, "a", [[1]])
        with stopping(database, test_id) as stopped:
            wait_for(lambda: is_stopping(connection))
            assert not stopped
            recorder.commit()
    assert stopped[0]["winner_metrics"][0]["units_a"] == 1
    with pytest.raises(psycopg.Error) as late:
        record(connection, test_id, "a", [[1], [1]])
    assert late.value.sqlstate == "PT409"


def test_what_is_stored_of_a_test_has_all_digits(connection: psycopg.Connection) -> None:
    test_id = start(connection)
    rng = np.random.default_rng(3)
    for variant in "ab":
        record(connection, test_id, variant, [[float(x)] for x in rng.random(40)])
    before = read(connection, test_id)
    connection.execute("set extra_float_digits = 0")
    connection.execute("select perf.stop_ab_test(%s)", [test_id])
    connection.execute("reset extra_float_digits")
    assert read(connection, test_id) == before
