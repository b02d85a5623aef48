-- security definer: no API role may write these tables; the caller is checked first. No other session
-- waits for it, because recording touches rows of running tests only, and a completed test stays so.
create or replace function perf_internal.delete_ab_units()
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_series_ids uuid[];
    v_units bigint;
    v_ids bigint;
begin
    perform perf_internal.require_role('admin');
    v_series_ids := array(
        select s.id
        from perf_internal.ab_series as s
        join perf.model_ab_tests as t on t.id = s.test_id
        where t.test_status = 'completed'
    );
    delete from perf_internal.ab_units as u
    where u.series_id = any (v_series_ids);
    get diagnostics v_units = row_count;
    delete from perf_internal.ab_outcome_ids as i
    where i.series_id = any (v_series_ids);
    get diagnostics v_ids = row_count;
    return v_units + v_ids;
end
$$;

comment on function perf_internal.delete_ab_units is
    'Deletes what recording remembers of units and ids of outcomes of A/B tests that are completed; returns how many rows. The daily job cleanup calls it. Error 42501: not an admin.';

revoke execute on function perf_internal.delete_ab_units from public;
grant execute on function perf_internal.delete_ab_units to authenticated, service_role, perf_admin;
