-- Outcomes of A/B tests refer to these rows without a foreign key. A row that is gone, or has another
-- id, would stop every later run. One with another test, variant or metric would move what was
-- measured.
create or replace function perf_internal.keep_ab_series()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using
        errcode = 'restrict_violation',
        message = 'ab_series rows are kept for ever: outcomes of A/B tests refer to them',
        hint = 'Stop the test instead: perf.stop_ab_test().';
end
$$;

comment on function perf_internal.keep_ab_series is
    'Trigger: refuses to remove a series that raw rows refer to.';

revoke execute on function perf_internal.keep_ab_series from public;

create or replace trigger keep_ab_series
    before delete or truncate or update on perf_internal.ab_series
    for each statement execute function perf_internal.keep_ab_series();
