create or replace function perf_internal.require_cron()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Null where pg_cron is not preloaded, or where the caller may not read the setting.
    v_home text := (select s.setting from pg_settings as s where s.name = 'cron.database_name');
begin
    if to_regclass('cron.job') is null then
        raise exception using
            errcode = 'PT409',
            message = 'pg_cron is not installed in this database',
            hint = case
                when v_home <> current_database()
                then format(
                    'It lives in database %s: run pgkit schedule as a superuser, to register the jobs '
                    'there. Or run pgkit worker instead.',
                    perf_internal.quote_value(v_home)
                )
                when v_home = current_database()
                then 'Run create extension pg_cron.'
                else 'Preload pg_cron, set cron.database_name to this database, and run '
                    'create extension pg_cron. Where it lives in another database already, only '
                    'members of pg_read_all_settings see that. Or run pgkit worker instead.'
            end;
    end if;
end
$$;

comment on function perf_internal.require_cron is
    'Raises PT409 where pg_cron is not installed in this database.';

revoke execute on function perf_internal.require_cron from public;
