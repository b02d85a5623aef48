"""Percentiles of merged sketches against the exact ones of the same values."""

import math
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import chain, count
from typing import NamedTuple

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline import MONDAY, aggregate
from psycopg.types.json import Jsonb

from pgkit import runner

ERROR_BOUND = 0.005
PERCENTILES = [0.0, 0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0]
# Sketches of lists of values, each made apart, then added up, and what is left of the sum when the
# first list is taken away again.
MERGED = """
with values as (
    select l.ordinality, v.value::float8 as v
    from jsonb_array_elements(%(lists)s) with ordinality as l
    cross join jsonb_array_elements(l.value) as v
),
sketches as (
    select
        v.ordinality,
        count(*) as value_count,
        perf_internal.make_sketch(
            array_agg(
                case
                    when v.v > 0 then ceil(ln(v.v) / ln(1.01::float8))
                    else -200000 - ceil(ln(-v.v) / ln(1.01::float8))
                end::integer
            ) filter (where v.v <> 0)
        ) as s
    from values as v
    group by 1
)
select
    perf_internal.get_sketch_percentiles(
        perf_internal.sum_sketches(s.s), sum(s.value_count)::bigint, %(percentiles)s
    ),
    perf_internal.get_sketch_percentiles(
        perf_internal.sum_sketches(s.s)
            - coalesce(perf_internal.sum_sketches(s.s) filter (where s.ordinality = 1), 0),
        (sum(s.value_count) filter (where s.ordinality > 1))::bigint,
        %(percentiles)s
    )
from sketches as s
"""

exactly = settings(max_examples=60)

# From a nanosecond to four months, evenly by order of magnitude, with zeros and repeated values.
times = st.one_of(
    st.floats(-6, 10).map(lambda exponent: min(10.0**exponent, 1e10)),
    st.just(0.0),
    st.sampled_from([1.0, 1.01, 1.01**500, 1.01**-1389, 812.5]),
)


@pytest.fixture(scope="module")
def connection(server_dsn: str, template_dsn: str) -> Iterator[psycopg.Connection]:
    """One database for all examples; each has a model of its own."""
    with (
        runner.copied_database(server_dsn, template_dsn) as dsn,
        psycopg.connect(dsn, autocommit=True) as opened,
    ):
        yield opened


def get_neighbours(values: Sequence[float], percentile: float) -> tuple[float, float, float]:
    """Return the values that a percentile lies between, and how far it is from the first."""
    ordered = sorted(values)
    rank = percentile * (len(ordered) - 1)
    return ordered[math.floor(rank)], ordered[math.ceil(rank)], rank - math.floor(rank)


def assert_close(
    found: Sequence[float], values: Sequence[float], percentiles: Sequence[float] = PERCENTILES
) -> None:
    for percentile, value in zip(percentiles, found, strict=True):
        low, high, part = get_neighbours(values, percentile)
        exact = low + (high - low) * part
        # Between values of opposite sign the result may be nearer to 0 than both.
        bound = ERROR_BOUND * (max(-low, high) if low < 0 < high else abs(exact))
        assert value == pytest.approx(exact, rel=0, abs=bound + 1e-12), percentile


def assert_merged_sketches_are_close(
    connection: psycopg.Connection, lists: list[list[float]]
) -> None:
    merged, without_first = connection.execute(
        MERGED, {"lists": Jsonb(lists), "percentiles": PERCENTILES}
    ).fetchone()
    assert_close(merged, list(chain(*lists)))
    rest = list(chain(*lists[1:]))
    if rest:
        assert_close(without_first, rest)
    else:
        assert without_first is None


@exactly
@given(st.lists(st.lists(times, min_size=1, max_size=20), min_size=1, max_size=12))
def test_added_and_subtracted_sketches_are_within_half_a_percent(connection, lists) -> None:
    assert_merged_sketches_are_close(connection, lists)


@exactly
@given(
    st.lists(
        st.lists(
            st.builds(math.copysign, times, st.sampled_from([1, -1])), min_size=1, max_size=20
        ),
        min_size=1,
        max_size=12,
    )
)
def test_sketches_of_values_of_any_sign_are_within_half_a_percent_of_their_neighbours(
    connection, lists
) -> None:
    assert_merged_sketches_are_close(connection, lists)


