begin;
select plan(21);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

insert into perf.workflows (name) values ('upscale');
insert into perf.workers (name) values ('gpu-1');

create function pg_temp.record(scores text) returns void language sql as $$
    insert into perf.jobs (workflow_id, worker_id, status, completed_at, result)
    select
        f.id,
        w.id,
        'completed',
        '2020-01-06 10:00+00',
        jsonb_build_object('quality_scores', record.scores::jsonb)
    from perf.workflows as f
    cross join perf.workers as w
$$;

-- Rows of this transaction are rolled up as those of a restored database are.
create function pg_temp.roll_up() returns bigint language sql as $$
    update perf.performance_metrics set transaction_id = 0 where transaction_id = txid_current();
    select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07', 'jobs')
$$;

create function pg_temp.count_of(metric text) returns bigint language sql as $$
    select q.count
    from perf.query_metrics(count_of.metric, '2020-01-06', '2020-01-07') as q
$$;

select pg_temp.record('{"likeness": 0.5, "noise": 0.7}');
select pg_temp.roll_up();
select is(pg_temp.count_of('quality.noise'), 1::bigint, 'given a metric that is rolled up');
select is(
    perf.forget_metric('quality.noise'), 3::bigint, 'deletes the rows of an hour, a day and a week'
);
select is_empty(
    $$ select from perf.metrics as m where m.metric like '%quality.noise' $$,
    'it is gone, with what failed and what succeeded'
);
select is_empty(
    $$ select from perf_internal.rollups as r where r.metric like '%quality.noise' $$,
    'and so are its rollups'
);
select is(pg_temp.count_of('quality.likeness'), 1::bigint, 'others stay');
select is(pg_temp.count_of('quality_rating'), 1::bigint, 'and what is made of all scores');
select is_empty(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-07', 'jobs') $$,
    'the rollups are as they should be'
);

select pg_temp.record('{"likeness": 0.5, "noise": 0.9}');
select is(pg_temp.count_of('quality.noise'), 1::bigint, 'a name that comes again counts from then on');
select pg_temp.roll_up();
select is(pg_temp.count_of('quality.noise'), 1::bigint, 'also when it is rolled up');
select is(pg_temp.count_of('quality.likeness'), 2::bigint, 'others count all jobs');
select is_empty(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-07', 'jobs') $$,
    'and the rollups are as they should be'
);

select throws_ok(
    $$ select perf.forget_metric('quality.nothing') $$,
    'PT404',
    'there is no metric "quality.nothing"',
    'refuses a metric that does not exist'
);
select throws_ok(
    'select perf.forget_metric(null)', 'PT404', 'there is no metric null', 'or none'
);
select throws_ok(
    format('select perf.forget_metric(%L)', m.metric),
    '22023',
    format('metric must be one that rows name, got "%s"', m.metric),
    'refuses ' || m.metric
)
from (
    values ('response_time_ms'), ('successful_quality.noise'), ('quality_rating')
) as m (metric);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.forget_metric('quality.noise') $$, '42501', null, 'an analyst may not'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.forget_metric('quality.noise') $$, '42501', null, 'nor a recorder'
);
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok($$ select perf.forget_metric('quality.noise') $$, 'an admin by token may');
set local role perf_admin;
select lives_ok($$ select perf.forget_metric('quality.likeness') $$, 'so may perf_admin');
set local role anon;
select throws_ok(
    $$ select perf.forget_metric('quality.noise') $$, '42501', null, 'anon may not'
);

select * from finish();
rollback;
