-- A sketch is a number to the base 10^16 whose last digits count the highest values, and a number
-- leaves the sum of its digits when it is divided by the base less one. So nothing is unpacked, and
-- thousands of sketches are counted in milliseconds.
create or replace function perf_internal.count_sketch_above(sketch numeric, low double precision)
returns bigint
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_last_bin integer := perf_internal.get_last_bin(count_sketch_above.sketch);
    -- 2 / 2.01 of its upper end is the value of a bin.
    v_bin integer := least(
        greatest(floor(ln(count_sketch_above.low * 2.01 / 2) / ln(1.01::float8)), -1390), 2399
    );
begin
    -- Logarithms are rounded. Bin -1390 is the place between negative and positive values.
    if v_bin < 2399 and 1.01::float8 ^ (v_bin + 1) * 2 / 2.01 <= count_sketch_above.low then
        v_bin := v_bin + 1;
    elsif v_bin > -1390 and 1.01::float8 ^ v_bin * 2 / 2.01 > count_sketch_above.low then
        v_bin := v_bin - 1;
    end if;
    if count_sketch_above.sketch = 0 or v_bin >= v_last_bin then
        return 0;
    end if;
    return mod(
        div(
            mod(count_sketch_above.sketch, perf_internal.get_sketch_unit(v_bin)),
            perf_internal.get_sketch_unit(v_last_bin)
        ),
        9999999999999999
    );
end
$$;

comment on function perf_internal.count_sketch_above is
    'How many values of a sketch are above low, which is above 0: the rest of perf_internal.count_sketch_values, and many times faster. A value counts as that of its bin, at most 0.5 % from it. Null without a sketch.';

revoke execute on function perf_internal.count_sketch_above from public;
grant execute on function perf_internal.count_sketch_above
    to authenticated, service_role, perf_admin, perf_analyst;