SHAPES = {
    "log-normal": lambda chance: chance.lognormvariate(6.5, 0.8),
    "heavy tail": lambda chance: min(100 * chance.paretovariate(0.7), 1e10),
    "two humps": lambda chance: chance.choice([20, 3000]) * chance.uniform(0.9, 1.1),
    "all alike": lambda chance: 250.0,
    "half zero": lambda chance: chance.choice([0.0, chance.expovariate(0.01)]),
    "around zero": lambda chance: chance.gauss(0.1, 1),
    "negative": lambda chance: -chance.lognormvariate(1, 2),
    "all signs": lambda chance: chance.choice([-5.0, 0.0, chance.gauss(0, 1e-3), 1e4]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_many_buckets_of_many_values_are_within_half_a_percent(connection, shape) -> None:
    chance = random.Random(1)
    lists = [[SHAPES[shape](chance) for _ in range(chance.randrange(1, 200))] for _ in range(168)]
    assert_merged_sketches_are_close(connection, lists)


class Timed(NamedTuple):
    ms: float
    first_token_ms: float | None
    is_success: bool
    hours: int
    temperature: int


calls = st.lists(
    st.builds(
        Timed,
        ms=times,
        first_token_ms=st.one_of(st.none(), times),
        is_success=st.booleans(),
        # Two weeks, so that hours, days and weeks all hold several buckets.
        hours=st.integers(0, 13 * 24),
        temperature=st.integers(0, 2),
    ),
    min_size=1,
    max_size=40,
)
names = (f"model {number}" for number in count())


def record(connection: psycopg.Connection, model: str, timed: list[Timed]) -> None:
    batch = [
        {
            "model_name": model,
            "tool_name": "chat",
            "response_time_ms": call.ms,
            "first_token_ms": call.first_token_ms,
            "success": call.is_success,
            "parameters": {"temperature": call.temperature},
            "call_timestamp": (MONDAY + timedelta(hours=call.hours, minutes=7)).isoformat(),
        }
        for call in timed
    ]
    assert connection.execute("select perf.record_calls(%s)", [Jsonb(batch)]).fetchone() == (
        len(timed),
    )


def read_percentiles(connection: psycopg.Connection, model: str, **options: object) -> dict:
    """Return (percentile, value) pairs and the count over the two weeks, by parameter set."""
    names = "".join(f", {name} => %({name})s" for name in options)
    found: dict = {}
    for row in connection.execute(
        f"""
        select p.parameter_set ->> 'temperature', p.percentile, p.value_ms, p.call_count
        from perf.get_latency_percentiles(
            '2020-01-06', '2020-01-20', %(percentiles)s, model_name => %(model)s{names}
        ) as p
        """.encode(),
        {"model": model, "percentiles": PERCENTILES, **options},
    ):
        found.setdefault(row[0], []).append(row[1:])
    return found


@exactly
@given(calls, st.integers(0, 40), st.booleans())
def test_recorded_calls_are_reported_within_half_a_percent(
    connection, timed, rolled_up, runs_at_end
) -> None:
    """Whether rolled up in one run, in two, or partly not yet."""
    model = next(names)
    for part in (timed[:rolled_up], timed[rolled_up:]):
        if part:
            record(connection, model, part)
            if part is not timed[rolled_up:] or runs_at_end:
                aggregate(connection)
    for outcome in ("all", "success", "error"):
        chosen = [c for c in timed if outcome == "all" or c.is_success == (outcome == "success")]
        for measure, values in {
            "response_time": [c.ms for c in chosen],
            "first_token": [c.first_token_ms for c in chosen if c.first_token_ms is not None],
        }.items():
            for exact in (False, True):
                found = read_percentiles(
                    connection, model, outcome=outcome, measure=measure, exact=exact
                )
                if not values:
                    assert found == {}
                    continue
                rows = found[None]
                assert [row[2] for row in rows] == [len(values)] * len(PERCENTILES)
                assert_close([row[1] for row in rows], values)


@exactly
@given(calls)
def test_every_parameter_set_has_its_own_percentiles(connection, timed) -> None:
    model = next(names)
    record(connection, model, timed)
    aggregate(connection)
    found = read_percentiles(connection, model, group_by=["parameters"])
    assert set(found) == {str(call.temperature) for call in timed}
    for temperature, rows in found.items():
        values = [call.ms for call in timed if str(call.temperature) == temperature]
        assert_close([row[1] for row in rows], values)


@exactly
@given(
    calls,
    st.sampled_from(["hourly", "daily", "weekly"]),
    st.sampled_from(["all", "success", "error"]),
)
def test_trends_say_what_the_calls_of_each_bucket_say(
    connection, timed, granularity, outcome
) -> None:
    model = next(names)
    half = len(timed) // 2
    if half:
        record(connection, model, timed[:half])
        aggregate(connection)
    record(connection, model, timed[half:])
    width = {"hourly": 1, "daily": 24, "weekly": 168}[granularity]
    buckets: dict = {}
    whole: dict = {}
    for call in timed:
        bucket = MONDAY + timedelta(hours=call.hours // width * width)
        whole.setdefault(bucket, []).append(call)
        if outcome == "all" or call.is_success == (outcome == "success"):
            buckets.setdefault(bucket, []).append(call)
    rows = connection.execute(
        "select t.* from perf.get_performance_trends(%s, 'chat', '2020-01-06', '2020-01-20', %s,"
        " outcome => %s) as t",
        [model, granularity, outcome],
    ).fetchall()
    assert [row[0] for row in rows] == sorted(buckets)
    for bucket, average, p95, p99, number, rate, p50, least, most, *_, errors, _, _ in rows:
        values = [call.ms for call in buckets[bucket]]
        # Errors and rate are of all calls, whatever the outcome.
        failed = sum(not call.is_success for call in whole[bucket])
        assert (number, errors) == (len(values), failed)
        assert rate == pytest.approx(1 - failed / len(whole[bucket]))
        assert_close([p50, p95, p99], values, [0.5, 0.95, 0.99])
        assert average == pytest.approx(math.fsum(values) / len(values), rel=1e-6, abs=1e-4)
        assert least == pytest.approx(min(values), rel=ERROR_BOUND)
        assert most == pytest.approx(max(values), rel=ERROR_BOUND)


@pytest.mark.parametrize("value", [0, 1e-6, 0.5, 1, 1.01, 812.5, 1e10])
def test_a_single_call_is_reported_exactly_by_its_bucket(connection, value) -> None:
    model = next(names)
    record(connection, model, [Timed(value, None, True, 0, 0)])
    aggregate(connection)
    row = connection.execute(
        "select t.p50_response_time, t.p95_response_time, t.p99_response_time"
        " from perf.get_performance_trends(%s, 'chat', '2020-01-06', '2020-01-07') as t",
        [model],
    ).fetchone()
    assert row == (value, value, value)
