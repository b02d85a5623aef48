begin;
select plan(11);

-- At 10:00 failed calls have both extremes, at 11:00 neither, at 12:00 none failed, at 13:00 all.
create temporary table recorded as
select perf.record_call(
    'acme/one', 'chat', c.ms, error_type => c.error_type, input_tokens => c.input_tokens,
    first_token_ms => c.ms / 2, call_timestamp => c.called_at
)
from (
    values
        (100, null, 10, timestamptz '2020-01-06 10:00+00'),
        (200, null, 20, '2020-01-06 10:00+00'),
        (50, 'timeout', 3, '2020-01-06 10:00+00'),
        (400, 'timeout', null, '2020-01-06 10:00+00'),
        (100, null, null, '2020-01-06 11:00+00'),
        (300, null, null, '2020-01-06 11:00+00'),
        (200, 'timeout', null, '2020-01-06 11:00+00'),
        (100, null, null, '2020-01-06 12:00+00'),
        (400, 'timeout', 5, '2020-01-06 13:00+00')
) as c (ms, error_type, input_tokens, called_at);

create temporary table hours as
select
    extract(hour from c.time_bucket at time zone 'UTC')::integer as hour,
    c as m,
    perf_internal.filter_outcome(c, 'success') as succeeded,
    perf_internal.filter_outcome(c, 'error') as failed
from perf_internal.summarize_calls(is_pending => true) as c;

select is_empty(
    $$ select hour from hours where perf_internal.filter_outcome(m, 'all') is distinct from m $$,
    'all leaves a row as it is'
);

select results_eq(
    $$ select hour, (failed).call_count, (failed).success_count, (failed).error_count,
           (failed).sum_response_time, (failed).min_response_time, (failed).max_response_time,
           (failed).total_input_tokens
       from hours
       order by hour $$,
    $$ values
        (10, 2::bigint, 0::bigint, 2::bigint, 450::float8, 50::float8, 400::float8, 3::bigint),
        (11, 1, 0, 1, 200, 200, 200, null),
        (12, 0, 0, 0, null, null, null, null),
        (13, 1, 0, 1, 400, 400, 400, 5) $$,
    'error leaves what failed calls measure'
);

select results_eq(
    $$ select (failed).success_response_time_sketch, (failed).success_first_token_sketch,
           (failed).error_response_time_sketch
       from hours
       where hour = 10 $$,
    $$ values (null::bigint[], null::bigint[], perf.make_sketch('{394,603}')) $$,
    'and only their sketches'
);

select results_eq(
    $$ select hour, (succeeded).call_count, (succeeded).success_count, (succeeded).error_count,
           (succeeded).sum_response_time
       from hours
       order by hour $$,
    $$ values
        (10, 2::bigint, 2::bigint, 0::bigint, 300::float8),
        (11, 2, 2, 0, 400),
        (12, 1, 1, 0, 100),
        (13, 0, 0, 0, 0) $$,
    'success leaves what successful calls measure'
);

select results_eq(
    $$ select (succeeded).error_response_time_sketch, (succeeded).error_first_token_sketch,
           (succeeded).success_response_time_sketch
       from hours
       where hour = 10 $$,
    $$ values (null::bigint[], null::bigint[], perf.make_sketch('{463,533}')) $$,
    'and only their sketches too'
);

select is(
    (select (succeeded).total_input_tokens from hours where hour = 10),
    30::bigint,
    'tokens of failed calls do not count'
);

select results_eq(
    $$ select (succeeded).min_response_time, (succeeded).max_response_time
       from hours
       where hour = 11 $$,
    'values (100::float8, 300::float8)',
    'extremes that successful calls have are exact'
);

select results_eq(
    $$ select
           abs((succeeded).min_response_time / 100 - 1) <= 0.005,
           abs((succeeded).max_response_time / 200 - 1) <= 0.005
       from hours
       where hour = 10 $$,
    'values (true, true)',
    'where failed calls have them, those of successful calls are within 0.5 %'
);

select results_eq(
    $$ select (succeeded).min_response_time, (succeeded).max_response_time
       from hours
       where hour = 12 $$,
    'values (100::float8, 100::float8)',
    'where none failed nothing changes'
);

select is(
    (select (succeeded).total_input_tokens from hours where hour = 11),
    null,
    'tokens that no call reported stay null'
);

select is(
    (select array_agg((h.succeeded).time_bucket is not null) from hours as h),
    '{t,t,t,t}',
    'the bucket stays'
);

select * from finish();
rollback;
