create or replace function perf.make_sketch(bins integer[])
returns bigint[]
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_sketch bigint[];
    v_bin integer;
    v_total bigint := 0;
begin
    foreach v_bin in array make_sketch.bins loop
        v_sketch[v_bin] := coalesce(v_sketch[v_bin], 0) + 1;
    end loop;
    for v_bin in coalesce(array_lower(v_sketch, 1), 1) .. coalesce(array_upper(v_sketch, 1), 0) loop
        v_total := v_total + coalesce(v_sketch[v_bin], 0);
        v_sketch[v_bin] := v_total;
    end loop;
    return v_sketch;
end
$$;

comment on function perf.make_sketch is
    'The sketch of values given by their bins: value v > 0 has bin ceil(ln(v) / ln(1.01)), at least -1389, and 0 has -1390. A sketch is a cumulative histogram: element i counts the values of at most 1.01^i, and its subscripts run from the first bin in use to the last; null for no bins. Merging is addition, so percentiles of merged sketches are as exact as of one. Bins as in DDSketch (Masson, Rim, Lee, VLDB 2019).';

revoke execute on function perf.make_sketch from public;
grant execute on function perf.make_sketch
    to authenticated, service_role, perf_admin, perf_analyst;
