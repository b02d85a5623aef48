begin;
select plan(18);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');

insert into perf.model_training_history (
    id, model_type, machine_id, trigger_type, requested_at, training_status, training_end,
    model_version
)
values
    (
        '10000000-0000-4000-8000-000000000000', 'sdxl', null, 'manual', '2020-01-06 10:00+00',
        'completed', '2020-01-06 11:00+00', '1'
    ),
    (
        '20000000-0000-4000-8000-000000000000', 'sdxl', null, 'drift', '2020-01-06 12:00+00',
        'pending', null, null
    ),
    (
        '30000000-0000-4000-8000-000000000000', 'sdxl', 'e0000000-0000-4000-8000-000000000000',
        'manual', '2020-01-06 11:00+00', 'pending', null, null
    ),
    (
        '40000000-0000-4000-8000-000000000000', 'wan', null, 'manual', '2020-01-06 13:00+00',
        'pending', null, null
    );

create function pg_temp.found(model_type text, machine_id uuid, max_rows integer) returns text
language sql as $$
    select string_agg(left(t.training_id::text, 1), '' order by t.ordinality)
    from perf.get_trainings(model_type, machine_id, max_rows) with ordinality as t
$$;

select is(pg_temp.found(null, null, 100), '4231', 'lists trainings, the last asked for first');
select is(pg_temp.found(' sdxl ', null, 100), '231', 'of a model type');
select is(
    pg_temp.found('sdxl', 'e0000000-0000-4000-8000-000000000000', 100), '3', 'on a machine'
);
select is(pg_temp.found(null, null, 2), '42', 'and no more than max_rows');
select is(pg_temp.found('other', null, 2), null, 'of an unknown model type there are none');
select results_eq(
    $$ select t.training_status, t.model_version, t.attempt_count from perf.get_trainings('sdxl') as t
       where t.training_end is not null $$,
    $$ values ('completed', '1', 0) $$,
    'with what became of them'
);
-- A long model type is trimmed once. Trimmed for each row this would take minutes.
insert into perf.model_training_history (
    model_type, trigger_type, requested_at, training_status, training_end, model_version
)
select 'flux', 'manual', '2020-01-05', 'completed', '2020-01-05 11:00+00', number::text
from generate_series(1, 2000) as number;
set local statement_timeout = '15s';
select is(
    pg_temp.found(repeat('y', 5000000), null, 100), null, 'a long model type is no long work'
);
set local statement_timeout = 0;
delete from perf.model_training_history as h where h.model_type = 'flux';

select throws_ok(
    'select perf.get_trainings(max_rows => 0)',
    '22023',
    'max_rows must be between 1 and 100000, got 0',
    'refuses no rows'
);
select throws_ok(
    'select perf.get_trainings(max_rows => null)', '22023', null, 'refuses null rows'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.get_trainings()), 4::bigint, 'an admin reads');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.get_trainings()), 4::bigint, 'an analyst reads');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok('select perf.get_trainings()', '42501', null, 'a recorder may not');
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok('select perf.get_trainings()', '42501', null, 'a stranger may not');
set local role perf_admin;
select is((select count(*) from perf.get_trainings()), 4::bigint, 'perf_admin reads');
set local role perf_analyst;
select is((select count(*) from perf.get_trainings()), 4::bigint, 'perf_analyst reads');
set local role service_role;
select is((select count(*) from perf.get_trainings()), 4::bigint, 'service_role reads');
set local role perf_recorder;
select throws_ok('select perf.get_trainings()', '42501', null, 'perf_recorder may not');
set local role anon;
select throws_ok('select perf.get_trainings()', '42501', null, 'anon may not');

select * from finish();
rollback;
