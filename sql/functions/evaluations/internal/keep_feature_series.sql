-- Batches of features refer to these rows without a foreign key. A row that is gone, or has another id, would
-- stop every later run.
create or replace function perf_internal.keep_feature_series()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using
        errcode = 'restrict_violation',
        message = 'feature_series rows are kept for ever: batches of features refer to them',
        hint = 'Leave it: a feature that nobody records costs nothing.';
end
$$;

comment on function perf_internal.keep_feature_series is
    'Trigger: refuses to remove a series that raw rows refer to.';

revoke execute on function perf_internal.keep_feature_series from public;

create or replace trigger keep_feature_series
    before delete or truncate or update of id on perf_internal.feature_series
    for each statement execute function perf_internal.keep_feature_series();
