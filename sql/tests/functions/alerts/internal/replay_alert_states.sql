begin;
select plan(12);

-- A threshold that no table holds.
create function pg_temp.replay(
    changes jsonb, minutes integer[], sample_values double precision[], end_minute integer
)
returns setof text
language sql
as $$
    select concat_ws(
        ' ',
        a.severity,
        to_char(a.fired_at, 'HH24:MI'),
        coalesce(to_char(a.resolved_at, 'HH24:MI'), 'open'),
        coalesce(a.fired_value::text, 'null'),
        coalesce(a.worst_value::text, 'null'),
        case when a.is_flap then 'flap' end
    )
    from perf_internal.replay_alert_states(
        jsonb_populate_record(
            null::perf.performance_alert_thresholds,
            '{"warning_threshold": 10, "critical_threshold": 20, "direction": "above",
              "statistic": "avg", "minimum_sample": 1, "for_duration": "0",
              "keep_firing_for": "0", "no_data": "keep"}'::jsonb || changes
        ),
        array(select timestamptz '2030-01-01 00:00+00' + m * interval '1 minute'
            from unnest(minutes) as m),
        sample_values,
        array(select case when v is null then 0 else 5 end::bigint from unnest(sample_values) as v),
        array(select false from unnest(minutes)),
        timestamptz '2030-01-01 00:00+00' + end_minute * interval '1 minute',
        '1 minute'
    ) as a;
$$;
set local timezone = 'UTC';

select results_eq(
    $$ select pg_temp.replay('{}', '{0,3,5,9}', '{5,12,25,4}', 60) $$,
    array['critical 00:03 00:09 12 25'],
    'an alert opens at the first value beyond and ends at the first that is not; severity is the worst'
);
select is_empty(
    $$ select pg_temp.replay('{}', '{0,3}', '{5,10}', 60) $$,
    'a value that equals the limit is not beyond it'
);
select results_eq(
    $$ select pg_temp.replay('{}', '{0,3}', '{5,11}', 60) $$,
    array['warning 00:03 open 11 11'],
    'an alert may be open at the end'
);
select results_eq(
    $$ select pg_temp.replay('{"for_duration": "5 minutes"}', '{0,4,10,16}', '{11,5,12,3}', 60) $$,
    array['warning 00:15 00:16 12 12 flap'],
    'a value that does not change is beyond for as long as it stands'
);
select results_eq(
    $$ select pg_temp.replay('{"for_duration": "90 seconds"}', '{0,10}', '{11,5}', 60) $$,
    array['warning 00:02 00:10 11 11'],
    'for_duration ends at the next step'
);
select results_eq(
    $$ select pg_temp.replay('{"keep_firing_for": "5 minutes"}', '{0,1,4,6}', '{11,5,13,5}', 60) $$,
    array['warning 00:00 00:11 11 13'],
    'an alert stays open for keep_firing_for after the last value beyond'
);
select results_eq(
    $$ select pg_temp.replay('{"recovery_threshold": 7}', '{0,8,10,20}', '{11,8,7,12}', 60) $$,
    array['warning 00:00 00:10 11 11', 'warning 00:20 open 12 12 flap'],
    'a value between the thresholds keeps an alert open; one soon after the last is a flap'
);
select results_eq(
    $$ select pg_temp.replay('{}', '{0,8,20}', '{11,null,3}', 60) $$,
    array['warning 00:00 00:20 11 11'],
    'no data changes nothing'
);
select results_eq(
    $$ select pg_temp.replay('{"no_data": "resolve"}', '{0,8,20}', '{11,null,3}', 60) $$,
    array['warning 00:00 00:08 11 11'],
    'no data may count as good'
);
select results_eq(
    $$ select pg_temp.replay('{"no_data": "alert"}', '{0,8,20}', '{5,null,3}', 60) $$,
    array['critical 00:08 00:20 null null'],
    'no data may be an alert'
);
select results_eq(
    $$ select pg_temp.replay(
        '{"direction": "below", "warning_threshold": 5, "critical_threshold": 2}',
        '{0,8,20}', '{4,3,8}', 60
    ) $$,
    array['warning 00:00 00:20 4 3'],
    'low values may be bad'
);
select is_empty(
    $$ select pg_temp.replay('{}', '{}', '{}', 60) $$,
    'without samples there is no alert'
);

select * from finish();
rollback;
