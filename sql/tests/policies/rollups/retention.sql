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

create function pg_temp.keep_raw(days integer)
returns bigint
language sql
as $$
    with changed as (
        update perf.retention
        set keep = make_interval(days => days)
        where pipeline = 'calls'
            and level = 'raw'
        returning 1
    )
    select count(*) from changed
$$;

set local role authenticated;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.retention where pipeline = 'calls'),
    4::bigint,
    'an admin by token reads every level'
);
select is(pg_temp.keep_raw(14), 1::bigint, 'and changes how long it is kept');
select is(
    (select keep from perf.retention where pipeline = 'calls' and level = 'raw'),
    interval '14 days',
    'which then counts'
);
select throws_ok(
    'update perf.retention set deleted_before = null',
    '42501',
    null,
    'but not what has been deleted'
);
select throws_ok(
    $$ update perf.retention set level = 'weekly' $$, '42501', null, 'nor the levels'
);
select throws_ok('insert into perf.retention default values', '42501', null, 'nor adds one');
select throws_ok('delete from perf.retention', '42501', null, 'nor deletes one');
select throws_ok(
    $$ update perf.retention set keep = '23 hours' where pipeline = 'calls' and level = 'raw' $$,
    '23514',
    null,
    'nor keeps anything for less than a day'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.retention where pipeline = 'calls'),
    4::bigint,
    'an analyst by token reads every level'
);
select is(pg_temp.keep_raw(1), 0::bigint, 'and changes none');

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.retention where pipeline = 'calls'),
    0::bigint,
    'a recorder by token reads nothing'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.retention where pipeline = 'calls'),
    0::bigint,
    'nor does a stranger'
);
select is(pg_temp.keep_raw(1), 0::bigint, 'or change anything');

set local role perf_admin;
select is(pg_temp.keep_raw(21), 1::bigint, 'perf_admin changes how long a level is kept');
select throws_ok(
    'update perf.retention set deleted_before = null', '42501', null, 'and nothing else'
);

set local role service_role;
select is(pg_temp.keep_raw(28), 1::bigint, 'so does service_role');

set local role perf_analyst;
select is(
    (select count(*) from perf.retention where pipeline = 'calls'),
    4::bigint,
    'perf_analyst reads every level'
);
select throws_ok('select pg_temp.keep_raw(1)', '42501', null, 'and changes none');

set local role perf_recorder;
select throws_ok('select * from perf.retention', '42501', null, 'perf_recorder reads nothing');

set local role anon;
select throws_ok('select * from perf.retention', '42501', null, 'nor does anon');

select * from finish();
rollback;
