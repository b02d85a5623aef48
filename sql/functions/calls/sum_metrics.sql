-- Strict, so a group of one row costs no call.
create or replace aggregate perf_internal.sum_metrics(perf_internal.performance_metrics) (
    sfunc = perf_internal.add_metrics,
    stype = perf_internal.performance_metrics
);

comment on aggregate perf_internal.sum_metrics(perf_internal.performance_metrics) is
    'What rollup rows measure together; only what adds up, not averages and percentiles.';

revoke execute on function perf_internal.sum_metrics from public;
grant execute on function perf_internal.sum_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
