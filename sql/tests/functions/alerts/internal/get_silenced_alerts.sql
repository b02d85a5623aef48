begin;
select plan(16);

select perf_internal.raise_alert(
    'threshold', 'warning', null, null, 'It is slow.', as_of => '2020-01-06 10:00+00',
    labels => a::jsonb
)
from unnest(
    array[
        '{"model": "a", "threshold_id": 7}',
        '{"model": "b", "threshold_id": 8}',
        '{"model": "c", "tool": "chat 💬"}',
        '{"model": 5}'
    ]
) as a;
select perf_internal.clear_alert('threshold', null, null, labels => '{"model": "b", "threshold_id": 8}');
create function pg_temp.silenced(matcher jsonb) returns text
language plpgsql as $$
begin
    delete from perf.alert_silences;
    insert into perf.alert_silences (matcher, starts_at, ends_at, reason) values
        (matcher, '2020-01-06 11:00+00', '2020-01-06 12:00+00', 'We know.');
    return (
        select string_agg(a.labels ->> 'model', ', ' order by a.id)
        from perf_internal.get_silenced_alerts('2020-01-06 11:30+00') as s
        join perf.model_alerts as a on a.id = s.alert_id
    );
end
$$;

select is(pg_temp.silenced(s.matcher::jsonb), s.found, s.description)
from (
    values
        ('{"model": "a"}', 'a', 'a value'),
        ('{"model": "b"}', null, 'not of an alert that is resolved'),
        ('{"model": ["a", "b", "c"]}', 'a, c', 'one of several'),
        ('{"model": ["a", "c"], "tool": "chat 💬"}', 'c', 'two labels'),
        ('{"model": "a", "tool": null}', 'a', 'a label that is absent'),
        ('{"model": ["a", null], "alert_type": "threshold"}', 'a', 'null beside a value'),
        ('{"model": 5.0}', '5', 'a number'),
        ('{"model": "5"}', '5', 'the text of a number'),
        ('{"model": "5.0"}', null, 'and no other text of it'),
        ('{"threshold_id": [7.0, "x"]}', 'a', 'a number beside a text'),
        ('{"severity": "warning"}', 'a, c, 5', 'what the alert is'),
        ('{"model": {"x": 1}}', null, 'an object that no alert has'),
        ('{"other": "a"}', null, 'a label that no alert has')
) as s (matcher, found, description);
select results_eq(
    $$ select m.starts_at, m.ends_at
       from perf_internal.get_silenced_alerts('2020-01-06 10:30+00') as m
       join perf.alert_silences as s on s.id = m.silence_id $$,
    $$ select null::timestamptz, null::timestamptz where false $$,
    'given none that matches'
);
insert into perf.alert_silences (matcher, starts_at, ends_at, reason) values
    ('{"model": "a"}', '2020-01-06 11:00+00', '2020-01-06 12:00+00', 'We know.');
select results_eq(
    $$ select m.silence_id, m.starts_at, m.ends_at
       from perf_internal.get_silenced_alerts('2020-01-06 10:30+00') as m $$,
    $$ select max(s.id), '2020-01-06 11:00+00'::timestamptz, '2020-01-06 12:00+00'::timestamptz
       from perf.alert_silences as s $$,
    'also one that has not begun'
);
select is_empty(
    $$ select * from perf_internal.get_silenced_alerts('2020-01-06 12:00+00') $$,
    'and none that is over'
);

select * from finish();
rollback;
