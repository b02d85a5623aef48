begin;
select plan(5);
set local timezone = 'UTC';

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
    perf.create_alert_threshold('response_time_ms', 5, 10, group_by => '{model}') as each_model,
    perf.create_alert_threshold(
        'time_per_frame_ms', 5, 10
    ) as no_series,
    perf.create_alert_threshold(
        'response_time_ms', 5, 10, scope_labels => '{"model": "acme/two"}'
    ) as two;

select results_eq(
    $$ select b.groups, b.group_numbers, b.used_step, b.is_raw, b.step_count
        from t cross join perf_internal.get_backtest(t.each_model, '2020-01-06', '2020-01-07') as b $$,
    $$ select
            array[jsonb_build_object(
                'model', 'acme/one', 'metric', 'response_time_ms', 'statistic', 'avg',
                'threshold_id', t.each_model
            )],
            '{1}'::integer[],
            interval '1 minute',
            true,
            1440::bigint
        from t $$,
    'the groups that no narrower threshold takes'
);
select results_eq(
    $$ select b.groups, b.group_numbers, b.series_ids
        from t cross join perf_internal.get_backtest(t.no_series, '2020-01-06', '2020-01-07') as b $$,
    $$ select
            array[jsonb_build_object(
                'metric', 'time_per_frame_ms', 'statistic', 'avg', 'threshold_id', t.no_series
            )],
            '{1}'::integer[],
            '{null}'::uuid[]
        from t $$,
    'a threshold without groups has one, also without series'
);
select is(
    (
        select cardinality(b.groups)
        from t
        cross join perf_internal.get_backtest(t.two, '2020-01-06', '2020-01-07') as b
    ),
    1,
    'a scope of labels'
);
select throws_ok(
    $$ select perf_internal.get_backtest(null, '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no threshold null',
    'refuses no id'
);
select throws_ok(
    $$ select perf_internal.get_backtest(t.two, '2020-01-06', null) from t $$,
    '22023',
    null,
    'refuses no time'
);

select * from finish();
rollback;
