begin;
select plan(12);

-- Messages show times as the session does.
set local datestyle = 'ISO';

create function pg_temp.end_recording()
returns void
language plpgsql
as $$
declare
    -- As if another transaction, which the last run saw in progress, had recorded the rows.
    v_id bigint := 10
        + (select count(distinct r.transaction_id) from perf.performance_metrics_raw as r);
begin
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || v_id
    where s.pipeline = 'calls';
    update perf.performance_metrics_raw as r
    set transaction_id = v_id
    where r.transaction_id = txid_current();
end
$$;

set local timezone = 'UTC';

create temporary table recorded as
select perf.record_call(
    c.model_name, c.tool_name, 1, c.success, error_type => c.error_type,
    call_timestamp => c.called_at
)
from (
    values
        ('acme/one', 'chat', false, 'timeout', timestamptz '2020-01-06 10:00'),
        ('acme/one', 'chat', false, 'timeout', '2020-01-06 12:00'),
        ('acme/one', 'chat', false, null, '2020-01-06 11:00'),
        ('acme/one', 'chat', true, null, '2020-01-06 11:00'),
        ('acme/one', 'search', false, 'timeout', '2020-01-06 11:00'),
        ('acme/two', 'chat', true, null, '2020-01-06 11:00')
) as c (model_name, tool_name, success, error_type, called_at);

select pg_temp.end_recording();
create temporary table run as select perf.aggregate_performance_metrics();

select results_eq(
    $$ select model, tool, error_type, error_count, share_of_errors, error_rate, first_seen,
           last_seen
       from perf.get_error_breakdown('2020-01-06', '2020-01-07') $$,
    $$ values
        ('acme/one', 'chat', 'timeout', 2::bigint, 2 / 3::float8, 0.5::float8,
            '2020-01-06 10:00'::timestamptz, '2020-01-06 12:00'::timestamptz),
        ('acme/one', 'chat', '(none given)', 1, 1 / 3::float8, 0.25,
            '2020-01-06 11:00', '2020-01-06 11:00'),
        ('acme/one', 'search', 'timeout', 1, 1, 1, '2020-01-06 11:00', '2020-01-06 11:00') $$,
    'counts failed calls by model, tool and type, shares of the errors and of the calls'
);

select results_eq(
    $$ select tool, error_type
       from perf.get_error_breakdown('2020-01-06', '2020-01-07', 'acme/one', 'search') $$,
    $$ values ('search', 'timeout') $$,
    'model and tool choose calls'
);

select results_eq(
    $$ select error_type, error_count, error_rate
       from perf.get_error_breakdown('2020-01-06 10:00', '2020-01-06 11:00') $$,
    $$ values ('timeout', 1::bigint, 1::float8) $$,
    'start_time is in the range, end_time is not'
);

select is_empty(
    $$ select * from perf.get_error_breakdown('2020-01-06', '2020-01-07', 'acme/two') $$,
    'a model without errors has no rows'
);
select set_eq(
    $$ select range_start, range_end
       from perf.get_error_breakdown('2020-01-06 09:30', '2020-01-06 12:30') $$,
    $$ values ('2020-01-06 10:00'::timestamptz, '2020-01-06 13:00'::timestamptz) $$,
    'says which hours start in the range'
);
select is_empty(
    $$ select * from perf.get_error_breakdown('2020-02-03', '2020-02-10') $$,
    'a range without calls has none'
);

create temporary table late as
select perf.record_call(
    'acme/two', 'chat', 1, error_type => 'refused', call_timestamp => '2020-01-06 11:00'
);
select results_eq(
    $$ select error_type, error_rate
       from perf.get_error_breakdown('2020-01-06', '2020-01-07', 'acme/two') $$,
    $$ values ('refused', 0.5::float8) $$,
    'a pending call counts'
);

delete from perf.performance_metrics_raw where call_timestamp < '2020-01-06 11:00';
select results_eq(
    $$ select error_type, error_count, share_of_errors, error_rate, first_seen
       from perf.get_error_breakdown('2020-01-06', '2020-01-07', 'acme/one', 'chat')
       order by 1 $$,
    $$ values
        ('(no longer kept)', 1::bigint, 1 / 3::float8, 0.25::float8, null::timestamptz),
        ('(none given)', 1, 1 / 3::float8, 0.25, '2020-01-06 11:00'),
        ('timeout', 1, 1 / 3::float8, 0.25, '2020-01-06 12:00') $$,
    'errors whose raw calls are gone are still counted'
);

select throws_ok(
    $$ select * from perf.get_error_breakdown('2020-01-07', '2020-01-06') $$,
    '22023',
    'end_time must not be before start_time, got 2020-01-07 00:00:00+00 and 2020-01-06 00:00:00+00',
    'refuses an end before the start'
);
select throws_ok(
    $$ select * from perf.get_error_breakdown('2020-01-06', '2020-01-07', 'acme/three') $$,
    'PT404',
    'there is no model "acme/three"',
    'does not find an unknown model'
);
select throws_ok(
    $$ select * from perf.get_error_breakdown('2020-01-06', '2020-01-07', tool_name => 'walk') $$,
    'PT404',
    'there is no tool "walk"',
    'nor an unknown tool'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_error_breakdown('2020-01-06', '2020-01-07') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
