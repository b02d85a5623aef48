-- Summaries refer to these rows without a foreign key. A row that is gone, or has another id, would stop
-- every later run. The id follows from the labels, so these stay too.
create or replace function perf_internal.keep_otlp_series()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using
        errcode = 'restrict_violation',
        message = 'otlp_series rows are kept for ever: summaries refer to them',
        hint = 'Leave it: a series that nobody records costs nothing.';
end
$$;

comment on function perf_internal.keep_otlp_series is
    'Trigger: refuses to remove or change a series that raw rows refer to.';

revoke execute on function perf_internal.keep_otlp_series from public;

create or replace trigger keep_otlp_series
    before delete or truncate or update on perf_internal.otlp_series
    for each statement execute function perf_internal.keep_otlp_series();
