begin;
select plan(12);
set local timezone = 'UTC';
set local intervalstyle = 'postgres';

-- A call each minute; slow from 10:20 to 10:29, the second half very slow, and at 10:50.
select perf.record_calls((
    select jsonb_agg(jsonb_build_object(
        'model_name', m.name,
        'tool_name', 'chat',
        'response_time_ms', case
            when m.name = 'acme/two' then 100
            when i between 25 and 29 then 3000
            when i between 20 and 29 or i = 50 then 1000
            else 100
        end,
        'call_timestamp', timestamptz '2020-01-06 10:00+00' + i * interval '1 minute'
    ))
    from generate_series(0, 59) as i
    cross join (values ('acme/one'), ('acme/two')) as m (name)
));
create temporary table t as
select
    perf.create_alert_threshold(
        'response_time_ms', 500, 2000, group_by => '{model}', time_window => '1 minute'
    ) as each_model,
    perf.create_alert_threshold(
        'response_time_ms', 500, 2000, time_window => '1 minute', statistic => 'max',
        for_duration => '2 minutes', enabled => false
    ) as disabled;
grant select on t to perf_analyst;

create function pg_temp.backtest(
    threshold_id bigint, start_time timestamptz, end_time timestamptz, step interval default null
)
returns setof text
language sql
as $$
    select concat_ws(
        ' ',
        b.labels ->> 'model',
        b.severity,
        to_char(b.fired_at, 'HH24:MI'),
        coalesce(to_char(b.resolved_at, 'HH24:MI'), 'open'),
        b.duration,
        b.fired_value,
        b.worst_value,
        case when b.is_flap then 'flap' end
    )
    from perf.backtest_alert_threshold(threshold_id, start_time, end_time, step) as b;
$$;

select results_eq(
    $$ select pg_temp.backtest(t.each_model, '2020-01-06 10:00', '2020-01-06 11:00') from t $$,
    array[
        'acme/one critical 10:21 10:31 00:10:00 1000 3000',
        'acme/one warning 10:51 10:52 00:01:00 1000 1000 flap'
    ],
    'an alert opens at the step after the value and ends at the step after the last'
);
select results_eq(
    $$ select pg_temp.backtest(t.disabled, '2020-01-06 10:00', '2020-01-06 11:00') from t $$,
    array['critical 10:23 10:31 00:08:00 1000 3000'],
    'a disabled threshold, and one with for_duration'
);
select is(
    (
        select b.labels
        from t
        cross join perf.backtest_alert_threshold(t.each_model, '2020-01-06', '2020-01-07') as b
        limit 1
    ),
    (
        select jsonb_build_object(
            'model', 'acme/one', 'metric', 'response_time_ms', 'statistic', 'avg',
            'threshold_id', t.each_model
        )
        from t
    ),
    'labels are those of the alert'
);
select results_eq(
    $$ select pg_temp.backtest(t.each_model, '2020-01-06 10:00', '2020-01-06 10:25') from t $$,
    array['acme/one warning 10:21 open 00:04:00 1000 1000'],
    'an alert may be open at the end'
);
select results_eq(
    $$ select pg_temp.backtest(t.each_model, '2020-01-06 10:25', '2020-01-06 10:45') from t $$,
    array['acme/one critical 10:25 10:31 00:06:00 1000 3000'],
    'what was open before the range opens anew'
);
select results_eq(
    $$ select pg_temp.backtest(t.each_model, '2020-01-06 10:00', '2020-01-06 11:00', '10 minutes') from t $$,
    array['acme/one critical 10:30 10:40 00:10:00 3000 3000'],
    'a longer step sees less'
);
select is_empty(
    $$ select pg_temp.backtest(t.each_model, '2020-01-06 10:00', '2020-01-06 10:00') from t $$,
    'an empty range has no alerts'
);
select perf.create_alert_threshold(
    'response_time_ms', 5000, 6000, scope_labels => '{"model": "acme/one"}'
);
select is_empty(
    $$ select pg_temp.backtest(t.each_model, '2020-01-06 10:00', '2020-01-06 11:00') from t $$,
    'a narrower threshold takes its series'
);
select throws_ok(
    $$ select perf.backtest_alert_threshold(0, '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no threshold 0',
    'no such threshold'
);
delete from perf.performance_alert_thresholds as d where d.warning_threshold = 5000;
select throws_ok(
    $$ select b.* from t cross join perf.backtest_alert_threshold(
        t.each_model, '2020-01-06', '2020-01-07', max_rows => 1) as b $$,
    '22023',
    'the answer has more rows than max_rows allows, which is 1',
    'refuses more rows than asked'
);
set local role perf_analyst;
select lives_ok(
    $$ select pg_temp.backtest(t.each_model, '2020-01-06', '2020-01-07') from t $$,
    'an analyst may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.backtest_alert_threshold(1, '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'a recorder may not'
);

select * from finish();
rollback;
