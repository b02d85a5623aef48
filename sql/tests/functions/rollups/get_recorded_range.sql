begin;
select plan(11);

create function pg_temp.list(pipeline text default null)
returns setof text
language sql
as $$
    select format(
        '%s %s %s', r.pipeline_name,
        to_char(r.first_bucket at time zone 'UTC', 'MM-DD HH24:MI'),
        to_char(r.last_bucket at time zone 'UTC', 'MM-DD HH24:MI')
    )
    from perf.get_recorded_range(list.pipeline) as r
$$;
select is_empty('select pg_temp.list()', 'without values there is no row');

create function pg_temp.end_recording()
returns void
language plpgsql
as $$
declare
    -- As if another transaction, which the last run saw in progress, had recorded the rows.
    v_id bigint := 11 + coalesce(
        (
            select max(r.transaction_id)
            from perf.performance_metrics_raw as r
            where r.transaction_id < txid_current()
        ),
        0
    );
begin
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || v_id
    where s.pipeline = 'calls';
    update perf.performance_metrics_raw as r
    set transaction_id = v_id
    where r.transaction_id = txid_current();
end
$$;

select perf.record_call('acme/' || d, 'chat', 1, call_timestamp => d)
from unnest('{2020-02-05 10:30+00,2020-02-07 12:59+00}'::timestamptz[]) as d;
select results_eq(
    'select pg_temp.list()',
    $$ values ('calls 02-05 10:00 02-07 12:00') $$,
    'says where there are rows that no run has read, by the hour'
);
select pg_temp.end_recording();
select perf.aggregate_performance_metrics();
select results_eq(
    'select pg_temp.list()',
    $$ values ('calls 02-05 10:00 02-07 12:00') $$,
    'a run changes nothing'
);
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-02-08 00:00+00');
select results_eq(
    $$ select pg_temp.list('calls') $$,
    $$ values ('calls 02-05 10:00 02-08 00:00') $$,
    'it tells of both together, also of one pipeline'
);
savepoint late;
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from unnest('{2020-02-01 09:30+00,2020-02-06 12:00+00,2020-02-08 12:00+00}'::timestamptz[]) as d;
select results_eq(
    'select pg_temp.list()',
    $$ values ('calls 02-01 09:00 02-08 12:00') $$,
    'rows that come late count at both ends'
);
rollback to late;
select is_empty($$ select pg_temp.list('jobs') $$, 'a pipeline without values has no row');

-- 2020-02-03 was a Monday.
update perf.retention as t
set deleted_before = '2020-02-07 00:00+00'
where t.pipeline = 'calls'
    and t.level = 'hourly';
delete from perf_internal.rollups as r
where r.granularity = 'hourly'
    and r.time_bucket < '2020-02-08 00:00+00';
select results_eq(
    'select pg_temp.list()',
    $$ values ('calls 02-05 00:00 02-08 00:00') $$,
    'where hours are gone, it starts with a day'
);
update perf.retention as t
set deleted_before = '2020-02-08 00:00+00'
where t.pipeline = 'calls'
    and t.level = 'daily';
delete from perf_internal.rollups as r
where r.granularity = 'daily';
select results_eq(
    'select pg_temp.list()',
    $$ values ('calls 02-03 00:00 02-08 00:00') $$,
    'or with a week'
);

select throws_ok(
    $$ select perf.get_recorded_range('call') $$,
    'PT404',
    'there is no pipeline "call"',
    'refuses a pipeline that is none'
);
set local role perf_analyst;
select results_eq(
    'select pg_temp.list()',
    $$ values ('calls 02-03 00:00 02-08 00:00') $$,
    'perf_analyst may ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select perf.get_recorded_range()', '42501', 'this needs the role analyst', 'a stranger may not'
);

select * from finish();
rollback;
