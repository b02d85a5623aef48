begin;
select plan(3);

select is(
    perf_internal.get_call_outcomes(true, 250.5, 30),
    '{"success": true, "response_time_ms": 250.5, "first_token_ms": 30}',
    'a call that succeeded has its times'
);
select is(
    perf_internal.get_call_outcomes(true, 0, null),
    '{"success": true, "response_time_ms": 0, "first_token_ms": null}',
    'without a first token that is null, which is no outcome'
);
select is(
    perf_internal.get_call_outcomes(false, 250.5, 30),
    '{"success": false, "response_time_ms": null, "first_token_ms": null}',
    'a call that failed has none, because it may fail fast'
);

select * from finish();
rollback;
