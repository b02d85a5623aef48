create or replace function perf_internal.require_cron()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if to_regclass('cron.job') is null then
        raise exception using
            errcode = 'PT409',
            message = 'pg_cron is not installed in this database',
            hint = 'Preload pg_cron, set cron.database_name to this database, and run '
                'create extension pg_cron. Or run pgkit worker instead.';
    end if;
end
$$;

comment on function perf_internal.require_cron is
    'Raises PT409 where pg_cron is not installed in this database.';

revoke execute on function perf_internal.require_cron from public;
