begin;
select plan(27);
set local timezone = 'UTC';

-- As if another transaction, which the last run saw in progress, had recorded the rows.
create function pg_temp.end_recording()
returns void
language sql as $$
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || bigint '10'
    where s.pipeline = 'calls';
    update perf.performance_metrics_raw as r
    set transaction_id = 10
    where r.transaction_id = txid_current()
$$;

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
-- 990 good calls and 10 bad ones, of which one in the last hour.
select count(
    perf.record_call(
        'acme/one', 'chat', 100, success => c > 10,
        error_type => case when c <= 10 then 'timeout' end,
        call_timestamp => timestamptz '2020-02-06 14:59+00'
            - case when c in (1, 11) then interval '0' else interval '10 days' end
    )
)
from generate_series(1, 1000) as c;
select perf.record_call('acme/two', 'chat', 100, call_timestamp => '2020-02-06 14:00+00');
select perf.record_call('acme/old', 'chat', 100, call_timestamp => '2019-02-06 14:00+00');
select perf.set_slo_objective('ok', 'success_rate', 0.95, group_by => '{model}');
select perf.set_slo_objective('off', 'success_rate', 0.99, enabled => false);

create function pg_temp.status(
    objective text default null,
    model text default 'acme/one',
    as_of text default '2020-02-06 15:00+00'
)
returns table (
    counts bigint[], shares numeric[], rates numeric[], severity text, gone timestamptz[],
    covered timestamptz[]
)
language sql as $$
    select
        array[s.total_count, s.good_count, s.bad_count],
        array[
            round(s.compliance::numeric, 4), s.target::numeric,
            round(s.error_budget_left::numeric, 4)
        ],
        array[
            round(s.burn_rate_5m::numeric, 2), round(s.burn_rate_30m::numeric, 2),
            round(s.burn_rate_1h::numeric, 2), round(s.burn_rate_2h::numeric, 2),
            round(s.burn_rate_6h::numeric, 2), round(s.burn_rate_1d::numeric, 2),
            round(s.burn_rate_3d::numeric, 2)
        ],
        s.severity,
        array[date_trunc('minute', s.gone_at_1h_rate), date_trunc('minute', s.gone_at_6h_rate)],
        array[s.window_start, s.window_end]
    from perf.get_slo_status(status.objective, status.as_of::timestamptz) as s
    where coalesce(s.labels ->> 'model', 'acme/one') = status.model
$$;

select results_eq(
    'select s.counts, s.shares from pg_temp.status() as s',
    $$ values (array[1000, 990, 10]::bigint[], array[0.99, 0.95, 0.8]) $$,
    'counts good and bad, and what is left of the error budget'
);
select results_eq(
    'select s.rates, s.severity from pg_temp.status() as s',
    $$ values (array[10, 10, 10, 10, 10, 10, 10]::numeric[], 'critical') $$,
    'has the burn rate of each window and what they mean'
);
-- 30 days * 0.8 / 10 are 57.6 hours.
select results_eq(
    'select s.gone, s.covered from pg_temp.status() as s',
    $$ values (
        array['2020-02-09 00:36+00', '2020-02-09 00:36+00']::timestamptz[],
        array['2020-01-07 15:00+00', '2020-02-06 15:00+00']::timestamptz[]
    ) $$,
    'says when the budget is gone at the present rate, and what it covers'
);
select results_eq(
    $$ select s.counts, s.shares, s.rates, s.severity, s.gone from pg_temp.status(model => 'acme/two') as s $$,
    $$ values (
        array[1, 1, 0]::bigint[], array[1, 0.95, 1]::numeric[],
        array[null, null, 0, 0, 0, 0, 0]::numeric[], null::text, array[null, null]::timestamptz[]
    ) $$,
    'nothing bad leaves the budget untouched for ever'
);
select results_eq(
    $$ select s.counts, s.shares, s.rates, s.severity, s.gone from pg_temp.status(model => 'acme/old') as s $$,
    $$ values (
        array[0, 0, 0]::bigint[], array[null, 0.95, null]::numeric[],
        array_fill(null::numeric, array[7]), null::text, array[null, null]::timestamptz[]
    ) $$,
    'without calls there are no shares'
);
select results_eq(
    $$ select s.counts, s.shares, s.gone from pg_temp.status('off') as s $$,
    $$ values (
        array[1001, 991, 10]::bigint[], array[0.9900, 0.99, 0.0010],
        array['2020-02-06 15:01+00', '2020-02-06 15:01+00']::timestamptz[]
    ) $$,
    'a named objective is measured also if it is disabled'
);
select is(
    (select count(*) from perf.get_slo_status(as_of => '2020-02-06 15:00+00')),
    3::bigint,
    'without a name only those that are enabled'
);
select results_eq(
    $$ select s.objective, s.labels
       from perf.get_slo_status(as_of => '2020-02-06 15:00+00', max_rows => 2) as s $$,
    $$ values
        ('ok', '{"model": "acme/one", "metric": "success_rate", "objective": "ok"}'::jsonb),
        ('ok', '{"model": "acme/two", "metric": "success_rate", "objective": "ok"}') $$,
    'the alerting and worst first, at most max_rows'
);

