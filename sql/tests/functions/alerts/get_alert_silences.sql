begin;
select plan(18);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf_internal.raise_alert(
    'threshold', 'warning', null, null, 'It is slow.', labels => jsonb_build_object('model', m)
)
from unnest(array['a', 'b']) as m;
select perf_internal.clear_alert('threshold', null, null, labels => '{"model": "b"}');
select perf_internal.create_alert_silence(
    s.matcher::jsonb, s.ends_at::timestamptz, s.reason, s.starts_at::timestamptz,
    '2020-01-06 00:00+00'
)
from (
    values
        ('{"model": ["a", "b"]}', '2020-01-06 10:00+00', '2020-01-06 13:00+00', 'active'),
        ('{"model": "a"}', '2020-01-06 12:30+00', '2020-01-06 12:40+00', 'pending'),
        ('{"model": "b"}', '2020-01-06 12:00+00', '2020-01-07 12:00+00', 'just active'),
        ('{"model": "a"}', '2020-01-06 11:00+00', '2020-01-06 12:00+00', 'just over'),
        ('{"model": "a"}', '2020-01-06 00:00+00', '2020-01-06 01:00+00', 'over')
) as s (matcher, starts_at, ends_at, reason);

create function pg_temp.found(is_over boolean, max_rows integer default 1000) returns text[]
language sql as $$
    select array_agg(concat_ws(', ', s.reason, s.status, s.alert_count) order by s.ordinality)
    from perf.get_alert_silences(is_over, max_rows, '2020-01-06 12:00+00') with ordinality as s
$$;

select is(
    pg_temp.found(false),
    array['pending, pending, 1', 'active, active, 1', 'just active, active, 0'],
    'lists silences that are not over, the next to end first, with the open alerts that match'
);
select is(
    pg_temp.found(true),
    array['just over, over, 0', 'over, over, 0'],
    'or those that are over, the last to end first'
);
select is(cardinality(pg_temp.found(null)), 5, 'or all');
select is(pg_temp.found(null, 1), array['pending, pending, 1'], 'and no more than max_rows');
select results_eq(
    $$ select s.silence_id, s.matcher, s.starts_at, s.ends_at, s.reason, s.created_by,
           s.created_at, s.ended_by
       from perf.get_alert_silences(null, as_of => '2020-01-06 12:00+00') as s
       order by 1 $$,
    $$ select s.id, s.matcher, s.starts_at, s.ends_at, s.reason, s.created_by, s.created_at,
           s.ended_by
       from perf.alert_silences as s
       order by 1 $$,
    'with what is known of them'
);
select is_empty('select * from perf.get_alert_silences()', 'today none holds');
select throws_ok(
    'select perf.get_alert_silences(max_rows => 0)',
    '22023',
    'max_rows must be between 1 and 100000, got 0',
    'refuses no rows'
);
select throws_ok(
    'select perf.get_alert_silences(max_rows => null)', '22023', null, 'refuses null rows'
);
select throws_ok(
    'select perf.get_alert_silences(as_of => null)', '22023', null, 'refuses no time'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(cardinality(pg_temp.found(null)), 5, 'an admin reads');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(cardinality(pg_temp.found(null)), 5, 'an analyst reads');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok('select perf.get_alert_silences()', '42501', null, 'a recorder may not');
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok('select perf.get_alert_silences()', '42501', null, 'a stranger may not');
set local role perf_admin;
select is(cardinality(pg_temp.found(null)), 5, 'perf_admin reads');
set local role perf_analyst;
select is(cardinality(pg_temp.found(null)), 5, 'perf_analyst reads');
set local role service_role;
select is(cardinality(pg_temp.found(null)), 5, 'service_role reads');
set local role perf_recorder;
select throws_ok('select perf.get_alert_silences()', '42501', null, 'perf_recorder may not');
set local role anon;
select throws_ok('select perf.get_alert_silences()', '42501', null, 'anon may not');

select * from finish();
rollback;
