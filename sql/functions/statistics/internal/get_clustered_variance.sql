-- The mean is the ratio of two sums over units, of outcomes and of their number. Its variance by
-- the delta method (Deng, Knoblich and Lu, KDD 2018, 233-242) needs the sum over units of the square
-- of (sum of its outcomes - mean * their number). That is m2 plus twice the sum over pairs of
-- outcomes of one unit of (y1 - mean) * (y2 - mean).
create or replace function perf_internal.get_clustered_variance(
    unit_count bigint,
    outcome_count bigint,
    mean double precision,
    m2 double precision,
    pair_count double precision,
    pair_sum double precision,
    pair_product double precision
)
returns double precision
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select greatest(
        get_clustered_variance.m2 + 2 * (
            get_clustered_variance.pair_product
            - get_clustered_variance.mean * get_clustered_variance.pair_sum
            + get_clustered_variance.mean ^ 2 * get_clustered_variance.pair_count
        ),
        0
    )
        * get_clustered_variance.unit_count / nullif(get_clustered_variance.unit_count - 1, 0)
        / get_clustered_variance.outcome_count::float8 ^ 2
    where get_clustered_variance.unit_count > 1;
$$;

comment on function perf_internal.get_clustered_variance is
    'Variance of the mean of all outcomes of units, of which outcomes of one unit may depend on each other: from the sum of squared deviations of the outcomes, and the sums over pairs of outcomes of one unit of 1, y1 + y2 and y1 * y2. Null for fewer than 2 units.';

revoke execute on function perf_internal.get_clustered_variance from public;
grant execute on function perf_internal.get_clustered_variance
    to authenticated, service_role, perf_admin, perf_analyst;
