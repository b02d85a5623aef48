begin;
select plan(8);

select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n))
from generate_series(1, 2) as n;
-- At fixed times, which the triggers would not allow.
alter table perf.model_config_activations disable trigger user;
insert into perf.model_config_activations
    (model_type, config_id, active_from, active_until, kind, activated_by_role,
        activated_by_login, notes)
select
    'sdxl',
    perf.find_model_config('sdxl@' || v.version),
    v.active_from,
    v.active_until,
    'activate',
    'perf_admin',
    'ada',
    v.notes
from (values
    (1, 1, '2020-01-06 00:00+00'::timestamptz, '2020-01-08 12:30+00'::timestamptz, 'start'),
    (2, 2, '2020-01-08 12:30+00'::timestamptz, '2020-01-10 00:00+00'::timestamptz, 'try'),
    (3, 1, '2020-01-10 00:00+00'::timestamptz, null, 'back')
) as v (position, version, active_from, active_until, notes)
order by v.position;
alter table perf.model_config_activations enable trigger user;
update perf.model_config_history set is_active = true where version = 1;
select perf.save_model_config('sdxl', 'never', '{}');

select results_eq(
    $$ select version, last_active_from, last_active_until
       from perf.get_rollback_candidates('sdxl', as_of => '2020-01-20 00:00+00') $$,
    $$ values (2, '2020-01-08 12:30+00'::timestamptz, '2020-01-10 00:00+00'::timestamptz) $$,
    'gives what was in force: not the active version, and none that never was'
);

select is(
    (select count(*) from perf.get_rollback_candidates('sdxl', 10, '2020-01-20 00:00+00')),
    0::bigint,
    'not what ended so many days ago'
);

select is(
    (select count(*) from perf.get_rollback_candidates('sdxl', 10, '2020-01-19 23:59:59+00')),
    1::bigint,
    'but what ended a second later'
);

select is_empty(
    $$ select * from perf.get_rollback_candidates('wan') $$,
    'none for an unknown type'
);

select throws_ok(
    $$ select perf.get_rollback_candidates('sdxl', 0) $$,
    '22023',
    'days must be between 1 and 36500, got 0',
    'refuses no days'
);

select throws_ok(
    $$ select perf.get_rollback_candidates('sdxl', as_of => 'infinity') $$,
    '22023',
    'as_of must be a point in time, got infinity',
    'refuses an infinite as_of'
);

select throws_ok(
    'select perf.get_rollback_candidates(null)',
    '22023',
    'model_type must not be null',
    'refuses no type'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_rollback_candidates('nothing') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
