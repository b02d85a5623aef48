create or replace function perf.create_alert_silence(
    matcher jsonb,
    ends_at timestamptz,
    reason text,
    starts_at timestamptz default now()
)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.create_alert_silence(
        create_alert_silence.matcher,
        create_alert_silence.ends_at,
        create_alert_silence.reason,
        create_alert_silence.starts_at
    );
$$;

comment on function perf.create_alert_silence is
    'Silences alerts that match from starts_at until ends_at, at most a year, and returns the key of the silence. Nobody is told of them; they open and resolve all the same, and one that is still open at the end is told then. matcher has labels and values: {"metric": "error_rate", "model": ["a", "b"]}; beside the labels of an alert it knows alert_type, severity, model_type and machine_id; null matches a label that is absent. A starts_at in the past means now. Errors: 22023 bad argument, 42501 not an admin.';

revoke execute on function perf.create_alert_silence from public;
grant execute on function perf.create_alert_silence to authenticated, service_role, perf_admin;
