-- Iglewicz and Hoaglin (1993). A deviation of 0 is no measure of anything: where most of the past
-- values are equal, the mean distance from the median takes its place, and smallest_deviation where
-- all are.
create or replace function perf_internal.get_modified_z_score(
    value double precision,
    past double precision[],
    smallest_deviation double precision
)
returns double precision
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_median double precision;
    v_median_distance double precision;
    v_mean_distance double precision;
begin
    select percentile_cont(0.5) within group (order by p)
    into v_median
    from unnest(get_modified_z_score.past) as p;
    select percentile_cont(0.5) within group (order by abs(p - v_median)), avg(abs(p - v_median))
    into v_median_distance, v_mean_distance
    from unnest(get_modified_z_score.past) as p;
    return (get_modified_z_score.value - v_median) / nullif(
        greatest(
            case
                when v_median_distance > 0 then v_median_distance / 0.6745
                else v_mean_distance * 1.253314
            end,
            get_modified_z_score.smallest_deviation
        ),
        0
    );
end
$$;

comment on function perf_internal.get_modified_z_score is
    'How many robust standard deviations a value is from the median of past values: 0.6745 (value - median) / MAD, with MAD the median distance from the median. Where MAD is 0 the standard deviation is 1.253314 times the mean distance. It is never below smallest_deviation. Null without past values, or where the deviation is 0.';

revoke execute on function perf_internal.get_modified_z_score from public;
grant execute on function perf_internal.get_modified_z_score
    to authenticated, service_role, perf_admin, perf_analyst;
