-- security definer: callers may not write outcomes themselves; their role is checked first.
create or replace function perf_internal.record_ab_outcome(
    test_id uuid,
    unit_key text,
    outcomes jsonb,
    outcome_id text,
    observed_at timestamptz
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return perf_internal.require_role('recorder')
        and perf_internal.record_outcome(
            row(
                record_ab_outcome.test_id,
                record_ab_outcome.unit_key,
                record_ab_outcome.outcomes,
                record_ab_outcome.outcome_id,
                record_ab_outcome.observed_at,
                null
            )::perf_internal.ab_outcome
        );
end
$$;

comment on function perf_internal.record_ab_outcome is
    'Does the work of perf.record_ab_outcome().';

revoke execute on function perf_internal.record_ab_outcome from public;
grant execute on function perf_internal.record_ab_outcome
    to authenticated, service_role, perf_admin, perf_recorder;
