-- Whoever writes rollups or moves raw rows takes this first, so they never meet. The lock goes
-- with the transaction.
create or replace function perf_internal.lock_rollup(pipeline text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform 1
    from perf_internal.rollup_state as s
    where s.pipeline = lock_rollup.pipeline
    for update;
    if exists (
        select 1
        from perf_internal.get_rollup_position(lock_rollup.pipeline) as p
        where p.restored_before is not null
    ) then
        perform perf_internal.adopt_restored_calls();
    end if;
end
$$;

comment on function perf_internal.lock_rollup is
    'Waits until no other run writes rollups; afterwards transaction ids are those of this cluster.';

revoke execute on function perf_internal.lock_rollup from public;
