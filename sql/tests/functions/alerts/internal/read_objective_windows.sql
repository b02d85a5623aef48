begin;
select plan(10);

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

-- One call in each window that the next shorter one lacks, at 15:30 on a Thursday.
create function pg_temp.record(model text, at text, ms double precision, success boolean)
returns void
language sql as $$
    select perf.record_call(
        model, 'chat', ms, success => success,
        error_type => case when not success then 'timeout' end,
        call_timestamp => at::timestamptz
    )
$$;
select pg_temp.record('acme/one', c.at, c.ms, c.success)
from (
    values
        ('2020-02-06 15:31+00', 9000, false),
        ('2020-02-06 15:30+00', 9000, false),
        ('2020-02-06 15:26+00', 100, true),
        ('2020-02-06 15:10+00', 9000, true),
        ('2020-02-06 14:30+00', 100, false),
        ('2020-02-06 14:29+00', 100, true),
        ('2020-02-06 13:29+00', 9000, true),
        ('2020-02-06 09:29+00', 100, false),
        ('2020-02-05 16:00+00', 100, true),
        ('2020-02-05 15:59+00', 9000, true),
        ('2020-02-03 16:00+00', 100, true),
        ('2020-02-03 15:59+00', 9000, false),
        ('2020-01-07 16:00+00', 100, true),
        ('2020-01-07 15:59+00', 100, true)
) as c (at, ms, success);
select pg_temp.record('acme/two', '2020-02-06 12:00+00', 100, true);
select perf.set_slo_objective('good', 'success_rate', 0.9);
select perf.set_slo_objective('bad', 'error_rate', 0.9);
select perf.set_slo_objective('fast', 'response_time_ms', 0.9, 1000, group_by => '{model}');
select perf.set_slo_objective('week', 'response_time_ms', 0.9, 1000, '7 days', '{"model": "acme/one"}');

create function pg_temp.found(name text, has_budget boolean, model text default null)
returns text[]
language sql as $$
    select array_agg(format('%s:%s/%s', w.window_s, w.bad_count, w.total_count) order by w.window_s)
    from perf_internal.read_objective_windows(
        '2020-02-06 15:30+00',
        array(select o.id from perf.slo_objectives as o where o.enabled),
        has_budget
    ) as w
    join perf.slo_objectives as o on o.id = w.objective_id
    where o.objective_name = name
        and (model is null or w.group_labels = jsonb_build_object('model', model))
$$;
create temp table expected as
select
    array[
        '300:0/1', '1800:0/2', '3600:1/3', '7200:1/4', '21600:1/6', '86400:2/8', '259200:2/10'
    ] as good,
    array[
        '300:0/1', '1800:1/2', '3600:1/3', '7200:1/4', '21600:2/5', '86400:2/7', '259200:3/9'
    ] as fast;

select is(
    pg_temp.found('good', false),
    (select e.good from expected as e),
    'counts failed calls, windows below a day to the microsecond and others from a whole hour'
);
select is(pg_temp.found('bad', false), (select e.good from expected as e), 'of error_rate the share');
select is(
    pg_temp.found('fast', false, 'acme/one'),
    (select e.fast from expected as e),
    'counts values above faster_than, by group'
);
select is(
    pg_temp.found('fast', false, 'acme/two'),
    array['300:0/0', '1800:0/0', '3600:0/0', '7200:0/0', '21600:0/1', '86400:0/1', '259200:0/1'],
    'a group without values has zeros'
);
select is(
    pg_temp.found('good', true),
    (select e.good || '2592000:3/12'::text from expected as e),
    'and with has_budget the time window of the objective'
);
select is(
    pg_temp.found('week', true),
    (select e.fast || '604800:4/10'::text from expected as e),
    'of each its own'
);

select pg_temp.end_recording();
select is(
    perf.aggregate_performance_metrics(),
    15::bigint,
    'a run counts the calls'
);
select is(
    pg_temp.found('good', true) || pg_temp.found('fast', false, 'acme/one'),
    (select e.good || '2592000:3/12'::text || e.fast from expected as e),
    'the same when all is rolled up'
);

-- Raw rows of the last hours are gone.
insert into perf_internal.dropped_ranges (pipeline, range_start, range_end, row_count, bytes)
values ('calls', '2020-02-06', '2020-02-07', 1, 1);
select results_eq(
    $$ select w.window_s, w.bad_count, w.total_count, w.window_end
       from perf_internal.read_objective_windows(
           '2020-02-06 15:30+00',
           array(select o.id from perf.slo_objectives as o where o.objective_name = 'good')
       ) as w
       order by 1 $$,
    $$ select v.*, timestamptz '2020-02-06 15:00+00'
       from (
           values (3600, 1::bigint, 2::bigint), (7200, 1, 3), (21600, 2, 5), (86400, 2, 7),
               (259200, 3, 9)
       ) as v $$,
    'without raw rows the windows end with the last whole hour'
);

select is_empty(
    $$ select * from perf_internal.read_objective_windows('2020-02-06 15:30+00', '{}') $$,
    'of no objectives there are none'
);

select * from finish();
rollback;
