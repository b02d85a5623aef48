"""The confidence intervals against sums that are worked out another way."""

import math
from statistics import NormalDist

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def tails(n: int, p: float) -> list[float]:
    """Return P(B < k) for k from 0 to n + 1, where B counts n chances of p each."""
    masses = [
        math.exp(
            math.lgamma(n + 1)
            - math.lgamma(k + 1)
            - math.lgamma(n - k + 1)
            + k * math.log(p)
            + (n - k) * math.log1p(-p)
        )
        for k in range(n + 1)
    ]
    return [math.fsum(masses[:k]) for k in range(n + 2)]


@settings(max_examples=150)
@given(
    n=st.integers(1, 600),
    p=st.sampled_from([0.01, 0.05, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999]),
    confidence=st.sampled_from([0.8, 0.95, 0.99]),
)
def test_rank_intervals_cover_as_the_binomial_says(
    connection: psycopg.Connection, n, p, confidence
) -> None:
    low, high = connection.execute(
        "select low, high from perf.get_rank_interval(%s, %s, %s)", [n, p, confidence]
    ).fetchone()
    below = tails(n, p)
    tail = (1 - confidence) / 2
    # The interval from rank r to rank s misses on one side if B < r, on the other if B >= s. Each
    # miss is within its tail, and would not be one rank closer.
    close = 1e-9
    assert below[low or 0] <= tail + close
    assert below[(low or 0) + 1] > tail - close
    assert 1 - below[high or n + 1] <= tail + close
    assert 1 - below[(high or n + 1) - 1] > tail - close


@settings(max_examples=200)
@given(p=st.floats(1e-12, 1 - 1e-12))
def test_normal_quantiles_are_those_of_python(connection: psycopg.Connection, p) -> None:
    (quantile,) = connection.execute("select perf.get_normal_quantile(%s)", [p]).fetchone()
    assert quantile == pytest.approx(NormalDist().inv_cdf(p), rel=1e-12, abs=1e-12)


@settings(max_examples=200)
@given(data=st.data(), n=st.integers(1, 10**6))
def test_wilson_limits_are_where_the_score_test_turns(
    connection: psycopg.Connection, data, n
) -> None:
    k = data.draw(st.integers(0, n))
    limits = connection.execute(
        "select low, high from perf.get_wilson_interval(%s, %s)", [k, n]
    ).fetchone()
    z = NormalDist().inv_cdf(0.975)
    for limit in limits:
        if 0 < limit < 1:
            score = abs(k / n - limit) / math.sqrt(limit * (1 - limit) / n)
            assert score == pytest.approx(z, rel=1e-6)


def test_impact_intervals_cover_at_the_stated_rate(connection) -> None:
    """Percentiles of two samples of one skewed distribution, 400 times: 95 % hold the true 0."""
    missed = connection.execute("""
        select count(*) filter (where not 0 between d.low and d.high)
        from (select setseed(0.5)) as seed
        cross join generate_series(1, 400) as run
        cross join lateral (
            select
                perf_internal.make_sketch(array_agg(s.bin) filter (where s.n % 2 = 0)) as a,
                perf_internal.make_sketch(array_agg(s.bin) filter (where s.n % 2 = 1)) as b
            from (
                select n, ceil(ln(200 * exp(-ln(1 - random()))) / ln(1.01))::integer as bin
                from generate_series(1, 600 + run - run) as n
            ) as s
        ) as k
        cross join lateral perf_internal.get_sketch_interval(k.a, 300, 0.9) as ia
        cross join lateral perf_internal.get_sketch_interval(k.b, 300, 0.9) as ib
        cross join lateral perf.get_difference_interval(
            (perf_internal.get_sketch_percentiles(k.a, 300, '{0.9}'))[1], ia.low, ia.high,
            (perf_internal.get_sketch_percentiles(k.b, 300, '{0.9}'))[1], ib.low, ib.high
        ) as d
    """).fetchone()[0]
    # 20 of 400 expected; more than 35 or fewer than 4 would happen once in a thousand times.
    assert 4 <= missed <= 35
