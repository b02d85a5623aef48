begin;
select plan(27);

create function pg_temp.silence(
    matcher jsonb default '{"model": "a"}',
    ends_at text default '2020-01-06 12:00+00',
    reason text default ' We know. ',
    starts_at text default '2020-01-06 11:00+00'
)
returns bigint
language sql as $$
    select perf_internal.create_alert_silence(
        matcher, ends_at::timestamptz, reason, starts_at::timestamptz, '2020-01-06 10:00+00'
    );
$$;
create temporary table made as
select pg_temp.silence('{"model": ["a", "ä"], "threshold_id": 7}') as id;

select results_eq(
    $$ select s.id, s.matcher, s.starts_at, s.ends_at, s.reason, s.created_by, s.created_at,
           s.ended_by
       from perf.alert_silences as s $$,
    $$ select m.id, '{"model": ["a", "ä"], "threshold_id": 7}'::jsonb,
           '2020-01-06 11:00+00'::timestamptz, '2020-01-06 12:00+00'::timestamptz, 'We know.',
           session_user::text collate "default", '2020-01-06 10:00+00'::timestamptz, null::text
       from made as m $$,
    'makes a silence'
);
select isnt(
    pg_temp.silence('{"model": ["a", "ä"], "threshold_id": 7}'),
    (select m.id from made as m),
    'a second one of the same is another'
);
insert into made select pg_temp.silence(starts_at => '2020-01-06 09:00+00');
select is(
    (select s.starts_at from perf.alert_silences as s order by s.id desc limit 1),
    '2020-01-06 10:00+00',
    'none starts before it is made'
);
select results_eq(
    $$ select q.row_id, q.action, q.new_values ->> 'reason'
       from perf_internal.audit_queue as q
       where q.table_name = 'alert_silences'
       order by q.id
       limit 1 $$,
    $$ select min(m.id)::text, 'insert', 'We know.' from made as m $$,
    'the audit log says so'
);
select lives_ok(
    $$ select pg_temp.silence(ends_at => '2021-01-06 11:00+00') $$, 'it may last a year'
);
select throws_ok(
    $$ select pg_temp.silence(ends_at => '2021-01-06 11:00:01+00') $$,
    '22023',
    format(
        'ends_at must be at most a year after starts_at, got %s and %s',
        '2021-01-06 11:00:01+00'::timestamptz, '2020-01-06 11:00+00'::timestamptz
    ),
    'and no longer'
);
select throws_ok(
    $$ select pg_temp.silence('{}') $$,
    '22023',
    'matcher must name a label, got {}, which would silence every alert',
    'refuses to silence everything by mistake'
);
select lives_ok(
    $$ select pg_temp.silence('{"severity": ["info", "warning", "critical"]}') $$,
    'who says it may'
);
select throws_ok(
    format('select pg_temp.silence(%L)', m.matcher), '22023', m.message, 'refuses ' || m.name
)
from (
    values
        ('null', 'matcher must be an object of labels and values, got null', 'JSON null'),
        ('[]', 'matcher must be an object of labels and values, got array', 'an array'),
        (
            '{"model": []}',
            'matcher: "model" must have a value, got [], which matches nothing',
            'what matches nothing'
        ),
        (
            '{"severity": "fatal"}',
            'matcher: severity must be info, warning or critical, got "fatal"',
            'a severity that is unknown'
        )
) as m (matcher, message, name);
select throws_ok(
    'select pg_temp.silence(null)',
    '22023',
    'matcher must be an object of labels and values, got null',
    'refuses no matcher'
);
select throws_ok(
    format('select pg_temp.silence(ends_at => %L)', t.ends_at), '22023', t.message, 'refuses ' || t.name
)
from (
    values
        (
            '2020-01-06 10:00+00',
            format('ends_at must be in the future, got %s', '2020-01-06 10:00+00'::timestamptz),
            'an end that is now'
        ),
        (
            '2020-01-06 10:30+00',
            format(
                'ends_at must be after starts_at, got %s and %s',
                '2020-01-06 10:30+00'::timestamptz, '2020-01-06 11:00+00'::timestamptz
            ),
            'an end before the start'
        ),
        (
            '2020-01-06 11:00+00',
            format(
                'ends_at must be after starts_at, got %s and %s',
                '2020-01-06 11:00+00'::timestamptz, '2020-01-06 11:00+00'::timestamptz
            ),
            'one at the start'
        ),
        ('infinity', 'ends_at must be a point in time, got infinity', 'no end'),
        ('-infinity', 'ends_at must be a point in time, got -infinity', 'an end before all time'),
        (null, 'ends_at must be a point in time, got null', 'a missing end')
) as t (ends_at, message, name);
select throws_ok(
    format('select pg_temp.silence(starts_at => %L)', t),
    '22023',
    format('starts_at must be a point in time, got %s', coalesce(t, 'null')),
    'refuses a start of ' || coalesce(t, 'null')
)
from unnest(array['-infinity', 'infinity', null]) as t;
select throws_ok(
    format('select pg_temp.silence(reason => %L)', r),
    '22023',
    'reason must have 1 to 1000 characters, got ' || perf_internal.quote_value(r),
    'refuses a reason of ' || coalesce(length(r)::text, 'null')
)
from unnest(array[' ', repeat('y', 1001), null]) as r;
select is(
    (select count(*) from perf.alert_silences), 5::bigint, 'what is refused leaves nothing'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.create_alert_silence('{"model": "a"}', '2020-01-07', 'x') $$,
    '42501',
    null,
    'an analyst may not'
);

select * from finish();
rollback;
