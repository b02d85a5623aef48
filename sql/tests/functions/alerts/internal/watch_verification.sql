begin;
select plan(17);

set local timezone = 'Asia/Tokyo';

-- Saturday and Sunday of the two days before Monday.
select perf.record_call(
    'acme/one', 'chat', 5, input_tokens => 3, call_timestamp => t::timestamptz
)
from unnest(
    array[
        '2020-01-03 23:59:59+00', '2020-01-04 00:00+00', '2020-01-05 10:00+00',
        '2020-01-06 01:00+00'
    ]
) as t;
select perf.record_job_metrics(
    'portrait', 'gpu-1', time_per_frame_ms => 20, completed_at => '2020-01-05 10:00+00'
);

-- As if another transaction, which the last run saw in progress, had recorded the rows.
create function pg_temp.end_recording(pipeline text, raw_table regclass) returns void
language plpgsql as $$
begin
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || 11::bigint
    where s.pipeline = end_recording.pipeline;
    execute format('update %s set transaction_id = 11', raw_table);
end
$$;
select pg_temp.end_recording('calls', 'perf.performance_metrics_raw');
select pg_temp.end_recording('jobs', 'perf.performance_metrics');
select perf.aggregate_performance_metrics('calls');
select perf.aggregate_performance_metrics('jobs');

select set_eq(
    $$ select * from perf_internal.watch_verification('2020-01-06 03:00+00') $$,
    $$ select p.pipeline, 0::bigint, null::text from perf_internal.pipelines as p $$,
    'verifies every pipeline'
);
select is_empty('select * from perf.model_alerts', 'rollups that are right are no alert');

update perf_internal.rollups as r
set count = r.count + 1
where r.granularity = 'hourly'
    and r.time_bucket in ('2020-01-03 23:00+00', '2020-01-06 01:00+00')
    and r.metric = 'response_time_ms';

select is(
    (select sum(w.bucket_count)::bigint from perf_internal.watch_verification('2020-01-06 03:00+00') as w),
    0::bigint,
    'nor is what is wrong in other days'
);

update perf_internal.rollups as r
set count = r.count + 1
where r.granularity = 'hourly'
    and r.time_bucket = '2020-01-05 10:00+00'
    and r.metric in ('response_time_ms', 'time_per_frame_ms');

select results_eq(
    $$ select w.pipeline, w.bucket_count, w.problem
       from perf_internal.watch_verification('2020-01-06 03:00+00') as w
       where w.bucket_count > 0 $$,
    $$ values ('calls', 1::bigint, null::text), ('jobs', 1, null) $$,
    'finds what is wrong'
);
select results_eq(
    $$ select a.alert_type, a.severity, a.model_type, a.labels, a.alert_message, a.alert_timestamp
       from perf.model_alerts as a
       order by a.id $$,
    $$ select 'verification_failed', 'critical', null::text, jsonb_build_object('pipeline', p.name),
           format(
               'Rollups of %s from 2020-01-04 to 2020-01-06 differ from what they were made of: 1 found, first the hourly of %s in 2020-01-05T10:00:00+00:00. perf.rebuild_performance_metrics() computes them again.',
               p.name, p.metric
           ),
           '2020-01-06 03:00+00'::timestamptz
       from (values ('calls', 'response_time_ms'), ('jobs', 'time_per_frame_ms'))
           as p (name, metric) $$,
    'which is an alert of each pipeline'
);
select results_eq(
    $$ select a.alert_details #- '{buckets,0,series_id}'
       from perf.model_alerts as a
       order by a.id
       limit 1 $$,
    $$ values (
        '{"start_time": "2020-01-04T00:00:00+00:00", "end_time": "2020-01-06T00:00:00+00:00",
          "bucket_count": 1, "problem": null,
          "buckets": [{"granularity": "hourly", "time_bucket": "2020-01-05T10:00:00+00:00",
                       "metric": "response_time_ms", "expected_count": 1, "rolled_up_count": 2,
                       "differs_in": ["count"]}]}'::jsonb
    ) $$,
    'with what differs'
);

select perf.rebuild_performance_metrics('2020-01-05 00:00+00', '2020-01-06 00:00+00', 'jobs');
select perf_internal.watch_verification('2020-01-06 04:00+00');

select results_eq(
    $$ select a.is_resolved, a.resolution_note, a.repeat_count
       from perf.model_alerts as a
       order by a.id $$,
    $$ values
        (false, null, 1::bigint),
        (true, 'The rollups from 2020-01-04 to 2020-01-06 are right.', 0) $$,
    'one that is right again is over, and the other is seen again'
);

select perf.rebuild_performance_metrics('2020-01-05 00:00+00', '2020-01-06 00:00+00', 'calls');

savepoint broken;
-- A pipeline whose raw table cannot be read.
update perf_internal.pipelines set raw_table = 'perf.profiles' where pipeline = 'features';
select results_eq(
    $$ select w.pipeline, w.bucket_count, w.problem is not null
       from perf_internal.watch_verification('2020-01-06 05:00+00') as w
       order by 1 $$,
    $$ select p.pipeline,
           case when p.pipeline <> 'features' then 0::bigint end,
           p.pipeline = 'features'
       from perf_internal.pipelines as p
       order by 1 $$,
    'an error of one pipeline does not stop the others'
);
select is(
    (select count(*) from perf.v_unresolved_model_alerts as v where v.labels ->> 'pipeline' = 'calls'),
    0::bigint,
    'so that of calls is over, too'
);
select results_eq(
    $$ select v.severity,
           v.alert_message like 'Rollups of features from 2020-01-04 to 2020-01-06 cannot be verified: %',
           v.alert_details ->> 'problem' is not null
       from perf.v_unresolved_model_alerts as v $$,
    $$ values ('warning', true, true) $$,
    'what cannot be verified is a warning'
);
rollback to savepoint broken;

update perf_internal.rollups as r
set count = r.count + 1
where r.time_bucket between '2020-01-04' and '2020-01-05 23:00+00';
select cmp_ok(
    (
        select w.bucket_count
        from perf_internal.watch_verification('2020-01-06 06:00+00') as w
        where w.pipeline = 'calls'
    ),
    '>',
    5::bigint,
    'given many that are wrong'
);
select is(
    (
        select jsonb_array_length(v.alert_details -> 'buckets')
        from perf.v_unresolved_model_alerts as v
        where v.labels ->> 'pipeline' = 'calls'
    ),
    5,
    'details show the first five'
);
select throws_ok(
    'select * from perf_internal.watch_verification(null)', '22023', null, 'refuses no time'
);

set local role perf_analyst;
select throws_ok(
    'select * from perf_internal.watch_verification()', '42501', null, 'an analyst may not'
);
set local role perf_admin;
select is(
    (select sum(w.bucket_count)::bigint from perf_internal.watch_verification('2020-02-06 03:00+00') as w),
    0::bigint,
    'perf_admin may'
);
reset role;
select is_empty(
    $$ select * from perf.v_unresolved_model_alerts as v where v.labels ->> 'pipeline' = 'features' $$,
    'no other alert is touched'
);
select is_empty(
    $$ select * from perf.v_unresolved_model_alerts $$, 'days that are right clear those before'
);

select * from finish();
rollback;
