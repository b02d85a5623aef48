begin;
select plan(19);
set local timezone = 'UTC';
set local intervalstyle = 'postgres';

-- Three weeks with a call each hour, of 100 ms and now and then more: 200 ms once a day, 400 ms once a
-- week, and once 900 ms.
select perf.record_calls((
    select jsonb_agg(jsonb_build_object(
        'model_name', 'acme/one',
        'tool_name', 'chat',
        'response_time_ms', case
            when i = 300 then 900
            when mod(i, 168) = 100 then 400
            when mod(i, 24) = 10 then 200
            else 100 + mod(i, 5)
        end,
        'call_timestamp', timestamptz '2020-01-06 00:00+00' + i * interval '1 hour'
    ))
    from generate_series(0, 503) as i
));
create temporary table s as
select s.*
from perf.suggest_alert_threshold(
    'response_time_ms',
    time_window => '10 minutes',
    start_time => '2020-01-06',
    end_time => '2020-01-27',
    alerts_per_week => 2
) as s;
grant select on s to perf_analyst;

select results_eq(
    'select candidate from s',
    array['quiet', 'balanced', 'sensitive'],
    'three candidates'
);
select results_eq(
    'select warning_threshold, alert_count from s',
    'values (900::float8, 0::bigint), (400, 1), (200, 4)',
    'each has as many alerts as its share of alerts_per_week allows'
);
select is_empty(
    'select 1 from s where critical_threshold <= warning_threshold + 0.2 * (warning_threshold - usual_value)',
    'critical is further out'
);
select results_eq(
    'select distinct usual_value, worst_value, window_count, group_count, used_step, source from s',
    $$ values (102::float8, 900::float8, 504::bigint, 1::bigint, interval '1 minute', 'raw') $$,
    'what the limits come from'
);
select is(
    (select count(*) from s where caution like '%Only 504 windows%'), 3::bigint, 'few windows are told'
);

create temporary table t as
select s.candidate, perf.create_alert_threshold(
    s.arguments ->> 'metric_name',
    (s.arguments ->> 'warning_threshold')::float8,
    (s.arguments ->> 'critical_threshold')::float8,
    s.arguments ->> 'scope_type',
    scope_labels => s.arguments -> 'scope_labels',
    statistic => s.arguments ->> 'statistic',
    direction => s.arguments ->> 'direction',
    time_window => (s.arguments ->> 'time_window')::interval,
    minimum_sample => (s.arguments ->> 'minimum_sample')::bigint,
    for_duration => (s.arguments ->> 'for_duration')::interval
) as id
from s;
grant select on t to perf_analyst;
select results_eq(
    $$ select
            t.candidate, b.alert_count, b.critical_count, b.flap_count, b.firing_share,
            b.longest_duration, b.alerts_per_week
        from t
        cross join perf.get_backtest_summary(t.id, '2020-01-06', '2020-01-27') as b $$,
    $$ select
            s.candidate, s.alert_count, s.critical_count, s.flap_count, s.firing_share,
            s.longest_duration, s.warnings_per_week
        from s $$,
    'the thresholds made of it do in a backtest what it says'
);
select ok(
    (
        select bool_and(p.proargnames @> array[k.name])
        from s
        cross join jsonb_object_keys(s.arguments) as k (name)
        cross join pg_proc as p
        where p.oid = 'perf.create_alert_threshold'::regproc
    ),
    'arguments are those of perf.create_alert_threshold()'
);

select perf.record_calls((
    select jsonb_agg(jsonb_build_object(
        'model_name', 'acme/bad',
        'tool_name', 'chat',
        'response_time_ms', 100,
        'error_type', case when i < 30 then 'timeout' end,
        'call_timestamp', timestamptz '2020-01-06 00:00+00' + i * interval '1 hour'
    ))
    from generate_series(0, 503) as i
));
select throws_ok(
    $$ select perf.suggest_alert_threshold(
        'error_rate', scope_labels => '{"model": "acme/bad"}', time_window => '1 hour',
        start_time => '2020-01-06', end_time => '2020-01-27'
    ) $$,
    'PT404',
    'there is no limit of "error_rate" that values reach so rarely',
    'no limit is proposed that no share reaches'
);

