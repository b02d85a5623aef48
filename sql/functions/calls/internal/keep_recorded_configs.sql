-- Raw rows refer to configurations without a foreign key. A configuration that is gone, or has
-- another id, would stop every later run.
create or replace function perf_internal.keep_recorded_configs()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using
        errcode = 'restrict_violation',
        message = format('%s rows are kept for ever: recorded calls refer to them', tg_table_name),
        hint = 'Rename the model or tool instead.';
end
$$;

comment on function perf_internal.keep_recorded_configs is
    'Trigger: refuses to remove a configuration that recorded calls refer to.';

revoke execute on function perf_internal.keep_recorded_configs from public;

create or replace trigger keep_recorded_configs
    before delete or truncate or update of id on perf.model_tool_configs
    for each statement execute function perf_internal.keep_recorded_configs();
