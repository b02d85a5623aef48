-- As perf_internal.make_sketch(), of bins that have many values. Each count starts from 10^15, so that
-- it always has 16 digits.
create or replace function perf_internal.make_counted_sketch(bins integer[], counts bigint[])
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
    if cardinality(make_counted_sketch.bins) <> cardinality(make_counted_sketch.counts)
        or (0 < all (make_counted_sketch.counts)) is not true
        or (
            select sum(c.number) > 1e15 from unnest(make_counted_sketch.counts) as c (number)
        )
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'counts must be positive numbers with a sum of at most 1e15, one for each of bins';
    elsif exists (
        select
        from unnest(make_counted_sketch.bins) as b
        where (b between -75000 and 75000 or b between -275000 and -125000) is not true
    ) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'bins must be between -75000 and 75000, or -275000 and -125000, and not null',
            hint = 'A double precision has no bin beyond.';
    end if;
    for i in 1 .. cardinality(make_counted_sketch.bins) loop
        v_bin := make_counted_sketch.bins[i];
        v_bin := case
            when v_bin < -100000 then -2781 - least(greatest(-200000 - v_bin, -1389), 2399)
            else least(greatest(v_bin, -1389), 2399)
        end;
        v_counts[v_bin] := coalesce(v_counts[v_bin], 1000000000000000)
            + make_counted_sketch.counts[i];
    end loop;
    return (
        array_to_string(v_counts, '', '1000000000000000')::numeric
        - repeat(
            '1000000000000000', array_upper(v_counts, 1) - array_lower(v_counts, 1) + 1
        )::numeric
    ) * perf_internal.get_sketch_unit(array_upper(v_counts, 1));
end
$$;

comment on function perf_internal.make_counted_sketch is
    'The sketch of values of which there are so many in each of these bins, which may come several times; see perf_internal.make_sketch. Null for no bins. Error 22023: a bin that no double precision has, or counts that are not positive, not one for each bin or more than 1e15 together.';

revoke execute on function perf_internal.make_counted_sketch from public;
