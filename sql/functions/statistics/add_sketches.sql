-- Below its first bin a sketch is 0, above its last it is its total: extended so to the same bins,
-- two cumulative histograms add element by element. The two unnest() of one select list advance in
-- step, at half the cost of a join.
create or replace function perf.add_sketches(a bigint[], b bigint[])
returns bigint[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_a_first integer := array_lower(add_sketches.a, 1);
    v_a_last integer := array_upper(add_sketches.a, 1);
    v_b_first integer := array_lower(add_sketches.b, 1);
    v_b_last integer := array_upper(add_sketches.b, 1);
    v_first integer := least(v_a_first, v_b_first);
    v_last integer := greatest(v_a_last, v_b_last);
    v_a bigint[] := add_sketches.a;
    v_b bigint[] := add_sketches.b;
    v_sum bigint[];
begin
    if v_a_first is null or v_b_first is null then
        return coalesce(nullif(v_a, '{}'), nullif(v_b, '{}'));
    end if;
    if v_a_first > v_first then
        v_a := array_fill(0::bigint, array[v_a_first - v_first]) || v_a;
    end if;
    if v_a_last < v_last then
        v_a := v_a || array_fill(add_sketches.a[v_a_last], array[v_last - v_a_last]);
    end if;
    if v_b_first > v_first then
        v_b := array_fill(0::bigint, array[v_b_first - v_first]) || v_b;
    end if;
    if v_b_last < v_last then
        v_b := v_b || array_fill(add_sketches.b[v_b_last], array[v_last - v_b_last]);
    end if;
    v_sum[v_first:v_last] := array(select unnest(v_a) + unnest(v_b));
    return v_sum;
end
$$;

comment on function perf.add_sketches is
    'The sketch of the values of both, null counting as empty; see perf.make_sketch.';

revoke execute on function perf.add_sketches from public;
grant execute on function perf.add_sketches
    to authenticated, service_role, perf_admin, perf_analyst;
