-- Values of one group resemble each other, and of each group only the total is known: so groups are
-- the units, and the mean is a ratio of two sums (Cochran, Sampling Techniques, 1977, section 6.4).
-- Student's quantile by the expansion 26.7.5 of Abramowitz and Stegun, good to 0.1 % from 4 degrees
-- of freedom.
create or replace function perf.get_mean_interval(
    totals double precision[],
    counts bigint[],
    confidence double precision default 0.95,
    out low double precision,
    out high double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    z double precision := perf.get_normal_quantile(0.5 + get_mean_interval.confidence / 2);
    v_groups bigint;
    v_total double precision;
    v_count double precision;
    v_squares double precision;
    v double precision;
    t double precision;
    v_reach double precision;
begin
    select count(*), sum(g.total), sum(g.value_count)
    into v_groups, v_total, v_count
    from unnest(get_mean_interval.totals, get_mean_interval.counts) as g (total, value_count)
    where g.value_count > 0;
    if v_groups < 5 then
        return;
    end if;
    select sum((g.total - v_total / v_count * g.value_count) ^ 2)
    into v_squares
    from unnest(get_mean_interval.totals, get_mean_interval.counts) as g (total, value_count)
    where g.value_count > 0;
    v := v_groups - 1;
    t := z + (z ^ 3 + z) / (4 * v)
        + (5 * z ^ 5 + 16 * z ^ 3 + 3 * z) / (96 * v ^ 2)
        + (3 * z ^ 7 + 19 * z ^ 5 + 17 * z ^ 3 - 15 * z) / (384 * v ^ 3)
        + (79 * z ^ 9 + 776 * z ^ 7 + 1482 * z ^ 5 - 1920 * z ^ 3 - 945 * z) / (92160 * v ^ 4);
    v_reach := t * sqrt(v_groups / v * v_squares) / v_count;
    low := v_total / v_count - v_reach;
    high := v_total / v_count + v_reach;
end
$$;

comment on function perf.get_mean_interval is
    'Confidence interval of a mean of which the totals and counts of at least 5 groups are known, such as hours; null for fewer. Error 22023.';

revoke execute on function perf.get_mean_interval from public;
grant execute on function perf.get_mean_interval
    to authenticated, service_role, perf_admin, perf_analyst;
