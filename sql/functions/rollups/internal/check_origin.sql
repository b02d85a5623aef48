create or replace function perf_internal.check_origin()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if not (
        select c.relispopulated
        from pg_class as c
        where c.oid = 'perf_internal.origin'::regclass
    ) then
        raise exception using
            errcode = 'PT409',
            message = 'a restore is under way: perf_internal.origin is empty',
            hint = 'Once all data is in, run: refresh materialized view perf_internal.origin';
    end if;
    -- A caller to whom the policies show no origin sees no raw rows either.
    if exists (
        select 1
        from perf_internal.database_origin as d
        where not exists (
            select 1
            from perf_internal.origin as o
            where o.origin = d.origin
        )
    ) then
        raise exception using
            errcode = 'PT409',
            message = 'rows of another cluster were restored here and not adopted',
            hint = 'Run: refresh materialized view perf_internal.origin';
    end if;
end
$$;

comment on function perf_internal.check_origin is
    'Raises PT409 while a restore is under way, because the transaction ids of raw rows then mean nothing.';

revoke execute on function perf_internal.check_origin from public;
grant execute on function perf_internal.check_origin
    to authenticated, service_role, perf_admin, perf_analyst;
