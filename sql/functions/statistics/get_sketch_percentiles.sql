-- A sketch ascends, so the bin of rank k (from 0) is found by binary search: the first whose count
-- exceeds k. width_bucket() does that for one sketch; two are searched together, which is cheaper
-- than adding them.
create or replace function perf.get_sketch_percentiles(
    sketch bigint[],
    percentiles double precision[] default '{0.5,0.95,0.99}',
    other bigint[] default null
)
returns double precision[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    s bigint[] := coalesce(get_sketch_percentiles.sketch, get_sketch_percentiles.other);
    o bigint[] := case
        when get_sketch_percentiles.sketch is not null then get_sketch_percentiles.other
    end;
    v_first integer := array_lower(s, 1);
    v_total bigint := s[array_upper(s, 1)];
    v_other_first integer := array_lower(o, 1);
    v_other_total bigint := o[array_upper(o, 1)];
    v_percentile double precision;
    v_rank double precision;
    v_k bigint;
    v_bin integer;
    v_low integer;
    v_high integer;
    v_ends double precision[];
    v_values double precision[] := array[]::double precision[];
begin
    if s is null then
        return null;
    end if;
    foreach v_percentile in array get_sketch_percentiles.percentiles loop
        if v_percentile is null or v_percentile not between 0 and 1 then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = format(
                    'percentiles must be between 0 and 1, got %s',
                    coalesce(v_percentile::text, 'null')
                ),
                hint = 'The 95th percentile is 0.95.';
        end if;
        v_rank := v_percentile * (v_total + coalesce(v_other_total, 0) - 1);
        v_ends := '{}';
        foreach v_k in array array[floor(v_rank)::bigint, ceil(v_rank)::bigint] loop
            if o is null then
                v_bin := v_first + width_bucket(v_k, s);
            else
                v_low := least(v_first, v_other_first);
                v_high := greatest(array_upper(s, 1), array_upper(o, 1));
                while v_low < v_high loop
                    v_bin := (v_low + v_high) >> 1;
                    if coalesce(s[v_bin], case when v_bin < v_first then 0 else v_total end)
                        + coalesce(
                            o[v_bin], case when v_bin < v_other_first then 0 else v_other_total end
                        ) > v_k
                    then
                        v_high := v_bin;
                    else
                        v_low := v_bin + 1;
                    end if;
                end loop;
                v_bin := v_low;
            end if;
            -- 2 / 2.01 is the point of a bin that is relatively as far from its lower end as from
            -- its upper: 0.4975 %.
            v_ends := v_ends
                || case when v_bin > -1390 then 1.01::float8 ^ v_bin * 2 / 2.01 else 0 end;
        end loop;
        v_values := v_values || (v_ends[1] + (v_ends[2] - v_ends[1]) * (v_rank - floor(v_rank)));
    end loop;
    return v_values;
end
$$;

comment on function perf.get_sketch_percentiles is
    'Percentiles (0 to 1) of the values in a sketch, or in two, interpolated as percentile_cont does; each value within 0.5 % (values up to 1e-6 count as 1e-6). Errors: 22023 for a percentile out of range.';

revoke execute on function perf.get_sketch_percentiles from public;
grant execute on function perf.get_sketch_percentiles
    to authenticated, service_role, perf_admin, perf_analyst;