-- Four calls an hour: once all of them fail, now and then half of them, more often one.
select perf.record_calls((
    select jsonb_agg(jsonb_build_object(
        'model_name', 'acme/flaky',
        'tool_name', 'chat',
        'response_time_ms', 100,
        'error_type', case
            when j <= case when i = 100 then 4 when mod(i, 50) = 0 then 2 when mod(i, 10) = 0 then 1 else 0 end
            then 'timeout'
        end,
        'call_timestamp', timestamptz '2020-01-06 00:00+00' + i * interval '1 hour'
    ))
    from generate_series(0, 503) as i, generate_series(1, 4) as j
));
create temporary table flaky as
select f.*
from perf.suggest_alert_threshold(
    'error_rate', scope_labels => '{"model": "acme/flaky"}', time_window => '1 hour',
    start_time => '2020-01-06', end_time => '2020-01-27', alerts_per_week => 2
) as f;
select results_eq(
    'select f.candidate, f.warning_threshold, f.alert_count from flaky as f',
    $$ values ('balanced', 0.5::float8, 1::bigint) $$,
    'a candidate that would need such a limit is left out'
);
select is(
    (select f.critical_threshold < 1 and f.caution ~ 'More than a tenth as many become critical' from flaky as f),
    true,
    'that too many become critical is told'
);

-- A call an hour with 1000 tokens, once with 3.
select perf.record_calls((
    select jsonb_agg(jsonb_build_object(
        'model_name', 'acme/few',
        'tool_name', 'chat',
        'response_time_ms', 100,
        'input_tokens', case when i = 100 then 3 else 1000 - mod(i, 7) end,
        'call_timestamp', timestamptz '2020-01-06 00:00+00' + i * interval '1 hour'
    ))
    from generate_series(0, 503) as i
));
select results_eq(
    $$ select f.candidate, f.warning_threshold, f.critical_threshold > 0, f.alert_count
       from perf.suggest_alert_threshold(
           'input_tokens', 'sum', '{"model": "acme/few"}', direction => 'below', time_window => '1 hour',
           start_time => '2020-01-06 01:00+00', end_time => '2020-01-27'
       ) as f
       where f.candidate = 'quiet' $$,
    $$ values ('quiet', 3::float8, true, 0::bigint) $$,
    'no limit is rounded to one that no sum reaches'
);
select throws_ok(
    $$ select perf.suggest_alert_threshold(
        'response_time_ms', 'count', direction => 'below', time_window => '10 minutes',
        start_time => '2020-01-06', end_time => '2020-01-27'
    ) $$,
    'PT404',
    'there is no limit of "response_time_ms" that values reach so rarely',
    'nor one below a count of 0'
);
select ok(
    (
        select bool_and(s.warning_threshold < s.usual_value and s.critical_threshold < s.warning_threshold)
        from perf.suggest_alert_threshold(
            'success_rate', scope_labels => '{"model": "acme/one"}', time_window => '1 hour',
            start_time => '2020-01-06', end_time => '2020-01-27'
        ) as s
    ),
    'of values that never vary the limits are on the bad side'
);
select throws_ok(
    $$ select perf.suggest_alert_threshold(
        'response_time_ms', start_time => '2019-01-06', end_time => '2019-01-27'
    ) $$,
    'PT404',
    'there is no window with 1 or more values of "response_time_ms" in the range',
    'refuses a range without values'
);
select throws_ok(
    $$ select perf.suggest_alert_threshold(
        'response_time_ms', start_time => '2020-01-06', end_time => '2020-01-27', alerts_per_week => 0
    ) $$,
    '22023',
    'alerts_per_week must be 0.001 to 10000, got 0',
    'refuses no alerts'
);
select throws_ok(
    $$ select perf.suggest_alert_threshold(
        'response_time_ms', scope_labels => '{"colour": "red"}', start_time => '2020-01-06', end_time => '2020-01-27'
    ) $$,
    '22023',
    'labels and group_by must name labels, got "colour"',
    'refuses a label that no series has'
);
select throws_ok(
    $$ select perf.suggest_alert_threshold('other') $$,
    'PT404',
    'there is no metric "other"',
    'no such metric'
);
set local role perf_analyst;
select lives_ok(
    $$ select perf.suggest_alert_threshold(
        'response_time_ms', group_by => '{model}', start_time => '2020-01-06', end_time => '2020-01-27'
    ) $$,
    'an analyst may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.suggest_alert_threshold('response_time_ms') $$, '42501', null, 'a recorder may not'
);

select * from finish();
rollback;
