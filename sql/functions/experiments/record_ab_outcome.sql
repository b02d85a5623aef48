-- plpgsql, because that keeps the plan.
create or replace function perf.record_ab_outcome(
    test_id uuid,
    unit_key text,
    outcomes jsonb,
    outcome_id text default null,
    observed_at timestamptz default now()
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    return perf_internal.record_ab_outcome(
        record_ab_outcome.test_id,
        record_ab_outcome.unit_key,
        record_ab_outcome.outcomes,
        record_ab_outcome.outcome_id,
        record_ab_outcome.observed_at
    );
end
$$;

comment on function perf.record_ab_outcome is
    'Records what came of a unit of a running A/B test: outcomes is an object of numbers, or true for 1 and false for 0, by metric of the test; null is no outcome. The variant is that of perf.assign_ab_variant(). Without an outcome_id a unit has one outcome of a metric, and a later one counts as a retry. With an outcome_id it may have several, and a retry is known by the id. Use one way or the other for a metric: an outcome without id does not count beside those that have one. Returns whether anything was new. For several use perf.record_ab_outcomes(). Errors: 22023 bad argument, or a metric that the test does not record, PT404 no such test, PT409 the test is completed, 42501 not a recorder.';

revoke execute on function perf.record_ab_outcome from public;
grant execute on function perf.record_ab_outcome
    to authenticated, service_role, perf_admin, perf_recorder;
