begin;
select plan(2);
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
select perf.create_alert_threshold(
    'response_time_ms', 500, 2000, group_by => '{model}', time_window => '1 minute'
) as id;

select results_eq(
    $$ select a.group_number, a.severity, a.fired_at, a.is_flap
        from t
        cross join perf_internal.get_backtest(t.id, '2020-01-06 10:00', '2020-01-06 11:00') as b
        cross join perf_internal.get_backtest_alerts(
            b.threshold, b.series_ids, b.group_numbers, b.first_at, '2020-01-06 11:00', b.used_step,
            b.is_raw
        ) as a $$,
    $$ values
        (1, 'critical', timestamptz '2020-01-06 10:21', false),
        (1, 'warning', timestamptz '2020-01-06 10:51', true) $$,
    'the alerts of each group'
);
select is_empty(
    $$ select a.*
        from t
        cross join perf_internal.get_backtest(t.id, '2020-01-06 10:00', '2020-01-06 11:00') as b
        cross join perf_internal.get_backtest_alerts(
            b.threshold, '{}', '{}', b.first_at, '2020-01-06 11:00', b.used_step, b.is_raw
        ) as a $$,
    'no groups have no alerts'
);

select * from finish();
rollback;
