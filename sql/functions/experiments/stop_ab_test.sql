create or replace function perf.stop_ab_test(
    test_id uuid,
    reason text default null,
    winner text default null,
    stopped_at timestamptz default now()
)
returns perf.model_ab_tests
language sql
set search_path = pg_catalog, pg_temp
as $$
    select t.*
    from perf_internal.stop_ab_test(
        stop_ab_test.test_id, stop_ab_test.reason, stop_ab_test.winner, stop_ab_test.stopped_at
    ) as t;
$$;

comment on function perf.stop_ab_test is
    'Ends an A/B test and returns it: winner_model (a, b or none: winner, or what perf.get_ab_test_results() recommends) and winner_metrics (its rows) stay as they are from now on, and no outcome is taken any more. A test that is over is returned as it is, if winner is null or what it has. reason is kept; null keeps that of the recommendation, and says so where winner is another one than recommended. A test that has not begun ends at its start. Errors: 22023 bad argument, 42501 not an admin, PT404 no such test, PT409 it is over with another winner, a transaction that records its outcomes does not end, or this one is not read committed.';

revoke execute on function perf.stop_ab_test from public;
grant execute on function perf.stop_ab_test to authenticated, service_role, perf_admin;
