begin;
select plan(9);

create temporary table recorded as
select perf.record_call(
    'acme/one', 'chat', c.ms, error_type => c.error_type, input_tokens => c.input_tokens,
    output_tokens => c.output_tokens, first_token_ms => c.first_token_ms,
    call_timestamp => c.called_at
)
from (
    values
        (100, null, 10, 20, 50, timestamptz '2020-01-06 10:00+00'),
        (200, null, 7, null, null, '2020-01-06 11:00+00'),
        (400, 'timeout', 5, null, 50, '2020-01-06 11:00+00'),
        (50, 'timeout', 1, null, null, '2020-01-06 12:00+00')
) as c (ms, error_type, input_tokens, output_tokens, first_token_ms, called_at);

create temporary table hours as
select extract(hour from c.time_bucket at time zone 'UTC') as hour, c as m
from perf_internal.summarize_calls(is_pending => true) as c;

create temporary table sums as
select
    perf_internal.add_metrics(a.m, b.m) as a_b,
    perf_internal.add_metrics(b.m, a.m) as b_a,
    perf_internal.add_metrics(b.m, c.m) as b_c
from hours as a
cross join hours as b
cross join hours as c
where a.hour = 10 and b.hour = 11 and c.hour = 12;

select results_eq(
    $$ select (a_b).call_count, (a_b).success_count, (a_b).error_count, (a_b).sum_response_time
       from sums $$,
    'values (3::bigint, 2::bigint, 1::bigint, 700::float8)',
    'counts and times add up'
);

select results_eq(
    'select (a_b).min_response_time, (a_b).max_response_time from sums',
    'values (100::float8, 400::float8)',
    'of the extremes the outer ones count'
);

select results_eq(
    $$ select (a_b).total_input_tokens, (a_b).input_token_calls,
           (a_b).total_output_tokens, (a_b).output_token_calls
       from sums $$,
    'values (22::bigint, 3::bigint, 20::bigint, 1::bigint)',
    'tokens add up, null adding nothing'
);

select results_eq(
    $$ select (a_b).success_response_time_sketch, (a_b).error_response_time_sketch,
           (a_b).success_first_token_sketch, (a_b).error_first_token_sketch
       from sums $$,
    $$ values (
        perf.make_sketch('{463,533}'), perf.make_sketch('{603}'),
        perf.make_sketch('{394}'), perf.make_sketch('{394}')
    ) $$,
    'sketches add up'
);

select results_eq(
    $$ select (a_b).error_sum_response_time, (a_b).error_min_response_time,
           (a_b).error_max_response_time, (a_b).error_total_input_tokens
       from sums $$,
    'values (400::float8, 400::float8, 400::float8, 5::bigint)',
    'failed calls of one side are those of both'
);

select results_eq(
    $$ select (b_c).error_count, (b_c).error_sum_response_time, (b_c).error_min_response_time,
           (b_c).error_max_response_time, (b_c).error_total_input_tokens,
           (b_c).error_total_output_tokens, (b_c).error_response_time_sketch
       from sums $$,
    $$ values (
        2::bigint, 450::float8, 50::float8, 400::float8, 6::bigint, null::bigint,
        perf.make_sketch('{394,603}')
    ) $$,
    'failed calls of both sides add up'
);

select is_empty(
    $$ select perf_internal.get_differences(a_b, b_a) as differs_in
       from sums
       where perf_internal.get_differences(a_b, b_a) <> '{}' $$,
    'the order of the two is of no matter'
);

select is(
    (select (a_b).time_bucket from sums),
    '2020-01-06 10:00+00'::timestamptz,
    'the bucket stays that of the first'
);

select is(
    (select perf_internal.add_metrics(h.m, null) is null from hours as h where h.hour = 10),
    true,
    'null gives null'
);

select * from finish();
rollback;
