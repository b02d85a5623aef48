begin;
select plan(4);

select is(
    perf_internal.get_otlp_rejection('rejectedSpans', '{}'), '{}'::jsonb, 'nothing was rejected'
);
select is(
    perf_internal.get_otlp_rejection('rejectedSpans', '{a,b}'),
    '{"rejectedSpans": 2, "errorMessage": "a; b"}'::jsonb,
    'says how many were, and why'
);
select is(
    perf_internal.get_otlp_rejection('rejectedDataPoints', '{a,b,c,d,e,f,g}'),
    '{"rejectedDataPoints": 7, "errorMessage": "a; b; c; d; e; and 2 more"}'::jsonb,
    'the first five'
);
select is(
    perf_internal.get_otlp_rejection('rejectedDataPoints', '{}', '{w}'),
    '{"rejectedDataPoints": 0, "errorMessage": "w"}'::jsonb,
    'a warning rejects nothing'
);

select * from finish();
rollback;
