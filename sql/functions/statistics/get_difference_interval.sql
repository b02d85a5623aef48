-- The distance of each estimate to its own limit stands for its variance near that limit (MOVER:
-- Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702). Intervals need not be symmetric.
-- With Wilson's limits this is method 10 of Newcombe, Statistics in Medicine 17 (1998) 873-890.
create or replace function perf.get_difference_interval(
    a double precision,
    a_low double precision,
    a_high double precision,
    b double precision,
    b_low double precision,
    b_high double precision,
    out low double precision,
    out high double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    b_below double precision := get_difference_interval.b - get_difference_interval.b_low;
    b_above double precision := get_difference_interval.b_high - get_difference_interval.b;
    a_below double precision := get_difference_interval.a - get_difference_interval.a_low;
    a_above double precision := get_difference_interval.a_high - get_difference_interval.a;
begin
    -- NaN is greater than any number, and the square of a larger one is none.
    if greatest(
        abs(get_difference_interval.a),
        abs(get_difference_interval.a_low),
        abs(get_difference_interval.a_high),
        abs(get_difference_interval.b),
        abs(get_difference_interval.b_low),
        abs(get_difference_interval.b_high)
    ) > 1e150 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'estimates and limits must be numbers of at most 1e150';
    end if;
    -- PostgreSQL refuses a square that is too small for double precision.
    b_below := case when abs(b_below) < 1e-150 then 0 else b_below end;
    b_above := case when abs(b_above) < 1e-150 then 0 else b_above end;
    a_below := case when abs(a_below) < 1e-150 then 0 else a_below end;
    a_above := case when abs(a_above) < 1e-150 then 0 else a_above end;
    low := get_difference_interval.b - get_difference_interval.a - sqrt(b_below ^ 2 + a_above ^ 2);
    high := get_difference_interval.b - get_difference_interval.a + sqrt(b_above ^ 2 + a_below ^ 2);
end
$$;

comment on function perf.get_difference_interval is
    'Confidence interval of b - a from the estimates and the intervals of two independent samples. It has the confidence of these intervals. A limit is null where a limit that it needs is null. A limit within 1e-150 of its estimate counts as equal to it. Error 22023.';

revoke execute on function perf.get_difference_interval from public;
grant execute on function perf.get_difference_interval
    to authenticated, service_role, perf_admin, perf_analyst;
