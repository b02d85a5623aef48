-- Evaluations refer to these rows without a foreign key. A row that is gone, or has another id, would
-- stop every later run.
create or replace function perf_internal.keep_trained_models()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using
        errcode = 'restrict_violation',
        message = 'trained_models rows are kept for ever: evaluations refer to them',
        hint = 'Leave it: a model that nobody evaluates costs nothing.';
end
$$;

comment on function perf_internal.keep_trained_models is
    'Trigger: refuses to remove a series that raw rows refer to.';

revoke execute on function perf_internal.keep_trained_models from public;

create or replace trigger keep_trained_models
    before delete or truncate or update of id on perf_internal.trained_models
    for each statement execute function perf_internal.keep_trained_models();
