-- MOVER for a ratio: Donner and Zou, Statistical Methods in Medical Research 21 (2012) 347-359; MOVER-R
-- in Newcombe, Statistical Methods in Medical Research 25 (2016) 1774-1778. A limit is the ratio r at
-- which the interval of b - r * a by perf.get_difference_interval() ends at 0. So the percent have 0 in
-- their interval where the difference has, and what is never negative falls by at most 100 %. The limits
-- of the difference in percent of a, which take a for known, say more than that of a rare error.
create or replace function perf_internal.get_percent_interval(
    a double precision,
    a_low double precision,
    a_high double precision,
    b double precision,
    b_low double precision,
    b_high double precision,
    out percent double precision,
    out low double precision,
    out high double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_sign constant double precision := sign(get_percent_interval.a);
    v_side double precision;
    -- Of the size of a: its limits, then b and its limits. PostgreSQL refuses products that are too
    -- large or too small for double precision.
    v_parts double precision[];
    v_roots double precision[] := array[]::double precision[];
    v_root double precision;
    x double precision;
    v double precision;
    o double precision;
    k double precision;
    c double precision;
begin
    if abs(get_percent_interval.a) between 1e-100 and 1e150 is not true then
        return;
    end if;
    v_parts := array(
        select case
            when abs(p.value) < 1e-60 * abs(get_percent_interval.a) then 0
            when abs(p.value) < 1e60 * abs(get_percent_interval.a)
            then p.value / abs(get_percent_interval.a)
        end
        from unnest(
            array[
                case v_sign when 1 then get_percent_interval.a_low else -get_percent_interval.a_high end,
                case v_sign when 1 then get_percent_interval.a_high else -get_percent_interval.a_low end,
                get_percent_interval.b,
                get_percent_interval.b_low,
                get_percent_interval.b_high
            ]
        ) with ordinality as p (value, position)
        order by p.position
    );
    percent := 100 * (v_parts[3] - v_sign);
    -- The upper limit is the lower one of -b, turned round.
    foreach v_side in array '{1,-1}'::float8[] loop
        x := v_side * v_parts[3];
        v := v_side * v_parts[case when v_side > 0 then 4 else 5 end];
        o := v_parts[case when v >= 0 then 2 else 1 end];
        k := o * (2 - o);
        c := v * (2 * x - v);
        v_root := case when x * x < k * c then 0 else sqrt(x * x - k * c) end;
        v_roots := v_roots || v_side * case
            -- Any ratio is possible where a may be 0 or have the other sign.
            when v < 0 and o <= 0 then null
            when x < 0 then (x - v_root) / nullif(k, 0)
            when v = 0 then 0
            else c / nullif(x + v_root, 0)
        end;
    end loop;
    low := 100 * (v_roots[1] - v_sign);
    high := 100 * (v_roots[2] - v_sign);
end
$$;

comment on function perf_internal.get_percent_interval is
    'Change from a to b in percent of the size of a, with its confidence interval, from the estimates and the intervals of two independent samples. It has the confidence of these intervals. A limit is null where a limit that it needs is null, and where the interval of a has 0 in it and so any change is possible; all are null where a is 0.';

revoke execute on function perf_internal.get_percent_interval from public;
grant execute on function perf_internal.get_percent_interval
    to authenticated, service_role, perf_admin, perf_analyst;
