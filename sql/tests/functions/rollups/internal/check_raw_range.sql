begin;
select plan(8);

set local timezone = 'UTC';

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

create function pg_temp.check_day(day timestamptz)
returns text
language sql
as $$ select perf_internal.check_raw_range('calls', day, day + interval '24 hours') $$;

create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from (
    values
        (timestamptz '2020-01-06 00:00'),
        ('2020-01-07 00:00')
) as c (d);
select pg_temp.end_recording();
select perf.aggregate_performance_metrics();

select is(
    pg_temp.check_day('2020-01-06'),
    null,
    'nothing speaks against dropping a day whose rows are rolled up'
);
select is(pg_temp.check_day('2020-01-05'), null, 'a day without rows may go');
select is(
    perf_internal.check_raw_range('calls', '2020-01-01', '2020-02-01'), null, 'so may a month'
);

update perf_internal.rollups as r
set count = 9
where r.granularity = 'hourly'
    and r.time_bucket = '2020-01-07 00:00';
select is(
    pg_temp.check_day('2020-01-07'),
    '1 buckets differ from their raw rows, first 2020-01-07 00:00:00+00',
    'a day whose rollups say something else may not'
);

create temporary table late as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 12:00');
select is(
    pg_temp.check_day('2020-01-06'),
    'some of its rows are not rolled up yet',
    'nor one of which a row is not rolled up'
);
select is(pg_temp.check_day('2020-01-05'), null, 'that of another day is of no matter');

select throws_ok(
    $$ select perf_internal.check_raw_range('other', '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.check_raw_range('calls', '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
