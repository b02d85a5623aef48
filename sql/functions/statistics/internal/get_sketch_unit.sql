-- Not pinned, so that it is inlined: it stands in statements that read thousands of sketches, and in
-- those that another node must run.
create or replace function perf_internal.get_sketch_unit(bin integer)
returns numeric
language sql
immutable
strict
parallel safe
as $$
    select (
        '1e' operator(pg_catalog.||) (
            16 operator(pg_catalog.*) (2400 operator(pg_catalog.-) get_sketch_unit.bin)
        )::pg_catalog.text
    )::pg_catalog.numeric;
$$;

comment on function perf_internal.get_sketch_unit is
    'The sketch of one value in a bin; see perf_internal.make_sketch.';

revoke execute on function perf_internal.get_sketch_unit from public;
grant execute on function perf_internal.get_sketch_unit
    to authenticated, service_role, perf_admin, perf_analyst;