select perf.set_slo_objective('strict', 'success_rate', 0.999);
select results_eq(
    $$ select s.shares, s.gone from pg_temp.status('strict') as s $$,
    $$ values (
        array[0.9900, 0.999, -8.9900],
        array['2020-02-06 15:00+00', '2020-02-06 15:00+00']::timestamptz[]
    ) $$,
    'an overspent budget is below 0 and gone now'
);
select perf.set_slo_objective('strictest', 'success_rate', 0.999999);
select results_eq(
    $$ select s.shares, s.severity from pg_temp.status('strictest') as s $$,
    $$ values (array[0.9900, 0.999999, -9989.0100], 'critical') $$,
    'six nines too'
);
select perf.delete_slo_objective('strictest');
-- 10 of 1000 are exactly the budget.
select perf.set_slo_objective('exact', 'success_rate', 0.99, scope_labels => '{"model": "acme/one"}');
select is(
    (select s.error_budget_left from perf.get_slo_status('exact', '2020-02-06 15:00+00') as s),
    0::float8,
    'a budget that is used exactly is 0'
);
-- The last hour has one call, a good one; 6 hours have the same.
select results_eq(
    $$ select s.gone from pg_temp.status('exact', as_of => '2020-02-12 12:00+00') as s $$,
    $$ values (array['2020-02-12 12:00+00', '2020-02-12 12:00+00']::timestamptz[]) $$,
    'and gone'
);

-- Hours and days before the last week are gone; the first whole week that is left begins a Monday.
select pg_temp.end_recording();
select is(
    perf.aggregate_performance_metrics(),
    1002::bigint,
    'a run counts the calls'
);
insert into perf.retention (pipeline, level, keep, deleted_before)
values ('calls', 'hourly', '7 days', '2020-01-31'), ('calls', 'daily', '7 days', '2020-01-31')
on conflict (pipeline, level) do update set deleted_before = excluded.deleted_before;
delete from perf_internal.rollups as r
where r.granularity in ('hourly', 'daily')
    and r.time_bucket < '2020-01-31';
select results_eq(
    $$ select s.counts, s.covered from pg_temp.status('exact') as s $$,
    $$ values (
        array[1000, 990, 10]::bigint[],
        array['2020-01-13 00:00+00', '2020-02-06 15:00+00']::timestamptz[]
    ) $$,
    'where retention is shorter than the time window it says from when it covers'
);
insert into perf.retention (pipeline, level, keep, deleted_before)
values ('calls', 'weekly', '7 days', '2020-02-03')
on conflict (pipeline, level) do update set deleted_before = excluded.deleted_before;
delete from perf_internal.rollups as r
where r.granularity = 'weekly'
    and r.time_bucket < '2020-02-03';
select results_eq(
    $$ select s.counts, s.covered from pg_temp.status('exact') as s $$,
    $$ values (
        array[2, 1, 1]::bigint[],
        array['2020-01-31 00:00+00', '2020-02-06 15:00+00']::timestamptz[]
    ) $$,
    'also where no week reaches as far as the days that are kept'
);

select throws_ok(
    $$ select perf.get_slo_status('unknown') $$,
    'PT404',
    'there is no objective "unknown"',
    'refuses an unknown name'
);
select throws_ok(
    $$ select perf.get_slo_status(as_of => null) $$,
    '22023',
    'as_of must be a point in time, got null',
    'refuses no time'
);
select throws_ok(
    $$ select perf.get_slo_status(max_rows => 0) $$,
    '22023',
    'max_rows must be between 1 and 100000, got 0',
    'refuses no rows'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.get_slo_status('off')), 1::bigint, 'an admin reads');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select results_eq(
    $$ select s.counts from pg_temp.status('exact') as s $$,
    $$ values (array[2, 1, 1]::bigint[]) $$,
    'an analyst reads the same'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok('select perf.get_slo_status()', '42501', null, 'a recorder may not');
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok('select perf.get_slo_status()', '42501', null, 'a stranger may not');
set local role perf_admin;
select is((select count(*) from perf.get_slo_status('off')), 1::bigint, 'perf_admin reads');
set local role perf_analyst;
select is((select count(*) from perf.get_slo_status('off')), 1::bigint, 'perf_analyst reads');
set local role service_role;
select is((select count(*) from perf.get_slo_status('off')), 1::bigint, 'service_role reads');
set local role perf_recorder;
select throws_ok('select perf.get_slo_status()', '42501', null, 'perf_recorder may not');
set local role anon;
select throws_ok('select perf.get_slo_status()', '42501', null, 'anon may not');

select * from finish();
rollback;
