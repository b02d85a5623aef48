-- get_sketch_percentiles() has rank r of n at the percentile (r - 1) / (n - 1). The limits are
-- moved to the far edges of their bins. Otherwise a million values would show a difference between
-- two values that lie close to one edge, on either side.
create or replace function perf_internal.get_sketch_interval(
    sketch numeric,
    value_count bigint,
    percentile double precision,
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
    n bigint := get_sketch_interval.value_count;
    r record;
begin
    select i.low, i.high
    into r
    from perf.get_rank_interval(
        n, get_sketch_interval.percentile, get_sketch_interval.confidence
    ) as i;
    if r.low is not null then
        low := (perf_internal.get_sketch_percentiles(
            get_sketch_interval.sketch, n, array[(r.low - 1) / greatest(n - 1, 1)::float8]
        ))[1];
        low := case when low > 0 then low / 1.005 else low * 1.005 end;
    end if;
    if r.high is not null then
        high := (perf_internal.get_sketch_percentiles(
            get_sketch_interval.sketch, n, array[(r.high - 1) / greatest(n - 1, 1)::float8]
        ))[1];
        high := case when high > 0 then high * 1.005 else high / 1.005 end;
    end if;
end
$$;

comment on function perf_internal.get_sketch_interval is
    'Confidence interval of a percentile (0 to 1) of value_count values, of which the sketch holds those that are not 0, from the order statistics, no narrower than the bins; null where there are too few values for that side. See perf.get_rank_interval and perf_internal.make_sketch. Error 22023.';

revoke execute on function perf_internal.get_sketch_interval from public;
grant execute on function perf_internal.get_sketch_interval
    to authenticated, service_role, perf_admin, perf_analyst;
