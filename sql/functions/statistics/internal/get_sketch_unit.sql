-- Its search_path is not pinned, so that PostgreSQL inlines it: statements that read thousands of
-- sketches use it, and other machines must be able to run them.
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
