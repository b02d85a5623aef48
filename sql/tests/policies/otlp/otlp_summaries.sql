begin;
select plan(20);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
insert into perf_internal.otlp_series (id, model) values
    ('20000000-0000-4000-8000-000000000000', 'gpt-4o');
insert into perf_internal.otlp_summaries (
    series_id, observed_at, point_id, metric, count, sum, m2, min, max
) values (
    '20000000-0000-4000-8000-000000000000', '2020-01-06 10:00+00', gen_random_uuid(), 'gen_ai.x',
    1, 0, 0, 0, 0
);

set local role authenticated;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.otlp_summaries),
    1::bigint,
    'an admin by token reads what is kept of values'
);
select throws_ok(
    'insert into perf_internal.otlp_summaries default values',
    '42501',
    null,
    'an admin by token adds none directly'
);
select throws_ok(
    $$ update perf_internal.otlp_summaries set count = 2 $$,
    '42501',
    null,
    'nor changes one'
);
select throws_ok('delete from perf_internal.otlp_summaries', '42501', null, 'nor deletes one');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.otlp_summaries),
    1::bigint,
    'an analyst by token reads what is kept of values'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.otlp_summaries),
    0::bigint,
    'a recorder by token reads nothing back'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.otlp_summaries),
    0::bigint,
    'a stranger with a token reads nothing'
);

set local request.jwt.claims = '';
select is(
    (select count(*) from perf_internal.otlp_summaries),
    0::bigint,
    'authenticated without a token reads nothing'
);

set local role perf_admin;
select is(
    (select count(*) from perf_internal.otlp_summaries), 1::bigint, 'perf_admin reads what is kept of values'
);
select throws_ok(
    'insert into perf_internal.otlp_summaries default values',
    '42501',
    null,
    'perf_admin adds none directly'
);
select throws_ok(
    $$ update perf_internal.otlp_summaries set count = 2 $$,
    '42501',
    null,
    'nor changes one'
);
select throws_ok('delete from perf_internal.otlp_summaries', '42501', null, 'nor deletes one');

set local role perf_analyst;
select is(
    (select count(*) from perf_internal.otlp_summaries), 1::bigint, 'perf_analyst reads what is kept of values'
);
select throws_ok(
    'delete from perf_internal.otlp_summaries', '42501', null, 'perf_analyst deletes none'
);

set local role service_role;
select is(
    (select count(*) from perf_internal.otlp_summaries), 1::bigint, 'service_role reads what is kept of values'
);
select throws_ok(
    'insert into perf_internal.otlp_summaries default values',
    '42501',
    null,
    'service_role adds none directly'
);
select throws_ok(
    $$ update perf_internal.otlp_summaries set count = 2 $$,
    '42501',
    null,
    'nor changes one'
);
select throws_ok('delete from perf_internal.otlp_summaries', '42501', null, 'nor deletes one');

set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.otlp_summaries', '42501', null, 'perf_recorder reads nothing'
);

set local role anon;
select throws_ok('select * from perf_internal.otlp_summaries', '42501', null, 'anon reads nothing');

select * from finish();
rollback;
