-- A sketch ascends, so the bin of rank k (from 0) is found by binary search: the first whose count
-- exceeds k. width_bucket() does that for one sketch. Two are searched together, which is cheaper
-- than adding them: between the bin where the first sketch alone exceeds k, and the one where it
-- does if all of the other lies below. Of a rank between two, the upper is searched only if it is in
-- another bin.
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
    s bigint[] := coalesce(
        nullif(get_sketch_percentiles.sketch, '{}'), nullif(get_sketch_percentiles.other, '{}')
    );
    o bigint[] := case
        when cardinality(get_sketch_percentiles.sketch) > 0
        then nullif(get_sketch_percentiles.other, '{}')
    end;
    v_first integer := array_lower(s, 1);
    v_total bigint := s[array_upper(s, 1)];
    v_other_first integer := array_lower(o, 1);
    v_other_total bigint := coalesce(o[array_upper(o, 1)], 0);
    v_percentile double precision;
    v_rank double precision;
    v_k bigint;
    v_bin integer;
    v_low integer;
    v_middle integer;
    v_high integer;
    v_count bigint;
    v_middle_count bigint;
    v_lower double precision;
    v_value double precision;
    v_values double precision[] := array[]::double precision[];
begin
    if s is null then
        return null;
    end if;
    foreach v_percentile in array coalesce(
        get_sketch_percentiles.percentiles, array[null::float8]
    ) loop
        if v_percentile is null or v_percentile not between 0 and 1 then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = format(
                    'percentiles must be between 0 and 1, got %s',
                    coalesce(v_percentile::text, 'null')
                ),
                hint = 'The 95th percentile is 0.95.';
        end if;
        v_rank := v_percentile * (v_total + v_other_total - 1);
        v_k := floor(v_rank);
        v_lower := null;
        loop
            if o is null then
                v_bin := v_first + width_bucket(v_k, s);
                v_count := s[v_bin];
            else
                v_low := case
                    when v_k < v_other_total then least(v_first, v_other_first)
                    else v_first + width_bucket(v_k - v_other_total, s)
                end;
                v_high := case
                    when v_k < v_total then v_first + width_bucket(v_k, s)
                    else greatest(array_upper(s, 1), array_upper(o, 1))
                end;
                v_count := null;
                while v_low < v_high or v_count is null loop
                    v_middle := (v_low + v_high) >> 1;
                    v_middle_count :=
                        coalesce(s[v_middle], case when v_middle < v_first then 0 else v_total end)
                        + coalesce(
                            o[v_middle],
                            case when v_middle < v_other_first then 0 else v_other_total end
                        );
                    if v_middle_count > v_k then
                        v_high := v_middle;
                        v_count := v_middle_count;
                    else
                        v_low := v_middle + 1;
                    end if;
                end loop;
                v_bin := v_high;
            end if;
            -- 2 / 2.01 is the point of a bin that is relatively as far from its lower end as from
            -- its upper: 0.4975 %.
            v_value := case when v_bin > -1390 then 1.01::float8 ^ v_bin * 2 / 2.01 else 0 end;
            exit when v_lower is not null or v_rank <= v_count - 1;
            v_lower := v_value;
            v_k := v_k + 1;
        end loop;
        v_lower := coalesce(v_lower, v_value);
        v_values := v_values || (v_lower + (v_value - v_lower) * (v_rank - floor(v_rank)));
    end loop;
    return v_values;
end
$$;

comment on function perf.get_sketch_percentiles is
    'Percentiles (0 to 1) of the values in a sketch, or in two, interpolated as percentile_cont does; each value within 0.5 % (positive values below 1e-6 count as about 1e-6). Errors: 22023 for a percentile out of range.';

revoke execute on function perf.get_sketch_percentiles from public;
grant execute on function perf.get_sketch_percentiles
    to authenticated, service_role, perf_admin, perf_analyst;
