-- PostgreSQL stores a numeric without the zeros at its end, and numeric_send() shows how: the
-- number of digits to the base 10000, then the power of the first. A bin has four of them. Its
-- search_path is not pinned, so that PostgreSQL inlines it: statements that write thousands of
-- sketches use it, and other machines must be able to run them.
create or replace function perf_internal.get_last_bin(sketch numeric)
returns integer
language sql
immutable
strict
parallel safe
as $$
    select 2400 operator(pg_catalog.-) (
        (
            (
                pg_catalog.get_byte(pg_catalog.numeric_send(get_last_bin.sketch), 2)
                operator(pg_catalog.-) pg_catalog.get_byte(pg_catalog.numeric_send(get_last_bin.sketch), 0)
            ) operator(pg_catalog.*) 256
            operator(pg_catalog.+) pg_catalog.get_byte(pg_catalog.numeric_send(get_last_bin.sketch), 3)
            operator(pg_catalog.-) pg_catalog.get_byte(pg_catalog.numeric_send(get_last_bin.sketch), 1)
            operator(pg_catalog.+) 1
        ) operator(pg_catalog./) 4
    );
$$;

comment on function perf_internal.get_last_bin is
    'The highest bin that a sketch has values of; see perf_internal.make_sketch.';

revoke execute on function perf_internal.get_last_bin from public;
grant execute on function perf_internal.get_last_bin
    to authenticated, service_role, perf_admin, perf_analyst;
