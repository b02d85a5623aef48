create or replace aggregate perf.sum_sketches(bigint[]) (
    sfunc = perf.add_sketches,
    stype = bigint[],
    combinefunc = perf.add_sketches,
    parallel = safe
);

comment on aggregate perf.sum_sketches(bigint[]) is
    'The sketch of all values of all sketches; null for none.';

revoke execute on function perf.sum_sketches from public;
grant execute on function perf.sum_sketches
    to authenticated, service_role, perf_admin, perf_analyst;
