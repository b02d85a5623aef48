-- Counting in an array and writing the array as one text of 16 digits a bin is the fastest way that
-- PL/pgSQL has. Each count starts from 10^15, so that it always has 16 digits. The array is as long
-- as the bins are far apart, so they are checked before it is made.
create or replace function perf_internal.make_sketch(bins integer[])
returns numeric
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_counts bigint[];
    v_bin integer;
begin
    if (-1389 <= all (make_sketch.bins) and 2399 >= all (make_sketch.bins)) is not true then
        if exists (
            select
            from unnest(make_sketch.bins) as b
            where (b between -75000 and 75000 or b between -275000 and -125000) is not true
        ) then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = 'bins must be between -75000 and 75000, or -275000 and -125000, and not null',
                hint = 'A double precision has no bin beyond.';
        end if;
        make_sketch.bins := array(
            select case
                when b < -100000 then -2781 - least(greatest(-200000 - b, -1389), 2399)
                else least(greatest(b, -1389), 2399)
            end
            from unnest(make_sketch.bins) as b
        );
    end if;
    foreach v_bin in array make_sketch.bins loop
        v_counts[v_bin] := coalesce(v_counts[v_bin], 1000000000000000) + 1;
    end loop;
    return (
        array_to_string(v_counts, '', '1000000000000000')::numeric
        - repeat(
            '1000000000000000', array_upper(v_counts, 1) - array_lower(v_counts, 1) + 1
        )::numeric
    ) * perf_internal.get_sketch_unit(array_upper(v_counts, 1));
end
$$;

comment on function perf_internal.make_sketch is
    'The sketch of values given by their bins: value v > 0 has bin ceil(ln(v) / ln(1.01)), and those beyond -1389 and 2399 count there; value v < 0 has bin -200000 - ceil(ln(-v) / ln(1.01)). A sketch is a histogram in one number: 16 decimal digits count the values of a bin, the lowest values first, and bin 2399 before the last 16. Bin i of negative values has the place of bin -2781 - i. So adding and subtracting sketches adds and subtracts what they count, and percentiles of sums are as exact as of one. Zeros have no bin: the number of all values says how many there are. Null for no bins. Bins as in DDSketch (Masson, Rim, Lee, VLDB 2019). Error 22023: a null bin, or one that no double precision has.';

revoke execute on function perf_internal.make_sketch from public;
grant execute on function perf_internal.make_sketch
    to authenticated, service_role, perf_admin, perf_analyst;
