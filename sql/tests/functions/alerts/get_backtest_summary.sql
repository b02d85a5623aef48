begin;
select plan(8);
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
select perf.create_alert_threshold(
    'response_time_ms', 500, 2000, group_by => '{model}', time_window => '1 minute'
) as id;
create temporary table s as
select s.*
from t
cross join perf.get_backtest_summary(t.id, '2020-01-06 10:00', '2020-01-06 11:00') as s;

select results_eq(
    'select alert_count, critical_count, flap_count, group_count, firing_group_count from s',
    'values (2::bigint, 1::bigint, 1::bigint, 2::bigint, 1::bigint)',
    'it counts alerts and groups'
);
select results_eq(
    'select alerts_per_week, critical_per_week from s',
    'values (2 * 168::float8, 168::float8)',
    'per week'
);
select is(
    (select round(firing_share::numeric, 12) from s),
    round(11.0 / 120, 12),
    'firing_share is of the time of all groups'
);
select results_eq(
    'select median_duration, longest_duration, worst_value from s',
    $$ values ('1 minute'::interval, '10 minutes'::interval, 3000::float8) $$,
    'durations and the worst value'
);
select is((select noisiest_labels ->> 'model' from s), 'acme/one', 'which group has the most');
select results_eq(
    'select used_step, step_count, source from s',
    $$ values ('1 minute'::interval, 60::bigint, 'raw') $$,
    'how it was evaluated'
);
select results_eq(
    $$ select s.alert_count, s.firing_share, s.longest_duration, s.worst_value, s.noisiest_labels
        from t cross join perf.get_backtest_summary(t.id, '2019-01-06', '2019-01-07') as s $$,
    'values (0::bigint, 0::float8, null::interval, null::float8, null::jsonb)',
    'no alerts'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.get_backtest_summary(1, '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'a recorder may not'
);

select * from finish();
rollback;
