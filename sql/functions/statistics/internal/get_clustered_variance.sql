-- The mean is the ratio of two sums over units, of outcomes and of their number. Its variance by
-- the delta method (Deng, Knoblich and Lu, KDD 2018, 233-242) needs the sum over units of the square
-- of (sum of its outcomes - mean * their number). That is m2 plus twice the sum over pairs of
-- outcomes of one unit of (y1 - mean) * (y2 - mean).
--
-- Where outcomes are large beside their deviations, the sums over pairs are known to fewer digits
-- than what is left of them.
--
-- From version 18 on, PostgreSQL may compute constants before it looks at "where", so nothing here
-- divides by 0.
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
    select case
        when get_clustered_variance.m2 = 0 then 0
        when s.squares >= 1e-13 * s.size then s.squares
        when get_clustered_variance.m2 >= 1e-6 * s.size then 0
    end
        * get_clustered_variance.unit_count / nullif(get_clustered_variance.unit_count - 1, 0)
        / nullif(get_clustered_variance.outcome_count, 0)::float8 ^ 2
    from (
        select
            get_clustered_variance.m2 + 2 * (
                get_clustered_variance.pair_product
                - get_clustered_variance.mean * get_clustered_variance.pair_sum
                + get_clustered_variance.mean ^ 2 * get_clustered_variance.pair_count
            ) as squares,
            get_clustered_variance.m2 + 2 * (
                abs(get_clustered_variance.pair_product)
                + abs(get_clustered_variance.mean * get_clustered_variance.pair_sum)
                + get_clustered_variance.mean ^ 2 * get_clustered_variance.pair_count
            ) as size
    ) as s
    where get_clustered_variance.unit_count > 1;
$$;

comment on function perf_internal.get_clustered_variance is
    'Variance of the mean of all outcomes of units, of which outcomes of one unit may depend on each other: from the sum of squared deviations of the outcomes, and the sums over pairs of outcomes of one unit of 1, y1 + y2 and y1 * y2. Null for fewer than 2 units, and where outcomes vary by so little beside their size that only rounding errors are left. Products of outcomes below 1e-40 may be lost.';

revoke execute on function perf_internal.get_clustered_variance from public;
grant execute on function perf_internal.get_clustered_variance
    to authenticated, service_role, perf_admin, perf_analyst;
