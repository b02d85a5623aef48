-- Not sum(numeric), whose state keeps every digit, also the zeros at the end. What leaves a sliding
-- window is subtracted, so a window needs no sum of its own.
create or replace aggregate perf_internal.sum_sketches(numeric) (
    sfunc = numeric_add,
    stype = numeric,
    combinefunc = numeric_add,
    msfunc = numeric_add,
    minvfunc = numeric_sub,
    mstype = numeric,
    parallel = safe
);

comment on aggregate perf_internal.sum_sketches(numeric) is
    'The sketch of all values of all sketches; null for none. See perf_internal.make_sketch.';

revoke execute on function perf_internal.sum_sketches from public;
grant execute on function perf_internal.sum_sketches
    to authenticated, service_role, perf_admin, perf_analyst;
