create or replace function perf.set_drift_reference(
    model_type text,
    machine_id uuid,
    start_time timestamptz,
    end_time timestamptz
)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.set_drift_reference(
        set_drift_reference.model_type,
        set_drift_reference.machine_id,
        set_drift_reference.start_time,
        set_drift_reference.end_time
    );
$$;

comment on function perf.set_drift_reference is
    'Makes a time range what a trained model is compared with when it is checked for drift, in place of another range or of a profile: from start_time to before end_time, of which the hours that start in it count. Rollups keep hours 90 days, days 2 years and weeks for ever, so an old range is made of whole days or weeks. False if it was so before. Errors: 22023 bad range, 42501 not an admin, PT404 no such trained model, and no calls or jobs of the model type.';

revoke execute on function perf.set_drift_reference from public;
grant execute on function perf.set_drift_reference
    to authenticated, service_role, perf_admin;
