begin;
select plan(18);

select perf_internal.add_named_metrics('jobs', '{quality.likeness,quality.noise}');

create function pg_temp.metrics()
returns setof text
language sql
as $$
    select concat_ws(' | ', m.metric, m.unit, coalesce(m.better, 'neither'), m.meaning)
    from perf.metrics as m
    where m.metric like '%quality.noise'
    order by m.metric
$$;

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

select lives_ok(
    $$ select perf.set_metric('quality.noise', 'lower', ' dB ', ' Noise of the picture. ') $$,
    'says what a named metric is'
);
select results_eq(
    'select * from pg_temp.metrics()',
    $$ values
        ('failed_quality.noise | dB | lower | Noise of the picture. Of failed rows only.'),
        ('quality.noise | dB | lower | Noise of the picture.'),
        ('successful_quality.noise | dB | lower | Noise of the picture. Of successful rows only.') $$,
    'what failed and what succeeded changes with it'
);
select perf.set_metric('quality.noise');
select is(
    (select m from pg_temp.metrics() as m where m like 'quality%'),
    'quality.noise | dB | lower | Noise of the picture.',
    'what is null stays'
);
select perf.set_metric('quality.noise', 'neither');
select is(
    (select m from pg_temp.metrics() as m where m like 'quality%'),
    'quality.noise | dB | neither | Noise of the picture.',
    'neither may be better'
);
select perf_internal.add_named_metrics('jobs', '{quality.noise}');
select is(
    (select m from pg_temp.metrics() as m where m like 'quality%'),
    'quality.noise | dB | neither | Noise of the picture.',
    'a job that brings it leaves it as it is'
);
select is(
    (
        select m.unit || ' | ' || m.better
        from perf.metrics as m
        where m.metric = 'quality.likeness'
    ),
    'score | higher',
    'so do others'
);

select throws_ok(
    $$ select perf.set_metric('quality.nothing', 'lower') $$,
    'PT404',
    'there is no metric "quality.nothing"',
    'refuses a metric that does not exist'
);
select throws_ok(
    $$ select perf.set_metric(null, 'lower') $$, 'PT404', 'there is no metric null', 'or none'
);
select throws_ok(
    $$ select perf.set_metric('response_time_ms', 'lower') $$,
    '22023',
    'metric must be a named one, got "response_time_ms"',
    'refuses a measured metric'
);
select throws_ok(
    $$ select perf.set_metric('successful_quality.noise', 'lower') $$,
    '22023',
    'metric must be a named one, got "successful_quality.noise"',
    'and what succeeded of a named one'
);
select throws_ok(
    $$ select perf.set_metric('quality.noise', 'good') $$,
    '22023',
    'better must be higher, lower or neither, got "good"',
    'refuses another direction'
);
select throws_ok(
    $$ select perf.set_metric('quality.noise', unit => ' ') $$,
    '22023',
    'unit must have 1 to 40 characters, got ""',
    'a unit has something to see'
);
select throws_ok(
    $$ select perf.set_metric('quality.noise', meaning => repeat('x', 501)) $$,
    '22023',
    null,
    'a meaning has at most 500 characters'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.set_metric('quality.noise', 'lower') $$, '42501', null, 'an analyst may not'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.set_metric('quality.noise', 'lower') $$, '42501', null, 'nor a recorder'
);
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok($$ select perf.set_metric('quality.noise', 'higher') $$, 'an admin by token may');
set local role perf_admin;
select lives_ok($$ select perf.set_metric('quality.noise', 'lower') $$, 'so may perf_admin');
set local role anon;
select throws_ok(
    $$ select perf.set_metric('quality.noise', 'lower') $$, '42501', null, 'anon may not'
);

select * from finish();
rollback;
